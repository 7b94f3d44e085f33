"""Names for steps, parameters and blocks, made from the words of a source."""

import re
from collections.abc import Callable, Collection

from cnnshape.language import AXIS_NAMES, KIND_WORDS, grammar
from cnnshape.layers import BY_NAME

LONGEST = 60
"""Characters of a name that is made from a source's words."""
_SIZES = frozenset(name for names in AXIS_NAMES.values() for name in names)
_TAKEN = grammar.RESERVED | frozenset(KIND_WORDS) | _SIZES | {"all", "input", "none", "same", "required", "any"}


class Taken(set[str]):
    """Names that are taken. It knows which number of a name is tried next, so that many equal names take no time."""

    def __init__(self) -> None:
        super().__init__()
        self.next: dict[str, int] = {}


def variable(text: str, taken: Collection[str], default: str = "value") -> str:
    """A name of a parameter or a step that no other one has and that means nothing else in the language."""
    cleaned = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:LONGEST].lower()
    if not cleaned or not cleaned[0].isalpha():
        cleaned = f"{default}_{cleaned}".rstrip("_")
    return _free(cleaned, taken, lambda name: name in _TAKEN or name in BY_NAME)


def is_free(name: str) -> bool:
    """Whether a text is a name that means nothing else in the language."""
    return re.fullmatch(grammar.VARIABLE, name) is not None and name not in _TAKEN and name not in BY_NAME


def block(text: str, taken: Collection[str]) -> str:
    """A CamelCase name of a block that no other block has."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    cleaned = "".join(word[:1].upper() + word[1:] for word in words)[:LONGEST].lstrip("0123456789")
    return _free((cleaned[:1].upper() + cleaned[1:]) or "Block", taken, lambda name: False)


def _free(name: str, taken: Collection[str], is_word: Callable[[str], bool]) -> str:
    """The name, with a number if it is taken or a word of the language."""
    if name not in taken and not is_word(name):
        return name
    numbers = taken.next if isinstance(taken, Taken) else {}
    number = numbers.get(name, 2)
    while f"{name}_{number}" in taken:
        number += 1
    numbers[name] = number + 1
    return f"{name}_{number}"


def title(text: str) -> str:
    """A network's name on one line, printable and not too long."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[:LONGEST]
