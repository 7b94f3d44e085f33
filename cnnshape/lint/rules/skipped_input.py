"""A stride that steps over cells: the cells between the windows are never seen.

If the stride is larger than the kernel, or shares a divisor with the dilation, no window reads some of the input cells,
and the work for these cells is wasted: a 1x1 kernel with stride 2 reads one cell of every four. The other cells get no
gradient from this layer.

The rule doesn't warn if another layer reads all cells of the same tensor: in the first block of a ResNet's stage, the
projection may skip cells that the body reads. It doesn't warn about `subsample` either, which leaves out cells on
purpose, as in the parameter-free shortcut of the CIFAR ResNets.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 8, kernel: 3, padding: 1}
      - conv: {out: 16, kernel: 1, stride: 2}   # warning: skipped-input

Instead: use a kernel as large as the stride. Here the pool reduces the size, and reads every cell.

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 8, kernel: 3, padding: 1}
      - avg_pool: 2
      - conv: {out: 16, kernel: 1}

Published networks that trip it: `se_resnet50`, `se_resnet101`, `se_resnet152`, as the ResNets of 2015 have the stride
on the 1x1 convolutions of both paths; with `--variant original`: `resnet50`, `resnet101`, `resnet152`,
`resnext50_32x4d`, `resnext101_32x8d`, `resnext101_64x4d`, `wide_resnet50_2`, `wide_resnet101_2`. Today's ResNets have
the stride on the 3x3 convolution.
"""

from collections.abc import Collection, Iterator
from math import gcd, prod

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Application, Graph, Node
from cnnshape.layers import Window
from cnnshape.lint.rule import Rule, Subject, warn, warned
from cnnshape.lint.sliding import Sliding, met


def _check(subject: Subject) -> Iterator[Diagnostic]:
    skipping = {
        application: slide
        for application, slide in subject.sliding.items()
        if any(map(_skips, slide.windows, slide.sizes))
    }
    if skipping:
        whole = _read_whole(subject.graph, skipping)
        nodes = (node for node in subject.nodes_of(skipping) if node.inputs[0] not in whole)
        yield from warned(nodes, lambda node: _warning(node, skipping[node.application]))


def _skips(window: Window, size: int) -> bool:
    single = window.dilation == 1 and window.kernel - window.before >= size
    return met(window) < window.stride and not single


def _read_whole(graph: Graph, skipping: Collection[Application]) -> set[int]:
    """The tensors that a layer reads completely, or that are outputs of the network."""
    whole = set(graph.outputs.values())
    for node in graph.nodes:
        application = node.application
        picks = application.layer.view and application.output.elements < application.inputs[0].elements
        if application not in skipping and not picks:
            whole.update(node.inputs)
    return whole


def _warning(node: Node, slide: Sliding) -> Diagnostic:
    seen = prod(map(met, slide.windows))
    cells = prod(window.stride for window in slide.windows)
    common = gcd(seen, cells)
    widest = max(window.stride for window in slide.windows)
    return warn(
        "skipped-input",
        f"{node.application.layer.name} sees {seen // common} of every {cells // common} cells of its input",
        node.at,
        label="the stride steps over the rest",
        help=f"a kernel of {widest} or more, undilated, reads all cells; `subsample` leaves out cells on purpose",
    )


RULE = Rule("skipped-input", __doc__ or "", _check)
