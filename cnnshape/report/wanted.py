"""Expected numbers: exact, rounded, bounded, or within a tolerance."""

import operator
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from cnnshape.named_tuple import NamedTuple
from cnnshape.report.quantity import QUANTITY_PATTERN, parse_quantity

if TYPE_CHECKING:
    from fractions import Fraction

_BOUNDS: "dict[str, Callable[[int, int | Fraction], bool]]" = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_PERCENT = r"[0-9]{1,3}(?:\.[0-9]{1,6})?"
WANTED_PATTERN = (
    rf"^\s*(?:(?:{'|'.join(_BOUNDS)})?\s*{QUANTITY_PATTERN}|{QUANTITY_PATTERN}\s*(?:\+-|±)\s*{_PERCENT}\s*%)\s*$"
)
"""A regular expression of all texts that `parse_wanted` accepts, for editors."""


class Wanted(NamedTuple):
    """An expected number: a test, the number to which differences are measured, and the text."""

    test: Callable[[int], bool]
    target: "int | Fraction"
    text: str


def parse_wanted(text: str) -> Wanted | None:
    """The expected number of a text, or None if the text is invalid."""
    stripped = text.strip()
    sign = next((sign for sign in _BOUNDS if stripped.startswith(sign)), "")
    tolerance = _tolerance().match(stripped)
    quantity = parse_quantity(tolerance[1] if tolerance else stripped[len(sign) :])
    if quantity is None or (sign and tolerance):
        return None
    target = quantity.value
    if sign:
        bound = _BOUNDS[sign]
        return Wanted(lambda number: bound(number, target), target, stripped)
    if tolerance:
        slack = target * _fraction(tolerance[2]) / 100
        return Wanted(lambda number: -slack <= number - target <= slack, target, stripped)
    return Wanted(quantity.matches, target, stripped)


@cache
def _tolerance() -> re.Pattern[str]:
    return re.compile(rf"(.+?)\s*(?:\+-|±)\s*({_PERCENT})\s*%\Z", re.ASCII)


def _fraction(text: str) -> "Fraction":
    from fractions import Fraction

    return Fraction(text)
