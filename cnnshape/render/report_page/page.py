"""The page: one HTML text with its style and its script, which requests nothing."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from json import dumps
from pathlib import Path

from cnnshape.render.compare import to_html as comparison_html
from cnnshape.render.layer_table import receptive_field_text
from cnnshape.render.report_page.fields import fields_html
from cnnshape.render.report_page.findings import findings_html
from cnnshape.render.report_page.layers import layers_html
from cnnshape.render.report_page.marks import Anchors, Positions
from cnnshape.render.report_page.network import network_html
from cnnshape.render.report_page.shares import shares_html
from cnnshape.render.report_page.source import sources_html
from cnnshape.render.report_page.staircase import staircase_html
from cnnshape.render.summary import figures, header
from cnnshape.render.svg import element, escape_xml
from cnnshape.study.compare import Comparison
from cnnshape.study.sheet import Network, Sheet

MARK = "written by cnnshape report"
"""Every page says so at its start, so that a later run knows its own files."""
_EXACT = 2**53
"""Integers from here on are texts in data, as JavaScript would round them."""
_HINT = "Select a card, a line, a step: all that shows the same layers is marked. / searches, Escape clears."
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; script-src"


def to_html(sheets: Sequence[Sheet], comparison: Comparison | None = None) -> str:
    """The page of a design, or of two side by side, with their comparison if both could be built."""
    title = " and ".join(sheet.name for sheet in sheets)
    articles = [_article(index, sheets, comparison) for index in range(len(sheets))]
    body = [element("h1", escape_xml(title))]
    if comparison is not None:
        body.append(element("section", comparison_html(comparison), **{"class": "changes wide"}))
    if len(sheets) > 1:
        articles = [element("div", *articles, **{"class": "pair"})]
    return _file(title, [*body, element("main", *articles)])


def _article(index: int, sheets: Sequence[Sheet], comparison: Comparison | None) -> str:
    """A design: its findings, its network with the layers, and what they cost."""
    sheet = sheets[index]
    mark = chr(ord("A") + index)
    anchors = Anchors(f"{mark}." if index else "")
    several = len(sheets) > 1
    title = [element("h2", escape_xml(f"{mark}: {sheet.name}"), **{"class": "title"})] if several else []
    signs = _signs(sheet.network, comparison, index) if sheet.network and comparison else {}
    sections = list(_sections(sheet, anchors, signs, "h3" if several else "h2"))
    links = [f'<a href="#{anchors.section(name)}">{words}</a>' for name, words, _ in sections]
    html = {name: section for name, _, section in sections}
    wide = [html.pop(name) for name in ("findings", "network") if name in html]
    left = [html.pop(name) for name in ("layers",) if name in html]
    columns = [element("div", *part) for part in (left, html.values()) if part]
    lead = [element("p", escape_xml(header(sheet.network.report)), **{"class": "lead"})] if sheet.network else []
    parts = [*title, *lead, element("nav", *links, **{"aria-label": f"Sections of {mark}" if several else "Sections"})]
    if sheet.network:
        parts.append(element("p", _HINT, role="status", **{"class": "tool selected"}))
    parts += [*wide, element("div", *columns, **{"class": "cols"})]
    parts += [_data(sheet.network)] if sheet.network else []
    return element("article", *parts, **{"data-prefix": anchors.prefix})


def _sections(
    sheet: Sheet, anchors: Anchors, signs: Mapping[int, str], heading: str
) -> Iterator[tuple[str, str, str]]:
    """The name, the heading and the HTML of each section."""
    for name, words, html in _contents(sheet, anchors, signs):
        if html:
            title = anchors.section(name)
            inner = element(heading, words, id=title)
            yield name, words, element("section", inner, html, **{"aria-labelledby": title})


def _contents(sheet: Sheet, anchors: Anchors, signs: Mapping[int, str]) -> Iterator[tuple[str, str, str]]:
    yield "findings", "Findings", findings_html(sheet, anchors)
    if sheet.network:
        report = sheet.network.report
        positions = Positions(report)
        yield "network", "Network", network_html(sheet.network.picture, positions)
        yield "layers", "Layers", _SEARCH + layers_html(report, anchors, signs)
        yield "totals", "Totals", _totals(sheet.network)
        yield "fields", "Receptive field on the input", fields_html(sheet.network, positions, anchors)
        yield "memory", "Activation memory", staircase_html(sheet.network)
        yield "shares", "Shares", shares_html(report, positions, anchors)
    yield "source", "Source", "".join(sources_html(sheet, anchors))


_SEARCH = (
    '<div class="tool"><input type="search" aria-label="Search layers" placeholder="search (press /)">'
    '<button class="all">fold or open all</button><output></output></div>'
)


def _totals(network: Network) -> str:
    """The figures of the network with their definitions."""
    rows = [
        element("tr", element("th", escape_xml(name), "", scope="row"), *(element("td", escape_xml(text), "") for text in texts))
        for name, *texts in figures(network.report)
    ]
    return element("table", element("tbody", *rows))


def _signs(network: Network, comparison: Comparison, index: int) -> dict[int, str]:
    """The sign of each layer of a side that the other side doesn't have, or has otherwise."""
    positions = Positions(network.report)
    signs: dict[int, str] = {}
    for change in comparison.changes or ():
        rows = change.after if index else change.before
        sign = "~" if change.change == "changed" else "+" if index else "-"
        signs.update(dict.fromkeys(positions.of(rows), sign))
    return signs


def _data(network: Network) -> str:
    """What the script says of each step: its layers, name, output, params, MACs, field and memory."""
    rows, memory = network.report.rows, network.memory.steps
    steps = []
    for start, end in network.steps:
        own, last = rows[start:end], rows[end - 1]
        field = receptive_field_text(last.receptive_field) if last.receptive_field else "-"
        params, macs = sum(row.params for row in own), sum(row.macs for row in own)
        alive = max(step.alive_bytes for step in memory[start:end])
        shape = "×".join(map(str, last.output))
        steps.append([start + 1, end, rows[start].name, shape, _number(params), _number(macs), field, alive])
    text = dumps(steps, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json">{text}</script>'


def _number(value: int) -> int | str:
    return value if value < _EXACT else str(value)


def _file(title: str, body: Sequence[str]) -> str:
    style, script = _asset("page.css"), _asset("page.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    head = [
        f'<meta charset="utf-8"><!-- {MARK} -->',
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"{_POLICY} 'sha256-{digest}'\">",
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
