"""Quantities with units: `25557032`, `4.089G`, `26M`, `2MiB`."""

import re
from functools import cache
from typing import TYPE_CHECKING

from cnnshape.arithmetic import quotient
from cnnshape.named_tuple import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction

_UNITS = {
    "": 1, "B": 1,
    "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "kB": 10**3, "MB": 10**6, "GB": 10**9,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30,
}  # fmt: skip
# A comma separates thousands only, so `26,5M` is invalid: some readers would take it for 26.5 million.
_WHOLE = r"[0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,15}(?:_[0-9]{1,15}){0,6}"
QUANTITY_PATTERN = rf"(?:{_WHOLE})(?:\.[0-9]{{1,12}})?\s*(?:{'|'.join(filter(None, _UNITS))})?"
"""A regular expression of quantities for editors, in the syntax that JavaScript and Python share."""


class Quantity(NamedTuple):
    """A number and its precision as written: all numbers that round to it match."""

    value: "int | Fraction"
    slack: "int | Fraction"

    def matches(self, number: int) -> bool:
        """Whether the number rounds to the quantity. A plain whole number must match exactly."""
        return -self.slack <= number - self.value <= self.slack


def parse_quantity(text: str) -> Quantity | None:
    """The quantity of a text, or None."""
    match = _pattern().match(text.strip())
    if match is None or match[3] not in _UNITS:
        return None
    unit = _UNITS[match[3]]
    digits = match[2] or ""
    whole = int(re.sub("[_,]", "", match[1]) + digits)
    step = quotient(unit, 10 ** len(digits))
    return Quantity(whole * step, 0 if step == 1 else quotient(step, 2))


def unit_of(word: str) -> int:
    """The factor of a unit, such as 1,000 for `k`; raises KeyError for an unknown one."""
    return _UNITS[word]


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"({_WHOLE})(?:\.(\d{{1,12}}))?\s*([A-Za-z]{{0,3}})\Z", re.ASCII)
