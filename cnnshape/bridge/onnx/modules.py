"""The modules that a node ran in, as PyTorch's exporters write them down."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from cnnshape.bridge.building import printable
from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.operations import Module

MOST_NESTED = 64
ALIKE = 0.5
"""The share of children that two modules of one class have in common: some blocks have a `downsample`, others don't."""
_CONTAINERS = frozenset(("Sequential", "ModuleList", "ModuleDict"))


class ModuleCalls:
    """Numbers the calls of modules: a module that is left and entered again is called again."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._stack: tuple[Module, ...] = ()
        self._calls = 0
        self._classes = _guessed_classes(nodes)

    def of(self, node: Node) -> tuple[Module, ...]:
        """The calls that a node ran in, outermost first; empty if the file doesn't say."""
        stack: list[Module] = []
        is_same = True
        for depth, (path, kind) in enumerate(_scopes(node)):
            path, kind = printable(path), printable(kind or self._classes.get(path, ""))
            before = self._stack[depth] if depth < len(self._stack) else None
            is_same = is_same and before is not None and (before.path, before.type) == (path, kind)
            if is_same and before is not None:
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
    return [(path, "") for path in _paths(node.name.split("/")[1:-1][:MOST_NESTED])]


def scoped(node: Node, calls: Sequence[tuple[str, str]]) -> Node:
    """A node with the calls that it is in, by name and class, as `_scopes` reads them. Its own scopes are kept."""
    if node.metadata:
        return node
    paths, classes = [path for path, _ in calls], [kind for _, kind in calls]
    metadata = {
        "pkg.torch.onnx.name_scopes": str([*paths, node.name]),
        "pkg.torch.onnx.class_hierarchy": str([*classes, node.op]),
    }
    return node._replace(metadata=metadata)


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


def _guessed_classes(nodes: Sequence[Node]) -> dict[str, str]:
    """A class for each module whose class the file doesn't say: modules of like names and children have the same.

    A module with numbered children alone is a container.
    """
    children: dict[str, dict[str, None]] = {}
    for node in nodes:
        scopes = _scopes(node)
        if not scopes or scopes[0][1]:
            continue
        # An operation of the module itself counts as a child.
        paths = [path for path, _ in scopes] + [f"{scopes[-1][0]}.{node.op}"]
        for parent, child in pairwise(paths):
            children.setdefault(parent, {})[child.rpartition(".")[2]] = None
    classes: dict[str, str] = {}
    examples: dict[str, list[frozenset[str]]] = {}
    for path, named in children.items():
        if all(name.isdigit() for name in named):
            classes[path] = "Sequential"
            continue
        name = _class_name(path)
        own = frozenset(named)
        known = examples.setdefault(name, [])
        like = next((index for index, other in enumerate(known[:MOST_LIKE]) if _are_alike(own, other)), len(known))
        if like == len(known):
            known.append(own)
        classes[path] = name if like == 0 else f"{name}{like + 1}"
    return classes


MOST_LIKE = 8
"""Classes of one name that a module is compared with."""


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def _class_name(path: str) -> str:
    """A class by the words of a path, without numbers: `Layer` for `layer1.0`, `Inception` for `inception3a`."""
    parts = [re.sub(r"_?\d+[a-z]?$", "", part) for part in path.split(".")]
    words = [part for part in parts if part]
    return "".join(word[:1].upper() + word[1:] for word in words[-1].split("_")) if words else "Block"
