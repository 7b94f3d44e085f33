"""Sweeps as text, JSON, CSV and Markdown."""

import shlex
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.contract import to_contract
from cnnshape.render.diagnostics import escaped
from cnnshape.render.formats import Format, Formats, Page
from cnnshape.render.html import block, title
from cnnshape.render.sweep_tables import STEPS, designs_table, histogram, listed_table, shown_figures, spread_table
from cnnshape.render.table import Column, Table, fit, text_lines
from cnnshape.render.table.csv import to_csv
from cnnshape.render.table.html import html_table
from cnnshape.render.table.markdown import markdown_lines
from cnnshape.render.table.records import records
from cnnshape.render.wrapping import BOLD, count, paint, wrapped
from cnnshape.study.sweep.space_text import PARAM, AxisText
from cnnshape.study.sweep.wanted import SHARES

if TYPE_CHECKING:
    from cnnshape.study.sweep.result import Sweep, SweptDesign
    from cnnshape.study.sweep.spread import Spread

LINES = 20
"""The most designs and errors that a text lists."""
_VALUES, _SHORT = 10, 12
"""The values of an axis that are listed; half as many of longer ones."""


class Part(NamedTuple):
    """A part of what is printed: its heading, and its table."""

    heading: str
    table: Table


def to_text(sweep: "Sweep", page: Page) -> str:
    """The sweep for a terminal or a pipe."""
    lines = [paint(heading(sweep), BOLD if page.color else "")]
    lines += ["", *(line for start, words in facts(sweep) for line in wrapped(start, words, page.width))]
    lines += _error_lines(sweep, page)
    for part in [*_figures(sweep), *_listed(sweep, LINES)]:
        table = fit(part.table, page.width)
        lines += ["", part.heading, *text_lines(table, color=page.color), *table.notes]
    lines += [line for note in _example(sweep) for line in ["", *wrapped("", note, page.width)]]
    return "\n".join(lines) + "\n"


def heading(sweep: "Sweep") -> str:
    """`Tiny: 3,600 designs, batch 1, float32`, `Tiny: 100 of 3,600 designs, at random (seed 0), batch 1, float32`."""
    settings = sweep.plan.settings
    number = _designs(sweep.evaluated)
    if sweep.plan.order.seed is not None:
        number = f"{sweep.evaluated:,} of {_designs(sweep.space)}, at random (seed {sweep.plan.order.seed})"
    return f"{sweep.name}: {number}, batch {settings.batch}, {settings.dtype}"


def facts(sweep: "Sweep") -> list[tuple[str, str]]:
    """How many designs fit together, and how many of them keep the bounds: starts of lines, each with its text."""
    refused = sum(one.designs for one in sweep.refused)
    bounds = list(dict.fromkeys(bound.text for bound in sweep.plan.bounds))
    rows = [("fit together", sweep.evaluated - refused, "")]
    rows += [("have errors", refused, "")] if refused else []
    rows += [("kept", sweep.kept, ", ".join(bounds))] if bounds else []
    width = max(len(count(number)) for _, number, _ in rows)
    return [(f"{name:12}  {number:>{width},}{'  ' if words else ''}", words) for name, number, words in rows]


def parts(sweep: "Sweep", lines: int | None = LINES) -> list[Part]:
    """The tables: errors, figures, histograms, designs; of errors and designs at most `lines`."""
    return [*_errors(sweep, lines), *_figures(sweep), *_listed(sweep, lines)]


def _designs(number: int) -> str:
    return f"{number:,} design{'' if number == 1 else 's'}"


def _errors(sweep: "Sweep", lines: int | None) -> list[Part]:
    columns = (
        Column("designs", numeric=True),
        Column("name", "error"),
        Column("line", numeric=True),
        Column("message", "at the first of them"),
    )
    rows = [(one.designs, one.name, one.line, one.message) for one in sweep.refused[:lines]]
    return [Part("errors", Table(columns, rows))] if rows else []


def _error_lines(sweep: "Sweep", page: Page) -> list[str]:
    """The errors as text: how many designs have each, and its message at the first of them."""
    shown = sweep.refused[:LINES]
    width = max((len(count(one.designs)) for one in shown), default=0)
    lines = ["", "errors"] if shown else []
    for one in shown:
        at = f", line {one.line}" if one.line else ""
        lines.append(f"  {one.designs:>{width},}  {one.name}{at}")
        lines += wrapped(" " * (width + 4), one.message, page.width)
    more = len(sweep.refused) - len(shown)
    return [*lines, f"  and {more:,} more"] if more else lines


def _figures(sweep: "Sweep") -> list[Part]:
    tables = [Part("figures of the kept designs", spread_table(sweep.spreads))] if sweep.spreads else []
    for figure in shown_figures(sweep):
        tables.append(Part(f"{figure} of the kept designs", histogram(figure, sweep.spreads[figure])))
    return tables


# Designs


