"""Conditions on a comparison: `macs > +5%`, `params > 26M`, `receptive_field < 224`."""

import operator
import re
from collections.abc import Callable, Collection
from fractions import Fraction

from cnnshape.diagnostics import did_you_mean
from cnnshape.layers import format_shape
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import COMPARED, FIGURES, Report, parse_quantity
from cnnshape.study.compare import Comparison, field_of

_OPERATORS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
FIELD = "receptive_field"
CONDITIONED = (*(figure.name for figure in COMPARED), FIELD)
"""The figures that a condition can bound."""


class Condition(NamedTuple):
    """A bound on a figure, or (`relative`) on its difference from the first side.

    `percent` bounds the difference as a share of the first side's figure.
    """

    text: str
    figure: str
    sign: str
    bound: Fraction
    relative: bool
    percent: bool

    def holds(self, first: int, other: int) -> bool:
        """Whether the condition holds for a figure of the first side and of another."""
        measured = Fraction(other - first if self.relative else other)
        bound = self.bound * first / 100 if self.percent else self.bound
        return _OPERATORS[self.sign](measured, bound)

    def refusal(self, report: Report, first: Report | None) -> "Refusal | None":
        """The refusal of a design, compared with a first one, if there is one; None if the condition doesn't hold.

        A condition on a receptive field holds if it holds along one axis. A bound on a difference holds for no design
        without a first one, or with another number of axes.
        """
        values = _values(report, self.figure)
        before = _values(first, self.figure) if first is not None else ()
        if len(before) != len(values):
            if self.relative:
                return None
            before = ()
        for axis, value in enumerate(values):
            if self.holds(before[axis] if before else 0, value):
                return Refusal(self, before, values, axis)
        return None


class Refusal(NamedTuple):
    """A condition that holds for a design: the figure `before` (empty if there is none) and `after`, with a value per
    axis, and the axis along which the condition holds."""

    condition: Condition
    before: tuple[int, ...]
    after: tuple[int, ...]
    axis: int

    @property
    def change(self) -> str:
        """The change along the axis: `+7,650, +12.40 %`; empty without a value before."""
        if not self.before:
            return ""
        first, other = self.before[self.axis], self.after[self.axis]
        return f"{other - first:+,}" + (f", {(other - first) / first * 100:+.2f} %" if first else "")

    @property
    def figure(self) -> str:
        """The figure and its change: `params is 69,356 (+7,650, +12.40 %)`."""
        change = f" ({self.change})" if self.change else ""
        after = format_shape(self.after) if len(self.after) > 1 else f"{self.after[0]:,}"
        return f"{self.condition.figure} is {after}{change}"

    def __str__(self) -> str:
        return f"{self.figure}, refused by `{self.condition.text}`"


def _values(report: Report, figure: str) -> tuple[int, ...]:
    return field_of(report) if figure == FIELD else (FIGURES[figure].of(report),)


def parse_condition(text: str, figures: Collection[str] = CONDITIONED) -> Condition | None:
    """The condition on one of these figures that a text states, or None."""
    match = re.match(r"\s*([a-z_]+)\s*(>=|<=|>|<)\s*([+-]?)\s*(.+?)\s*(%?)\s*\Z", text)
    if match is None or match[1] not in figures:
        return None
    figure, sign, plus, number, percent = match.groups()
    quantity = parse_quantity(number)
    if quantity is None or (percent and not plus):
        return None
    bound = Fraction(-quantity.value if plus == "-" else quantity.value)
    return Condition(" ".join(text.split()), figure, sign, bound, bool(plus), bool(percent))


def condition_fault(text: str, figures: Collection[str] = CONDITIONED, *, differences: bool = True) -> str:
    """What keeps a text from being a condition on one of these figures, and what to write instead.

    `differences` says whether there is a first side, whose figures a condition can be relative to.
    """
    match = re.match(r"\s*(.*?)\s*(?:(>=|<=|>|<|=)\s*(.*))?\Z", text, re.DOTALL)
    assert match is not None
    figure, sign, bound = match.groups()
    if figure not in figures:
        return f"{figure!r} is not a figure; {meant_figure(figure, figures)}"
    usual, examples = (">", ("+5%", "26M")) if differences else ("<=", ("5M", "256kB"))
    written = " or ".join(f"`{figure} {sign if sign in _OPERATORS else usual} {example}`" for example in examples)
    if sign not in _OPERATORS:
        return f"{text!r} compares nothing; write {written}"
    number = bound.strip().removesuffix("%").rstrip()
    if differences and bound.strip().endswith("%") and parse_quantity(number) is not None:
        return f"{text!r}: a percentage bounds a difference; write `{figure} {sign} +{number}%`"
    return f"{bound!r} is not a bound; write {written}"


def meant_figure(word: str, figures: Collection[str]) -> str:
    """Help for an unknown figure: the one that tables call so, or the one that is spelt like it."""
    words = {"rf": FIELD, "receptive field": FIELD}
    words |= {
        name.lower(): figure.name for figure in FIGURES.values() for name in (figure.heading, figure.label) if name
    }
    meant = words.get(word.lower(), "")
    known = ", ".join(f"`{name}`" for name in figures)
    return f"did you mean `{meant}`?" if meant in figures else did_you_mean(word, figures) or f"known here: {known}"


def refusals(report: Report, first: Report | None, conditions: tuple[Condition, ...]) -> tuple[Refusal, ...]:
    """A refusal for each condition that holds for a design, compared with a first one, if there is one."""
    tested = [condition.refusal(report, first) for condition in conditions]
    return tuple(refusal for refusal in tested if refusal is not None)


def violations(comparison: Comparison, conditions: tuple[Condition, ...]) -> list[str]:
    """A sentence for each condition that holds for a side."""
    first, *others = comparison.sides
    return [
        f"{side.label}: {refusal}"
        for condition in conditions
        for side in others
        for refusal in refusals(side.report, first.report, (condition,))
    ]
