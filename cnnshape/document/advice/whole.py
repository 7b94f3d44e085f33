"""Recognizes texts that are not specs at all. The reader skips them."""

import re

from cnnshape.diagnostics import Diagnostic
from cnnshape.document.advice.slip import syntax
from cnnshape.source import SourceText, Span

_OTHER_LANGUAGES = (
    (r"^(?:import|from|class|def) +\w", "Python"),
    (r"^\[\w+\]\s+\w+ *=", "a Darknet configuration"),
    (r"^layers? *\{", "a Caffe prototxt"),
)
_HEAD = 2000
"""How many characters at the start of a text decide its language."""
_CONFLICT = r"^(?:<{7} |={7}$|>{7} )"


def whole_problem(source: SourceText) -> Diagnostic | None:
    """The diagnostic of a text with a merge conflict, or in another language."""
    if match := re.search(_CONFLICT, source.text, re.M):
        help = "keep one side, and remove the conflict markers"
        return syntax("unresolved merge conflict", _span(source, match.start(), 7), help)
    for pattern, name in _OTHER_LANGUAGES:
        if match := re.search(pattern, source.text[:_HEAD], re.M):
            message = f"the text is not YAML; it looks like {name}"
            return syntax(
                message, _span(source, match.start(), 1), "`cnnshape show lenet5` prints a spec to start from"
            )
    return None


def _span(source: SourceText, offset: int, length: int) -> Span:
    line, column = source.place(offset)
    return Span(source, line, column, line, column + length)
