"""What a counting rule is: a tool, a figure that it prints, and what it counts of each kind of layer."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import NamedTuple

from cnnshape.graph import Application
from cnnshape.report import Report
from cnnshape.study.counting.case import Case


class Quantity(Enum):
    """What a figure is a figure of: the one of our totals that it is compared with."""

    MACS = "macs"
    FLOPS = "flops"
    PARAMS = "params"
    ACTIVATION_BYTES = "activation_bytes"


class Mark(Enum):
    """Why a layer has no count."""

    UNSUPPORTED = "the tool counts nothing and says so"
    UNKNOWN = "what the tool counts is not known"


class Part(NamedTuple):
    """A part of a layer's count: `words` say what is counted of `about` (a kind, or something of it)."""

    about: str
    words: str
    amount: int


class Tally(NamedTuple):
    """What is counted of one layer."""

    parts: tuple[Part, ...] = ()
    mark: Mark | None = None

    @property
    def amount(self) -> int | None:
        """The sum of the parts; None where the count is not known."""
        return None if self.mark is Mark.UNKNOWN else sum(part.amount for part in self.parts)


class Rule(NamedTuple):
    """A figure of a tool. `name` is its word on the command line, `figure` what the tool calls it.

    `kinds` are the kinds that the rule answers for by name; None for a rule that asks facts, and so answers for all.
    `whole` gives parts of the network's count that belong to no layer.
    """

    name: str
    tool: str
    version: str
    quantity: Quantity
    figure: str
    doc: str
    tally: Callable[[Report], tuple[Tally, ...]]
    kinds: frozenset[str] | None = None
    whole: Callable[[Sequence[Tally]], tuple[Part, ...]] = lambda tallies: ()


class Cost(NamedTuple):
    """So much of a layer: in words, and as a number. `of` says what of the layer, if not the layer as such.

    What is `shared` is told of all kinds together.
    """

    words: str
    amount: Callable[[Case], int]
    of: str = ""
    shared: bool = False

    def part(self, case: Case) -> Part:
        """The cost of one layer."""
        about = self.of if self.shared else f"{case.kind} {self.of}".rstrip()
        return Part(about, self.words, self.amount(case))


Costs = tuple[Cost, ...]
Entry = Costs | Mark | Callable[[Case], Costs | Mark]
Table = dict[str, Entry]
"""What a tool counts of each kind; `()` is a stated zero."""


def each(kinds: str, entry: Entry) -> Table:
    """The same for several kinds, their words separated by spaces."""
    return dict.fromkeys(kinds.split(), entry)


def by_kind(table: Table) -> Callable[[Report], tuple[Tally, ...]]:
    """Counts each row by the entry of its kind."""
    return by_row(lambda case: _costs(table[case.kind], case))


def by_row(costs: Callable[[Case], Costs | Mark]) -> Callable[[Report], tuple[Tally, ...]]:
    """Counts each row by itself: by its layer, inputs and output alone."""

    def tally(report: Report) -> tuple[Tally, ...]:
        known: dict[Application, Tally] = {}
        for row in report.rows:
            if row.application not in known:
                case = Case(row)
                known[row.application] = _tally(costs(case), case)
        return tuple(known[row.application] for row in report.rows)

    return tally


def _costs(entry: Entry, case: Case) -> Costs | Mark:
    return entry(case) if callable(entry) else entry


def _tally(costs: Costs | Mark, case: Case) -> Tally:
    if isinstance(costs, Mark):
        return Tally(mark=costs)
    return Tally(tuple(cost.part(case) for cost in costs))
