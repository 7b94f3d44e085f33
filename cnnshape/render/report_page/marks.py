"""How the parts of a page say which layers they show, and how addresses name them."""

from collections.abc import Iterable, Mapping, Sequence

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.svg import escape_xml
from cnnshape.report import Report, Row
from cnnshape.study.sheet import Layers


def layers_text(layers: Layers) -> str:
    """`3,5-7`: the numbers of layers, from 1, as in the address `#L3,5-7`."""
    return ",".join(str(start + 1) if end == start + 1 else f"{start + 1}-{end}" for start, end in layers)


def mark(layers: Layers) -> dict[str, str]:
    """The attribute of an element that shows these layers; none if there are none."""
    return {"data-l": layers_text(layers)} if layers else {}


def written(attributes: Mapping[str, str]) -> str:
    """Attributes as they stand in a tag."""
    return "".join(f' {name}="{escape_xml(value)}"' for name, value in attributes.items())


def change_of(layers: Layers, changes: Mapping[int, str]) -> str:
    """`added`, `removed` or `changed` by what happened to layers, by their positions; empty if nothing did.

    They have changed, too, if not all of them were added or removed.
    """
    own = {changes.get(index, "") for start, end in layers for index in range(start, end)}
    return "".join(own) if len(own) < 2 else "changed"


class Anchors(NamedTuple):
    """The names of places on the page. Those of a second design have a prefix."""

    prefix: str

    def layers(self, layers: Layers) -> str:
        """The name of the place of layers."""
        return f"{self.prefix}L{layers_text(layers)}"

    def line(self, source: int, line: int) -> str:
        """The name of a line of a source, the first of which has no number."""
        return f"{self.prefix}line{source + 1 if source else ''}-{line}"

    def section(self, name: str) -> str:
        """The name of a section."""
        return f"{self.prefix}{name}"


class Positions:
    """Where the rows of a report are in it."""

    def __init__(self, report: Report) -> None:
        self._position = {row.name: index for index, row in enumerate(report.rows)}

    def span(self, rows: Sequence[Row]) -> Layers:
        """The layers from the first to the last of these rows; none without rows."""
        return ((self._position[rows[0].name], self._position[rows[-1].name] + 1),) if rows else ()

    def of(self, rows: Iterable[Row]) -> frozenset[int]:
        """The positions of these rows."""
        return frozenset(self._position[row.name] for row in rows)

    def __getitem__(self, name: str) -> int:
        return self._position[name]
