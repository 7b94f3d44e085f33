"""A window that doesn't tile its input: the last rows or columns are never seen.

A window of extent K that moves by S over W cells fits floor((W + P_before + P_after - K) / S) + 1 times. If the
division leaves a remainder that is larger than the padding after the input, the last windows end before the last cells
of the input, and these have no effect. The work for these cells is wasted, the picture is no longer symmetric, and the
sizes of a decoder can differ by one from those of the encoder. A remainder that consists of padding only is harmless,
and the rule ignores it.

The warning names the nearest sizes that fit this layer, and sizes of the network's input that lead to them. Pools with
`ceil: true` and windows with `padding: same` tile every size. The rule ignores `crop` and `subsample`, which leave out
cells on purpose.

Example:

    cnnshape: 1
    input: [3, 30, 45]
    layers:
      - conv: {out: 8, kernel: 3, padding: 1}
      - max_pool: 2                             # warning: dropped-input

Instead: use an input that fits, or a pool that pads.

    cnnshape: 1
    input: [3, 30, 45]
    layers:
      - conv: {out: 8, kernel: 3, padding: 1}
      - max_pool: {kernel: 2, ceil: true}

Published networks that trip it: `squeezenet1_0` and `squeezenet1_1`, whose unpadded stems drop a row and a column of
224 x 224; `fast_rcnn` and `faster_rcnn_vgg16`, where 600 rows are not a multiple of 16; `m5`, whose 8,000 samples leave
two cells before the second pool; `ds_cnn`, whose last pool has 24 rows for 25; `nasnet_mobile` and `nonlocal_resnet50`,
whose first windows of 3 don't end with the image.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph, Node
from cnnshape.layers import AXES, LayerProblem, Shape, Tensor, Window, format_shape
from cnnshape.lint.rule import Rule, Subject, warn, warned

MAX_TRIED = 8
MAX_LAYERS = 2_000
"""The limits for trying sizes of the network's input, which expands the design twice: the number of steps, and of
layers."""
Fitting = dict[int, tuple[int, int]]
"""The nearest smaller and larger size that fits, by axis."""
_CELLS = {1: ("cell",), 2: ("row", "column"), 3: ("slice", "row", "column")}

if TYPE_CHECKING:
    from fractions import Fraction


def _check(subject: Subject) -> Iterator[Diagnostic]:
    dropping = {
        application: dropped
        for application, slide in subject.sliding.items()
        if any(dropped := tuple(map(_dropped, slide.windows, slide.sizes)))
    }
    trials = count()
    is_small = len(subject.graph.nodes) <= MAX_LAYERS

    def warning(node: Node) -> Diagnostic:
        return _warning(subject, node, dropping[node.application], is_small and next(trials) < MAX_TRIED)

    return warned(subject.nodes_of(dropping), warning)


def _dropped(window: Window, size: int) -> int:
    """The number of cells of the input after the last window. Windows with gaps between them don't count."""
    if window.ceil or window.extent < window.stride:
        return 0
    return max(_rest(window, size) - max(window.after, 0), 0)


def _rest(window: Window, size: int) -> int:
    return (size + window.before + window.after - window.extent) % window.stride


def _warning(subject: Subject, node: Node, dropped: Shape, tried: bool) -> Diagnostic:
    layer, slide = node.application.layer, subject.sliding[node.application]
    lost = [_last(count, word) for count, word in zip(dropped, _CELLS[len(dropped)], strict=True) if count]
    seen = tuple(size - count for size, count in zip(slide.sizes, dropped, strict=True))
    fitting: Fitting = {
        axis: (seen[axis], slide.sizes[axis] + window.stride - _rest(window, slide.sizes[axis]))
        for axis, window in enumerate(slide.windows)
        if dropped[axis]
    }
    way_out = "`ceil: true`" if "ceil" in layer.arguments else "`padding: same`"
    return warn(
        "dropped-input",
        f"{layer.name} never sees {' and '.join(lost)} of {format_shape(slide.sizes)}",
        node.at,
        label=f"the last windows end at {format_shape(seen)}",
        notes=_given_sizes(subject, node, fitting) if tried else (),
        help=f"sizes that fit here: {_listed(fitting, len(dropped))}; or {way_out}",
    )


def _last(count: int, word: str) -> str:
    return f"the last {word}" if count == 1 else f"the last {count} {word}s"


def _listed(sizes: Mapping[int, tuple[int, ...]], rank: int) -> str:
    """`height 44 or 46, width 60 or 62`"""
    return ", ".join(f"{AXES[rank][axis]} {' or '.join(map(str, fits))}" for axis, fits in sizes.items())


def _given_sizes(subject: Subject, node: Node, fitting: Fitting) -> tuple[str, ...]:
    """A note with sizes of the network's input that lead to sizes that fit, if there are any."""
    graph = subject.graph
    value, sizes = node.inputs[0], subject.sliding[node.application].sizes
    field = subject.report.rows[value - len(graph.inputs)].receptive_field if value >= len(graph.inputs) else None
    if field is None:
        return ()
    image = graph.inputs[0].tensor.shape[1:]
    given: dict[int, tuple[int, ...]] = dict.fromkeys(fitting, ())
    for wanted in (dict(zip(fitting, fits, strict=True)) for fits in zip(*fitting.values(), strict=True)):
        moved = {axis: image[axis] + (size - sizes[axis]) * field.stride[axis] for axis, size in wanted.items()}
        if wanted.items() <= _sizes(graph, value, moved).items():
            given = {axis: (*fits, int(moved[axis])) for axis, fits in given.items()}
    if given == fitting or not all(given.values()):
        return ()
    return (f"sizes of `{graph.inputs[0].name}` that give them: {_listed(given, len(image))}",)


def _sizes(graph: Graph, value: int, given: "Mapping[int, int | Fraction]") -> dict[int, int]:
    """The sizes of a tensor for these sizes of the network's input; empty if the design can't have them."""
    if any(size < 1 or size != int(size) for size in given.values()):
        return {}
    channels, *image = graph.inputs[0].tensor.shape
    shape = (channels, *(int(given.get(axis, size)) for axis, size in enumerate(image)))
    tensors = [Tensor(shape), *(other.tensor for other in graph.inputs[1:])]
    try:
        for node in graph.nodes[: value - len(graph.inputs) + 1]:
            tensors.append(node.application.layer.output(tuple(tensors[index] for index in node.inputs)))
    except LayerProblem:
        return {}
    return dict(enumerate(tensors[value].shape[1:]))


RULE = Rule("dropped-input", __doc__ or "", _check)
