"""The parameters of a block, and expressions for values that differ between its calls."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from cnnshape.arithmetic import make_divisible
from cnnshape.bridge import names
from cnnshape.bridge.draft import Value
from cnnshape.bridge.flat import same

Vector = tuple[Value | None, ...]
"""A value for each call of a block; None where a call doesn't need one."""

MOST_FACTOR = 8
"""The largest factor that is written out; a larger one is chance, or a value of its own."""
MOST_DIVISOR = 64
CHANNELS = "channels"
"""The role of values that count channels: they may be expressions of the channels that enter."""
RATIO = "ratio"
CONDITION = "condition"
ENTRY = "entry"
"""The parameter that holds the channels that enter a block."""
DIVISIBLE_BY = 8
"""What widths are rounded to a multiple of, in the MobileNets and their successors."""


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
            wanted is None or own is None or _equal(own, wanted)
            for own, wanted in zip(self.vector, vector, strict=True)
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


def _equal(one: Value | None, other: Value | None) -> bool:
    return same(one, other)


class Params:
    """The parameters of a block with `count` calls, which entering tensors with `entry` channels have."""

    def __init__(self, entry: Sequence[int], leaving: Vector) -> None:
        self.entry = tuple(entry)
        self.leaving = leaving
        self.uses_entry = False
        self.listed: list[Param] = []
        self.values: dict[Value, Sequence[Value | None]] = {}

    def expression(
        self, vector: Vector, role: str, wanted: Sequence[str], channels: Sequence[int], kernels: Vector | None = None
    ) -> Value:
        """A value or an expression that gives these values.

        `wanted` are names for a parameter of its own, the best first. `channels` are those that enter the step.
        `kernels` are the kernels of the same step, for a padding.
        """
        text, values = self._expression(vector, role, wanted, channels, kernels)
        self.values[text] = values
        return text

    def _expression(
        self, vector: Vector, role: str, wanted: Sequence[str], channels: Sequence[int], kernels: Vector | None
    ) -> tuple[Value, Sequence[Value | None]]:
        given = [value for value in vector if value is not None]
        constant = all(_equal(value, given[0]) for value in given)
        if constant and len(given) == len(vector):
            return given[0], vector
        if role == CHANNELS and not constant and _fits(vector, channels):
            return "in_channels", channels
        known = self._known(vector, role)
        if known is not None:
            return known.name, known.vector
        if constant:
            return given[0], [given[0]] * len(vector)
        if role == CHANNELS:
            return self._of_channels(vector, wanted, channels)
        if kernels is not None:
            half = tuple(value // 2 if isinstance(value, int) else None for value in kernels)
            holder = self._known(kernels, "kernel")
            if holder and _fits(vector, half):
                return f"{holder.name} // 2", half
        return self._own(vector, role, wanted)

    def _of_channels(
        self, vector: Vector, wanted: Sequence[str], channels: Sequence[int]
    ) -> tuple[Value, Sequence[Value | None]]:
        for text, values in self._candidates(vector, channels):
            if _fits(vector, values):
                self.uses_entry = self.uses_entry or ENTRY in text
                return text, values
        ratios = self._ratios(vector, channels)
        if ratios and not _fits(vector, self.leaving):
            held = self._known(ratios, RATIO) or self._new(ratios, RATIO, ("expand", *wanted))
            return f"{held.name} * in_channels", vector
        return self._own(vector, CHANNELS, ("out", *wanted) if _fits(vector, self.leaving) else wanted)

    def _own(self, vector: Vector, role: str, wanted: Sequence[str]) -> tuple[Value, Sequence[Value | None]]:
        param = self._new(vector, role, wanted)
        return param.name, param.vector

    def condition(
        self, vector: Sequence[bool | None], wanted: Sequence[str], channels: Sequence[int], width: Value = ""
    ) -> str:
        """An expression that is true for the calls where the vector is. `width` are the channels that the step gives."""
        for text, values in self._conditions(channels, width):
            if all(want is None or want == value for want, value in zip(vector, values, strict=True)):
                return text
        own = tuple(vector)
        known = self._known(own, CONDITION)
        return (known or self._new(own, CONDITION, wanted)).name

    def ordered(self) -> dict[str, Value | None]:
        """The parameters with their defaults, the required ones first."""
        defaults = {param.name: param.default for param in self.listed}
        required = {name: None for name, default in defaults.items() if default is None}
        entry: dict[str, Value | None] = {ENTRY: "in_channels"} if self.uses_entry else {}
        return {**required, **{name: value for name, value in defaults.items() if value is not None}, **entry}

    def arguments(self, call: int) -> dict[str, Value]:
        """The values that a call gives, in the order of the parameters, without those that it doesn't need."""
        values = {param.name: param.vector[call] for param in self.listed}
        return {name: value for name in self.ordered() if (value := values.get(name)) is not None}

    def _known(self, vector: Vector, role: str) -> Param | None:
        """The parameter of this role that has these values."""
        for param in self.listed:
            if param.role == role and param.admits(vector):
                param.take(vector)
                return param
        return None

    def _candidates(self, vector: Vector, channels: Sequence[int]) -> Iterator[tuple[str, Sequence[Value | None]]]:
        """Expressions for numbers of channels with their values, the plainest first."""
        bases: list[tuple[str, Sequence[Value | None]]] = [("in_channels", channels)]
        bases += [(param.name, param.vector) for param in self.listed if param.channels]
        for name, base in bases:
            yield from _multiples(name, base, vector)
        if self.entry != tuple(channels):
            yield ENTRY, self.entry
            yield from _multiples(ENTRY, self.entry, vector)
            for ratio in (param for param in self.listed if param.role == RATIO):
                yield f"{ratio.name} * {ENTRY}", _products(ratio.vector, self.entry)
        for divisor in (2, 3, 4, 8, 16):
            rounded = [make_divisible(channel / divisor, DIVISIBLE_BY) for channel in channels]
            yield f"make_divisible(in_channels / {divisor}, {DIVISIBLE_BY})", rounded

    def _ratios(self, vector: Vector, channels: Sequence[int]) -> Vector:
        """Small whole numbers that give the values from the channels that enter; empty if there are none."""
        ratios = tuple(
            value // channel if isinstance(value, int) and channel and value % channel == 0 else None
            for value, channel in zip(vector, channels, strict=True)
        )
        complete = all((ratio is None) == (value is None) for ratio, value in zip(ratios, vector, strict=True))
        return ratios if complete and all(ratio is None or ratio <= MOST_FACTOR for ratio in ratios) else ()

    def _new(self, vector: Vector, role: str, wanted: Sequence[str]) -> Param:
        taken = [param.name for param in self.listed] + [ENTRY]
        name = next((name for name in wanted if name and name not in taken and names.is_free(name)), "")
        param = Param(name or names.variable(next(filter(None, wanted)), taken), vector, role)
        self.listed.append(param)
        return param

    def _conditions(self, channels: Sequence[int], width: Value) -> Iterator[tuple[str, list[bool]]]:
        """Conditions on strides and shapes with their values, the most telling first."""
        whole = [param for param in self.listed if None not in param.vector]
        strides = [
            (param.name, [value != 1 for value in param.vector])
            for param in whole
            if param.role == "stride" and not any(isinstance(value, tuple) for value in param.vector)
        ]
        ratios = [(param.name, [value != 1 for value in param.vector]) for param in whole if param.role == RATIO]
        widths = {param.name: param.vector for param in whole if param.channels}
        own = self.values.get(width)
        if isinstance(width, str) and width != "in_channels" and own is not None and None not in own:
            widths = {width: list(own), **widths}
        changed = [
            (name, [value != enters for value, enters in zip(vector, channels, strict=True)])
            for name, vector in widths.items()
        ]
        # Shapes that differ need a projection, and forbid the identity: so the whole condition comes first.
        for stride, moves in strides:
            for name, changes in changed:
                either = [move or change for move, change in zip(moves, changes, strict=True)]
                yield f"{stride} != 1 or in_channels != {name}", either
                yield f"{stride} == 1 and in_channels == {name}", _negated(either)
        for name, values in changed:
            yield f"in_channels != {name}", values
            yield f"in_channels == {name}", _negated(values)
        for name, values in (*strides, *ratios):
            yield f"{name} != 1", values
            yield f"{name} == 1", _negated(values)
        for param in self.listed:
            if param.role == CONDITION:
                truths = [value is True for value in param.vector]
                yield param.name, truths
                yield f"not {param.name}", _negated(truths)


def _negated(values: Iterable[bool]) -> list[bool]:
    return [not value for value in values]


def _fits(vector: Vector, values: Sequence[Value | None]) -> bool:
    return all(wanted is None or _equal(wanted, value) for wanted, value in zip(vector, values, strict=True))


def _multiples(name: str, base: Sequence[Value | None], vector: Vector) -> Iterator[tuple[str, list[Value | None]]]:
    """A multiple or a part of a base: the one that the first call's value suggests."""
    pair = next(
        (
            (one, other)
            for one, other in zip(base, vector, strict=True)
            if isinstance(one, int) and isinstance(other, int)
        ),
        None,
    )
    if pair is None or 0 in pair:
        return
    one, other = pair
    if other % one == 0 and 1 < other // one <= MOST_FACTOR:
        factor = other // one
        yield f"{factor} * {name}", [value * factor if isinstance(value, int) else None for value in base]
    for divisor in {one // other, one // (other + 1) + 1} if other <= one else ():
        if 1 < divisor <= MOST_DIVISOR:
            yield f"{name} // {divisor}", [value // divisor if isinstance(value, int) else None for value in base]


def _products(ratios: Sequence[Value | None], base: Sequence[int]) -> list[Value | None]:
    return [ratio * value if isinstance(ratio, int) else None for ratio, value in zip(ratios, base, strict=True)]
