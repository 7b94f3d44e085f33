"""Counting rules: a tool, a figure that it prints, and its count of each layer."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from cnnshape.layers import Layer
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report
from cnnshape.study.counting.case import Case, Cases


class Quantity(Enum):
    """The quantity of a figure: the total of ours that it is compared with."""

    MACS = "macs"
    FLOPS = "flops"
    PARAMS = "params"
    ACTIVATION_BYTES = "activation_bytes"


class Mark(Enum):
    """Why a layer has no count."""

    UNSUPPORTED = "the tool counts nothing and says so"
    UNKNOWN = "what the tool counts is not known"


class Part(NamedTuple):
    """A part of a layer's count. `words` say what is counted of `about`: a kind, or a part of it."""

    about: str
    words: str
    amount: int


class Tally:
    """The count of one layer. Layers with the same count may share one tally, so tallies compare by identity."""

    __slots__ = ("_by_subject", "mark", "parts")

    def __init__(self, parts: tuple[Part, ...] = (), mark: Mark | None = None) -> None:
        self.parts = parts
        self.mark = mark
        self._by_subject: dict[str, tuple[str, int]] | None = None

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return sum([part.amount for part in self.parts])

    def by_subject(self) -> dict[str, tuple[str, int]]:
        """The count of each subject, in words and as a number."""
        if self._by_subject is None:
            self._by_subject = {}
            for part in self.parts:
                known = self._by_subject.get(part.about)
                self._by_subject[part.about] = part[1:] if known is None else _both(known, part)
        return self._by_subject

    @property
    def amount(self) -> int | None:
        """The sum of the parts; None if the count is unknown."""
        return None if self.mark is Mark.UNKNOWN else self.total


def _both(known: tuple[str, int], part: Part) -> tuple[str, int]:
    """Two costs of one subject: words that are the same appear once."""
    words, amount = known
    several = words if part.words in words.split(" + ") else f"{words} + {part.words}"
    return several, amount + part.amount


class Rule(NamedTuple):
    """A figure of a tool. `name` is its word on the command line, `figure` what the tool calls it.

    `tallies` gives a tally for each row, `whole` the parts of the network's count that belong to no layer. `by_kind`
    is true for a rule that treats kinds specially, false for one that asks for facts alone. `functional` gives the
    tallies of a network that calls `interpolate` itself and has no module for it, if the tool counts that differently.
    """

    name: str
    tool: str
    version: str
    quantity: Quantity
    figure: str
    doc: str
    tallies: Callable[[Cases], tuple[Tally, ...]]
    by_kind: bool = False
    whole: Callable[[Sequence[Tally]], tuple[Part, ...]] = lambda tallies: ()
    functional: Callable[[Cases], tuple[Tally, ...]] | None = None

    def tally(self, report: Report) -> tuple[Tally, ...]:
        """The count of each row of a report."""
        return self.tallies(Cases(report))


class Cost(NamedTuple):
    """An amount that a tool counts of a layer: in words, and as a number. `of` names what of the layer it is for.

    A `shared` cost is stated for all kinds together.
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
Answer = Costs | Mark
"""A tool's count of a layer; `()` is a known zero."""
Entry = Answer | Callable[[Case], Answer]


Family = type[object]
"""A base class of kinds; `type[Layer]` would exclude classes that aren't kinds themselves."""


class Table:
    """A table of counts. The count of a layer is the entry of its kind, or else of the closest family of the kind.

    `families` are base classes of kinds; `Layer`, the base of all kinds, has the answer for what the tool doesn't
    know. `kinds` are the kinds that the tool treats differently from their family, by name.
    """

    __slots__ = ("_entries", "families", "kinds")

    def __init__(self, families: Mapping[Family, Entry], kinds: Mapping[str, Entry]) -> None:
        if Layer not in families:
            raise ValueError("a table of counts needs an entry for Layer, the base of all kinds")
        self.families = families
        self.kinds = kinds
        self._entries: dict[type[Layer], Entry] = {}

    def changed(self, families: Mapping[Family, Entry], kinds: Mapping[str, Entry]) -> "Table":
        """The table with other entries for these families and kinds."""
        return Table({**self.families, **families}, {**self.kinds, **kinds})

    def answer(self, case: Case) -> Answer:
        """The tool's count of a layer."""
        kind = type(case.layer)
        if kind not in self._entries:
            self._entries[kind] = self._entry(kind)
        entry = self._entries[kind]
        return entry(case) if callable(entry) else entry

    def tallies(self, cases: Cases) -> tuple[Tally, ...]:
        """The tool's count of each row."""
        return _of_rows(cases, self.answer)

    def _entry(self, kind: type[Layer]) -> Entry:
        if kind.name in self.kinds:
            return self.kinds[kind.name]
        return next(self.families[base] for base in kind.__mro__ if base in self.families)


def alike(kinds: str, entry: Entry) -> dict[str, Entry]:
    """One entry for several kinds, their words separated by spaces."""
    return dict.fromkeys(kinds.split(), entry)


def by_case(answer: Callable[[Case], Answer]) -> Callable[[Cases], tuple[Tally, ...]]:
    """Counts each row by the facts of its case alone; rows of one case share a tally."""
    return lambda cases: _of_rows(cases, answer)


def _of_rows(cases: Cases, answer: Callable[[Case], Answer]) -> tuple[Tally, ...]:
    return cases.spread([tally_of(answer(case), case) for case in cases.distinct])


def tally_of(answer: Answer, case: Case) -> Tally:
    """The tally of a layer under a tool's answer."""
    if isinstance(answer, Mark):
        return Tally(mark=answer)
    return Tally(tuple(cost.part(case) for cost in answer))


def held_again(
    table: Table, again: Table, times: Callable[[int], int], words: str
) -> Callable[[Cases], tuple[Tally, ...]]:
    """Counts by a table, and `times` of the number of blocks that hold a layer what the second table counts of it."""

    def tally(case: Case) -> Tally:
        first = tally_of(table.answer(case), case)
        if case.holders == 1 or first.mark is Mark.UNKNOWN:
            return first
        more = tally_of(again.answer(case), case).total * (times(case.holders) - 1)
        return Tally((*first.parts, Part(f"{case.kind} in {case.holders} blocks", words, more)), first.mark)

    return lambda cases: cases.spread([tally(case) for case in cases.distinct])


def once_per_block(table: Table, again: Table | None = None) -> Callable[[Cases], tuple[Tally, ...]]:
    """Counts by a table, and what the second one counts again for each other block that holds the layer."""
    return held_again(table, again or table, lambda blocks: blocks, "again for each other block")
