"""Regular expressions of the grammar for editors, in the syntax that JavaScript and Python share.

The pattern for expressions accepts every expression, and rejects most other texts: each operator needs operands. It
can't check that brackets match or that functions exist.
"""

from cnnshape.language import grammar
from cnnshape.language.expression import BINDING, KEYWORDS

_WORD_OPERATORS = (*(sign for sign in BINDING if sign in KEYWORDS), "else")
_LONG_SIGNS = tuple(sign for sign in BINDING if len(sign) == 2 and sign not in KEYWORDS)
_SHORT_SIGNS = "".join(sorted(sign for sign in BINDING if len(sign) == 1 and sign not in ".-")) + ","

# A word that is an operator may follow without a space: `1and x`.
_AFTER_NUMBER = rf"(?!(?!({'|'.join(_WORD_OPERATORS)})\b)[A-Za-z0-9_])"
_NUMBER = rf"([0-9]+(_[0-9]+)*(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+|[kKMGT])?{_AFTER_NUMBER}"
_WORD = rf"(?!({'|'.join(sorted(KEYWORDS))})\b){grammar.VARIABLE}\b"
_OPERAND = rf"((-|not\b|({_WORD})?\s*\(|\[)\s*)*({_NUMBER}|{_WORD}|\[\s*\])(\s*([)\]]|\.\s*([0-9]+|{_WORD})))*"
_OPERATOR = rf"({'|'.join(_LONG_SIGNS)}|[-{_SHORT_SIGNS}]|\.\s*\(|({'|'.join(_WORD_OPERATORS)})\b)"

EXPRESSION = rf"^\s*{_OPERAND}(\s*{_OPERATOR}\s*{_OPERAND})*\s*$"
BLOCK_NAME = f"^{grammar.BLOCK_NAME}$"
REFERENCE = f"^{grammar.NAME}$|{EXPRESSION}"
YEAR = "^[0-9]{4}$"
RESULT = f"^{grammar.RESULT}$"
MEASURE = r"^[^\x00-\x1f\x7f]*$"


def new_name(pattern: str) -> str:
    """A name that the user gives: `grammar.NAME` or `grammar.VARIABLE`, without the reserved words."""
    return f"^(?!({'|'.join(sorted(grammar.reserved(pattern)))})$){pattern}$"
