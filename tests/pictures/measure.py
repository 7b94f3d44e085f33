"""The defects of pictures, measured as a browser shows them and as two libraries without one draw them."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from tests.pictures.checks import CHECKS, DARK_CHECKS, Check
from tests.pictures.drawing import Drawing, UnreadablePath, drawing
from tests.pictures.page import Page
from tests.pictures.pixels import RENDERERS, various, wrong_pixels

MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")
TOGETHER = 20
"""Pictures per message to the browser."""
UNPORTABLE = re.compile(r"var\(|<(?:filter|foreignObject|script|image)\b|\bfilter=|@import|https?://(?!www\.w3\.org/)")
"""What other programs draw as black boxes, or refuse."""


class Defect(NamedTuple):
    """What is wrong with a picture, and the check that says so."""

    svg: str
    check: str
    what: str


class Edge(NamedTuple):
    """An edge of the graph, in the inset where it is drawn (`""`: in the picture itself)."""

    source: str
    target: str
    inset: str = ""


class Judge:
    """Measures pictures in a page of its own."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def measure(self, svgs: Mapping[str, str], dark: bool = False, points: bool = False) -> dict[str, dict[str, Any]]:
        """What the browser sees of each picture, by its name: its elements, or the colors at some points."""
        with self.page.media(dark=dark):
            batches = [self.page.apply(MEASURE, batch, points) for batch in _batches(list(svgs.values()))]
        return dict(zip(svgs, (measured for batch in batches for measured in batch), strict=True))

    def drawings(self, svgs: Mapping[str, str], dark: bool = False) -> dict[str, Drawing]:
        """The pictures as values, by their names. Raises UnreadablePath, and KeyError for what is no picture."""
        return {name: drawing(measured) for name, measured in self.measure(svgs, dark).items()}

    def defects(self, svgs: Mapping[str, str], pixels: bool = True) -> list[Defect]:
        """All defects of the pictures, which are SVG texts by their names. Without `pixels`, those in a browser."""
        seen = [*self._seen(svgs, dark=False), *self._seen(svgs, dark=True)]
        return seen + [*self._unportable(svgs)] * pixels

    def _seen(self, svgs: Mapping[str, str], dark: bool) -> Iterator[Defect]:
        for name, measured in self.measure(svgs, dark).items():
            for check, what in _problems(measured, DARK_CHECKS if dark else CHECKS):
                yield Defect(name, check, what)

    def _unportable(self, svgs: Mapping[str, str]) -> Iterator[Defect]:
        for name, svg in svgs.items():
            yield from (Defect(name, "portable", what) for what in sorted(set(UNPORTABLE.findall(svg))))
        shown = self.measure(various(svgs), points=True)
        for name, renderer in product((name for name in shown if "error" not in shown[name]), RENDERERS):
            yield from (Defect(name, renderer, what) for what in wrong_pixels(renderer, svgs[name], **shown[name]))


def _problems(measured: dict[str, Any], checks: dict[str, Check]) -> Iterator[tuple[str, str]]:
    if "error" in measured:
        yield "syntax", measured["error"]
        return
    try:
        picture = drawing(measured)
    except UnreadablePath as error:
        yield "syntax", f"a wire's path has {error}"
        return
    for name, check in checks.items():
        yield from ((name, what) for what in check(picture))


def edges_of(svg: str) -> list[Edge]:
    """The edges that a picture says that it draws, in its order. No browser is needed."""
    return list(_edges(ElementTree.fromstring(svg), ""))


def _edges(element: ElementTree.Element, inset: str) -> Iterator[Edge]:
    inside = element.get("data-inset", inset)
    if "wire" in element.get("class", "").split():
        yield Edge(element.get("data-from", ""), element.get("data-to", ""), inside)
    for child in element:
        yield from _edges(child, inside)


def _batches(svgs: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(svgs), TOGETHER):
        yield svgs[start : start + TOGETHER]
