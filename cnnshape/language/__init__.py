"""A spec as it was written: steps, blocks, parameters and expressions, each with its place."""

from cnnshape.language.consequences import without_consequences
from cnnshape.language.expression import Expression, ExpressionProblem, Unresolved, describe
from cnnshape.language.model import (
    Argument,
    Block,
    Branch,
    Broken,
    Call,
    Column,
    Doubt,
    Expectation,
    Input,
    Join,
    ListValue,
    Loop,
    Modifiers,
    Name,
    Param,
    Residual,
    Setting,
    Spec,
    Step,
    Value,
    Variant,
)
from cnnshape.language.reader import read_spec, read_value
from cnnshape.language.reading import SIZE_NAMES, shown
from cnnshape.language.steps import KIND_WORDS

__all__ = [
    "KIND_WORDS",
    "SIZE_NAMES",
    "Argument",
    "Block",
    "Branch",
    "Broken",
    "Call",
    "Column",
    "Doubt",
    "Expectation",
    "Expression",
    "ExpressionProblem",
    "Input",
    "Join",
    "ListValue",
    "Loop",
    "Modifiers",
    "Name",
    "Param",
    "Residual",
    "Setting",
    "Spec",
    "Step",
    "Unresolved",
    "Value",
    "Variant",
    "describe",
    "read_spec",
    "read_value",
    "shown",
    "without_consequences",
]
