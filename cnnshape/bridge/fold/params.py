"""The parameters of a block, and expressions for values that differ between its calls."""

from collections.abc import Iterator, Sequence

from cnnshape.arithmetic import make_divisible
from cnnshape.bridge import names
from cnnshape.bridge.draft import Value
from cnnshape.bridge.flat import are_same
from cnnshape.bridge.fold.conditions import conditions
from cnnshape.bridge.fold.param import CHANNELS, CONDITION, RATIO, Param, Vector, Window, fits, half_of

MOST_FACTOR = 8
"""The largest factor that is written out; a larger one is chance, or a value of its own."""
MOST_DIVISOR = 64
ENTRY = "entry"
"""The parameter that holds the channels that enter a block."""
DIVISIBLE_BY = 8
"""What widths are rounded to a multiple of, in the MobileNets and their successors."""


class Params:
    """The parameters of a block with calls that entering tensors with `entry` channels have."""

    def __init__(self, entry: Sequence[int], leaving: Vector) -> None:
        self.entry = tuple(entry)
        self.leaving = leaving
        self.uses_entry = False
        self.listed: list[Param] = []
        self.values: dict[Value, Sequence[Value | None]] = {}

    def expression(
        self, vector: Vector, role: str, wanted: Sequence[str], channels: Sequence[int], window: Window | None = None
    ) -> Value:
        """A value or an expression that gives these values.

        `wanted` are names for a parameter of its own, the best first. `channels` are those that enter the step.
        `window` is that of the same step, for a padding.
        """
        text, values = self._expression(vector, role, wanted, channels, window)
        self.values[text] = values
        return text

    def _expression(
        self, vector: Vector, role: str, wanted: Sequence[str], channels: Sequence[int], window: Window | None
    ) -> tuple[Value, Sequence[Value | None]]:
        given = [value for value in vector if value is not None]
        constant = are_same(given)
        if constant and len(given) == len(vector):
            return given[0], vector
        if role == CHANNELS and not constant and fits(vector, channels):
            return "in_channels", channels
        known = self._known(vector, role)
        if known is not None:
            return known.name, known.vector
        if constant:
            return given[0], [given[0]] * len(vector)
        if role == CHANNELS:
            return self._of_channels(vector, wanted, channels)
        if window is not None and fits(vector, window.half):
            parts = ((window.kernels, "kernel"), (window.dilations, "dilation"))
            kernel, dilation = (self.expression(part, part_role, (part_role,), ()) for part, part_role in parts)
            return half_of(kernel, dilation), window.half
        return self._own(vector, role, wanted)

    def _of_channels(
        self, vector: Vector, wanted: Sequence[str], channels: Sequence[int]
    ) -> tuple[Value, Sequence[Value | None]]:
        for text, values in self._candidates(vector, channels):
            if fits(vector, values):
                self.uses_entry = self.uses_entry or ENTRY in text
                return text, values
        ratios = self._ratios(vector, channels)
        if ratios and not fits(vector, self.leaving):
            held = self._known(ratios, RATIO) or self._new(ratios, RATIO, ("expand", *wanted))
            return f"{held.name} * in_channels", vector
        return self._own(vector, CHANNELS, ("out", *wanted) if fits(vector, self.leaving) else wanted)

    def _own(self, vector: Vector, role: str, wanted: Sequence[str]) -> tuple[Value, Sequence[Value | None]]:
        param = self._new(vector, role, wanted)
        return param.name, param.vector

    def condition(
        self, vector: Sequence[bool | None], wanted: Sequence[str], channels: Sequence[int], width: Value = ""
    ) -> str:
        """An expression that is true for the calls where the vector is. `width` are the channels that the step gives."""
        text = self._stated(vector, channels, width)
        if text:
            return text
        own = tuple(vector)
        known = self._known(own, CONDITION)
        return (known or self._new(own, CONDITION, wanted)).name

    def _stated(self, vector: Sequence[bool | None], channels: Sequence[int], width: Value = "") -> str:
        """The condition on values that there are already; empty if there is none."""
        own = self.values.get(width) if isinstance(width, str) and width != "in_channels" else None
        for text, values in conditions(self.listed, channels, (str(width), own) if own else None):
            if all(want is None or want == value for want, value in zip(vector, values, strict=True)):
                return text
        return ""

    def tell_apart(
        self, vector: Vector, present: Sequence[bool | None], channels: Sequence[int], wanted: Sequence[str]
    ) -> None:
        """Prepares a step that some calls leave out: its width says which, if no other value does.

        Where the step is left out, its width is that of what enters: `when: expand != 1`, `when: in_channels != width`.
        """
        filled = tuple(
            channel if here is False else value for value, here, channel in zip(vector, present, channels, strict=True)
        )
        text, values = next(
            ((text, values) for text, values in self._expressions(vector, channels) if fits(vector, values)), ("", ())
        )
        self.values[text] = values
        given = [value for value in vector if value is not None]
        kept = any(here and value == channel for value, here, channel in zip(vector, present, channels, strict=True))
        if kept or all(value == given[0] for value in given) or self._stated(present, channels, text):
            return
        ratios = self._ratios(filled, channels)
        if ratios and not fits(vector, self.leaving):
            self._known(ratios, RATIO) or self._new(ratios, RATIO, ("expand", *wanted))
        elif not text:
            self._known(filled, CHANNELS) or self._new(filled, CHANNELS, wanted)

    def _expressions(self, vector: Vector, channels: Sequence[int]) -> Iterator[tuple[str, Sequence[Value | None]]]:
        """Expressions of numbers of channels that need no parameter of their own."""
        yield from ((param.name, param.vector) for param in self.listed if param.channels)
        yield from self._candidates(vector, channels)

    def ordered(self) -> dict[str, Value | None]:
        """The parameters with their defaults, the required ones first, and what leaves the block before all others."""
        listed = sorted(self.listed, key=lambda param: param.name != "out")
        defaults = {param.name: param.default for param in listed}
        required = {name: None for name, default in defaults.items() if default is None}
        entry: dict[str, Value | None] = {ENTRY: "in_channels"} if self.uses_entry else {}
        return {**required, **{name: value for name, value in defaults.items() if value is not None}, **entry}

    def arguments(self) -> list[dict[str, Value]]:
        """The values that each call gives, in the order of the parameters, without those that it doesn't need."""
        vectors = {param.name: param.vector for param in self.listed}
        ordered = [name for name in self.ordered() if name in vectors]
        return [
            {name: value for name in ordered if (value := vectors[name][call]) is not None}
            for call in range(len(self.entry))
        ]

    def _known(self, vector: Vector, role: str) -> Param | None:
        """The parameter of this role that has these values."""
        for param in self.listed:
            if param.role == role and param.admits(vector):
                param.take(vector)
                return param
        return None

    def _candidates(self, vector: Vector, channels: Sequence[int]) -> Iterator[tuple[str, Sequence[Value | None]]]:
        """Expressions for numbers of channels with their values, the plainest first."""
        ratios = [param for param in self.listed if param.role == RATIO]
        yield from ((f"{ratio.name} * in_channels", _products(ratio.vector, channels)) for ratio in ratios)
        bases: list[tuple[str, Sequence[Value | None]]] = [("in_channels", channels)]
        bases += [(param.name, param.vector) for param in self.listed if param.channels]
        for name, base in bases:
            yield from _multiples(name, base, vector)
        if self.entry != tuple(channels):
            yield ENTRY, self.entry
            yield from _multiples(ENTRY, self.entry, vector)
            yield from ((f"{ratio.name} * {ENTRY}", _products(ratio.vector, self.entry)) for ratio in ratios)
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