def _listed(sweep: "Sweep", lines: int | None) -> list[Part]:
    if not sweep.listed:
        return []
    shown = sweep.listed[:lines]
    more = len(sweep.listed) - len(shown)
    notes = [f"and {more:,} more; `--format csv` lists all"] if more else []
    table = designs_table(sweep, shown, exact=False)
    return [Part(_listed_heading(sweep), table.with_notes(*notes))]


def _listed_heading(sweep: "Sweep") -> str:
    plan = sweep.plan
    if plan.goals:
        goals = ", ".join(("most " if goal.large else "least ") + goal.figure for goal in plan.goals)
        return f"front: {goals}"
    if plan.objective:
        return f"{'most' if plan.objective.large else 'least'} {plan.objective.figure}"
    return "first designs"


def _example(sweep: "Sweep") -> list[str]:
    """How a listed design is summarized."""
    return [f"`{rerun(sweep, sweep.listed[0])}` summarizes the first one"] if sweep.listed else []


def rerun(sweep: "Sweep", design: "SweptDesign") -> str:
    """The command line that summarizes a design of the sweep."""
    batch, dtype = sweep.plan.settings[:2]
    words = [design.options, f"--batch {batch}" if batch != 1 else "", f"--dtype {dtype}" if dtype != "float32" else ""]
    return escaped(" ".join(["cnnshape summary", shlex.quote(sweep.spec), *filter(None, words)]))


# The space


def space_text(name: str, axes: Sequence[AxisText], evaluated: int, page: Page) -> str:
    """The axes of a space, and how many designs it has."""
    total = prod(len(axis.values) for axis in axes)
    sample = "" if evaluated == total else f", of which {evaluated:,} are evaluated"
    lines = [f"{name}: {_designs(total)}{sample}", ""]
    width = max(len(axis_label(axis)) for axis in axes)
    digits = max(len(count(len(axis.values))) for axis in axes)
    for axis in axes:
        start = f"{axis_label(axis):{width}}  {len(axis.values):>{digits},}  "
        lines += wrapped(start, _values_text(axis.values), page.width)
    return "\n".join(lines) + "\n"


def axis_label(axis: AxisText) -> str:
    """What an axis is called: `width`, `--input`."""
    return axis.name if axis.option == PARAM else f"--{axis.option} {axis.name}".rstrip()


def _values_text(values: Sequence[str]) -> str:
    most = _VALUES if max(map(len, values)) <= _SHORT else _VALUES // 2
    shown = values if len(values) <= most else (*values[: most - 1], "...", values[-1])
    return ", ".join(shown)


# Formats


def to_json(sweep: "Sweep") -> str:
    """The sweep as JSON: exact integers."""
    plan = sweep.plan
    return to_contract(
        {
            "name": sweep.name,
            "batch": plan.settings.batch,
            "dtype": plan.settings.dtype,
            "space": sweep.space,
            "axes": [
                {"column": column, "option": axis.option, "values": list(axis.values)}
                for column, axis in zip(sweep.columns, plan.axes, strict=True)
            ],
            "seed": plan.order.seed,
            "evaluated": sweep.evaluated,
            "errors": [
                {"code": one.code, "name": one.name, "line": one.line, "message": one.message, "designs": one.designs}
                for one in sweep.refused
            ],
            "where": list(dict.fromkeys(bound.text for bound in plan.bounds)),
            "kept": sweep.kept,
            "figures": [{"name": name, **_spread_data(spread)} for name, spread in sweep.spreads.items()],
            "pareto": [str(goal) for goal in plan.goals],
            "objective": str(plan.objective) if plan.objective else None,
            "designs": records(listed_table(sweep)),
        }
    )


def _spread_data(spread: "Spread") -> dict[str, Any]:
    steps = spread.histogram(STEPS)
    return {
        "least": spread.least,
        "largest": spread.largest,
        "quantiles": [{"percent": round(100 * share), "value": spread.quantile(share)} for share in SHARES],
        "histogram": [{"from": low, "to": high, "designs": number} for low, high, number in steps],
    }


def to_markdown(sweep: "Sweep") -> str:
    """The sweep in GitHub's Markdown."""
    lines = [f"**{heading(sweep)}**", "", *(f"- {start.strip()} {words}".rstrip() for start, words in facts(sweep))]
    for part in parts(sweep, None):
        lines += ["", part.heading, "", *markdown_lines(part.table)]
    return "\n".join(lines) + "\n"


def to_html(sweep: "Sweep") -> str:
    """The sweep as a notebook shows it."""
    facts_table = Table((Column("what"), Column("designs")), [(start.strip(), words) for start, words in facts(sweep)])
    tables = [piece for part in parts(sweep) for piece in (title(part.heading), html_table(part.table))]
    return block(title(heading(sweep)), html_table(facts_table, headings=False), *tables)


def _to_svg(sweep: "Sweep") -> str:
    from cnnshape.render.plot.front import front_plot

    return front_plot(sweep)


FORMATS: "Formats[Sweep]" = {
    "table": Format(to_text),
    "json": Format.fixed(to_json),
    "csv": Format.fixed(lambda sweep: to_csv(listed_table(sweep))),
    "markdown": Format.fixed(to_markdown),
    "svg": Format.fixed(_to_svg),
}
