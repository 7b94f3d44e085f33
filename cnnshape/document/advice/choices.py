"""A conditional between lists, which expressions don't have: the choice belongs into each item."""

import re

from cnnshape.document.advice.slip import Slip, without_comment

_SIDE = r"\[[^][{}]*\]|[^][{},]+?"
_CHOICE = rf"({_SIDE})\s+if\s+([^][{{}},]+?)\s+else\s+({_SIDE})\s*"


def spread_choice(text: str) -> str | None:
    """Help for a text that begins with a conditional in which a side is a list; None for any other text, or if both
    sides are lists of different lengths.

    `[2, 1] if d else 2` is written `[2, 1 if d else 2]`.
    """
    match = re.match(rf"\s*{_CHOICE}(?=[]}},]|$)", text)
    if match is None:
        return None
    chosen, otherwise = _items(match[1]), _items(match[3])
    length = max(len(chosen), len(otherwise))
    if not (match[1] + match[3]).count("[") or len({1, length, len(chosen), len(otherwise)} - {1}) > 1:
        return None
    pairs = zip(_per_item(chosen, length), _per_item(otherwise, length), strict=True)
    items = ", ".join(a if a == b else f"{a} if {match[2]} else {b}" for a, b in pairs)
    return f"write the choice inside the list: `[{items}]`"


def choice_at(slip: Slip) -> str | None:
    """Help for a syntax error in a value that is a conditional between lists."""
    value = re.split(r": +|^ *- +", slip.before)[-1]
    return spread_choice(without_comment(value + slip.rest))


def _items(side: str) -> list[str]:
    return [item.strip() for item in side.strip("[]").split(",")]


def _per_item(items: list[str], length: int) -> list[str]:
    """The items of one side. A single item is repeated to the length of the other side."""
    return items * length if len(items) == 1 else items
