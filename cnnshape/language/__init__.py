"""The syntax tree of a spec: steps, blocks, parameters and expressions, each with its place."""

from cnnshape.language import grammar
from cnnshape.language.consequences import on_repaired_lines, without_consequences
from cnnshape.language.expression import (
    AXIS_NAMES,
    DYNAMIC,
    MAX_LIST,
    MAX_LIST_DEPTH,
    SIZE_NAMES,
    TOO_LONG,
    Expression,
    ExpressionProblem,
    Named,
    Reference,
    Unresolved,
    compile_expression,
    describe,
    dotted,
    is_small,
)
from cnnshape.language.grammar import KIND_WORDS
from cnnshape.language.model import (
    Argument,
    Block,
    Branch,
    Broken,
    Call,
    Column,
    Contract,
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
    StepContract,
    Unconfirmed,
    Value,
    Variant,
    all_steps,
    of_scope,
    walk,
)
from cnnshape.language.reader import read_spec, read_value, shown

__all__ = [
    "AXIS_NAMES",
    "DYNAMIC",
    "KIND_WORDS",
    "MAX_LIST",
    "MAX_LIST_DEPTH",
    "SIZE_NAMES",
    "TOO_LONG",
    "Argument",
    "Block",
    "Branch",
    "Broken",
    "Call",
    "Column",
    "Contract",
    "Expectation",
    "Expression",
    "ExpressionProblem",
    "Input",
    "Join",
    "ListValue",
    "Loop",
    "Modifiers",
    "Name",
    "Named",
    "Param",
    "Reference",
    "Residual",
    "Setting",
    "Spec",
    "Step",
    "StepContract",
    "Unconfirmed",
    "Unresolved",
    "Value",
    "Variant",
    "all_steps",
    "compile_expression",
    "describe",
    "dotted",
    "grammar",
    "is_small",
    "of_scope",
    "on_repaired_lines",
    "read_spec",
    "read_value",
    "shown",
    "walk",
    "without_consequences",
    "write",
]


def write(spec: Spec) -> str:
    """Writes a spec as YAML, at most 120 columns wide except for longer single words.

    Reading the text gives an equal tree. The text includes what the spec extends, and no comments. Raises ValueError
    for a spec with parts that failed to parse.
    """
    # Few programs write specs, so most don't import the writer.
    from cnnshape.language.writer import write

    return write(spec)
