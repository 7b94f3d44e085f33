"""The picture of the network on the page: its cards stand for layers."""

import re
from collections.abc import Iterator
from html import unescape

from cnnshape.render.picture.svg import to_svg
from cnnshape.render.report_page.marks import Positions, mark
from cnnshape.render.svg import element, escape_xml
from cnnshape.study.picture.model import Card, Picture
from cnnshape.study.sheet import Layers


def network_html(picture: Picture, positions: Positions) -> str:
    """The SVG of a picture, whose cards have the layers that they stand for."""
    layers = dict(_layers(picture, positions))

    def marked(match: re.Match[str]) -> str:
        marks = mark(layers.get(unescape(match[1]), ()))
        return match[0] + "".join(f' {name}="{text}"' for name, text in marks.items())

    svg = re.sub(r'data-card="([^"]*)"', marked, to_svg(picture))
    # The cards of an image have no names for screen readers, those of a group do.
    label = escape_xml(f"Picture of {picture.report.name}")
    svg = svg.replace('role="img"', f'role="group" aria-label="{label}" style="--w:{_width(svg)}px"', 1)
    # The tooltip of the whole picture would be in the way.
    return element("div", re.sub(r"\n<title>.*?</title>", "", svg, count=1), **{"class": "net"})


def _width(svg: str) -> str:
    return svg.partition(' width="')[2].partition('"')[0]


def _layers(picture: Picture, positions: Positions) -> Iterator[tuple[str, Layers]]:
    """The name of each card in the SVG, and its layers."""
    diagrams = [("", picture.diagram), *((f"{form.example}/", form.diagram) for form in picture.forms)]
    for prefix, diagram in diagrams:
        for card in diagram.cards:
            yield f"{prefix}{card.name}", _layers_of(card, positions)


def _layers_of(card: Card, positions: Positions) -> Layers:
    return positions.span(card.rows)
