"""Conditions on a comparison: `macs > +5%`, `params > 26M`, `peak_activation_bytes >= +1MiB`."""

import operator
import re
from collections.abc import Callable
from fractions import Fraction

from cnnshape.diagnostics import did_you_mean
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import COMPARED, parse_quantity
from cnnshape.study.compare import Comparison

_OPERATORS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


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


def parse_condition(text: str) -> Condition | None:
    """The condition that a text states, or None."""
    match = re.match(r"\s*([a-z_]+)\s*(>=|<=|>|<)\s*([+-]?)\s*(.+?)\s*(%?)\s*\Z", text)
    if match is None or match[1] not in {figure.name for figure in COMPARED}:
        return None
    figure, sign, plus, number, percent = match.groups()
    quantity = parse_quantity(number)
    if quantity is None or (percent and not plus):
        return None
    bound = Fraction(-quantity.value if plus == "-" else quantity.value)
    return Condition(text.strip(), figure, sign, bound, bool(plus), bool(percent))


def condition_fault(text: str) -> str:
    """What keeps a text from being a condition, and what to write instead."""
    match = re.match(r"\s*(.*?)\s*(?:(>=|<=|>|<|=)\s*(.*))?\Z", text, re.DOTALL)
    assert match is not None
    figure, sign, bound = match.groups()
    names = [known.name for known in COMPARED]
    if figure not in names:
        return f"{figure!r} is not a figure; {did_you_mean(figure, names)}"
    if sign not in _OPERATORS:
        return f"{text!r} compares nothing; write `{figure} > +5%` or `{figure} > 26M`"
    number = bound.strip().removesuffix("%").rstrip()
    if bound.strip().endswith("%") and parse_quantity(number) is not None:
        return f"{text!r}: a percentage bounds a difference; write `{figure} {sign} +{number}%`"
    return f"{bound!r} is not a bound; write `{figure} {sign} +5%` or `{figure} {sign} 26M`"


def violations(comparison: Comparison, conditions: tuple[Condition, ...]) -> list[str]:
    """A sentence for each condition that holds for a side."""
    figures = dict(comparison.figures)
    sentences = []
    for condition in conditions:
        first, *others = figures[condition.figure]
        for side, other in zip(comparison.sides[1:], others, strict=True):
            if condition.holds(first, other):
                change = f"{other - first:+,}" + (f", {(other - first) / first * 100:+.2f} %" if first else "")
                sentences.append(
                    f"{side.label}: {condition.figure} is {other:,} ({change}), refused by `{condition.text}`"
                )
    return sentences
