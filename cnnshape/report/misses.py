"""Describes missed numbers: by how much they are off, and which parts contribute most."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnshape.report.figures import Figure
from cnnshape.report.report import Report

if TYPE_CHECKING:
    from fractions import Fraction

_MOST_PARTS = 3


def missed(figure: str, number: int, bound: str, target: "Fraction") -> str:
    """`params is 1,234, expected 1,000: 234 more (23.4 %)`, where `bound` is `expected 1,000`."""
    off = number - target
    amount = f"{float(abs(off)):,.0f} {'more' if off > 0 else 'less'}"
    return f"{figure} is {number:,}, {bound}: {amount}{_share(number, target)}"


def _share(number: int, target: "Fraction") -> str:
    """The difference as a share of the expected number, or the number as a multiple if it is far off."""
    if not target:
        return ""
    if number >= 2 * target:
        times = float(number / target)
        return f", {times:,.0f} times as much" if times >= 100 else f", {times:.3g} times as much"
    share = float(abs(number - target) / target * 100)
    return f" ({share:.3g} %)"


def largest_parts(report: Report, figure: Figure) -> tuple[str, ...]:
    """A note with the layers or tensors that contribute most to a figure; empty if the figure is 0."""
    if figure.parts is None:
        return ()
    at_peak = figure.name == "peak_activation_bytes" and report.peak.layer
    when = f" while {report.peak.layer} runs" if at_peak else ""
    return _shares(list(figure.parts(report)), when)


def _shares(amounts: Sequence[tuple[str, int]], when: str) -> tuple[str, ...]:
    total = sum(amount for _, amount in amounts)
    largest = sorted(amounts, key=lambda part: -part[1])[:_MOST_PARTS]
    shares = [f"{name} {100 * amount / total:.0f} %" for name, amount in largest if amount]
    return (f"most of it{when}: {', '.join(shares)}",) if shares else ()
