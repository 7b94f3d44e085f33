"""Rules for brackets that are not closed, and for their contents."""

import re

from cnnshape.diagnostics import Diagnostic, Fix, Label
from cnnshape.document.advice.choices import choice_at
from cnnshape.document.advice.slip import (
    MOST_LINES,
    Slip,
    indent_of,
    inserting,
    quote,
    replacing,
    syntax,
    without_comment,
)
from cnnshape.document.advice.values import after_quote
from cnnshape.document.fault import LONGEST_SHOWN, printable

_CLOSING = {"[": "]", "{": "}"}
_NEW_ENTRY = r"\s*(?:- |[\w.-]+\s*:(?:\s|$))"


def wrong_closer(slip: Slip) -> Diagnostic:
    """A bracket with a closing bracket of another type."""
    sign, opening = slip.rest[:1], slip.opening
    related = (Label(slip.span(*slip.start), "opened here"),)
    help = f"close the `{opening}` with `{_CLOSING[opening]}` before it"
    return syntax(f"`{sign}` can't close a `{opening}`", slip.span(), help, related)


def between_entries(slip: Slip) -> Diagnostic:
    """Text after an entry, where a comma or the closing bracket is expected."""
    if problem := after_quote(slip):
        return problem
    if slip.line == slip.start[0]:
        return _in_line(slip)
    starts_anew = re.match(_NEW_ENTRY, slip.text()) or not slip.text().strip()
    if starts_anew and not _is_closed_below(slip):
        return unclosed(slip)
    number = slip.previous()
    end = len(slip.text(number).rstrip())
    place, help = slip.span(number, end + 1), "separate entries with commas"
    return syntax("a comma is missing at the end of the line", place, help, (), inserting(",", place))


def _is_closed_below(slip: Slip) -> bool:
    """Whether a line below, indented by more than the bracket's line, closes the bracket."""
    line, column = slip.start
    indent = indent_of(slip.text(line))
    depth = _depth(slip.text(line)[column - 1 :])
    for number in range(line + 1, min(line + MOST_LINES, slip.source.line_count + 1)):
        text = slip.text(number)
        if depth <= 0 or (text.strip() and indent_of(text) <= indent and text.lstrip()[0] not in "]}"):
            break
        depth += _depth(text)
    return depth <= 0


def _depth(text: str) -> int:
    """How many more brackets a text opens than it closes."""
    text = without_comment(text)
    return sum(text.count(sign) for sign in "[{") - sum(text.count(sign) for sign in "]}")


def _in_line(slip: Slip) -> Diagnostic:
    if slip.before.endswith("$") and (name := re.match(r"\{(\w+)\}", slip.rest)):
        help, fixes = f"write the name without braces: `{name[1]}`", _without_braces(slip, name[0], name[1])
        return syntax("`${` has no meaning here", slip.span(), help, (), fixes)
    if slip.rest[:1] != ":":
        if choice := choice_at(slip):
            return syntax("a comma is missing before this", slip.span(), choice)
        if slip.rest[:1] == "[" and (problem := _in_expression(slip)):
            return problem
        help, gap = "separate entries with commas", slip.before[len(slip.before.rstrip()) :]
        end = slip.span(column=slip.column - len(gap))
        return syntax("a comma is missing before this", slip.span(), help, (), inserting("," if gap else ", ", end))
    entry = re.split(r"[,{\[]", slip.before)[-1].strip()
    if match := re.fullmatch(r"(\S+: \S+) (\S+)", entry):
        help = f"separate entries with commas: `{quote(match[1])}, {quote(match[2])}: ...`"
        start = slip.before.rindex(entry) + match.start(2)
        fixes = inserting(",", slip.span(column=start))
        return syntax(f"a comma is missing before `{quote(match[2])}`", slip.span(), help, (), fixes)
    key, _, inner = entry.partition(": ")
    help = f"put the arguments in braces of their own: `{quote(key)}: {{{quote(inner)}: ...}}`"
    if " " in inner or not inner:
        help = "an expression has no colon; put a text with a colon in quotes"
    return syntax("a second colon in one entry", slip.span(), help)


