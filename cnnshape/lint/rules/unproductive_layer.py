"""Convolutions whose input has already seen the whole image, on every path.

A convolution combines small patterns into larger ones. If each cell of its input depends on the whole image even along
the shortest path, there are no larger patterns. Richter, Schöning, Wiedenroth and Krumnack ("Should You
Go Deeper? Optimizing Convolutional Neural Network Architectures without Training by Receptive Field Analysis",
2021, arXiv 2106.12307) find that such layers add little or nothing to accuracy.

Like these authors, the rule uses the smallest receptive field of all paths: a shortcut carries smaller patterns past a
layer, so networks with shortcuts rarely get this warning. It also goes past squeeze-excite gates, as
`cnnshape rf --ignore-gates` does along the largest field. A layer counts if its window is larger than one cell on some
axis. The rule ignores paddings, borders and the purpose of the network. It is a hint, and off by default.

Their tool, rfa_toolbox, counts more than the rule: every layer whose own field and the fields before it are as large as
the image, also pools, activations and convolutions of one cell; on request it takes the field of each convolution of
one cell as infinite.

`cnnshape check FILE --select unproductive-layer -i 3x64x64` checks another input size.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 32, kernel: 7, stride: 2, padding: 3, act: relu}
      - max_pool: {kernel: 3, stride: 2, padding: 1}
      - conv: {out: 64, kernel: 3, padding: 1, act: relu}
      - conv: {out: 64, kernel: 3, padding: 1, act: relu}
      - max_pool: {kernel: 3, stride: 2, padding: 1}
      - conv: {out: 128, kernel: 3, padding: 1, act: relu}       # warning: unproductive-layer
      - conv: {out: 128, kernel: 3, padding: 1, act: relu}
      - global_avg_pool

Instead: leave the layers out, stride later, or use a larger input.

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 32, kernel: 3, padding: 1, act: relu}
      - conv: {out: 64, kernel: 3, padding: 1, act: relu}
      - max_pool: {kernel: 3, stride: 2, padding: 1}
      - conv: {out: 64, kernel: 3, padding: 1, act: relu}
      - conv: {out: 128, kernel: 3, padding: 1, act: relu}
      - global_avg_pool

Published networks that trip it: `mobilenet_v1`, `mobilenet_v1_vww`, `mobileone_s0`, `mcunet_in1` and `nasnet_mobile`,
in their last blocks; with `--variant deploy`: `repvgg_a0`. And networks whose coarsest maps see the whole image on
purpose. Detectors: `ssd300`, `ssdlite320_mobilenet_v3_large`, `retinanet_resnet50_fpn`, `retinanet_resnet50_fpn_v2`,
`fcos_resnet50_fpn`; and networks that label each pixel: `u2net`, `unet_plus_plus`, `refinenet101`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnshape.arithmetic import quotient
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Node
from cnnshape.layers import AxisRelation, Coverage, Footprint, Window, format_shape
from cnnshape.lint.rule import Rule, Subject, warn
from cnnshape.named_tuple import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction


class _Reach(NamedTuple):
    """The number of input cells that a cell of a tensor sees along its shortest path, and between two neighbouring
    cells."""

    size: "int | Fraction"
    stride: "int | Fraction"


_Reaches = tuple[_Reach, ...] | None
"""One value per axis; None if cells see everything, or nothing of the first input."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    graph = subject.graph
    image = graph.inputs[0].tensor.shape[1:]
    reaches = _smallest(subject)
    nodes = []
    learned = {
        application
        for application, slide in subject.sliding.items()
        if application.weights and any(window.kernel > 1 for window in slide.windows)
    }
    for node in subject.nodes_of(learned):
        reach = reaches[node.inputs[0]]
        if reach and all(axis.size >= size for axis, size in zip(reach, image, strict=True)):
            nodes.append(node)
    if nodes:
        yield _warning(nodes, reaches[nodes[0].inputs[0]] or (), format_shape(image))


def _smallest(subject: Subject) -> list[_Reaches]:
    """What a cell of each value sees of the first input along its shortest path."""
    graph = subject.graph
    footprints = {application: application.footprint for application in subject.applications}
    axes = len(graph.inputs[0].tensor.shape) - 1
    reaches: list[_Reaches] = [None] * len(graph.inputs)
    reaches[0] = (_Reach(1, 1),) * axes or None
    # a global pool leaves one cell that has seen everything
    whole = tuple(_Reach(size, 0) for size in graph.inputs[0].tensor.shape[1:])
    for node in graph.nodes:
        footprint = footprints[node.application]
        if footprint is Coverage.WHOLE and set(node.application.output.shape[1:]) == {1}:
            reaches.append(whole if reaches[node.inputs[0]] else None)
        else:
            reaches.append(_through(footprint, [reaches[value] for value in node.inputs]))
    return reaches


def _through(footprint: Footprint, inputs: list[_Reaches]) -> _Reaches:
    if footprint is Coverage.POINT:
        return min((reach for reach in inputs if reach is not None), key=_sizes, default=None)
    if not isinstance(footprint, tuple) or inputs[0] is None or len(inputs[0]) != len(footprint):
        return None
    moved = tuple(map(_along, inputs[0], footprint))
    return tuple(reach for reach in moved if reach is not None) if None not in moved else None


def _sizes(reaches: tuple[_Reach, ...]) -> "tuple[int | Fraction, ...]":
    return tuple(axis.size for axis in reaches)


def _along(reach: _Reach, relation: AxisRelation) -> _Reach | None:
    if relation is None:
        return None
    if isinstance(relation, Window):
        return _Reach(reach.size + (relation.extent - 1) * reach.stride, reach.stride * relation.stride)
    narrowest = min(last - first for first, last in zip(relation.first, relation.last, strict=True))
    stride = quotient(reach.stride * relation.advance, relation.period)
    return _Reach(reach.size + max(narrowest, 0) * reach.stride, stride)


def _warning(nodes: list[Node], reach: tuple[_Reach, ...], image: str) -> Diagnostic:
    count = f"{len(nodes):,} convolutions start" if len(nodes) > 1 else "1 convolution starts"
    seen = format_shape(tuple(int(axis.size) for axis in reach))
    return warn(
        "unproductive-layer",
        f"{count} where every cell has seen the whole image of {image}",
        nodes[0].at,
        label=f"{nodes[0].name}: its input sees {seen} on its shortest path",
        help="leave them out, stride later, or use a larger input",
    )


RULE = Rule("unproductive-layer", __doc__ or "", _check, default=False)
