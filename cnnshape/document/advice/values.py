"""Rules for quotes, tabs, and characters with a meaning in YAML."""

import re

from cnnshape.diagnostics import Diagnostic
from cnnshape.document.advice.slip import Slip, quote, syntax, without_comment
from cnnshape.document.fault import printable


def open_quote(slip: Slip) -> Diagnostic:
    """A quoted text without a closing quote."""
    return syntax("a quoted text is not closed", slip.span(*slip.start), f"end it with `{slip.opening}`")


def after_quote(slip: Slip) -> Diagnostic | None:
    """A line with text after the closing quote."""
    sign = slip.before.rstrip()[-1:] or " "
    if sign not in "'\"":
        return None
    opened = slip.line if slip.before.count(sign) > 1 else _odd_line(slip, sign)
    if opened < slip.line:
        column = slip.text(opened).rindex(sign) + 1
        return syntax("a quoted text is not closed", slip.span(opened, column), f"end it with `{sign}`")
    help = "put the whole value in double quotes, with no double quotes inside"
    return syntax("the line goes on after a quoted text", slip.span(), help)


def _odd_line(slip: Slip, sign: str) -> int:
    """The closest line above that opens a quote and doesn't close it; the line itself if there is none."""
    return next((number for number in slip.above() if slip.text(number).count(sign) % 2), slip.line)


def tab(slip: Slip) -> Diagnostic:
    """A tab that indents a line."""
    return syntax("a tab is used where YAML requires spaces", slip.span(), "indent with spaces")


def sign(slip: Slip) -> Diagnostic:
    """A value that begins with a character with a meaning in YAML."""
    value = _value_at(slip.text(), slip.column - 1)
    if value[:1] in ("]", "}"):
        return syntax(f"this `{value[0]}` closes nothing", slip.span(), "remove it")
    if value[:1] == "," or not value:
        return missing_value(slip)
    name = "a backtick" if value[0] == "`" else f"`{printable(value[0])}`"
    message = f"{name} has a meaning in YAML and can't start a value here"
    return syntax(message, slip.span(), f'quote the value: `"{quote(value)}"`')


def _value_at(text: str, start: int) -> str:
    """A value from there on: to the end of the line, or inside brackets to the end of the entry."""
    inside = sum(text[:start].count(sign) for sign in "[{") > sum(text[:start].count(sign) for sign in "]}")
    rest = without_comment(text[start:])
    return re.split(r"[,\]}]", rest, maxsplit=1)[0].strip() if inside else rest


def escape(slip: Slip) -> Diagnostic:
    """A backslash in double quotes that doesn't start an escape sequence."""
    message = f"`{quote(slip.rest[:2])}` is not an escape sequence"
    return syntax(message, slip.span(length=2), "use single quotes, in which a backslash is a backslash")


def missing_value(slip: Slip) -> Diagnostic:
    """A comma without a value before it."""
    return syntax(
        f"a value is missing before the `{printable(slip.rest[:1])}`", slip.span(), "write the value, or `null`"
    )
