"""Guesses of the shapes of tensors that an earlier fault left uncertain.

Guesses serve only to find further faults, and are never shown. A problem that depends on a guess is reported only if no
value of the guess would make it right.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from math import lcm

from cnnshape.arithmetic import distinct
from cnnshape.layers import LARGEST, Shape

MOST_AXES = 4
MOST_CHANNELS = 10**12
Axis = tuple[int, int]
"""The least and the largest size that an axis may have."""
Pattern = tuple[Axis, ...]
"""The axes of a shape: one for the channels, and one for each spatial size."""

ANY: Axis = (1, LARGEST)


def exact(size: int) -> Axis:
    """An axis of certain size."""
    return size, size


def at_most(size: int) -> Axis:
    """An axis that is no larger."""
    return 1, size


class Guess:
    """The shapes that an uncertain tensor may have: one of some patterns."""

    __slots__ = ("patterns",)

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns: tuple[Pattern, ...] = tuple(distinct(patterns))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Guess) and self.patterns == other.patterns

    def __hash__(self) -> int:
        return hash(self.patterns)

    def __repr__(self) -> str:
        return f"Guess({' or '.join(map(pattern_text, self.patterns))})"

    def size(self, axis: int, length: int | None = None) -> int | None:
        """The size of an axis, if it is certain. With a `length`, only shapes with that many axes count."""
        sizes = distinct(
            pattern[axis] if len(pattern) == (length or len(pattern)) and axis < len(pattern) else ANY
            for pattern in self.patterns
        )
        least, most = sizes[0] if len(sizes) == 1 else ANY
        return least if least == most else None

    def text(self, pattern: Pattern) -> str:
        """The pattern as text for a message: `64x?x?`, or `64x...x?` if the rank is uncertain."""
        alike = [other for other in self.patterns if len(other) == len(pattern)]
        if len(alike) == len(self.patterns):
            return pattern_text(hull(alike))
        return f"{pattern_text(hull([other[:1] for other in self.patterns]))}x...x?"

    def or_else(self, other: "Guess") -> "Guess":
        """The union of both guesses."""
        return Guess((*self.patterns, *other.patterns))


def exactly(shape: Shape) -> Guess:
    """The guess of exactly one shape."""
    return Guess([tuple(map(exact, shape))])


UNKNOWN = Guess((ANY,) * axes for axes in range(1, MOST_AXES + 1))
"""A tensor of any shape."""


def pattern_text(pattern: Pattern) -> str:
    """A pattern as text for a message: `64x?x?`."""
    return "x".join(str(least) if least == most else "?" for least, most in pattern)


def hull(patterns: Iterable[Pattern]) -> Pattern:
    """The smallest pattern that includes all of these patterns of one length."""
    return tuple((min(axis)[0], max(most for _, most in axis)) for axis in zip(*patterns, strict=True))


def meet(first: Guess, second: Guess) -> Guess:
    """The shapes that both allow; those of the first if there are none."""
    common = []
    for one, other in product(first.patterns, second.patterns):
        if len(one) == len(other):
            axes = tuple((max(a[0], b[0]), min(a[1], b[1])) for a, b in zip(one, other, strict=True))
            common += [axes] if all(least <= most for least, most in axes) else []
    return Guess(common) if common else first


def witnesses(pattern: Pattern, numbers: Iterable[int]) -> Iterator[Shape]:
    """Shapes of a pattern, largest first: if a layer with these numbers works on any shape, it works on one of them.

    Unknown channels are multiples of all numbers; unknown sizes are large, small and of both parities.
    """
    known = [number for number in numbers if 0 < number <= LARGEST]
    channels = _some_channels(pattern[0], known)
    for spatial in _some_sizes(pattern[1:], max(known, default=1)):
        for count in channels:
            yield (count, *spatial)


def _some_channels(axis: Axis, numbers: list[int]) -> list[int]:
    least, most = axis
    if least == most:
        return [least]
    shared = 1
    for number in numbers:
        shared = lcm(shared, number) if lcm(shared, number) <= MOST_CHANNELS else shared
    base = shared**3 if shared**3 <= MOST_CHANNELS else shared
    wanted = [6 * base, 2 * base, 1, *numbers[:4]]
    return list(dict.fromkeys(count for count in wanted if least <= count <= max(most, MOST_CHANNELS)))


def _some_sizes(axes: Pattern, number: int) -> Iterator[Shape]:
    """Sizes for all axes together: the largest, then smaller ones."""
    large = [most if most < LARGEST else 4096 * min(number, 10**6) for _, most in axes]
    shrunk = (
        lambda size: size,
        lambda size: size - 1,
        lambda size: size - size % number,
        lambda size: size // 2,
        lambda size: 1,
    )
    chosen = [
        tuple(max(least, smaller(size)) for (least, _), size in zip(axes, large, strict=True)) for smaller in shrunk
    ]
    yield from dict.fromkeys(chosen)
