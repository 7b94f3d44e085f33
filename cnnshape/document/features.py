"""Features of YAML that specs don't use: anchors, aliases, tags, directives, merge keys, several documents."""

import re
from functools import cache
from typing import NoReturn

from cnnshape.diagnostics import diagnose
from cnnshape.document.cursor import Cursor
from cnnshape.document.fault import Fault, Unsupported, shortened
from cnnshape.source import Span

_ONCE = "define a block once and use it by its name"


def refuse(feature: str, span: Span, help: str) -> NoReturn:
    """Raises Unsupported for a feature that is not part of the language."""
    raise Unsupported(diagnose("yaml-feature", f"{feature} is not part of the language", span, help=help))


def refuse_feature(cursor: Cursor) -> NoReturn:
    """Raises Unsupported for the anchor, alias or tag that starts here."""
    place = (cursor.row, cursor.col)
    match = _feature().match(cursor.text, cursor.col)
    if match is None:
        raise Fault("sign", place)
    span = cursor.span(place, (cursor.row, match.end()))
    word = shortened(match[0])
    if word[0] == "!":
        refuse("a tag", span, "quote a value that starts with `!`; to negate, write `not`")
    refuse(f"an anchor (`{word}`)" if word[0] == "&" else f"an alias (`{word}`)", span, _ONCE)


@cache
def _feature() -> re.Pattern[str]:
    return re.compile(r"[&*][\w-]+(?=[ \t?:,\]}%@`]|$)|![^ \t]*")
