"""Python as text, for every target that is code: names, values, expressions of the language, and layout.

Nothing here knows a framework.
"""

from cnnshape.export.python.code import Code, Group, Operation, call, flat, listing
from cnnshape.export.python.expressions import (
    Untranslatable,
    binary,
    constant,
    equal,
    names_of,
    python,
    resolved,
    value_of,
    variable,
)
from cnnshape.export.python.layout import WIDTH, Lines
from cnnshape.export.python.names import Names, class_name, identifier, plain
from cnnshape.export.python.values import literal, literal_code

__all__ = [
    "WIDTH",
    "Code",
    "Group",
    "Lines",
    "Names",
    "Operation",
    "Untranslatable",
    "binary",
    "call",
    "class_name",
    "constant",
    "equal",
    "flat",
    "identifier",
    "listing",
    "literal",
    "literal_code",
    "names_of",
    "plain",
    "python",
    "resolved",
    "value_of",
    "variable",
]
