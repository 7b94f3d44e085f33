"""The table of layers: stages and blocks that open and close, each line with the layers that it shows."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.layer_table import DEFAULT, layer_table
from cnnshape.render.report_page.marks import Anchors, Positions, change_of, mark, written
from cnnshape.render.svg import element, escape_xml
from cnnshape.report import Line, folded
from cnnshape.study.sheet import Layers, Network

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


class LayerRows(NamedTuple):
    """The table as HTML, and the names of its rows as places on the page."""

    html: str
    places: frozenset[str]


def layer_rows(network: Network, anchors: Anchors, changes: Mapping[int, str]) -> LayerRows:
    """The table, with links to the lines of the source. `changes` say which layers differ from another design, and how, by their positions."""
    report, positions = network.report, Positions(network.report)
    lines = folded(report)
    table = layer_table(report, lines, DEFAULT)
    headings = _cells("th", (*table.headings, "line"))
    links = _links(lines, network, positions, anchors)
    layers = [positions.span((line.rows[0], line.last)) for line in lines]
    names = _names(lines, layers, anchors, changes)
    rows = [
        f"\n<tr{attributes}>{name}{''.join(_cells('td', cells[1:]))}<td>{link}</td></tr>"
        for (attributes, name), cells, link in zip(names, table.cells, links, strict=False)
    ]
    total = _cells("td", (*table.cells[-1][1:], ""))
    html = element(
        "table",
        element("thead", element("tr", *headings)),
        element("tbody", *rows, ""),
        element("tfoot", element("tr", element("th", "total"), *total)),
        **{"class": "layers"},
    )
    return LayerRows(element("div", html, **{"class": "wide"}), frozenset(map(anchors.layers, layers)))


def _cells(tag: str, texts: Sequence[str]) -> list[str]:
    """Cells without a class: the style aligns the columns of numbers by their places."""
    return [element(tag, escape_xml(text), "") for text in texts]


def _links(lines: Sequence[Line], network: Network, positions: Positions, anchors: Anchors) -> Iterator[str]:
    """A link to the line of each row. A stage and its only block have the same layers, and the stage comes first."""
    seen: Counter[tuple[int, int]] = Counter()
    for line in lines:
        ((start, end),) = positions.span(line.rows)
        places = network.places.get((start, end), ())
        place = places[min(seen[start, end], len(places) - 1)] if places else None
        seen[start, end] += 1
        yield f'<a href="#{anchors.line(*place)}">{place[1]}</a>' if place else ""


def _names(
    lines: Sequence[Line], layers: Sequence[Layers], anchors: Anchors, changes: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    """The attributes of each row, and its first cell."""
    depths = [line.depth for line in lines]
    named: set[str] = set()
    for line, own, below in zip(lines, layers, [*depths[1:], 0], strict=False):
        anchor = anchors.layers(own)
        change = change_of(own, changes)
        attributes = mark(own) | ({"data-d": str(line.depth)} if line.depth else {})
        # A stage that has one block only has the same layers as it.
        attributes |= {} if anchor in named else {"id": anchor}
        attributes |= {"class": change} if change else {}
        named.add(anchor)
        yield written(attributes), _name(line, anchor, change, opens=below > line.depth)


def _name(line: Line, anchor: str, change: str, *, opens: bool) -> str:
    """The name of a line, which is a link to it, with the button that opens it."""
    label = escape_xml(line.label)
    fold = f'<button class="fold" aria-label="{label}" aria-expanded="true"></button>' if opens else ""
    times = f" ×{line.times}" if line.times > 1 else ""
    word = f'<ins title="{change}">{_SIGNS[change]}</ins> ' if change else ""
    return element("th", f'{fold}{word}<a href="#{anchor}">{label}</a>{times}')
