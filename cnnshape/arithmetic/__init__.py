"""Numbers that may be recorded, and formulas with named factors. Independent of layers."""

from cnnshape.arithmetic.formula import ZERO, Constant, Factor, Figure, Formula, Product, Sum, Unknown, When, counted_as
from cnnshape.arithmetic.numbers import (
    Recordable,
    ceil_div,
    ceiling,
    example,
    floor,
    gcd,
    is_number,
    is_whole,
    make_divisible,
    maximum,
    minimum,
    pin,
    truncate,
)

__all__ = [
    "ZERO",
    "Constant",
    "Factor",
    "Figure",
    "Formula",
    "Product",
    "Recordable",
    "Sum",
    "Unknown",
    "When",
    "ceil_div",
    "ceiling",
    "counted_as",
    "example",
    "floor",
    "gcd",
    "is_number",
    "is_whole",
    "make_divisible",
    "maximum",
    "minimum",
    "pin",
    "truncate",
]
