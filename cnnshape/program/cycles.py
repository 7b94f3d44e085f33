"""Blocks that contain themselves, directly or through others."""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.language import Name
from cnnshape.program.index import NameIndex

MOST_NAMED = 12


def block_cycles(index: NameIndex) -> tuple[list[Diagnostic], set[str]]:
    """A diagnostic for each circle of blocks, and the names of all blocks on circles."""
    uses = {name: index.block_uses.get(name, {}) for name in index.blocks}
    problems = []
    circular: set[str] = set()
    for path in _cycles(uses):
        name, use = path[0], uses[path[0]][path[1]]
        message = "a block contains itself: " + " > ".join(path[:MOST_NAMED])
        related = [Label(index.blocks[name].name.span, f"`{name}` is defined here")]
        help = "write its levels out as blocks of their own, or repeat its steps with `repeat` or `for`"
        problems.append(diagnose("block-cycle", message, use.span, related=related, help=help))
        circular.update(path)
    return problems, circular


def _cycles(uses: dict[str, dict[str, Name]]) -> Iterator[list[str]]:
    """A path from a block back to it, for each circle that a walk through all blocks closes."""
    done: set[str] = set()
    for start in uses:
        path, following = [start], [iter(uses[start])]
        on_path = {start}
        while path and start not in done:
            name = next(following[-1], None)
            if name is None:
                done.add(path[-1])
                on_path.discard(path.pop())
                following.pop()
            elif name in on_path:
                yield [*path[path.index(name) :], name]
                done.add(name)
            elif name in uses and name not in done:
                path.append(name)
                on_path.add(name)
                following.append(iter(uses[name]))
