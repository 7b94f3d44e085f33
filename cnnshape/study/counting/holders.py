"""Blocks that hold the same layer, for tools that walk the tree of modules and meet such a layer once in each block.

A spec shares weights between layers. Here each instance of a block is a module, a layer with its weights is one module,
and every block with a layer that uses these weights holds it. What belongs to no block is held by the network itself. A
program may also call one block several times: then one module holds the layer, and no tool counts it more than once.
"""

from cnnshape.graph import Group
from cnnshape.report import Report, Row

Path = tuple[int, ...]
"""The blocks around a layer, from the outside in, as numbers; the network itself is `()`."""


def is_block(group: Group) -> bool:
    """Whether a group is a block with layers. Blocks are CamelCase; the rounds of a loop are no modules of their own."""
    return group.word[:1].isupper() and group.end > group.start


def block_paths(report: Report) -> list[Path]:
    """The blocks around each row, numbered in the order in which they start."""
    paths: list[Path] = [()] * len(report.rows)
    _add_paths(report.groups, (), paths, [0])
    return paths


def _add_paths(group: Group, path: Path, paths: list[Path], count: list[int]) -> None:
    for child in group.children:
        inner = path
        if is_block(child):
            inner = (*path, count[0])
            count[0] += 1
            paths[child.start : child.end] = [inner] * (child.end - child.start)
        _add_paths(child, inner, paths, count)


def owner(row: Row) -> str:
    """The layer whose weights a row uses."""
    return row.shares or row.name


def holders(report: Report) -> list[int]:
    """How many blocks hold the layer of each row; 1 unless several share its weights."""
    if not any(row.shares for row in report.rows):
        return [1] * len(report.rows)
    owners = list(map(owner, report.rows))
    blocks: dict[str, set[Path]] = {}
    for name, path in zip(owners, block_paths(report), strict=True):
        blocks.setdefault(name, set()).add(path)
    return [len(blocks[name]) for name in owners]
