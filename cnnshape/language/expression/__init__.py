"""Expressions: tokens, a tree, and functions of a scope that are compiled from the tree."""

from cnnshape.language.expression.expression import (
    AXIS_NAMES,
    DYNAMIC,
    MAX_LENGTH,
    SIZE_NAMES,
    Expression,
    Reference,
    compile_expression,
    place_in,
)
from cnnshape.language.expression.parser import BINDING, KEYWORDS, LITERALS, MAX_DEPTH
from cnnshape.language.expression.tree import (
    Binary,
    Choice,
    Constant,
    FunctionCall,
    Item,
    Node,
    Unary,
    Variable,
)
from cnnshape.language.expression.values import (
    FUNCTIONS,
    MAX_VALUE,
    ExpressionProblem,
    Unresolved,
    describe,
)

__all__ = [
    "AXIS_NAMES",
    "BINDING",
    "DYNAMIC",
    "FUNCTIONS",
    "KEYWORDS",
    "LITERALS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_VALUE",
    "SIZE_NAMES",
    "Binary",
    "Choice",
    "Constant",
    "Expression",
    "ExpressionProblem",
    "FunctionCall",
    "Item",
    "Node",
    "Reference",
    "Unary",
    "Unresolved",
    "Variable",
    "compile_expression",
    "describe",
    "place_in",
]
