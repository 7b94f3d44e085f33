"""Pictures of shipped networks and of texts."""

from functools import cache
from pathlib import Path

from cnnshape.api import Design, load
from cnnshape.api.examination import examine
from cnnshape.graph import Options
from cnnshape.report import Report
from cnnshape.source import shipped_path
from cnnshape.study.picture.forms import picture_of
from cnnshape.study.picture.model import Picture


def reported(design: Design) -> Report:
    """The report of a design as far as it can be built."""
    return examine(design, Options()).report()


def picture_of_text(text: str, depth: int = 0) -> Picture:
    """The picture of a spec."""
    return picture_of(reported(load(text)), depth)


@cache
def shipped_picture(name: str, depth: int = 0) -> Picture:
    """The picture of a shipped network."""
    return picture_of(reported(load(Path(shipped_path(name) or ""))), depth)
