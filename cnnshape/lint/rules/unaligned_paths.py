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

Published networks that trip it: none of those that are shipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from cnnshape.analysis import Field, receptive_fields
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph, Node
from cnnshape.layers import Phases, show
from cnnshape.lint.rule import Rule, Subject, warn


class _Offset(NamedTuple):
    """How far a tensor's cells stand from those of an evenly spaced grid that starts in the first input's first cell."""

    least: Fraction
    most: Fraction


_Offsets = tuple[_Offset, ...]


def _check(subject: Subject) -> Iterator[Diagnostic]:
    if all(row.receptive_field is None or row.receptive_field.aligned for row in subject.report.rows):
        return
    graph = subject.graph
    offsets = _offsets(graph)
    blamed: set[int] = set()
    for index, node in enumerate(graph.nodes, len(graph.inputs)):
        behind = not blamed.isdisjoint(node.inputs)
        apart = _apart([offset for value in node.inputs if (offset := offsets[value]) is not None])
        if behind or any(apart):
            blamed.add(index)
        if not behind and any(apart):
            yield _warning(node, apart)


def _offsets(graph: Graph) -> list[_Offsets | None]:
    """The offsets of each value, per axis; None where a place can't be given."""
    sizes = graph.inputs[0].tensor.shape[1:]
    itself = Field((Phases(1, (0,), (0,)),) * len(sizes), sizes, True)
    fields = [itself, *[None] * (len(graph.inputs) - 1), *receptive_fields(graph)]
    return [_placed(field) if isinstance(field, Field) else None for field in fields]


def _placed(field: Field) -> _Offsets | None:
    """None after a global pool, and where some cells see nothing."""
    if any(axis.advance == 0 or any(map(int.__gt__, axis.first, axis.last)) for axis in field.axes):
        return None
    return tuple(map(_offset, field.axes))


def _offset(axis: Phases) -> _Offset:
    stride = Fraction(axis.advance, axis.period)
    ends = zip(axis.first, axis.last, strict=True)
    moved = [Fraction(first + last, 2) - cell * stride for cell, (first, last) in enumerate(ends)]
    return _Offset(min(moved), max(moved))


def _apart(met: list[_Offsets]) -> tuple[Fraction, ...]:
    """How far the paths that meet lie apart, per axis."""
    gaps = [max(each.least for each in axis) - min(each.most for each in axis) for axis in zip(*met, strict=True)]
    return tuple(max(gap, Fraction(0)) for gap in gaps)


def _warning(node: Node, apart: tuple[Fraction, ...]) -> Diagnostic:
    return warn(
        "unaligned-paths",
        f"{node.application.layer.name} joins paths whose centres lie {_cells(apart)} of the input apart",
        node.at,
        label=f"{node.name} joins {len(node.inputs)} tensors of {show(node.application.inputs[0].shape[1:])}",
        help="compare kernels, strides and paddings along the paths: windows of one stride have one centre "
        "where kernel - 2 x padding is equal",
    )


def _cells(apart: tuple[Fraction, ...]) -> str:
    written = [str(axis.numerator) if axis.denominator == 1 else f"{float(axis):g}" for axis in apart]
    if len(set(written)) == 1:
        return "1 cell" if written[0] == "1" else f"{written[0]} cells"
    return f"{'x'.join(written)} cells"


RULE = Rule("unaligned-paths", __doc__ or "", _check)
