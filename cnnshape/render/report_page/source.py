"""The texts of a design with numbered lines, each with the layers that it makes."""

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from cnnshape.diagnostics import Severity
from cnnshape.render.report_page.marks import Anchors, mark
from cnnshape.render.svg import element, escape_xml
from cnnshape.source import SourceText
from cnnshape.study.sheet import Layers, Sheet


def file_name(source: SourceText) -> str:
    """The name of a text without its folders, which differ between machines."""
    return PurePath(source.name).name or source.name


def sources_html(sheet: Sheet, anchors: Anchors) -> Iterator[str]:
    """The texts, each below its name."""
    lines = sheet.network.lines if sheet.network else {}
    severities = _severities(sheet)
    for number, source in enumerate(sheet.sources):
        name = escape_xml(file_name(source))
        body = "".join(_lines(number, source, anchors, lines, severities))
        yield f'<p class="lead">{name}</p><ol class="code" tabindex="0" aria-label="{name}">{body}</ol>'


def _severities(sheet: Sheet) -> Mapping[tuple[int, int], Severity]:
    """The lines with findings; an error goes before a warning."""
    number = {id(source): index for index, source in enumerate(sheet.sources)}
    worst: dict[tuple[int, int], Severity] = {}
    for finding in sheet.findings:
        if finding.at is None or id(finding.at.span.source) not in number:
            continue
        place = number[id(finding.at.span.source)], finding.at.span.line
        if worst.get(place) is not Severity.ERROR:
            worst[place] = finding.severity
    return worst


def _lines(
    number: int,
    source: SourceText,
    anchors: Anchors,
    lines: Mapping[tuple[int, int], Layers],
    severities: Mapping[tuple[int, int], Severity],
) -> Iterator[str]:
    last = source.line_count - (not source.lines[-1])
    for line in range(1, last + 1):
        anchor = anchors.line(number, line)
        severity = severities.get((number, line))
        attributes = {"id": anchor, **mark(lines.get((number, line), ()))}
        attributes |= {"class": f"has-{severity}"} if severity else {}
        link = f'<a href="#{anchor}">{line}</a>'
        yield "\n" + element("li", link, f"<code>{_text(source.line(line))}</code>", **attributes)


def _text(line: str) -> str:
    return escape_xml(line.replace("\t", "    "))
