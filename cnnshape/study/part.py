"""The layer, stage or block that a name means."""

from collections.abc import Sequence

from cnnshape.diagnostics import nearest
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph, Part, named_parts, parts

MOST_NAMED = 4
"""Names that a message lists if one could mean several layers."""


def part_of(graph: Graph, name: str) -> Part:
    """The layer, stage or block of that name, or of that end of a name. Raises Refusal if there is none, or more than
    one."""
    named = named_parts(graph, name)
    if len(named) == 1:
        return named[0]
    raise Refusal("layer", _ambiguous(name, named) if named else _unknown(graph, name))


def _ambiguous(name: str, named: Sequence[Part]) -> str:
    listed = ", ".join(f"`{part.name}`" for part in named[:MOST_NAMED])
    more = len(named) - MOST_NAMED
    others = f" and {more:,} more" if more > 0 else ""
    return f"{name!r} may be {listed}{others}; write more of the name"


def _unknown(graph: Graph, name: str) -> str:
    names = dict.fromkeys(part.name for part in parts(graph))
    close = nearest(name, names) or nearest(name, dict.fromkeys(full_name.rpartition(".")[2] for full_name in names))
    hint = f"did you mean `{close}`?" if close else "`cnnshape summary --expand` shows all names"
    return f"no layer, stage or block is called {name!r}; {hint}"
