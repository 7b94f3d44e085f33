"""The tables of a sweep: distributions, histograms, designs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cnnshape.render.sweep_words import heading_of, text_of
from cnnshape.render.table import Column, Table
from cnnshape.render.wrapping import count
from cnnshape.study.sweep.wanted import INDEX, SHARES

if TYPE_CHECKING:
    from cnnshape.study.sweep.result import Sweep, SweptDesign
    from cnnshape.study.sweep.spread import Spread

STEPS = 8
"""The steps of a histogram."""
BAR = 30
"""The length of the longest bar."""
USUAL = ("params", "macs")
"""The figures whose histograms are shown, unless others are bounded or looked for."""


def shown_figures(sweep: "Sweep") -> list[str]:
    """The figures that the user names."""
    plan = sweep.plan
    named = [*(bound.figure for bound in plan.bounds), *(goal.figure for goal in plan.goals)]
    named += [plan.objective.figure] if plan.objective else []
    return [name for name in dict.fromkeys(named or USUAL) if name in sweep.spreads]


def spread_table(spreads: "Mapping[str, Spread]") -> Table:
    """A line for each figure: its least and largest value, and quantiles."""
    priorities = {0.05: 1, 0.25: 0, 0.75: 0, 0.95: 1}
    columns = [
        Column("figure"),
        Column("least", numeric=True),
        *(
            Column(
                f"{share:.0%}",
                "median" if share == 0.5 else f"{share * 100:g} %",
                numeric=True,
                priority=priorities.get(share),
            )
            for share in SHARES
        ),
        Column("largest", numeric=True),
    ]
    rows = []
    for name, spread in spreads.items():
        text = text_of(name)
        values = (spread.least, *map(spread.quantile, SHARES), spread.largest)
        rows.append((name, *map(text, values)))
    return Table(columns, rows)


def histogram(figure: str, spread: "Spread") -> Table:
    """The designs in steps of a figure, with bars."""
    steps = spread.histogram(STEPS)
    most = max(number for _, _, number in steps)
    text = text_of(figure)
    columns = (
        Column("from", numeric=True),
        Column("to", numeric=True),
        Column("designs", numeric=True),
        Column("bar", ""),
    )
    rows = [(text(low), text(high), number, "#" * -(-BAR * number // most)) for low, high, number in steps]
    return Table(columns, rows)


def designs_table(sweep: "Sweep", designs: "Sequence[SweptDesign]", *, exact: bool) -> Table:
    """A line for each design: its number, the values of the axes, its figures. If `exact`, all of them as they are; else those
    that may differ, and the figures that the user names."""
    goals = [goal.figure for goal in sweep.plan.goals]
    named = dict.fromkeys([*goals, *shown_figures(sweep), *USUAL])
    figures = tuple(designs[0].figures) if exact and designs else tuple(named)
    axes = [
        column
        for column, axis in zip(sweep.columns, sweep.plan.axes, strict=True)
        if exact or len(axis.values) > 1 or len(sweep.plan.axes) == 1
    ]
    columns = [
        Column(INDEX, numeric=True),
        *(_axis_column(name, designs, place) for place, name in enumerate(axes)),
        *(_figure_column(name, exact, None if name in goals else 1) for name in figures),
        Column("equal", numeric=True, priority=0),
    ]
    rows = [
        (
            design.number,
            *(design.values[name] for name in axes),
            *(design.figures[name] for name in figures),
            design.designs,
        )
        for design in designs
    ]
    table = Table(columns, rows)
    return table if exact or any(design.designs > 1 for design in designs) else table.without("equal")


def _axis_column(name: str, designs: "Sequence[SweptDesign]", place: int) -> Column:
    numeric = all(design.values[name].isdecimal() for design in designs)
    return Column(name, numeric=numeric, priority=100 - place)


def _figure_column(name: str, exact: bool, priority: int | None) -> Column:
    return Column(name, heading_of(name), numeric=True, text=count if exact else text_of(name), priority=priority)


def listed_table(sweep: "Sweep") -> Table:
    """The listed designs with all figures, exact, and the options with which other commands build them."""
    table = designs_table(sweep, sweep.listed, exact=True)
    rows = [(*row, design.options) for row, design in zip(table.rows, sweep.listed, strict=True)]
    return Table([*table.columns, Column("options")], rows)


def rows_table(sweep: "Sweep") -> Table:
    """All kept designs, exact."""
    columns = sweep.table()
    rows: Iterable[Any] = zip(*(values.tolist() for values in columns.values()), strict=True)
    return Table(map(Column, columns), rows)
