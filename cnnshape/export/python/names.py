"""Names of a spec as names of Python."""

import re
from collections.abc import Iterable
from keyword import iskeyword, issoftkeyword


def identifier(text: str) -> str:
    """The text as a name of Python: other signs become `_`, and a keyword gets one at its end."""
    name = re.sub(r"[^0-9A-Za-z_]+", "_", text).strip("_") or "x"
    if name[0].isdigit():
        name = f"_{name}"
    return f"{name}_" if iskeyword(name) or issoftkeyword(name) else name


def class_name(text: str, otherwise: str = "Network") -> str:
    """The text as a name of a class: `ResNet50` for ResNet-50."""
    words = re.findall(r"[0-9A-Za-z]+", text)
    name = "".join(word[0].upper() + word[1:] for word in words)
    if not name:
        return otherwise
    return f"{otherwise}{name}" if name[0].isdigit() else name


class Names:
    """The names of one scope, each given once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._counts: dict[str, int] = {}

    def state(self) -> tuple[set[str], dict[str, int]]:
        """The names that are given, for `restore`."""
        return set(self._taken), dict(self._counts)

    def restore(self, state: tuple[set[str], dict[str, int]]) -> None:
        """Forgets the names that were given since."""
        self._taken, self._counts = set(state[0]), dict(state[1])

    def new(self, wish: str) -> str:
        """The wish, or the wish with the first free number from 2 on."""
        count = self._counts.get(wish, 1)
        name = wish if count == 1 else f"{wish}_{count}"
        while name in self._taken:
            count += 1
            name = f"{wish}_{count}"
        self._taken.add(name)
        self._counts[wish] = count
        return name


def plain(text: str) -> str:
    """A text for a docstring: no sign in it ends the string, or is hidden."""
    return "".join(sign if sign.isprintable() and sign not in '\\"' else "_" for sign in text)
