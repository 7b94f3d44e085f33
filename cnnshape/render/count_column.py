"""A tool's count as one more column of the summary."""

from collections.abc import Sequence

from cnnshape.render.table import Column, Table
from cnnshape.render.wrapping import count
from cnnshape.report import Line, Report
from cnnshape.study.counting.rule import Rule


def add_count_column(table: Table, lines: Sequence[Line], report: Report, rule: Rule) -> tuple[Table, str]:
    """The table with the count of a rule as the last column, with a total; and a sentence about the column."""
    tallies = rule.tally(report)
    amounts = {row.name: tally.amount for row, tally in zip(report.rows, tallies, strict=True)}
    whole = rule.whole(tallies)
    heading = f"{rule.name} {rule.figure}"
    total = sum(amount or 0 for amount in amounts.values()) + sum(part.amount for part in whole)
    values = [*(_count(line, amounts) for line in lines), total]
    rows = table.rows if table.totals else (*table.rows, ("total", *("" for _ in table.columns[1:])))
    extended = Table(
        (*table.columns, Column("count", heading, numeric=True, text=_text)),
        [(*row, value) for row, value in zip(rows, values, strict=True)],
        groups=table.groups | {len(lines)},
        totals=True,
        notes=table.notes,
    )
    unknown = [name for name, amount in amounts.items() if amount is None]
    remarks = [f"Unknown for {', '.join(unknown[:3])}, and left out of the sum."] if unknown else []
    remarks += [f"In the total: {part.amount:+,} for the {part.about}." for part in whole if part.amount]
    tool = f"{rule.tool} {rule.version}".rstrip()
    return extended, " ".join([f"{heading}: as {tool} counts. {rule.doc}", *remarks])


def _count(line: Line, amounts: dict[str, int | None]) -> int | None:
    """The count of a line; None for a layer whose count is unknown."""
    counts = [amounts[row.name] for row in line.rows]
    if None in counts and not line.group:
        return None
    return line.times * sum(amount or 0 for amount in counts)


def _text(amount: int | None) -> str:
    return "unknown" if amount is None else count(amount)
