"""A window that doesn't tile its input: the last rows or columns are never seen.

A window of extent K that moves by S over W cells fits floor((W + P_before + P_after - K) / S) + 1 times. Where the
division leaves a rest that is larger than the padding behind the input, the rest is input: the last windows end
before it, and nothing in it has any effect. That costs what it cost to compute those cells, breaks the symmetry of the
picture, and makes sizes miss each other by one where a decoder brings them back up. A rest that is padding alone
costs nothing, and neither rule nor network minds it.

The warning names the nearest sizes that fit this layer, and the sizes of the network's input that bring them about.
Pools with `ceil: true` and windows with `padding: same` tile every size; `crop` and `subsample` say that cells
are left out.

Example:

    cnnshape: 1
    input: [3, 30, 45]
    layers:
      - conv: {out: 8, kernel: 3, padding: 1}
      - max_pool: 2                             # warning: dropped-input

Instead: an input that fits, or a pool that pads.

    cnnshape: 1
    input: [3, 30, 45]
    layers:
      - conv: {out: 8, kernel: 3, padding: 1}
      - max_pool: {kernel: 2, ceil: true}

Published networks that trip it: `squeezenet1_0` and `squeezenet1_1`, whose unpadded stems drop a row and a column of
224 x 224; `fast_rcnn` and `faster_rcnn_vgg16`, where 600 rows are no multiple of 16; `m5`, whose 8,000 samples leave
two cells before the second pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph
from cnnshape.layers import LayerProblem, Shape, Tensor, Window, show
from cnnshape.layers.family import AXES
from cnnshape.lint.rule import Rule, Subject, warn
from cnnshape.lint.rules._windows import Sliding, sliding
from cnnshape.source import Span

MAX_TRIED = 8
"""Steps for which sizes of the network's input are tried: each costs as much as a shape inference of all layers."""
_CELLS = {1: ("cell",), 2: ("row", "column"), 3: ("slice", "row", "column")}


def _check(subject: Subject) -> Iterator[Diagnostic]:
    known: set[Span] = set()
    for each in sliding(subject.graph):
        dropped = tuple(map(_dropped, each.windows, each.sizes))
        if any(dropped):
            tried = each.node.at not in known and len(known) < MAX_TRIED
            known.add(each.node.at)
            yield _warning(subject, each, dropped, tried)


def _dropped(window: Window, size: int) -> int:
    """The input's cells behind the last window; windows that leave cells out between them tile nothing anyway."""
    if window.ceil or window.extent < window.stride:
        return 0
    return max(_rest(window, size) - max(window.after, 0), 0)


def _rest(window: Window, size: int) -> int:
    return (size + window.before + window.after - window.extent) % window.stride


def _warning(subject: Subject, each: Sliding, dropped: Shape, tried: bool) -> Diagnostic:
    layer = each.node.application.layer
    lost = [_last(count, word) for count, word in zip(dropped, _CELLS[len(dropped)], strict=True) if count]
    seen = tuple(size - count for size, count in zip(each.sizes, dropped, strict=True))
    fitting = {
        axis: (seen[axis], each.sizes[axis] + window.stride - _rest(window, each.sizes[axis]))
        for axis, window in enumerate(each.windows)
        if dropped[axis]
    }
    way_out = "`ceil: true`" if "ceil" in layer.arguments else "`padding: same`"
    return warn(
        "dropped-input",
        f"{layer.name} never sees {' and '.join(lost)} of {show(each.sizes)}",
        each.node.at,
        label=f"the last windows end at {show(seen)}",
        notes=_given_sizes(subject, each, fitting) if tried else (),
        help=f"sizes that fit here: {_listed(fitting, len(dropped))}; or {way_out}",
    )


def _last(count: int, word: str) -> str:
    return f"the last {word}" if count == 1 else f"the last {count} {word}s"


def _listed(sizes: Mapping[int, tuple[int, ...]], rank: int) -> str:
    """`height 44 or 46, width 60 or 62`"""
    return ", ".join(f"{AXES[rank][axis]} {' or '.join(map(str, each))}" for axis, each in sizes.items())


def _given_sizes(subject: Subject, each: Sliding, fitting: dict[int, tuple[int, int]]) -> tuple[str, ...]:
    """A note that names the sizes of the network's input that bring fitting ones about, where there are some."""
    graph = subject.graph
    value = each.node.inputs[0]
    field = subject.report.rows[value - len(graph.inputs)].receptive_field if value >= len(graph.inputs) else None
    if field is None:
        return ()
    shape = graph.inputs[0].tensor.shape
    found = {}
    for axis, sizes in fitting.items():
        wanted = [(shape[axis + 1] + (size - each.sizes[axis]) * field.stride[axis], size) for size in sizes]
        found[axis] = tuple(int(given) for given, size in wanted if _gives(graph, value, axis, given, size))
    if found == fitting or not all(found.values()):
        return ()
    return (f"sizes of `{graph.inputs[0].name}` that give them: {_listed(found, len(each.sizes))}",)


def _gives(graph: Graph, value: int, axis: int, given: int | Fraction, size: int) -> bool:
    """Whether the network's input with `given` cells on an axis makes that tensor `size` cells long."""
    if given < 1 or given != int(given):
        return False
    shape = list(graph.inputs[0].tensor.shape)
    shape[axis + 1] = int(given)
    tensors = [Tensor(tuple(shape)), *(other.tensor for other in graph.inputs[1:])]
    try:
        for node in graph.nodes[: value - len(graph.inputs) + 1]:
            tensors.append(node.application.layer.output(tuple(tensors[index] for index in node.inputs)))
    except LayerProblem:
        return False
    return tensors[value].shape[axis + 1] == size


RULE = Rule("dropped-input", __doc__ or "", _check)
