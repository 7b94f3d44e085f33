"""The page: one HTML text with its style and its script, which requests nothing."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.compare import tables_html
from cnnshape.render.header import header
from cnnshape.render.report_page.fields import fields_html
from cnnshape.render.report_page.findings import findings_html
from cnnshape.render.report_page.layers import layer_rows
from cnnshape.render.report_page.marks import Anchors, Positions
from cnnshape.render.report_page.network import NARROW, network_html
from cnnshape.render.report_page.shares import shares_html
from cnnshape.render.report_page.source import sources_html
from cnnshape.render.report_page.staircase import staircase_html
from cnnshape.render.report_page.steps import steps_html
from cnnshape.render.summary import figures
from cnnshape.render.svg import element, escape_xml
from cnnshape.study.compare import Comparison
from cnnshape.study.sheet import Network, Sheet

MARK = "written by cnnshape report"
"""Every page says so at its start, so that a later run knows its own files."""
_HINT = "Select a card, a line, a step: all that shows the same layers is marked. / searches, Escape clears."
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src"
)


def to_html(sheets: Sequence[Sheet], comparison: Comparison | None = None) -> str:
    """The page of a design, or of two side by side, with their comparison if both could be built."""
    if len(sheets) == 1:
        return _file(sheets[0].name, [element("h1", escape_xml(sheets[0].name)), element("main", _single(sheets[0]))])
    title = " and ".join(sheet.label for sheet in sheets)
    compared = element("section", tables_html(comparison), **{"class": "changes wide"}) if comparison else ""
    main = element("main", compared, element("div", *_pair(sheets, comparison), **{"class": "pair"}))
    return _file(title, [element("h1", escape_xml(title)), main])


class _Section(NamedTuple):
    """A part of the page: its name in addresses, its heading, its HTML, the column that it is in, and the pixels that
    it needs in width, if that is known."""

    name: str
    heading: str
    html: str
    column: str
    width: int = 0


_WIDE, _LEFT, _RIGHT = "wide", "left", "right"
_NAMES = ("findings", "network", "layers", "totals", "fields", "memory", "shares", "source")
"""The sections in the order of two pages side by side."""
_HALF = 844
"""The width up to which two pictures are side by side: their smallest font, 10, still has 9 pixels on a screen of 1,600."""


def _single(sheet: Sheet) -> str:
    """A design in two columns, with what is wide above them."""
    anchors = Anchors("")
    sections = _sections(sheet, anchors, {})
    wide, left, right = (
        [_written(section, anchors, "h2") for section in sections if section.column == column]
        for column in (_WIDE, _LEFT, _RIGHT)
    )
    columns = [element("div", *part) for part in (left, right) if part]
    body = [*wide, element("div", *columns, **{"class": "cols" if len(columns) > 1 else "col"})]
    return _article(sheet, anchors, [*_head(sheet, sections, anchors, ""), *body])


def _pair(sheets: Sequence[Sheet], comparison: Comparison | None) -> Iterator[str]:
    """Two designs, with a row for each section, so that those of both are side by side. Wide pictures have rows of their
    own, one below the other."""
    anchors = [Anchors(""), Anchors("B.")]
    sections = [
        _sections(sheet, own, _changes(sheet.network, comparison, index))
        for index, (sheet, own) in enumerate(zip(sheets, anchors, strict=True))
    ]
    stacked = any(section.width > _HALF for own in sections for section in own)
    for index, (sheet, own, parts) in enumerate(zip(sheets, anchors, sections, strict=True)):
        side = chr(ord("A") + index)
        title = element("h2", escape_xml(f"{side}: {sheet.label}"), **{"class": "title"})
        head, status = _head(sheet, parts, own, side)
        rows = [_in_row(section, own, side if stacked else "") for section in parts]
        yield _article(sheet, own, [element("div", title, head), status, *rows])


def _in_row(section: _Section, anchors: Anchors, stacked: str) -> str:
    """A section of two designs in its row. `stacked` is the name of a side whose picture has a row of its own."""
    row = 2 * _NAMES.index(section.name) + 3
    if not stacked or section.name != "network":
        return _written(section, anchors, "h3", style=f"--row:{row}")
    named = section._replace(heading=f"{section.heading} of {stacked}")
    row += stacked != "A"
    return _written(named, anchors, "h3", style=f"--row:{row}", **{"class": "across"})


def _article(sheet: Sheet, anchors: Anchors, parts: Sequence[str]) -> str:
    data = [steps_html(sheet.network)] if sheet.network else []
    return element("article", *parts, *data, **{"data-prefix": anchors.prefix})


def _head(sheet: Sheet, sections: Sequence[_Section], anchors: Anchors, side: str) -> tuple[str, str]:
    """The first lines with links to the sections, and the line that says what is selected."""
    links = [f'<a href="#{anchors.section(section.name)}">{section.heading}</a>' for section in sections]
    lead = [element("p", escape_xml(text), **{"class": "lead"}) for text in _lead(sheet)]
    nav = element("nav", *links, **{"aria-label": f"Sections of {side}" if side else "Sections"})
    status = element("p", _HINT, role="status", **{"class": "tool selected"}) if sheet.network else "<div></div>"
    return "".join([*lead, nav]), status


def _written(section: _Section, anchors: Anchors, heading: str, **attributes: str) -> str:
    title = anchors.section(section.name)
    attributes["aria-labelledby"] = title
    return "\n" + element("section", element(heading, section.heading, id=title), section.html, **attributes)


def _lead(sheet: Sheet) -> Iterator[str]:
    """The inputs and settings, and a remark if nothing is wrong."""
    if sheet.network:
        yield header(sheet.network.report).removeprefix(f"{sheet.name}: ")
    if not sheet.findings:
        yield "No errors, no warnings."


def _sections(sheet: Sheet, anchors: Anchors, changes: Mapping[int, str]) -> list[_Section]:
    return [section for section in _all_sections(sheet, anchors, changes) if section.html]


def _all_sections(sheet: Sheet, anchors: Anchors, changes: Mapping[int, str]) -> Iterator[_Section]:
    yield _Section("findings", "Findings", findings_html(sheet, anchors), _WIDE)
    network = sheet.network
    if network:
        report = network.report
        positions = Positions(report)
        rows = layer_rows(network, anchors, changes)
        html, width = network_html(network.picture, positions, changes)
        yield _Section("network", "Network", html, _LEFT if width <= NARROW else _WIDE, width)
        yield _Section("layers", "Layers", _SEARCH + rows.html, _LEFT)
        yield _Section("totals", "Totals", _totals(network), _LEFT)
        yield _Section(
            "fields", "Receptive field on the input", fields_html(network, positions, anchors, rows.places), _RIGHT
        )
        yield _Section("memory", "Activation memory", staircase_html(network), _RIGHT)
        yield _Section("shares", "Shares", shares_html(report, positions, anchors), _RIGHT)
    yield _Section("source", "Source", "".join(sources_html(sheet, anchors)), _RIGHT)


_SEARCH = (
    '<div class="tool"><input type="search" aria-label="Search layers" placeholder="search (press /)">'
    '<button class="all">fold or open all</button><output></output></div>'
)


def _totals(network: Network) -> str:
    """The figures of the network with their definitions."""
    rows = [
        element(
            "tr",
            element("th", escape_xml(name), "", scope="row"),
            *(element("td", escape_xml(text), "") for text in texts),
        )
        for name, *texts in figures(network.report)
    ]
    return element("table", element("tbody", *rows))


def _changes(network: Network | None, comparison: Comparison | None, index: int) -> dict[int, str]:
    """What happened to each layer of a side that the other side doesn't have, or has otherwise, by its position."""
    if network is None or comparison is None:
        return {}
    positions = Positions(network.report)
    return {
        position: change.change
        for change in comparison.changes or ()
        for position in positions.of(change.after if index else change.before)
    }


def _file(title: str, body: Sequence[str]) -> str:
    style, script = _asset("page.css"), _asset("page.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    head = [
        f'<meta charset="utf-8"><!-- {MARK} -->',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY} \'sha256-{digest}\'">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<link rel="icon" href="data:,">',
        element("title", escape_xml(title)),
        f"<style>{style}</style>",
    ]
    lines = "\n".join([*head, "</head><body>", *body, f"<script>{script}</script>"])
    return f'<!doctype html>\n<html lang="en"><head>\n{lines}\n</body></html>\n'


@cache
def _asset(name: str) -> str:
    """A file of this package without the indentation of its lines."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return "\n".join(line.strip() for line in text.splitlines())
