"""The shares of stages, blocks and layers in the MACs and params of the network, as bars."""

from collections.abc import Callable, Sequence

from cnnshape.render.report_page.marks import Anchors, Positions, mark
from cnnshape.render.svg import element, escape_xml
from cnnshape.report import Line, Report, Row, parts_of

MOST_PARTS = 14
"""Parts that are shown; the others are summed up."""


def shares_html(report: Report, positions: Positions, anchors: Anchors) -> str:
    """A line for each part of the network with MACs or params: its shares of both, and bars for them."""
    parts = [part for part in parts_of(report, report.groups) if part.total(_macs) or part.total(_params)]
    if not parts:
        return ""
    totals = max(report.totals.macs, 1), max(report.totals.params, 1)
    shown = _largest(parts, totals)
    labels = {report.rows[group.start].name: group.label for group in report.groups.children if group.end > group.start}
    rows = [
        _row(part, labels.get(part.rows[0].name, part.label) if part.group else part.label, totals, positions, anchors)
        for part in shown
    ]
    left = [part for part in parts if part not in shown]
    if left:
        rows.append(_cells(f"{len(left)} more parts", left, totals))
    head = "<tr><th>part</th><th>of the MACs</th><th>of the params</th></tr>"
    return element("table", element("thead", head), element("tbody", *rows), **{"class": "shares"})


def _macs(row: Row) -> int:
    return row.macs


def _params(row: Row) -> int:
    return row.params


def _largest(parts: Sequence[Line], totals: tuple[int, int]) -> list[Line]:
    """The parts with the largest shares, in the order of the network."""
    shares = [max(_share(part, _macs, totals[0]), _share(part, _params, totals[1])) for part in parts]
    order = sorted(range(len(parts)), key=lambda index: -shares[index])
    return [parts[index] for index in sorted(order[:MOST_PARTS])]


def _share(part: Line, measure: Callable[[Row], int], total: int) -> float:
    return part.total(measure) / total


def _row(part: Line, label: str, totals: tuple[int, int], positions: Positions, anchors: Anchors) -> str:
    layers = positions.span((part.rows[0], part.last))
    times = f" ×{part.times}" if part.times > 1 else ""
    name = f'<a href="#{anchors.layers(layers)}">{escape_xml(label)}</a>{times}'
    return _cells(name, [part], totals, mark(layers))


def _cells(name: str, parts: Sequence[Line], totals: tuple[int, int], marks: dict[str, str] | None = None) -> str:
    bars = [
        _bar(sum(part.total(measure) for part in parts) / total, style)
        for measure, total, style in ((_macs, totals[0], "bar"), (_params, totals[1], "bar p"))
    ]
    return "\n" + element("tr", element("th", name, scope="row"), *bars, **marks or {})


def _bar(share: float, style: str) -> str:
    percent = f"{100 * share:.1f}"
    return f'<td><i class="{style}" style="--s:{percent}%"></i>{percent} %</td>'
