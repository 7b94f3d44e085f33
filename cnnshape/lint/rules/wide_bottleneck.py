"""A bottleneck whose middle is no narrower than its ends.

In a residual body of 1x1, kxk and 1x1 convolutions, the outer two save work: the first reduces the channels, so that
the kxk convolution, whose cost grows with the square of its width, works on few. He, Zhang, Ren and Sun (Deep Residual
Learning, 2015) use a quarter. If the middle is as wide as the end, the outer convolutions only add cost, and two kxk
convolutions do more.

Grouped and depthwise convolutions in the middle are wide on purpose (ResNeXt, MobileNet, ConvNeXt), as their cost grows
more slowly. A step that has several groups anywhere in the design counts as grouped, even in a stage that is so narrow
that it has one group (RegNet).

Example:

    cnnshape: 1
    input: [64, 32, 32]
    layers:
      - residual:
          - conv: {out: 256, kernel: 1, norm: batch_norm, act: relu}
          - conv: {out: 256, kernel: 3, padding: 1, norm: batch_norm, act: relu}     # warning: wide-bottleneck
          - conv: {out: 64, kernel: 1, norm: batch_norm}
      - relu

Instead: use a narrow middle, or groups.

    cnnshape: 1
    input: [64, 32, 32]
    layers:
      - residual:
          - conv: {out: 16, kernel: 1, norm: batch_norm, act: relu}
          - conv: {out: 16, kernel: 3, padding: 1, norm: batch_norm, act: relu}
          - conv: {out: 64, kernel: 1, norm: batch_norm}
      - relu

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.graph import Graph, Node
from cnnshape.lint.rule import Rule, Subject, warn

BOTTLENECK = 3
"""The number of convolutions in a bottleneck."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    graph = subject.graph
    residuals = [node for node in graph.nodes if node.shortcut]
    if not residuals:
        return
    kernels = {
        application: max(window.kernel for window in slide.windows) for application, slide in subject.sliding.items()
    }
    divided = {application for application in subject.applications if getattr(application.layer, "groups", 1) > 1}
    grouped = {node.at for node in subject.nodes_of(divided)}
    for node in residuals:
        body = _products(subject, *node.inputs)
        pointwise = [kernels.get(layer.application, 0) == 1 for layer in body]
        if pointwise == [True, False, True] and body[1].at not in grouped and _width(body[1]) >= _width(body[2]):
            yield _warning(node, body[1], body[2])


def _products(subject: Subject, end: int, shortcut: int) -> list[Node]:
    """The layers with a matrix product between the fork and the end of the body; empty if the body forks, or is too
    long."""
    graph, fork = subject.graph, shortcut
    while fork > end and (maker := graph.maker(fork)) is not None:
        fork = maker.inputs[0]
    products: list[Node] = []
    while end > fork and (maker := graph.maker(end)) is not None:
        end = maker.inputs[0]
        if len(maker.inputs) > 1:
            end, *others = sorted(maker.inputs, key=lambda value: -graph.value(value).elements)
            if not all(_is_gate(graph, other) for other in others):
                return []
        if maker.application.macs:
            products.append(maker)
        if len(products) > BOTTLENECK:
            return []
    return products[::-1]


def _is_gate(graph: Graph, value: int) -> bool:
    return all(size == 1 for size in graph.value(value).shape[1:])


def _width(node: Node) -> int:
    return node.application.output.shape[0]


def _warning(node: Node, middle: Node, end: Node) -> Diagnostic:
    quarter = max(_width(end) // 4, 1)
    return warn(
        "wide-bottleneck",
        f"the bottleneck's middle has {_width(middle)} channels, its end {_width(end)}",
        middle.at,
        label="no narrower than the end",
        related=(Label(node.at, "the body of this residual"),),
        help=f"a quarter is usual: {quarter} in the first two convolutions; or `groups` in the middle one",
    )


RULE = Rule("wide-bottleneck", __doc__ or "", _check)
