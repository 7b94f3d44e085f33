"""Axes of a space, read from text: `width=16..128:8`, `act=relu,silu`, `repeats=[1..4, 1..6]`, `3x96..224:32x160`.

Commas outside of brackets separate values. A range stands where a number does, and gives a value for each of its
numbers; several ranges in one value give all combinations, the last range fastest. Both ends of a range belong to it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import prod

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.named_tuple import NamedTuple

PARAM, INPUT, VARIANT = "param", "input", "variant"
"""The options that axes are written with."""
MOST_VALUES = 100_000
"""The most values of one axis. Every value is read and bound by itself."""
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_RANGE = re.compile(rf"(?<![\w.)\]])({_NUMBER})\.\.({_NUMBER})(?::({_NUMBER}))?(?![\w.(\[:])")
_OPENING, _CLOSING = "[{(", "]})"
_QUOTES = "'\""


class AxisText(NamedTuple):
    """An axis as text: the option that it is written with, its name, and a text for each value.

    `name` is that of a param or an input; the name `""` means the first input, or the variant.
    """

    option: str
    name: str
    values: tuple[str, ...]


def param_axis(text: str) -> AxisText:
    """The axis that `name=values` states; raises Refusal."""
    name, equals, values = text.partition("=")
    name = name.strip()
    if not equals or not name or not values.strip():
        raise Refusal(PARAM, f"{text!r} sets nothing; write `name=16..128:8` or `name=16,32`")
    return AxisText(PARAM, name, _distinct(PARAM, text, _expanded(PARAM, values)))


def input_axis(text: str) -> AxisText:
    """The axis that `96..224:32` or `name=3x96..224:32x160` states; raises Refusal.

    A value is a shape, or one size for all axes of space.
    """
    name, _, shapes = text.rpartition("=")
    values: list[str] = []
    for item in _items(INPUT, shapes):
        sizes = [_ranged(INPUT, size) for size in item.lower().split("x")]
        _refuse_many(INPUT, text, len(values) + prod(map(len, sizes)))
        values += ["x".join(chosen) for chosen in product(*sizes)]
    for value in values:
        if not re.fullmatch(r"[1-9][0-9]{0,8}(?:x[1-9][0-9]{0,8}){0,3}", value):
            raise Refusal(INPUT, f"{value!r} is not a shape; write `96..224:32`, `3x224x224` or `3x96..224:32x160`")
    return AxisText(INPUT, name.strip(), _distinct(INPUT, text, values))


def variant_axis(text: str) -> AxisText:
    """The axis that `small,large` states; raises Refusal."""
    return AxisText(VARIANT, "", _distinct(VARIANT, text, list(_items(VARIANT, text))))


def _distinct(option: str, text: str, values: Sequence[str]) -> tuple[str, ...]:
    distinct: set[str] = set()
    for value in values:
        if value in distinct:
            raise Refusal(option, f"{text!r} has `{value}` twice; write every value once")
        distinct.add(value)
    return tuple(values)


def _expanded(option: str, text: str) -> list[str]:
    """The values of a text, in order."""
    values: list[str] = []
    for item in _items(option, text):
        values += _ranged(option, item, len(values))
    return values


def _items(option: str, text: str) -> Iterator[str]:
    """The parts between commas that are outside of brackets and quotes."""
    depth, quote, start = 0, "", 0
    for place, sign in enumerate(text + ","):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in _QUOTES:
            quote = sign
        elif sign in _OPENING:
            depth += 1
        elif sign in _CLOSING:
            depth -= 1
        elif sign == "," and depth <= 0:
            item = text[start:place].strip()
            if not item:
                raise Refusal(option, f"{text!r} has an empty value; write values between commas: `16,32`")
            yield item
            start = place + 1
    if start <= len(text):
        raise Refusal(option, f"{text!r} doesn't close a bracket or a quote")


def _ranged(option: str, item: str, before: int = 0) -> list[str]:
    """The texts that an item gives: one for each combination of the numbers of its ranges."""
    pieces = _RANGE.split(item)
    # Text, first, last and step in turn.
    texts = pieces[::4]
    if any(".." in text for text in texts):
        raise Refusal(option, f"{item!r} has no range; write `16..128:8`: the first number, the last one, the step")
    bounds: Iterable[tuple[str, str, str | None]] = zip(pieces[1::4], pieces[2::4], pieces[3::4], strict=True)
    ranges = [_Range(option, *bound) for bound in bounds]
    _refuse_many(option, item, before + prod(one.count for one in ranges))
    if item.startswith("["):
        # One spelling of a list, for all tables.
        texts = [text if set(text) & set(_QUOTES) else re.sub(r"\s*,\s*", ", ", text) for text in texts]
    numbers = product(*[one.numbers() for one in ranges])
    return [
        "".join([texts[0], *(part for pair in zip(row, texts[1:], strict=True) for part in pair)]) for row in numbers
    ]


def _refuse_many(option: str, text: str, count: int) -> None:
    if count > MOST_VALUES:
        reason = f"{text!r} has {count:,} values, and an axis has at most {MOST_VALUES:,}; use larger steps"
        raise Refusal(option, reason)


class _Range:
    """The numbers from `first` to `last`, in steps. Those with a decimal point are exact in decimal."""

    def __init__(self, option: str, first: str, last: str, step: str | None) -> None:
        words = [word for word in (first, last, step) if word is not None]
        text = f"{first}..{last}" + (f":{step}" if step is not None else "")
        self._decimals = max(len(word.partition(".")[2]) for word in words)
        if self._decimals and step is None:
            raise Refusal(option, f"`{text}` needs a step; write `{text}:0.25`")
        self._low, self._step = self._scaled(first), self._scaled(step or "1")
        high = self._scaled(last)
        if self._step <= 0:
            raise Refusal(option, f"the step of `{text}` is not above 0; write `{first}..{last}:1`")
        if high < self._low:
            raise Refusal(option, f"`{text}` ends before it starts; write the smaller number first")
        self.count = (high - self._low) // self._step + 1

    def _scaled(self, word: str) -> int:
        whole, _, digits = word.partition(".")
        return int(whole + digits.ljust(self._decimals, "0"))

    def numbers(self) -> Iterator[str]:
        """The text of each number; a decimal keeps one digit after its point."""
        for index in range(self.count):
            yield self._text(self._low + index * self._step)

    def _text(self, scaled: int) -> str:
        if not self._decimals:
            return str(scaled)
        whole, digits = divmod(abs(scaled), 10**self._decimals)
        sign = "-" if scaled < 0 else ""
        return f"{sign}{whole}.{f'{digits:0{self._decimals}}'.rstrip('0') or '0'}"
