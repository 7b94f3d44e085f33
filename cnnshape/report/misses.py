"""Describes missed numbers: by how much they are off, and which parts contribute most."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnshape.graph import Group
from cnnshape.report.figures import Figure
from cnnshape.report.report import Report

if TYPE_CHECKING:
    from fractions import Fraction

_MOST_PARTS = 3
_NEARLY_ALL = 0.9
"""The share of a group that is named by its parts, since its own name would say little."""


def missed(figure: str, number: int, bound: str, target: "int | Fraction") -> str:
    """`params is 1,234, expected 1,000: 234 more (23.4 %)`, where `bound` is `expected 1,000`."""
    off = number - target
    amount = f"{abs(float(off)):,.0f} {'more' if off > 0 else 'less'}"
    return f"{figure} is {number:,}, {bound}: {amount}{_share(number, target)}"


def _share(number: int, target: "int | Fraction") -> str:
    """The difference as a share of the expected number, or the number as a multiple if it is far off."""
    if not target:
        return ""
    if number >= 2 * target:
        times = float(number / target)
        return f", {times:,.0f} times as much" if times >= 100 else f", {times:.3g} times as much"
    share = abs(float((number - target) * 100 / target))
    return f" ({share:.3g} %)"


def largest_parts(report: Report, figure: Figure) -> tuple[str, ...]:
    """A note that names the stages, layers or tensors that hold most of a figure; none if nothing does."""
    if figure.parts is None:
        return ()
    parts = list(figure.parts(report))
    total = sum(amount for _, amount in parts)
    if figure.name == "peak_activation_bytes":
        when = f" while {report.peak.layer} runs" if report.peak.layer else ""
        return _shares(parts, total, when)
    return _shares(_by_group(parts, report.groups, total), total, "")


def _by_group(layers: Sequence[tuple[str, int]], root: Group, total: int) -> list[tuple[str, int]]:
    """The amounts of layers as those of the groups they are in; a group that holds nearly all is opened."""
    while True:
        parts = _inside(layers, root)
        name, most = max(parts, key=lambda part: part[1], default=("", 0))
        inner = next((group for group in root.children if group.label == name), None)
        if inner is None or most < _NEARLY_ALL * total:
            return parts
        root = inner


def _inside(layers: Sequence[tuple[str, int]], root: Group) -> list[tuple[str, int]]:
    """The amount of each group and of each layer right inside a group."""
    parts: list[tuple[str, int]] = []
    position = root.start
    for group in root.children:
        parts += layers[position : group.start]
        parts.append((group.label, sum(amount for _, amount in layers[group.start : group.end])))
        position = group.end
    return [*parts, *layers[position : root.end]]


def shares_of(parts: Sequence[tuple[str, int]], whole: str) -> tuple[str, ...]:
    """A note that names the largest parts of a whole with their shares; none if there are none."""
    total = sum(amount for _, amount in parts)
    return tuple(note.replace("most of it", whole, 1) for note in _shares(parts, total, ""))


def _shares(amounts: Sequence[tuple[str, int]], total: int, when: str) -> tuple[str, ...]:
    largest = sorted(amounts, key=lambda part: -part[1])[:_MOST_PARTS]
    shares = [f"{name} {100 * amount / total:.0f} %" for name, amount in largest if amount]
    return (f"most of it{when}: {', '.join(shares)}",) if shares else ()
