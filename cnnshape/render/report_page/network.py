"""The picture of the network on the page: its cards show layers."""

import re
from collections.abc import Iterator, Mapping
from html import unescape

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.svg import to_svg
from cnnshape.render.report_page.marks import Positions, change_of, mark, written
from cnnshape.render.svg import element, escape_xml
from cnnshape.study.picture.model import Card, Picture
from cnnshape.study.sheet import Layers

NARROW = 1000
"""The width up to which a picture shares its row with other sections."""


class Drawn(NamedTuple):
    """The picture as HTML, and the width that it is drawn for, in pixels."""

    html: str
    width: int


def network_html(picture: Picture, positions: Positions, signs: Mapping[int, str]) -> Drawn:
    """The SVG of a picture, whose cards have the layers that they show, and what happened to them."""
    layers = dict(_layers(picture, positions))

    def marked(match: re.Match[str]) -> str:
        own = layers.get(unescape(match[2]), ())
        word = change_of(own, signs)
        return f'{match[1]}{f" {word}" if word else ""}" data-card="{match[2]}"{written(mark(own))}'

    svg = re.sub(r'(class="card \w+)" data-card="([^"]*)"', marked, to_svg(picture))
    width = int(svg.partition(' width="')[2].partition('"')[0])
    # The cards of an image have no names for screen readers, those of a group do.
    label = escape_xml(f"Picture of {picture.report.name}")
    svg = svg.replace('role="img"', f'role="group" aria-label="{label}" style="--w:{width}px"', 1)
    # The title of the whole picture would be shown over all that has none of its own.
    svg = re.sub(r"\n<title>.*?</title>", "", svg, count=1)
    return Drawn(element("div", svg, **{"class": "net"}), width)


def _layers(picture: Picture, positions: Positions) -> Iterator[tuple[str, Layers]]:
    """The name of each card in the SVG, and its layers."""
    diagrams = [("", picture.diagram), *((f"{form.example}/", form.diagram) for form in picture.forms)]
    for prefix, diagram in diagrams:
        for card in diagram.cards:
            yield f"{prefix}{card.name}", _layers_of(card, positions)


def _layers_of(card: Card, positions: Positions) -> Layers:
    return positions.span(card.rows)
