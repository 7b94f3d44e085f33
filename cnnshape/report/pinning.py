"""Replaces missed figures in `expect:` by the actual ones, in the form and precision of the file."""

import re
from fractions import Fraction

from cnnshape.diagnostics import BY_UPDATE, Fix, Replace
from cnnshape.language import Expression, ListValue, Name
from cnnshape.report.quantity import parse_quantity, unit_of

_QUANTITY = r"(?P<whole>[0-9][0-9_,]*)(?:\.(?P<digits>[0-9]+))?(?P<space>\s*)(?P<unit>[A-Za-z]*)"
_PINNED = rf"(?P<before>['\"]?\s*){_QUANTITY}(?P<after>\s*(?:(?:\+-|±).*)?)"
"""A number, possibly with a tolerance or in quotes. Bounds don't match: they are budgets and stay."""


def pinned(wanted: Name | ListValue, numbers: tuple[int, ...], *, shape: bool = False) -> tuple[Fix, ...]:
    """The fix that replaces the expected numbers by these; none for a bound.

    Equal numbers are written as one, but not in a `shape`.
    """
    if isinstance(wanted, ListValue):
        return (Fix(_in_list(wanted, numbers), BY_UPDATE),)
    text = wanted.span.text
    if len(numbers if shape else set(numbers)) == 1:
        written = _rewritten(text, numbers[0])
    else:
        written = _listed(numbers) if parse_quantity(wanted.text) else None
    return (Fix((Replace(wanted.span, written),), BY_UPDATE),) if written is not None else ()


def _listed(numbers: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, numbers))}]"


def _in_list(wanted: ListValue, numbers: tuple[int, ...]) -> tuple[Replace, ...]:
    """The numbers that differ, or the whole list if it has another length."""
    items = [item for item in wanted.items if isinstance(item, Expression)]
    if len(items) != len(numbers):
        return (Replace(wanted.span, _listed(numbers)),)
    return tuple(
        Replace(item.span, str(number))
        for item, number in zip(items, numbers, strict=True)
        if item.evaluate({}) != number
    )


def _rewritten(text: str, number: int) -> str | None:
    """A quantity as it is written, with another number: `4.089G` keeps its unit and its three digits."""
    match = re.match(rf"{_PINNED}(?P<quote>['\"]?)\Z", text, re.ASCII)
    if match is None:
        return None
    quantity = _quantity(match["whole"], len(match["digits"] or ""), match["space"] + match["unit"], number)
    return f"{match['before']}{quantity}{match['after']}{match['quote']}"


def _quantity(whole: str, digits: int, unit: str, number: int) -> str:
    """The number in that unit with that number of digits; in full if the unit is too large for it."""
    scaled = round(Fraction(number, unit_of(unit.strip())) * 10**digits)
    if number and not scaled:
        return str(number)
    mark = "," if "," in whole else "_" if "_" in whole else ""
    before, after = divmod(scaled, 10**digits)
    return f"{before:{mark}}{f'.{after:0{digits}}' if digits else ''}{unit}"
