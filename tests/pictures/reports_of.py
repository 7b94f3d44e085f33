"""Report pages of shipped networks and of texts."""

from cnnshape.api import Design, load
from cnnshape.api.examination import examine
from cnnshape.api.verdict import Checks, judge
from cnnshape.graph import Options
from cnnshape.render.report_page.page import to_html
from cnnshape.report import Settings
from cnnshape.source import shipped_path
from cnnshape.study.compare import Side, compare
from cnnshape.study.sheet import Network, Sheet, sheet_of


def sheet_of_design(design: Design, label: str = "net", settings: Settings | None = None) -> Sheet:
    """The sheet of a design with what `check` says of it."""
    examination = examine(design, Options())
    return sheet_of(label, examination, settings or Settings(), judge(examination, Checks()))


def shipped_sheet(name: str) -> Sheet:
    """The sheet of a shipped network."""
    path = shipped_path(name)
    assert path is not None
    return sheet_of_design(load(path), name)


def sheet_of_text(text: str) -> Sheet:
    """The sheet of a spec."""
    return sheet_of_design(load(text))


def network_of(sheet: Sheet) -> Network:
    """The network of a sheet that has one."""
    assert sheet.network is not None
    return sheet.network


def page_of_pair(*sheets: Sheet) -> str:
    """The page of two sheets side by side."""
    return to_html(sheets, compare(tuple(Side(sheet.label, network_of(sheet).report) for sheet in sheets)))
