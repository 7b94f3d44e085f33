"""The shares of stages, blocks and layers in the MACs and params of the network, as bars."""

from collections.abc import Mapping

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.report_page.marks import Anchors, Positions, mark
from cnnshape.render.svg import element, escape_xml
from cnnshape.report import Line, Report, parts_of

MOST_PARTS = 14
"""Parts that are shown; the others are summed up."""


class _Part(NamedTuple):
    """A part of the network, with its shares of the MACs and of the params."""

    line: Line
    macs: float
    params: float


def shares_html(report: Report, positions: Positions, anchors: Anchors) -> str:
    """A line for each part of the network with MACs or params: its shares of both, and bars for them."""
    parts = [part for part in _parts(report) if part.macs or part.params]
    if not parts:
        return ""
    order = sorted(range(len(parts)), key=lambda index: -max(parts[index].macs, parts[index].params))
    labels = _labels(report)
    rows = [_row(parts[index], labels, positions, anchors) for index in sorted(order[:MOST_PARTS])]
    left = [parts[index] for index in order[MOST_PARTS:]]
    if left:
        rows.append(
            _cells(f"{len(left):,} more parts", sum(part.macs for part in left), sum(part.params for part in left))
        )
    head = "<tr><th>part</th><th>of the MACs</th><th>of the params</th></tr>"
    return element("table", element("thead", head), element("tbody", *rows), **{"class": "shares"})


def _parts(report: Report) -> list[_Part]:
    macs, params = max(report.totals.macs, 1), max(report.totals.params, 1)
    return [
        _Part(line, line.total(lambda row: row.macs) / macs, line.total(lambda row: row.params) / params)
        for line in parts_of(report, report.groups)
    ]


def _labels(report: Report) -> dict[str, str]:
    """The whole label of each stage and block by its first layer: those of two uses of a block differ."""
    groups = (group for group in report.groups.children if group.end > group.start)
    return {report.rows[group.start].name: group.label for group in groups}


def _row(part: _Part, labels: Mapping[str, str], positions: Positions, anchors: Anchors) -> str:
    line = part.line
    layers = positions.span((line.rows[0], line.last))
    label = labels[line.rows[0].name] if line.group else line.label
    times = f" ×{line.times}" if line.times > 1 else ""
    name = f'<a href="#{anchors.layers(layers)}">{escape_xml(label)}</a>{times}'
    return _cells(name, part.macs, part.params, **mark(layers))


def _cells(name: str, macs: float, params: float, **marks: str) -> str:
    return "\n" + element("tr", f"<th>{name}</th>", _bar(macs, "bar"), _bar(params, "bar p"), **marks)


def _bar(share: float, style: str) -> str:
    percent = f"{100 * share:.1f}"
    return f'<td><i class="{style}" style="--s:{percent}%"></i>{percent} %</td>'
