"""The modules that a node ran in, as PyTorch's exporters write them down."""

import re
from collections.abc import Iterable

from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.operations import Module

MOST_NESTED = 64
_CONTAINERS = frozenset(("Sequential", "ModuleList", "ModuleDict"))


class ModuleCalls:
    """Numbers the calls of modules: a module that is left and entered again is called again."""

    def __init__(self) -> None:
        self._stack: tuple[Module, ...] = ()
        self._calls = 0

    def of(self, node: Node) -> tuple[Module, ...]:
        """The calls that a node ran in, outermost first; empty if the file doesn't say."""
        stack: list[Module] = []
        for depth, (path, kind) in enumerate(_scopes(node)):
            before = self._stack[depth] if depth < len(self._stack) and len(stack) == depth else None
            if before is not None and (before.path, before.type) == (path, kind) and stack == list(self._stack[:depth]):
                stack.append(before)
            else:
                self._calls += 1
                stack.append(Module(path, kind, self._calls, kind in _CONTAINERS))
        self._stack = tuple(stack)
        return self._stack


def _scopes(node: Node) -> list[tuple[str, str]]:
    """The path and the class of each module, outermost first. The class is empty if the file doesn't say."""
    classes = _words(node.metadata.get("pkg.torch.onnx.class_hierarchy", ""))
    paths = _words(node.metadata.get("pkg.torch.onnx.name_scopes", ""))
    if paths and len(paths) == len(classes):
        # The last word is the operation itself, and the first the network.
        pairs = zip(paths[:-1], classes[:-1], strict=True)
        return [(path, kind.rpartition(".")[2]) for path, kind in pairs if path][:MOST_NESTED]
    return [(path, "") for path in _paths(node.name.split("/")[1:-1])][:MOST_NESTED]


def _words(text: str) -> list[str]:
    """The items of a list of texts, as Python prints it."""
    return re.findall(r"'([^']*)'", text)


def _paths(scopes: Iterable[str]) -> list[str]:
    """The paths of nested scopes. A child of a container repeats the container's name: `layer1`, `layer1.0`."""
    paths: list[str] = []
    last = path = ""
    for scope in scopes:
        parent = path.removesuffix(last).rstrip(".") if last and scope.startswith(f"{last}.") else path
        path = f"{parent}.{scope}" if parent else scope
        last = scope
        paths.append(path)
    return paths
