"""What the lesson on ILSVRC takes from the program: the table of the networks, and their plot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from tables import table

from cnnshape.api import analyze, load
from cnnshape.render.plot.page import EDGE, HEADER, area, label, plot_file, section, soft
from cnnshape.render.wrapping import count, rounded
from cnnshape.report import Report
from cnnshape.source import shipped_folder


class Entrant(NamedTuple):
    """A network of a challenge, and published top-5 errors in per cent, with where they are printed.

    `challenge` is the error on the test images of the entry, which averages several networks; `alone` is that of one
    network on the validation images.
    """

    year: int
    file: str
    challenge: float
    alone: float
    source: str


ENTRANTS = (
    Entrant(
        year=2012,
        file="alexnet_2012",
        challenge=15.3,
        alone=18.2,
        source="Krizhevsky et al. (2012), abstract and table 2: 7 networks, and 1",
    ),
    Entrant(
        year=2013,
        file="zfnet",
        challenge=11.7,
        alone=16.5,
        source="Clarifai's entry: Simonyan and Zisserman (2014), table 7; 1 network: Zeiler and Fergus (2013), table 2",
    ),
    Entrant(
        year=2014,
        file="vgg19",
        challenge=7.3,
        alone=7.1,
        source="second place. Simonyan and Zisserman (2014), table 7: 7 networks, and 1 at several crops",
    ),
    Entrant(
        year=2014,
        file="googlenet",
        challenge=6.67,
        alone=7.89,
        source="Szegedy et al. (2014), table 3: 7 networks at 144 crops, and 1",
    ),
    Entrant(
        year=2015,
        file="resnet152",
        challenge=3.57,
        alone=4.49,
        source="He et al. (2015), tables 4 and 5: 6 networks, and 1 at several sizes",
    ),
)
"""The winners of the classification task, and VGG, which was second in 2014."""


@cache
def report_of(file: str) -> Report:
    """The report of a shipped network."""
    return analyze(load(shipped_folder() / f"{file}.yaml"))


def depth(report: Report) -> int:
    """The most layers with weights, convolutions and linear layers, on a path through a network."""
    depths: dict[str, int] = {}
    for row in report.rows:
        before = max((depths.get(source, 0) for source in row.sources), default=0)
        depths[row.name] = before + (row.kind in ("conv", "linear"))
    return max(depths.values())


def winners() -> str:
    """The table of the lesson."""
    headings = ("year", "network", "top-5 error", "of one network", "depth", "params", "MACs", "errors are from")
    return table(headings, map(_row, ENTRANTS))


def _row(entrant: Entrant) -> tuple[str, ...]:
    report = report_of(entrant.file)
    link = f"[{report.name}](../../architectures/{entrant.file}.yaml)"
    errors = f"{entrant.challenge:g} %", f"{entrant.alone:g} %"
    figures = str(depth(report)), count(report.totals.params), rounded(report.totals.macs)
    return str(entrant.year), link, *errors, *figures, entrant.source


_WIDTH, _LEFT, _COLUMN, _BAR = 1000, 170, 164, 74
_ROW, _TALLEST = 150, 96
"""The height of a row, and of its longest bar."""
_ROWS: tuple[tuple[str, str, Callable[[Entrant], float], Callable[[Entrant], str]], ...] = (
    ("top-5 error", "of the entry", lambda one: one.challenge, lambda one: f"{one.challenge:g} %"),
    ("depth", "layers with weights", lambda one: depth(report_of(one.file)), lambda one: str(depth(report_of(one.file)))),
    ("params", "", lambda one: report_of(one.file).totals.params, lambda one: rounded(report_of(one.file).totals.params)),
    ("MACs", "of one image", lambda one: report_of(one.file).totals.macs, lambda one: rounded(report_of(one.file).totals.macs)),
)  # fmt: skip


def plot() -> str:
    """`winners.svg`: a row of bars for each figure, a column for each network."""
    top = HEADER + 50
    parts = [part for index, entrant in enumerate(ENTRANTS) for part in _heading(index, entrant, HEADER + 14)]
    for place, row in enumerate(_ROWS):
        parts += _bars(*row, top + place * _ROW)
    notes = "classification task of the ImageNet challenge; top-5 error: the label is not among five guesses"
    return plot_file("From AlexNet to ResNet", notes, parts, _WIDTH, top + len(_ROWS) * _ROW + EDGE)


def _heading(index: int, entrant: Entrant, y: float) -> Iterator[str]:
    x = _LEFT + index * _COLUMN + _BAR / 2
    yield label(x, y, report_of(entrant.file).name, "middle", 14)
    yield soft(x, y + 18, str(entrant.year), anchor="middle")


def _bars(
    name: str, unit: str, value: Callable[[Entrant], float], words: Callable[[Entrant], str], top: float
) -> Iterator[str]:
    base, most = top + _ROW - 24, max(map(value, ENTRANTS))
    yield section(EDGE, base - 18, name)
    if unit:
        yield soft(EDGE, base, unit)
    for index, entrant in enumerate(ENTRANTS):
        x, height = _LEFT + index * _COLUMN, _TALLEST * value(entrant) / most
        title = f"{report_of(entrant.file).name}: {name} {words(entrant)}"
        yield area(x, base - height, _BAR, height, index, title)
        yield label(x + _BAR / 2, base - height - 6, words(entrant), "middle")
