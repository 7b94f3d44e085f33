"""A file of exported code: its docstring, imports, helpers and classes."""

import ast
from collections.abc import Iterable

from cnnshape.export.python import Lines
from cnnshape.export.torch.helpers import HELPERS, helper_text

_IMPORTS = {
    "from collections.abc import Sequence": "Sequence",
    "from math import comb": "comb",
    "from typing import Any": "Any",
    "": "",
    "import torch": "torch",
    "import torch.nn.functional as F": "F",
    "from torch import Tensor, nn": "nn",
}
"""The imports in ruff's order, each with the name that needs it."""


def file_text(name: str, header: str, helpers: Iterable[str], classes: Iterable[str]) -> str:
    """The whole file. `helpers` are the names of those that the classes use."""
    used = set(helpers)
    parts = [helper_text(helper) for helper in _ordered(used)]
    parts += [text.rstrip("\n") for text in classes]
    body = "\n\n\n".join(parts)
    read = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)} | {""}
    imports = "\n".join(line for line, name in _IMPORTS.items() if name in read)
    lines = Lines()
    lines.line(f'"""{plain(name)} in PyTorch.')
    lines.line()
    lines.line(header)
    lines.line('"""')
    lines.line()
    return f"{lines.text}{imports.lstrip()}\n\n\n{body}\n"


def _ordered(used: set[str]) -> list[str]:
    order = list(HELPERS)
    return sorted(used, key=lambda name: (order.index(name.rstrip("0123456789d") if "Conv" in name else name), name))


def plain(text: str) -> str:
    """A text for a docstring: no sign in it ends the string, or is hidden."""
    return "".join(sign if sign.isprintable() and sign not in '\\"' else "_" for sign in text)
