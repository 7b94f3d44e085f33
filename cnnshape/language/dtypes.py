"""Types of values: how many bits they take, and the types of a layer's weights, biases and activations."""

from functools import cache

from cnnshape.diagnostics import did_you_mean
from cnnshape.named_tuple import NamedTuple

DTYPES = {
    "float64": 64,
    "float32": 32,
    "float16": 16,
    "bfloat16": 16,
    "float8": 8,
    "int32": 32,
    "int16": 16,
    "int8": 8,
    "int4": 4,
}
"""Bits per value."""
FOREIGN_DTYPES = {
    "float": "float32", "single": "float32", "fp32": "float32", "f32": "float32",
    "half": "float16", "fp16": "float16", "f16": "float16", "bf16": "bfloat16",
    "double": "float64", "fp64": "float64", "f64": "float64", "fp8": "float8", "uint8": "int8", "uint4": "int4",
    "i32": "int32", "i16": "int16", "i8": "int8", "i4": "int4",
}  # fmt: skip
"""What other programs call these types."""
DEFAULT = "float32"


class Dtypes(NamedTuple):
    """The types of a layer's weights without biases, of its biases and of its output; an empty text leaves one open."""

    weights: str = ""
    biases: str = ""
    activations: str = ""

    def over(self, outer: "Dtypes") -> "Dtypes":
        """These types, and those of `outer` where they are open."""
        return Dtypes(*[own or other for own, other in zip(self, outer, strict=True)])

    @property
    def text(self) -> str:
        """One word if all types are the same, else `weights=int8,biases=int32,activations=int8`: what is open is left out."""
        types = set(self)
        if len(types) == 1:
            return self.weights
        return ",".join(f"{part}={dtype}" for part, dtype in zip(PARTS, self, strict=True) if dtype)


PARTS = Dtypes._fields


class UnknownType(ValueError):
    """A word that is no type, or no part of a layer's values; `help` says what to write.

    `meant` is the type that other programs call so; None for any other word.
    """

    def __init__(self, message: str, help: str | None, meant: str | None = None) -> None:
        super().__init__(message)
        self.help = help
        self.meant = meant


def uniform(dtype: str) -> Dtypes:
    """The same type for all values."""
    return Dtypes(dtype, dtype, dtype)


def check_dtype(word: str) -> None:
    """Raises UnknownType for a word that is no type."""
    if word in DTYPES:
        return
    lowered = word.lower().removeprefix("torch.")
    meant = FOREIGN_DTYPES.get(lowered)
    help = f"did you mean `{meant}`?" if meant else did_you_mean(lowered, DTYPES)
    raise UnknownType(f"{word!r} is not a type", help, meant)


@cache
def parse_dtypes(text: str) -> Dtypes:
    """The types in a text, `int8` or `weights=int8,biases=int32`; parts that it leaves out are float32.

    Raises UnknownType.
    """
    if "=" not in text:
        check_dtype(text)
        return uniform(text)
    stated: dict[str, str] = {}
    for item in text.split(","):
        part, _, dtype = item.partition("=")
        if part not in PARTS or part in stated:
            problem = "is stated twice" if part in stated else "has no type of its own"
            raise UnknownType(f"{part!r} {problem}", did_you_mean(part, PARTS) or f"write {', '.join(PARTS)}")
        check_dtype(dtype)
        stated[part] = dtype
    return Dtypes(**stated).over(uniform(DEFAULT))


def bytes_of(values: int, dtype: str) -> int:
    """The bytes of so many values, packed one after another, rounded up to whole bytes."""
    bits = DTYPES[dtype]
    return values * (bits // 8) if bits % 8 == 0 else (values * bits + 7) // 8
