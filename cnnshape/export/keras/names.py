"""The names of functions and variables in a file of Keras code."""

import re
import unicodedata

from cnnshape.export.keras.helpers import names
from cnnshape.export.python import Names, identifier

TAKEN = frozenset({*names(), "i", "j", "k", "l", "m", "n_", "keras", "layers", "ops", "math", "x", "inputs", "enumerate", "len", "map", "max", "min", "range", "slice",
                   "sum", "tuple", "zip", "int", "abs", "list", "super", "property", "reversed", "bool", "ValueError"})  # fmt: skip
"""The names that the code uses itself."""


def lower(text: str) -> str:
    """A name in lower case with underscores: `mb_conv` of `MBConv`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain)
    return identifier(words.lower())


def network_name(text: str) -> str:
    """The name of a network's function: `resnet_50` of `ResNet-50`, and no name that the code uses itself."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    made = identifier(plain.lower())
    return f"{made}_net" if made in TAKEN else made


__all__ = ["TAKEN", "Names", "lower", "network_name"]
