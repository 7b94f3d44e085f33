"""A tool's count as one more column of the summary."""

from collections.abc import Sequence
from typing import NamedTuple

from cnnshape.render.numbers import count
from cnnshape.render.table import GAP, Table
from cnnshape.report import Line, Report
from cnnshape.study.counting.rule import Part, Rule


class CountColumn(NamedTuple):
    """What a rule counts of each row, by its name (None: not known), and of the network as a whole."""

    rule: Rule
    amounts: dict[str, int | None]
    whole: tuple[Part, ...]

    @property
    def heading(self) -> str:
        """The rule's name, and the tool's word for its figure."""
        return f"{self.rule.name} {self.rule.figure}"

    @property
    def total(self) -> int:
        """The sum of what is known."""
        return sum(amount or 0 for amount in self.amounts.values()) + sum(part.amount for part in self.whole)

    @property
    def width(self) -> int:
        """The width that the column takes, with the gap before it."""
        return GAP + max(len(self.heading), len(count(self.total)))

    def beside(self, table: Table, lines: Sequence[Line]) -> Table:
        """The table with this column at its right, and a total."""
        rows = table.rows if table.sums else (*table.rows, ("total", *("" for _ in table.headings[1:])))
        cells = [*map(self._cell, lines), count(self.total)]
        return table._replace(
            headings=(*table.headings, self.heading),
            rows=tuple((*row, cell) for row, cell in zip(rows, cells, strict=True)),
            groups=table.groups | {len(lines)},
            numeric=(*table.numeric, True),
            sums=True,
            notes=(*table.notes, self._note()),
        )

    def _cell(self, line: Line) -> str:
        amounts = [self.amounts[row.name] for row in line.rows]
        if None in amounts and not line.group:
            return "unknown"
        return count(line.times * sum(amount or 0 for amount in amounts))

    def _note(self) -> str:
        """Whose count the column is."""
        unknown = [name for name, amount in self.amounts.items() if amount is None]
        remarks = [f"Unknown for {', '.join(unknown[:3])}, and left out of the sum."] if unknown else []
        remarks += [f"In the total: {part.amount:+,} for the {part.about}." for part in self.whole if part.amount]
        tool = f"{self.rule.tool} {self.rule.version}".rstrip()
        return " ".join([f"{self.heading}: as {tool} counts. {self.rule.doc}", *remarks])


def count_column(report: Report, rule: Rule) -> CountColumn:
    """The column of a rule for a report."""
    tallies = rule.tally(report)
    amounts = {row.name: tally.amount for row, tally in zip(report.rows, tallies, strict=True)}
    return CountColumn(rule, amounts, rule.whole(tallies))
