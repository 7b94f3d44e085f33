"""A linear layer on a flattened map holds more than half of all parameters.

After flattening, each cell of each channel has its own weight for every output: channels x height x width weights. Such
a layer learns where things are in the picture, tends to overfit, accepts only one input size, and takes up most of the
file. Lin, Chen and Yan (Network in Network, 2013) average each channel instead, and so do nearly all classifiers since
GoogLeNet and ResNet: an output then has one weight per channel.

A layer of fewer than 2,000 parameters is not reported: a net that small fits anywhere.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 32, kernel: 3, stride: 2, padding: 1, act: relu}
      - conv: {out: 64, kernel: 3, stride: 2, padding: 1, act: relu}
      - flatten
      - linear: 10                              # warning: heavy-head

Instead: put a global pool before the `flatten`.

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 32, kernel: 3, stride: 2, padding: 1, act: relu}
      - conv: {out: 64, kernel: 3, stride: 2, padding: 1, act: relu}
      - global_avg_pool
      - flatten
      - linear: 10

Published networks that trip it: those from before global pools. `lenet5`; `alexnet`, `alexnet_2012`, `zfnet`;
`vgg11`, `vgg13`, `vgg16`, `vgg19`, `vgg11_bn`, `vgg13_bn`, `vgg16_bn`, `vgg19_bn`; and detectors,
whose heads keep the positions in each region: `rcnn`, `fast_rcnn`, `faster_rcnn_vgg16`,
`faster_rcnn_mobilenet_v3_large_fpn`, `faster_rcnn_mobilenet_v3_large_320_fpn`.
"""

from collections.abc import Iterator
from math import prod

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph, Node
from cnnshape.layers import Coverage, Tensor, format_shape
from cnnshape.lint.rule import Rule, Subject, warn

_FEW = 2_000
"""A layer with fewer parameters isn't heavy at any share."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    total = subject.report.totals.params
    heavy = {
        application
        for application in subject.applications
        if 2 * application.params > total and application.params >= _FEW and len(application.inputs[0].shape) == 1
    }
    for node in subject.nodes_of(heavy):
        # A layer that uses another's weights has none.
        flattened = _flattened(subject.graph, node) if node.shares is None else None
        if flattened is not None and prod(flattened.shape[1:]) > 1:
            yield _warning(node, flattened, node.application.params, total)


def _flattened(graph: Graph, node: Node) -> Tensor | None:
    """The feature map that reaches a layer flattened; None if it is not a map, or is the network's input."""
    value = node.inputs[0]
    while (maker := graph.maker(value)) is not None:
        if len(graph.value(value).shape) > 1:
            return graph.value(value)
        application = maker.application
        same_place = application.footprint is Coverage.POINT
        if len(maker.inputs) > 1 or not same_place:
            return None
        value = maker.inputs[0]
    return None


def _warning(node: Node, flattened: Tensor, params: int, total: int) -> Diagnostic:
    layer = node.application.layer
    channels = flattened.shape[0]
    pooled = layer.weights((Tensor((channels,), flattened.boxes),))
    left = sum(weight.elements for weight in pooled if not weight.buffer)
    return warn(
        "heavy-head",
        f"{layer.name} holds {params:,} of {total:,} parameters ({100 * params / total:.0f} %)",
        node.at,
        label=f"one weight for each of {format_shape(flattened.shape)} values, per output",
        help=f"a `global_avg_pool` before the `flatten` leaves {left:,} here: one value per channel",
    )


RULE = Rule("heavy-head", __doc__ or "", _check)
