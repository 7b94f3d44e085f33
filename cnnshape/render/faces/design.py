"""The face of a design: its problems, and the report of what could be built."""

from cnnshape.api import Design, examine
from cnnshape.diagnostics import Diagnostics
from cnnshape.graph import Options
from cnnshape.render.faces.diagnostics import diagnostics_parts, diagnostics_text
from cnnshape.render.faces.face import Face
from cnnshape.render.faces.report import report_parts, report_text
from cnnshape.render.html import block
from cnnshape.report import Report


def _outcome(design: Design) -> tuple[Diagnostics, Report | None]:
    """The problems of the design as it is written, and its report if an input has a shape."""
    examination = examine(design, Options())
    report = examination.report() if examination.graph else None
    return Diagnostics(examination.problems, (design.source.name,)), report


def design_text(design: Design) -> str:
    """The problems, if there are any, and the table."""
    problems, report = _outcome(design)
    texts = [diagnostics_text(problems)] if problems else []
    return "\n".join([*texts, *([report_text(report)] if report else [])])


def design_html(design: Design) -> str:
    """The same as HTML."""
    problems, report = _outcome(design)
    parts = diagnostics_parts(problems) if problems else []
    return block(*parts, *(report_parts(report) if report else []))


FACES = {"Design": Face(design_text, design_html)}
