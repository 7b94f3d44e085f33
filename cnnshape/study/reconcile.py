"""The same network as other tools count it, and what lies between their figures and ours, term by term."""

from collections.abc import Sequence
from typing import NamedTuple

from cnnshape.report import Report
from cnnshape.study.counting import ours
from cnnshape.study.counting.registry import RULES
from cnnshape.study.counting.rule import Mark, Rule, Tally


class Term(NamedTuple):
    """A part of a difference. `theirs` and `ours` say what either counts of `about`; empty: nothing."""

    about: str
    theirs: str
    ours: str
    amount: int


class Count(NamedTuple):
    """A tool's figure. `value` is None where a layer's count is not known; `unknown` names those kinds.

    `terms` lead from our figure to the tool's, `unsupported` are kinds that it says it doesn't count.
    """

    rule: Rule
    ours: int
    value: int | None
    terms: tuple[Term, ...]
    unsupported: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def difference(self) -> int | None:
        """The tool's figure less ours."""
        return None if self.value is None else self.value - self.ours


class Reconciliation(NamedTuple):
    """A report, of one sample in float32, and what others count of it."""

    report: Report
    counts: tuple[Count, ...]


def reconcile(report: Report, rules: Sequence[Rule] = RULES) -> Reconciliation:
    """What each rule counts of a report of one sample in float32."""
    if report.batch != 1 or report.dtype != "float32":
        raise ValueError("tools count one sample in float32")
    return Reconciliation(report, tuple(_count(report, rule) for rule in rules))


def _count(report: Report, rule: Rule) -> Count:
    tallies = rule.tally(report)
    own: int = getattr(report.totals, rule.quantity.value)
    unknown = _kinds(report, tallies, Mark.UNKNOWN)
    unsupported = _kinds(report, tallies, Mark.UNSUPPORTED)
    if unknown:
        return Count(rule, own, None, (), unsupported, unknown)
    # What belongs to no layer is set against nothing of ours.
    tallies = (*tallies, Tally(rule.whole(tallies)))
    mine = (*ours.count(report, rule.quantity), Tally())
    value = sum(part.amount for tally in tallies for part in tally.parts)
    return Count(rule, own, value, _terms(tallies, mine), unsupported, ())


def _kinds(report: Report, tallies: Sequence[Tally], mark: Mark) -> tuple[str, ...]:
    """The kinds of layers with that mark, each once."""
    return tuple(dict.fromkeys(row.kind for row, tally in zip(report.rows, tallies, strict=True) if tally.mark is mark))


def _terms(theirs: Sequence[Tally], own: Sequence[Tally]) -> tuple[Term, ...]:
    """The differences, the largest first."""
    found: dict[tuple[str, str, str], int] = {}
    for tally, mine in zip(theirs, own, strict=True):
        for about in dict.fromkeys(part.about for part in (*mine.parts, *tally.parts)):
            words, amount = _of(tally, about)
            my_words, my_amount = _of(mine, about)
            if amount != my_amount:
                key = about, words, my_words
                found[key] = found.get(key, 0) + amount - my_amount
    terms = (Term(*key, amount) for key, amount in found.items() if amount)
    return tuple(sorted(terms, key=lambda term: -abs(term.amount)))


def _of(tally: Tally, about: str) -> tuple[str, int]:
    parts = [part for part in tally.parts if part.about == about]
    return " + ".join(dict.fromkeys(part.words for part in parts)), sum(part.amount for part in parts)
