"""A parameter of a block while it is made: its value in each call."""

from collections import Counter
from collections.abc import Sequence

from cnnshape.bridge.draft import Value
from cnnshape.bridge.flat import same
from cnnshape.named_tuple import NamedTuple

Vector = tuple[Value | None, ...]
"""A value for each call of a block; None where a call doesn't need one."""

CHANNELS = "channels"
"""The role of values that count channels: they may be expressions of the channels that enter."""
RATIO = "ratio"
CONDITION = "condition"


class Window(NamedTuple):
    """The kernels and the dilations of a step, which its padding may depend on."""

    kernels: Vector
    dilations: Vector

    @property
    def half(self) -> Vector:
        """The padding that keeps the size, for windows of one number for all axes and an odd number of cells."""
        pairs = zip(self.kernels, self.dilations, strict=True)
        return tuple(
            dilation * (kernel // 2) if isinstance(kernel, int) and isinstance(dilation, int) else None
            for kernel, dilation in pairs
        )


def half_of(kernel: Value, dilation: Value) -> str:
    """The expression of half a window whose kernel or dilation is a name."""
    half = f"{kernel} // 2" if isinstance(kernel, str) else str(kernel // 2) if isinstance(kernel, int) else ""
    if dilation == 1 or half == "1":
        return half if dilation == 1 else str(dilation)
    return f"{dilation} * ({half})" if isinstance(kernel, str) else f"{half} * {dilation}"


class Param:
    """A parameter while a block is made: its value in each call, and its role, the argument that it was made for."""

    def __init__(self, name: str, vector: Vector, role: str) -> None:
        self.name = name
        self.vector = list(vector)
        self.role = role

    @property
    def channels(self) -> bool:
        """Whether the parameter counts channels."""
        return self.role == CHANNELS

    def admits(self, vector: Vector) -> bool:
        """Whether the parameter has these values, or may take them where it has none."""
        return all(
            wanted is None or own is None or same(own, wanted) for own, wanted in zip(self.vector, vector, strict=True)
        ) and any(wanted is not None and own is not None for own, wanted in zip(self.vector, vector, strict=True))

    def take(self, vector: Vector) -> None:
        """Takes the values that it lacks."""
        self.vector = [wanted if own is None else own for own, wanted in zip(self.vector, vector, strict=True)]

    @property
    def default(self) -> Value | None:
        """The value of most calls; None if the parameter is required."""
        counts = Counter(map(_hashable, filter(_is_given, self.vector)))
        ((_, value), count), *_ = counts.most_common(1)
        lacking = any(item is None for item in self.vector)
        if lacking or (not self.channels and 2 * count > len(self.vector)) or isinstance(value, bool):
            return value
        return None


def _is_given(value: Value | None) -> bool:
    return value is not None


def _hashable(value: Value | None) -> tuple[bool, Value | None]:
    return isinstance(value, bool), value


def fits(vector: Vector, values: Sequence[Value | None]) -> bool:
    """Whether values are those of a vector where it has one."""
    return all(wanted is None or same(wanted, value) for wanted, value in zip(vector, values, strict=True))
