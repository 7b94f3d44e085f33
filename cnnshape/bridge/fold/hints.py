"""What a source calls its steps: names from the paths of modules."""

import re
from collections.abc import Sequence
from functools import lru_cache

from cnnshape.bridge import names
from cnnshape.bridge.fold.nodes import Fork, Layer, Node, Nodes, Use

_DULL = frozenset(
    (
        "",
        "conv",
        "bn",
        "norm",
        "act",
        "relu",
        "fc",
        "linear",
        "convs",
        "block",
        "blocks",
        "layers",
        "layer",
        "features",
        "body",
        "net",
        "op",
        "ops",
        "proj",
        "module",
    )
)
"""Attributes that say nothing of the module that they hold."""
_BRANCHES = {"multiply": "gate", "concat": "new"}
"""The branch of a join whose other branch is the input itself."""
MOST_DEPTH = 3
"""Modules around a branch that may name it."""


def word_of(node: Node) -> str:
    """The kind, class or join of a node."""
    return node.kind if isinstance(node, Layer) else node.type if isinstance(node, Use) else node.word


def purpose_of(node: Node) -> str:
    """A name for a condition on a step: the class of a block in snake case, a gate, or the kind."""
    if isinstance(node, Use):
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node.type).lower()
    return "gate" if word_of(node) == "multiply" else f"with_{word_of(node)}"


@lru_cache(1024)
def hint_of(path: str, prefix: str) -> str:
    """A name for a step: the first attribute of its path below a module that says something; empty if none does."""
    attributes = said(path, prefix)
    return names.variable(attributes[0], ()) if attributes else ""


@lru_cache(1024)
def said(path: str, prefix: str) -> tuple[str, ...]:
    """The attributes of a path below a module that say something of what they hold."""
    inner = path.removeprefix(prefix)
    return tuple(part for part in inner.split(".") if not _is_dull(part))


def _is_dull(attribute: str) -> bool:
    """Whether an attribute says nothing of what it holds."""
    word = attribute.rstrip("0123456789").rstrip("_").lower()
    return len(word) < 2 or word in _DULL


def _is_telling(stem: str, stems: Sequence[str]) -> bool:
    return bool(stem) and stems.count(stem) == 1


def _stem(branch: Nodes, prefix: str, depth: int) -> str:
    """The attribute that the modules of a branch share at a depth; empty if there is none."""
    stems = {"".join(said(node.path, prefix)[depth : depth + 1]) for node in branch if node.path}
    return stems.pop() if len(stems) == 1 else ""


def branch_names(fork: Fork, prefix: str) -> list[str]:
    """A name for each branch: the attribute that its modules share, or what the join makes of it."""
    if len(fork.branches) == 2 and not all(fork.branches):
        inner = _BRANCHES.get(fork.word, "new")
        return [inner if branch else "features" if fork.word == "multiply" else "input" for branch in fork.branches]
    chosen: list[str] = []
    levels = [[_stem(branch, prefix, depth) for branch in fork.branches] for depth in range(MOST_DEPTH)]
    stems = max(levels, key=lambda level: sum(_is_telling(stem, level) for stem in level))
    for index, branch in enumerate(fork.branches):
        telling = _is_telling(stems[index], stems)
        wanted = stems[index] if telling else f"branch{index + 1}" if branch else "input"
        chosen.append(wanted if wanted == "input" else names.variable(wanted, chosen, "branch"))
    return chosen
