"""Rules for colons and dashes: missing ones, extra ones, and ones without a space."""

import re

from cnnshape.diagnostics import Diagnostic
from cnnshape.document.advice.places import indentation
from cnnshape.document.advice.slip import Slip, indent_of, inserting, quote, replacing, syntax, without_comment

_WORD = r"\w[\w.-]*"
_UNSPACED_COLON = rf"(?P<before>\s*(?:- )*)(?P<key>{_WORD}):(?P<value>[^\s:].*)"
_UNSPACED_DASH = r"\s*(?:- )*-(?P<rest>[^\s-].*)"
_UNCOLONED_BRACE = rf"(?P<before>(?:- )*)(?P<key>{_WORD}) *(?P<value>[{{\[].*)"
_TWO_COLONS = rf"(?P<before>(?:- )*)(?P<key>{_WORD}): +(?P<value>[^\s'\"{{\[].*)"


def list_on_key_line(slip: Slip) -> Diagnostic:
    """`key: - item`."""
    items = quote(slip.rest.lstrip("- "))
    help = f"start it on the next line, or use square brackets: `{quote(slip.before)} [{items}]`"
    return syntax("a list can't start on the line of its key", slip.span(), help)


def slip_of_line(slip: Slip, number: int) -> Diagnostic | None:
    """A line without the space after its colon or dash, or without the colon."""
    text = slip.text(number)
    indent = indent_of(text)
    if match := re.fullmatch(_UNSPACED_COLON, text):
        help = f"write `{match['key']}: {quote(match['value'])}`"
        after = slip.span(number, match.end("key") + 2)
        return syntax(
            "no space after the colon", slip.span(number, match.end("key") + 1), help, (), inserting(" ", after)
        )
    if unspaced := unspaced_dash(slip, number):
        return unspaced
    if match := re.match(_UNCOLONED_BRACE, text.strip()):
        help = f"write `{match['before']}{match['key']}: {quote(match['value'])}`"
        place = slip.span(number, indent + match.start("value") + 1)
        gap = slip.span(number, indent + match.end("key") + 1, match.start("value") - match.end("key"))
        message, fixes = f"`{match['key']}` needs a colon before the `{match['value'][0]}`", replacing(gap, ": ")
        return syntax(message, place, help, (), fixes)
    return None


def unspaced_dash(slip: Slip, number: int) -> Diagnostic | None:
    """`-item`."""
    text = slip.text(number)
    match = re.fullmatch(_UNSPACED_DASH, text)
    if match is None:
        return None
    help = f"write `- {quote(match['rest'])}`"
    fixes = inserting(" ", slip.span(number, match.start("rest") + 1))
    return syntax("no space after the dash", slip.span(number, indent_of(text) + 1), help, (), fixes)


def second_colon(slip: Slip) -> Diagnostic:
    """`key: a: b`."""
    text = slip.text().strip()
    if re.match(_UNCOLONED_BRACE, text) or re.fullmatch(_UNSPACED_COLON, slip.text()):
        return slip_of_line(slip, slip.line) or _second_colon(slip)
    match = re.match(_TWO_COLONS, text)
    if match is None:
        return _second_colon(slip)
    value, before, key = quote(match["value"]), match["before"], match["key"]
    if " ? " in value:
        return _second_colon(slip, "a choice is written `a if condition else b`")
    braces = f"put the arguments in braces: `{before}{key}: {{{value}}}`"
    quotes = f'put a text with a colon in quotes: `{key}: "{value}"`'
    helps = [braces] * bool(re.match(r"\w+: ", value)) + [quotes] * (not before)
    return _second_colon(slip, "; ".join(helps) or quotes)


def _second_colon(slip: Slip, help: str = "put a text with a colon in quotes") -> Diagnostic:
    return syntax("a second colon on the line", slip.span(), help)


def key_over_lines(slip: Slip) -> Diagnostic:
    """A key that is read as a continuation of the line above."""
    number = slip.start[0]
    if number == slip.line:
        return second_colon(slip)
    below = re.fullmatch(_UNSPACED_COLON, slip.text()) and slip_of_line(slip, slip.line)
    if problem := below or slip_of_line(slip, number):
        return problem
    return indentation(slip) if ":" in slip.text(number) else missing_colon(slip)


def no_colon(slip: Slip) -> Diagnostic:
    """A word where a key is expected."""
    return slip_of_line(slip, slip.start[0]) or missing_colon(slip)


def missing_colon(slip: Slip) -> Diagnostic:
    """The first line of the value, which has no colon."""
    number = slip.start[0]
    text = slip.text(number)
    word = quote(text.strip().removeprefix("- "))
    indent = indent_of(text)
    item = f" for a key, `- {word}` for an item of a list" if indent and not text.lstrip().startswith("- ") else ""
    place = slip.span(number, indent + 1, max(len(without_comment(text)), 1))
    return syntax(f"`{word}` needs a colon: a key is expected here", place, f"write `{word}:`{item}")
