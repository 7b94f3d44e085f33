"""Findings at the top of the page, with links to their lines."""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic, Label
from cnnshape.render.diagnostics import closing
from cnnshape.render.report_page.marks import Anchors
from cnnshape.render.report_page.source import file_name
from cnnshape.render.svg import element, escape_xml
from cnnshape.source import SourceText
from cnnshape.study.sheet import Sheet

MOST = 100
"""Findings that are shown."""


def findings_html(sheet: Sheet, anchors: Anchors) -> str:
    """The findings; empty if there are none."""
    if not sheet.findings:
        return ""
    number = {id(source): index for index, source in enumerate(sheet.sources)}
    items = [_finding(finding, number, anchors) for finding in sheet.findings[:MOST]]
    left = len(sheet.findings) - MOST
    more = f"<p>and {left:,} more</p>" if left > 0 else ""
    return f"<p>{closing(sheet.findings)}</p>{element('ul', *items)}{more}"


def _finding(finding: Diagnostic, number: dict[int, int], anchors: Anchors) -> str:
    severity = escape_xml(str(finding.severity))
    head = f"<b>{severity}[{finding.code}]</b> {escape_xml(finding.message)}"
    places = [finding.at] if finding.at else []
    lines = [_place(label, number, anchors) for label in (*places, *finding.related)]
    if not places and finding.file:
        lines.append(escape_xml(file_name(SourceText(finding.file, ""))))
    lines += [f"{word}: {escape_xml(text)}" for word, text in _remarks(finding)]
    return "\n" + element("li", head, *(f"<br>{line}" for line in lines), **{"class": f"has-{severity}"})


def _place(label: Label, number: dict[int, int], anchors: Anchors) -> str:
    span = label.span
    place = escape_xml(f"{file_name(span.source)}:{span.line}:{span.column}")
    source = number.get(id(span.source))
    link = place if source is None else f'<a href="#{anchors.line(source, span.line)}">{place}</a>'
    return f"{link} {escape_xml(label.text)}".rstrip()


def _remarks(finding: Diagnostic) -> Iterator[tuple[str, str]]:
    for note in finding.notes:
        yield "note", note
    if finding.help:
        yield "help", finding.help
