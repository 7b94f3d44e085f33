"""The lesson on ILSVRC: its figures are those of the reports, and its plot shows them."""

from __future__ import annotations

from xml.etree import ElementTree

import generate
import pytest
import winners_page
from winners_page import ENTRANTS, depth, report_of

import cnnshape
from cnnshape.render.wrapping import count, rounded
from cnnshape.source import shipped_path
from tests.pictures.conftest import chromium, judge  # noqa: F401
from tests.pictures.measure import Judge

SVG = "{http://www.w3.org/2000/svg}"
LESSON = (generate.DOCS / "lessons" / "winners.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("alexnet_2012", 8),
        ("zfnet", 8),
        ("vgg16", 16),
        ("vgg19", 19),
        ("googlenet", 22),
        ("resnet18", 18),
        ("resnet152", 152),
    ],
)
def test_depth_is_what_the_papers_call_it(name: str, layers: int) -> None:
    assert depth(report_of(name)) == layers


def test_depth_is_that_of_the_longest_path() -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - add: {a: [{conv: {out: 3, kernel: 1}, repeat: 3}], b: [{conv: {out: 3, kernel: 1}}]}\n  - global_avg_pool\n  - flatten\n  - linear: 2\n"
    assert depth(cnnshape.analyze(cnnshape.load(f"cnnshape: 1\n{text}"))) == 4


def test_the_table_has_the_figures_of_the_reports() -> None:
    rows = {row.split(" | ")[1]: row for row in winners_page.winners().splitlines()[2:]}
    assert len(rows) == len(ENTRANTS)
    for entrant in ENTRANTS:
        report = cnnshape.analyze(cnnshape.load(shipped_path(entrant.file) or ""))
        row = rows[f"[{report.name}](../../architectures/{entrant.file}.yaml)"]
        for cell in (
            f"{entrant.challenge:g} %",
            f"{entrant.alone:g} %",
            count(report.totals.params),
            rounded(report.totals.macs),
        ):
            assert f" | {cell} | " in row
        assert row.startswith(f"| {entrant.year} | ") and entrant.source in row
        assert row in LESSON


def test_every_error_has_a_source_and_they_fall() -> None:
    assert all("table" in entrant.source and "(20" in entrant.source for entrant in ENTRANTS)
    errors = [entrant.challenge for entrant in ENTRANTS]
    assert errors == sorted(errors, reverse=True)
    assert [entrant.year for entrant in ENTRANTS] == sorted(entrant.year for entrant in ENTRANTS)


def test_what_the_lesson_says_in_words() -> None:
    alexnet, zfnet, vgg, googlenet, resnet = (report_of(entrant.file).totals for entrant in ENTRANTS)
    assert round(zfnet.macs / alexnet.macs, 1) == 1.6
    first = [report_of(name).rows[0].output for name in ("alexnet_2012", "zfnet")]
    assert first[1][1] * first[1][2] == 4 * first[0][1] * first[0][2]
    assert (round(vgg.params / googlenet.params), round(vgg.macs / googlenet.macs)) == (21, 12)
    assert depth(report_of("resnet152")) == 8 * depth(report_of("vgg19"))
    assert resnet.params / vgg.params < 0.5 and round(resnet.macs / vgg.macs, 1) == 0.6


def test_bars_are_as_high_as_their_figures() -> None:
    rects = ElementTree.fromstring(winners_page.plot()).iter(f"{SVG}rect")
    titles = ((rect.find(f"{SVG}title"), float(rect.get("height", ""))) for rect in rects)
    bars = {title.text or "": height for title, height in titles if title is not None}
    assert len(bars) == 4 * len(ENTRANTS)
    for name, values in {
        "top-5 error": [entrant.challenge for entrant in ENTRANTS],
        "depth": [depth(report_of(entrant.file)) for entrant in ENTRANTS],
        "params": [report_of(entrant.file).totals.params for entrant in ENTRANTS],
        "MACs": [report_of(entrant.file).totals.macs for entrant in ENTRANTS],
    }.items():
        heights = [height for title, height in bars.items() if f": {name} " in title]
        assert heights == pytest.approx([max(heights) * value / max(values) for value in values], abs=0.1)


def test_the_plot_has_no_defect(judge: Judge) -> None:  # noqa: F811
    assert judge.defects({"winners": winners_page.plot()}) == []
