"""The file: its docstring, imports, helpers, and functions."""

from collections.abc import Iterable

from cnnshape.export.keras.helpers import NEEDS, code_of
from cnnshape.export.keras.layout import Layout


def module(docstring: str, helpers: Iterable[str], functions: list[list[str]], layout: Layout) -> str:
    """The text of a file with these functions and the helpers that they call."""
    needed: list[str] = []
    for helper in helpers:
        for name in (*NEEDS.get(helper, ()), helper):
            if name not in needed:
                needed.append(name)
    parts = [*(code_of(helper, layout).rstrip("\n") for helper in needed), *map("\n".join, functions)]
    body = "\n\n\n".join(parts)
    words = [word for word in ("layers", "ops") if f"{word}." in body]
    standard = ["import math", ""] if "math." in body else []
    imported = ["import keras", *([f"from keras import {', '.join(words)}"] if words else [])]
    head = [f'"""{docstring}"""', "", *standard, *imported]
    return "\n".join(head) + "\n\n\n" + body + "\n"
