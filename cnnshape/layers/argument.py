"""Arguments of layer kinds: type, range, doc and default in one call."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from cnnshape.arithmetic import is_number, is_whole, truncate
from cnnshape.named_tuple import NamedTuple

Pair = tuple[int, int]
PerAxis = int | tuple[int, ...]
Factors = float | tuple[float, ...]
Padding = int | tuple[int, ...] | tuple[Pair, ...] | str

Converted = TypeVar("Converted")

REQUIRED: Any = object()
LARGEST = 10**9
MOST_AXES = 3
"""Spatial axes of a tensor."""
MOST_PARTS = 64
"""Sizes in a list of parts."""


class ArgumentType(NamedTuple):
    """What values an argument takes.

    `form` is one of `int`, `float`, `bool`, `word`, `text`, `per_axis`, `factors`, `padding`, `shape`, `parts`,
    `tensor`; numbers lie from `least` to `most`, words are among `words`. `foreign` are other frameworks' words for a value, with
    the word or value that a spec writes; `remarks` say what else such a word may mean.
    """

    form: str
    expected: str
    least: float = 0
    most: float = LARGEST
    words: tuple[str, ...] = ()
    foreign: Mapping[str, str] = {}
    remarks: Mapping[str, str] = {}

    def native(self, word: str) -> str | None:
        """The word or value in a spec for another framework's word; None for an unknown word."""
        lowered = word.lower()
        if word in self.words:
            return None
        return lowered if lowered in self.words else self.foreign.get(lowered)

    def convert(self, value: Any) -> Any:
        """The converted value. Raises ValueError with a description of what was expected."""
        if isinstance(value, str) and value in self.words:
            return str(value)
        # Most values are whole numbers in range.
        if type(value) is int and self.form in _NUMERIC and self.least <= value <= self.most:
            return value
        converted = _CONVERTERS[self.form](self, value)
        if converted is None:
            raise ValueError(self.expected)
        return converted


def _number(kind: ArgumentType, value: Any) -> int | float | None:
    if not is_number(value):
        return None
    return value if kind.least <= value <= kind.most else None


def _whole(kind: ArgumentType, value: Any) -> int | None:
    number = _number(kind, value)
    return truncate(number) if number is not None and is_whole(number) else None


def _per_axis(kind: ArgumentType, value: Any) -> PerAxis | None:
    """A value for all axes, or a list of one per axis."""
    return _listed(partial(_whole, kind), value, MOST_AXES) if isinstance(value, tuple) else _whole(kind, value)


def _factors(kind: ArgumentType, value: Any) -> Factors | None:
    return _listed(partial(_number, kind), value, MOST_AXES) if isinstance(value, tuple) else _number(kind, value)


def _listed(
    convert: Callable[[Any], Converted | None], values: tuple[Any, ...], most: int
) -> tuple[Converted, ...] | None:
    """The converted values; None if one of them is invalid, or if there are none or too many."""
    converted = tuple(item for item in map(convert, values) if item is not None)
    return converted if len(converted) == len(values) and 1 <= len(values) <= most else None


def _padding(kind: ArgumentType, value: Any) -> Padding | None:
    if not isinstance(value, tuple) or not all(isinstance(item, tuple) for item in value):
        return _per_axis(kind, value)
    return _listed(partial(_pair, kind), value, MOST_AXES)


def _pair(kind: ArgumentType, value: tuple[Any, ...]) -> Pair | None:
    sizes = _listed(partial(_whole, kind), value, 2)
    return (sizes[0], sizes[1]) if sizes is not None and len(sizes) == 2 else None


def _sizes(kind: ArgumentType, value: Any) -> tuple[int, ...] | None:
    return _listed(partial(_whole, kind), value if isinstance(value, tuple) else (value,), MOST_AXES + 1)


