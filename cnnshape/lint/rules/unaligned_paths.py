"""Paths with different centres meet: features are joined beside their place.

A cell of a tensor stands for a place in the image: the centre of what it sees. Windows with unequal padding, even
kernels and cuts at one side move it. Where paths that were moved differently are added or concatenated, each
cell joins features of two different places, and small things blur. The warning says by how many input cells they
differ, at the first join of them; joins behind it are passed over.

Enlargement spreads one place over several cells. Such a path counts as aligned where the other's place lies among
those that its cells copy, so that decoders and pyramids are not blamed for what `upsample` does.

Example:

    cnnshape: 1
    input: [8, 32, 32]
    layers:
      - concat:                                 # warning: unaligned-paths
          fine:
            - conv: {out: 8, kernel: 3, stride: 2, padding: 1}
          coarse:
            - avg_pool: 2

Instead: kernels and paddings with one centre.

    cnnshape: 1
    input: [8, 32, 32]
    layers:
      - concat:
          fine:
            - conv: {out: 8, kernel: 4, stride: 2, padding: 1}
          coarse:
            - avg_pool: 2

Causal networks (WaveNet, temporal convolutions) pad one side of their only axis, so that no cell sees what comes later.
The rule is silent where such paths end with the same cell. On two axes, as in a masked convolution, say so at the join:
`# cnnshape: ignore[unaligned-paths] causal on purpose`. ResNet-D's projections trip it too: their average pool of 2x2
stands half a cell beside the strided 3x3 of the body.

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Application, Graph, Node
from cnnshape.layers import AxisRelation, Coverage, Footprint, Window, format_shape
from cnnshape.lint.rule import Rule, Subject, warn


class _Axis(NamedTuple):
    """Where a tensor's cells stand on an axis of the first input: `stride` cells of it apart, the first one `least` to
    `most` half cells behind its first. Whole numbers, but for what an enlargement divides. `end` is the last half cell
    that the first one sees, None behind an enlargement.
    """

    least: int | Fraction
    most: int | Fraction
    stride: int | Fraction
    end: int | Fraction | None


_Place = tuple[_Axis, ...] | None
"""None where no place can be given: after a global pool, or for what doesn't come from the first input."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    graph = subject.graph
    places = _inputs(graph)
    footprints: dict[Application, Footprint] = {}
    blamed: set[int] = set()
    for index, node in enumerate(graph.nodes, len(graph.inputs)):
        application = node.application
        if application not in footprints:
            footprints[application] = application.layer.footprint(application.inputs, application.output)
        met = _met([places[value] for value in node.inputs], footprints[application])
        places.append(met[0] if met else None)
        apart = _apart(met) if len(met) > 1 else ()
        behind = not blamed.isdisjoint(node.inputs)
        if behind or any(apart):
            blamed.add(index)
        if not behind and any(apart):
            yield _warning(node, apart)


def _inputs(graph: Graph) -> list[_Place]:
    axes = len(graph.inputs[0].tensor.shape) - 1
    return [(_Axis(0, 0, 1, 0),) * axes, *[None] * (len(graph.inputs) - 1)]


def _met(inputs: list[_Place], footprint: Footprint) -> list[tuple[_Axis, ...]]:
    """The places that meet in a layer's output, the most exact one first; one alone where no paths meet."""
    if footprint is Coverage.POINT:
        return sorted((place for place in inputs if place), key=_spread)
    if not isinstance(footprint, tuple) or not inputs[0] or len(inputs[0]) != len(footprint):
        return []
    moved = tuple(map(_moved, inputs[0], footprint))
    known = tuple(axis for axis in moved if axis is not None)
    return [known] if len(known) == len(moved) else []


def _spread(place: tuple[_Axis, ...]) -> int | Fraction:
    return sum(axis.most - axis.least for axis in place)


def _moved(axis: _Axis, relation: AxisRelation) -> _Axis | None:
    """Where the cells of an output stand whose input stands at `axis`; None where that can't be stated."""
    least, most, stride, end = axis
    if relation is None:
        return None
    if isinstance(relation, Window):
        centre = stride * (relation.extent - 1 - 2 * relation.before)
        last = 2 * stride * (relation.extent - 1 - relation.before)
        return _Axis(least + centre, most + centre, stride * relation.stride, None if end is None else end + last)
    closer = stride * Fraction(relation.advance, relation.period)
    seen = enumerate(zip(relation.first, relation.last, strict=True))
    beside = [stride * (first + last) - 2 * cell * closer for cell, (first, last) in seen if first <= last]
    return _Axis(least + min(beside), most + max(beside), closer, None)


def _apart(met: list[tuple[_Axis, ...]]) -> tuple[Fraction, ...]:
    """How many cells the paths that meet lie apart, per axis; nothing where their strides differ."""
    if len({tuple(axis.stride for axis in place) for place in met}) > 1 or _causal(met):
        return ()
    gaps = [max(path.least for path in axis) - min(path.most for path in axis) for axis in zip(*met, strict=True)]
    return tuple(Fraction(max(gap, 0)) / 2 for gap in gaps)


def _causal(met: list[tuple[_Axis, ...]]) -> bool:
    """Whether the axis is one of time, and no path looks further ahead than another."""
    ends = {axis.end for place in met for axis in place}
    return len(met[0]) == 1 and len(ends) == 1 and None not in ends


def _warning(node: Node, apart: tuple[Fraction, ...]) -> Diagnostic:
    return warn(
        "unaligned-paths",
        f"{node.application.layer.name} joins paths whose centres lie {_cells(apart)} of the input apart",
        node.at,
        label=f"{node.name} joins {len(node.inputs)} tensors of {format_shape(node.application.inputs[0].shape[1:])}",
        help="compare kernels, strides and paddings along the paths: windows of one stride have one centre "
        "where kernel - 2 x padding is equal",
    )


def _cells(apart: tuple[Fraction, ...]) -> str:
    written = [str(axis.numerator) if axis.denominator == 1 else f"{float(axis):.3g}" for axis in apart]
    if len(set(written)) == 1:
        return "1 cell" if written[0] == "1" else f"{written[0]} cells"
    return f"{'x'.join(written)} cells"


RULE = Rule("unaligned-paths", __doc__ or "", _check)
