"""A file of exported code: its docstring, imports, helpers and classes."""

import ast
from collections.abc import Iterable

from cnnshape.export.python import plain
from cnnshape.export.torch.helpers import HELPERS, helper_text
from cnnshape.graph import Graph
from cnnshape.layers import Tensor

_MODULES = {
    "collections.abc": ("Callable", "Sequence"),
    "functools": ("partial",),
    "math": ("ceil", "comb", "floor"),
    "typing": ("Any",),
}
"""What code may use of the standard library, in ruff's order."""


def file_text(header: str, helpers: Iterable[str], classes: Iterable[str]) -> str:
    """The whole file. `helpers` are the names of those that the classes use."""
    parts = [helper_text(helper) for helper in _ordered(set(helpers))]
    parts += [text.rstrip("\n") for text in classes]
    body = "\n\n\n".join(parts)
    return f'"""{header}."""\n\n{_imports(body)}\n\n\n{body}\n'


def _imports(body: str) -> str:
    """The imports that code needs."""
    read = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    lines = []
    for module, names in _MODULES.items():
        used = ", ".join(name for name in names if name in read)
        lines += [f"from {module} import {used}"] if used else []
    lines += [""] if lines else []
    lines += ["import torch"] if "torch" in read else []
    lines += ["import torch.nn.functional as F"] if "F" in read else []
    return "\n".join([*lines, "from torch import Tensor, nn"])


def _ordered(used: set[str]) -> list[str]:
    order = list(HELPERS)
    return sorted(used, key=lambda name: (order.index(name.rstrip("0123456789d") if "Conv" in name else name), name))


def docstring(graph: Graph) -> list[str]:
    """The lines of the docstring of a network: what enters and what leaves."""
    name = plain(graph.name)
    outputs = {plain(output): shape_text(graph.value(index)) for output, index in graph.outputs.items()}
    if len(graph.inputs) == 1 and len(outputs) == 1:
        return [f'"""{name}: {shape_text(graph.inputs[0].tensor)} to {next(iter(outputs.values()))}."""']
    lines = [f'"""{name}.', ""]
    lines += [f"{plain(given.name)}: {shape_text(given.tensor)}" for given in graph.inputs]
    lines += [
        f"Returns {output}: {shape}" if len(outputs) > 1 else f"Returns {shape}" for output, shape in outputs.items()
    ]
    return [*lines, '"""']


def shape_text(tensor: Tensor) -> str:
    """A shape with its batch: `(N, 3, 224, 224)`, or `(N * 100, 4)` for boxes."""
    batch = "N" if tensor.boxes == 1 else f"N * {tensor.boxes}"
    return f"({', '.join([batch, *map(str, tensor.shape)])})"
