"""The blocks of a spec as a table."""

from collections import Counter
from collections.abc import Iterable

from cnnshape.graph import Graph, groups
from cnnshape.language import Block, Param
from cnnshape.render.formats import Page
from cnnshape.render.table import Column, Table, fit, text_lines


def blocks_text(name: str, blocks: Iterable[Block], graph: Graph | None, page: Page) -> str:
    """A line per block: its params with their defaults, how often the network uses it, and its line in the spec."""
    uses = Counter(group.word for group in groups(graph.root)) if graph else Counter()
    columns = (
        Column("block"),
        Column("uses", numeric=True, priority=1),
        Column("line", numeric=True, priority=0),
        Column("params", text=str),
    )
    rows = [
        (block.name.text, uses[block.name.text] if graph else None, block.name.span.line, _params(block.params))
        for block in blocks
    ]
    table = fit(Table(columns, rows), page.width)
    first = rows[0][0]
    lines = [*text_lines(table, color=page.color), "", f"`cnnshape block {name} {first}` summarizes its first use."]
    return "\n".join([*lines, *table.notes]) + "\n"


def _params(params: Iterable[Param]) -> str:
    """`width, out=4 * width`: those without a default are required."""
    return ", ".join(
        param.name.text if param.default is None else f"{param.name.text}={param.default.span.text}" for param in params
    )
