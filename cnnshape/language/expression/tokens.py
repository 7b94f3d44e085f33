"""Splits the text of an expression into numbers, names and signs."""

from typing import Literal

from cnnshape.language.expression.values import ExpressionProblem

KEYWORDS = frozenset({"and", "or", "not", "if", "else"})
_SIGNS = frozenset({"//", "==", "!=", "<=", ">=", *"-+*/%<>(),."})
_BLANKS = " \t\n\r\f\v"
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_WORD_SIGNS = _LETTERS | _DIGITS
_FOREIGN = {
    "&&": "the operator is `and`", "||": "the operator is `or`", "&": "the operator is `and`",
    "|": "the operator is `or`", "!": "the operator is `not`", "^": "there is no power; multiply",
    "=": "the operator is `==`", "?": "write `a if condition else b`", "$": "write the name alone: `width`",
    "{": "write the name alone: `width`", "[": "a list has no quotes",
    "%": "write the name alone: `width`", "'": "a word has no quotes of its own", '"': "a word has no quotes of its own",
    "\u00d7": "the operator is `*`", "\u2212": "the operator is `-`", ";": "one value, or a list: `[3, 3]`",
}  # fmt: skip


class Token:
    """A piece of an expression. `kind` is the sign or keyword itself, or `number`, `name`, `index`, `end`."""

    __slots__ = ("kind", "offset", "text")

    def __init__(self, kind: str, text: str, offset: int) -> None:
        self.kind = kind
        self.text = text
        self.offset = offset


def tokenize(text: str) -> list[Token]:
    """The tokens of a text; raises ExpressionProblem at an unexpected character."""
    tokens: list[Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        if text[position] in _BLANKS:
            position += 1
            continue
        kind, stop = _token(text, position)
        word = text[position:stop]
        # `widths.0` is an item of a list, not the number .0
        if kind == "number" and word.startswith(".") and tokens and tokens[-1].kind in ("name", "index"):
            tokens += [Token(".", ".", position), Token("index", word[1:], position + 1)]
        else:
            tokens.append(Token(word if kind == "sign" or word in KEYWORDS else kind, word, position))
        position = stop
    return tokens


def _token(text: str, start: int) -> tuple[Literal["number", "name", "sign"], int]:
    """The token that starts there, and where it ends."""
    if (stop := _number_end(text, start)) > start:
        return "number", stop
    if text[start] in _LETTERS:
        return "name", _run(text, start, _WORD_SIGNS)
    for length in (2, 1):
        if text[start : start + length] in _SIGNS:
            return "sign", start + length
    raise _unexpected_character(text, start)


def _number_end(text: str, start: int) -> int:
    """The end of the number that starts there: digits, a fraction, an exponent; `start` if there is no number."""
    stop = _run(text, start, _DIGITS)
    if text[stop : stop + 1] == ".":
        fraction = _run(text, stop + 1, _DIGITS)
        stop = fraction if stop > start or fraction > stop + 1 else start
    if stop == start or text[stop : stop + 1] not in ("e", "E"):
        return stop
    exponent = stop + 2 if text[stop + 1 : stop + 2] in ("+", "-") else stop + 1
    last = _run(text, exponent, _DIGITS)
    return last if last > exponent else stop


def loop_help(items: str, name: str) -> str:
    """Help for an item by its number in a loop over numbers, as other languages write it."""
    return f"a loop takes the items themselves: `for: {{{name}: {items}}}`"


def _run(text: str, start: int, signs: frozenset[str]) -> int:
    """The end of a run of some characters."""
    while start < len(text) and text[start] in signs:
        start += 1
    return start


def _unexpected_character(text: str, offset: int) -> ExpressionProblem:
    import re

    # A blank that is none of ours is skipped: the fault is what follows it.
    offset += len(text[offset:]) - len(text[offset:].lstrip())
    sign = next((foreign for foreign in _FOREIGN if text.startswith(foreign, offset)), None)
    help = _FOREIGN[sign] if sign else None
    if item := re.search(r"([A-Za-z_]\w{0,60})\[(\d{1,9})\]", text, re.ASCII):
        help = f"an item of a list is written `{item[1]}.{item[2]}`"
    elif item := re.search(r"([A-Za-z_]\w{0,60})\[([A-Za-z_]\w{0,60})\]", text, re.ASCII):
        help = loop_help(item[1], item[2])
    message = f"unexpected {text[offset]!r} in an expression"
    return ExpressionProblem("expression-syntax", message, offset, 1, help)