def _parts(kind: ArgumentType, value: Any) -> PerAxis | None:
    """A number of equal parts, or the size of each part."""
    return _listed(partial(_whole, kind), value, MOST_PARTS) if isinstance(value, tuple) else _whole(kind, value)


_NUMERIC = frozenset({"int", "float", "per_axis", "factors", "padding", "parts"})
_CONVERTERS: dict[str, Any] = {
    "int": _whole,
    "float": _number,
    "bool": lambda kind, value: value if isinstance(value, bool) else None,
    "word": lambda kind, value: None,
    "text": lambda kind, value: str(value) if isinstance(value, str) else None,
    "per_axis": _per_axis,
    "factors": _factors,
    "padding": _padding,
    "shape": _sizes,
    "parts": _parts,
    "tensor": lambda kind, value: None,
}

POSITIVE = ArgumentType("int", "a whole number, 1 or more", 1)
NATURAL = ArgumentType("int", "a whole number, 0 or more")
NUMBER = ArgumentType("float", "a number", -LARGEST)
NATURAL_NUMBER = ArgumentType("float", "a number, 0 or more")
POSITIVE_NUMBER = ArgumentType("float", "a number above 0", 1e-300)
PROBABILITY = ArgumentType("float", "a number from 0 to 1", 0, 1)
FLAG = ArgumentType("bool", "true or false", foreign={"none": "false"})
AMOUNT = ArgumentType("int", "a whole number, 0 or more", 0, 10**15)
TEXT = ArgumentType("text", "a word, with `_` for spaces")
PARTS = ArgumentType("parts", "a whole number, 1 or more, or a list of the size of each part", 1)
AFFINE = ArgumentType("bool", "true, false, `scale` or `shift`", words=("scale", "shift"))
POSITIVE_PER_AXIS = ArgumentType("per_axis", "a whole number, 1 or more, or a list of one per axis", 1)
NATURAL_PER_AXIS = ArgumentType("per_axis", "a whole number, 0 or more, or a list of one per axis")
POSITIVE_FACTORS = ArgumentType("factors", "a number above 0, or a list of one per axis", 1e-300)
_PAIRS = "a whole number, 0 or more, a list of one per axis, or of [before, after] pairs"
_FOREIGN_PADDING = {"valid": "0", "none": "0", "no": "0", "zero": "0", "zeros": "0", "same_upper": "same"}
PADDING = ArgumentType(
    "padding",
    f"{_PAIRS}, or `same`, `same_lower` or `causal`",
    words=("same", "same_lower", "causal"),
    foreign=_FOREIGN_PADDING,
)
CUT = ArgumentType(
    "padding",
    f"{_PAIRS}, or `same`",
    words=("same",),
    foreign=_FOREIGN_PADDING,
    remarks={"valid": "for Keras' W * S if the kernel is below the stride, add `output_padding: stride - kernel`"},
)
EXPLICIT_PADDING = ArgumentType("padding", _PAIRS)
SHAPE = ArgumentType("shape", "a shape, channels first: 1 to 4 whole numbers, each 1 or more", 1)
TENSOR = ArgumentType("tensor", "the name of a step or an input")


def words(*allowed: str, foreign: Mapping[str, str] | None = None) -> ArgumentType:
    """One word of a few."""
    return ArgumentType("word", " or ".join(f"`{word}`" for word in allowed), words=allowed, foreign=foreign or {})


class Argument(NamedTuple):
    """One declared argument. `main` is what a bare value after the kind's word sets."""

    type: ArgumentType
    doc: str
    default: Any
    main: bool
    foreign: tuple[str, ...]

    @property
    def required(self) -> bool:
        """True if the spec must give a value."""
        return self.default is REQUIRED


def arg(
    type: ArgumentType, doc: str, *, default: Any = REQUIRED, main: bool = False, foreign: tuple[str, ...] = ()
) -> Any:
    """Declares an argument of a kind; `foreign` are other frameworks' words for it."""
    return Argument(type, doc, default, main, foreign)
