"""Names of a design as names of Python, each used once."""

import re
import unicodedata
from collections.abc import Iterable
from keyword import iskeyword, issoftkeyword

RESERVED = frozenset({"keras", "layers", "ops", "math", "x", "inputs", "outputs", "zip", "range", "enumerate", "len"})
"""The names that generated code has for itself."""


def identifier(name: str, otherwise: str = "net") -> str:
    """A name in lower case with underscores: `resnet_50` of `ResNet-50`."""
    # Python reads names in this form, so two of them may be one.
    plain = unicodedata.normalize("NFKC", name)
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    made = re.sub(r"_+", "_", "".join(sign if f"a{sign}".isidentifier() else "_" for sign in words.lower())).strip("_")
    made = made or otherwise
    return made if made.isidentifier() and made.isascii() else identifier(_ascii(made), otherwise)


def _ascii(name: str) -> str:
    """A name in letters without marks, with an underscore before a digit at its start."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"n{plain}" if plain[:1].isdigit() else plain


class Names:
    """Names that were given already."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*RESERVED, *taken}

    def new(self, name: str, otherwise: str = "tensor") -> str:
        """A name that no one has: with a number, if need be."""
        plain = identifier(name, otherwise)
        if iskeyword(plain) or issoftkeyword(plain):
            plain += "_"
        made, count = plain, 1
        while made in self._taken:
            count += 1
            made = f"{plain}_{count}"
        self._taken.add(made)
        return made
