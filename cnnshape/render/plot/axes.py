"""Axes: where a number is, and at which numbers the ticks are."""

from collections.abc import Sequence
from math import ceil, floor, log10

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.wrapping import rounded

_STEPS = (1, 2, 5, 10)


class Axis(NamedTuple):
    """An axis from the coordinate of its least value to that of its largest one."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def at(self, number: float) -> float:
        """The coordinate of a number, which is above 0 on a logarithmic axis."""
        low, high, value = map(log10, (self.low, self.high, number)) if self.logarithmic else (*self[:2], number)
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def ticks(self, most: int) -> list[float]:
        """Round numbers on it, in equal steps or equal ratios, about `most` of them at most."""
        return _ratios(self.low, self.high, most) if self.logarithmic else _steps(self.low, self.high, most)


def _steps(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    least = (high - low) / most
    power = 10 ** floor(log10(least))
    step = next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))
    return [number * step for number in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _ratios(low: float, high: float, most: int) -> list[float]:
    """As many of these as fit: 1, 2 and 5 times the powers of ten; the powers; every second power, and so on."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    choices = [[step * 10.0**power for power in powers for step in _STEPS[:3]]]
    choices += [[10.0**power for power in powers if power % apart == 0] for apart in range(1, len(powers) + 1)]
    fitting = ([number for number in choice if low <= number <= high] for choice in choices)
    return next((ticks for ticks in fitting if len(ticks) <= most), [])


def powers_of_two(low: float, high: float, most: int) -> list[float]:
    """The powers of 2 between two numbers above 0; of 4, 8 and so on, if they are more than `most`."""
    first, last = ceil(_log2(low)), floor(_log2(high))
    apart = next(apart for apart in range(1, last - first + 3) if (last - first) // apart < most)
    return [2.0**power for power in range(first, last + 1) if power % apart == 0]


def _log2(number: float) -> float:
    return log10(number) / log10(2)


def padded(numbers: Sequence[float], share: float = 0.06) -> tuple[float, float]:
    """The least and the largest number of a linear axis, with a little room at both ends."""
    low, high = min(numbers), max(numbers)
    room = (high - low) * share or abs(high) * share or 1
    return low - room, high + room


def padded_ratio(numbers: Sequence[float], ratio: float = 1.5) -> tuple[float, float]:
    """The least and the largest number of a logarithmic axis, with a little room at both ends."""
    return min(numbers) / ratio, max(numbers) * ratio


def short(number: float) -> str:
    """`2 M`, `0.5`, `20 k`: a round number with its decimal prefix."""
    if number < 1000:
        return f"{number:g}"
    digits, _, prefix = rounded(round(number)).partition(" ")
    return f"{float(digits):g} {prefix}"
