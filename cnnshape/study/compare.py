"""Designs side by side: totals, stages, and the layers that differ."""

from collections.abc import Sequence

from cnnshape.layers import Shape, format_shape
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import COMPARED, Report
from cnnshape.study.changes import Change, changes_between

__all__ = ["Change", "Comparison", "Part", "Side", "compare", "field_of"]

Costs = tuple[int, int]
"""Parameters and MACs."""


class Side(NamedTuple):
    """One design of a comparison, with its label."""

    label: str
    report: Report


class Part(NamedTuple):
    """A stage or block that sides share by name: parameters and MACs per side, None for a side without it."""

    label: str
    params: tuple[int | None, ...]
    macs: tuple[int | None, ...]


class _ComparisonFields(NamedTuple):
    """The fields of a comparison."""

    sides: tuple[Side, ...]
    figures: tuple[tuple[str, tuple[int, ...]], ...]
    receptive_fields: tuple[str, ...]
    parts: tuple[Part, ...]
    changes: tuple[Change, ...] | None


class Comparison(Data, _ComparisonFields):
    """Sides with their common parts. `changes` is None if the sides are not versions of one design."""

    __slots__ = ()

    def __repr__(self) -> str:
        labels = ", ".join(side.label for side in self.sides)
        return f"<Comparison of {len(self.sides)} designs: {brief(labels, 120)}>"


def compare(sides: tuple[Side, ...]) -> Comparison:
    """The comparison of two sides or more; differences are from the first one."""
    figures = tuple((figure.name, tuple(figure.of(side.report) for side in sides)) for figure in COMPARED)
    fields = tuple(format_shape(field_of(side.report)) if field_of(side.report) else "-" for side in sides)
    changes = changes_between(sides[0].report, sides[1].report) if len(sides) == 2 else None
    return Comparison(sides, figures, fields, _parts(sides), changes)


def field_of(report: Report) -> Shape:
    """The sizes of the network's receptive field per axis; empty if it has none."""
    reach = report.reach
    return reach.receptive_field.size if reach is not None and reach.receptive_field is not None else ()


def _parts(sides: tuple[Side, ...]) -> tuple[Part, ...]:
    """The named stages and blocks at the top that at least two sides share, and what remains."""
    tables = [_costs_by_label(side.report) for side in sides]
    labels = dict.fromkeys(label for table in tables for label in table)
    shared = [label for label in labels if sum(label in table for table in tables) > 1]
    if not shared:
        return ()
    parts = [_part(label, [table.get(label) for table in tables]) for label in shared]
    rest = [_rest(side.report, table, shared) for side, table in zip(sides, tables, strict=True)]
    return (*parts, _part("other layers", rest))


def _part(label: str, costs: Sequence[Costs | None]) -> Part:
    params = tuple(None if cost is None else cost[0] for cost in costs)
    return Part(label, params, tuple(None if cost is None else cost[1] for cost in costs))


def _rest(report: Report, table: dict[str, Costs], shared: list[str]) -> Costs:
    """The figures of a side outside the shared parts."""
    costs = [table[label] for label in shared if label in table]
    params, macs = (sum(cost) for cost in zip((0, 0), *costs, strict=True))
    return report.totals.params - params, report.totals.macs - macs


def _costs_by_label(report: Report) -> dict[str, Costs]:
    costs = {}
    for group in report.groups.children:
        rows = report.rows[group.start : group.end]
        costs[group.label] = sum(row.params for row in rows), sum(row.macs for row in rows)
    return costs