def _in_expression(slip: Slip) -> Diagnostic | None:
    """A `[` after the beginning of an expression: as other languages read an item, or a list that is an operand."""
    item = re.search(r"([A-Za-z_][\w.]*)$", slip.before)
    index = re.match(r"\[\s*['\"]?([\w +*/-]{1,60}?)['\"]?\s*\]", slip.rest)
    if item is not None and index is not None:
        number = index[1] if index[1].isdigit() else f"({index[1]})"
        help = f"an item of a list is written `{item[1]}.{number}`"
        if re.fullmatch(r"[A-Za-z_]\w*", index[1]):
            help += f", an output of a block `{item[1]}.{index[1]}`"
        return syntax("a name has no brackets after it", slip.span(), help)
    entry = re.split(r"[,{[]|: ", slip.before)[-1].lstrip()
    operand = re.match(r"\[[^][{}]*\][^][{},#]*", slip.rest)
    if operand is not None and re.search(r"(?:\b(?:else|if|and|or|not)|[-+*/%=<>(])\s*$", entry):
        whole = quote((entry + operand[0]).strip())
        return syntax("a list inside an expression needs quotes", slip.span(), f'quote the expression: `"{whole}"`')
    return None


def unclosed(slip: Slip) -> Diagnostic:
    """A bracket that is not closed."""
    place, opening = slip.span(*slip.start), slip.opening
    message = f"the `{opening}` is not closed"
    line, column = slip.start
    text = without_comment(slip.text(line)[column - 1 :])
    comment = slip.text(line)[column - 1 + len(text) :].strip()
    if re.match(r"#[^\s#]", comment) and _CLOSING[opening] in comment:
        help = "`#` after a space starts a comment, which runs to the end of the line: quote a text that has one"
        return syntax(message, place, help)
    end = slip.span(line, column + len(text))
    text = _outer(slip) + text
    whole = _closed(slip, text)
    fixes = inserting(_closers(text), end) if whole is not None and _can_be_closed(text) else ()
    return syntax(message, place, whole or f"close it with `{_CLOSING[opening]}`", (), fixes)


def _outer(slip: Slip) -> str:
    """What is before the bracket in its line, from the first bracket there that is open too, in a text that ends in that
    line: all of them are to be closed."""
    line, column = slip.start
    below = range(line + 1, min(line + MOST_LINES, slip.source.line_count) + 1)
    before = slip.text(line)[: column - 1]
    if any(without_comment(slip.text(number)) for number in below) or re.search("['\"#]", before):
        return ""
    opened: list[int] = []
    for index, sign in enumerate(before):
        if sign in _CLOSING:
            opened.append(index)
        elif sign in _CLOSING.values() and opened:
            opened.pop()
    return before[opened[0] :] if opened else ""


def _can_be_closed(text: str) -> bool:
    """Whether closing brackets alone complete the first line of a bracket."""
    return text[-1:] not in ("[", "{", ",", ":") and _without_value(text) is None


def _without_value(text: str) -> str | None:
    """The key at the end of a text that has no value yet. The first entry of a mapping may stand alone: `{relu}`."""
    word = re.search(r",\s*([A-Za-z_][\w.-]*)$", text)
    is_key = _closers(text)[:1] == "}" and text.count("(") == text.count(")")
    return word[1] if word and is_key else None


def _without_braces(slip: Slip, written: str, name: str) -> tuple[Fix, ...]:
    """The fix for `${name}`, whose `$` is before the place."""
    return replacing(slip.span(column=slip.column - 1, length=len(written) + 1), name)


def _closed(slip: Slip, text: str) -> str | None:
    """How to close a bracket whose first line is `text`."""
    if key := re.search(r"([\w.-]+):$", text):
        return f"write the value of `{quote(key[1])}`, and close the `{slip.opening}` with `{_CLOSING[slip.opening]}`"
    closer = _CLOSING[slip.opening]
    if text[-1:] in ("[", "{", ","):
        continuation = "the next entry, or" if text[-1] == "," else "its contents, and"
        return f"write {continuation} close it with `{closer}`"
    if unfinished := _without_value(text):
        word = quote(unfinished)
        return f"write the value of `{word}`: `{word}: ...`, and close the `{slip.opening}` with `{closer}`"
    whole = text + _closers(text)
    if len(whole) > LONGEST_SHOWN:
        return None
    return f"close it: `{printable(whole)}`"


def _closers(text: str) -> str:
    """The closing brackets for all brackets that are open at the end of a text."""
    closers: list[str] = []
    for sign in text:
        if sign in _CLOSING:
            closers.append(_CLOSING[sign])
        elif closers and sign == closers[-1]:
            closers.pop()
    return "".join(reversed(closers))


def dash(slip: Slip) -> Diagnostic:
    """`- item` inside brackets."""
    if slip.line != slip.start[0]:
        return unclosed(slip)
    return syntax("an item inside brackets has no dash", slip.span(), "remove it: commas separate items in brackets")


def no_space(slip: Slip) -> Diagnostic:
    """`key:,`."""
    key = re.split(r"[,{\[]", slip.before)[-1].strip()
    return syntax("no space after the colon", slip.span(), f"write `{quote(key)}: ` and its value")
