"""What a notebook shows of values: HTML that is well formed, asks for nothing, and has the figures of the text."""

from __future__ import annotations

import copy
import json
import pickle
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import cnnshape
from cnnshape.lazy import MOST_SIGNS, Data, Shown, brief
from cnnshape.render.faces import face_of
from cnnshape.render.faces.report import MOST_LINES
from cnnshape.render.layer_table import DEFAULT
from cnnshape.render.plot.changes import changes
from cnnshape.render.summary import Summary, figures, header
from cnnshape.render.table import Column, Table
from cnnshape.render.table.html import html_table
from cnnshape.report import Report, folded
from cnnshape.source import shipped_names
from tests.command import run
from tests.html_page import Element, read

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "specs" / "bad"
HOSTILE = """
name: "<script>alert('&amp;')</script> $x$"
input: [3, 32, 32]
layers:
  - conv: {out: 4, kernel: 3, norm: batch_norm}  # <script>alert(2)</script>
"""


@cache
def report_of(name: str) -> Report:
    return cnnshape.analyze(name)


def shown_values() -> dict[str, Shown]:
    """A value of each class that has a face."""
    bad = cnnshape.load(BAD / "broadcasting.yaml")
    problems = cnnshape.check(bad)
    return {
        "report": report_of("resnet18"),
        "incomplete report": cnnshape.analyze(bad, partial=True),
        "design": cnnshape.load("lenet5"),
        "design with errors": bad,
        "design without a graph": cnnshape.load("input: [3, 8, 8\nlayers: ]\n", name="unread"),
        "diagnostics": problems,
        "no diagnostics": cnnshape.check("lenet5"),
        "diagnostic": problems[0],
        "comparison": cnnshape.compare("resnet18", "resnet34"),
        "comparison of others": cnnshape.compare("lenet5", "unet", "m5"),
        "comparison of equals": cnnshape.compare("lenet5", "lenet5"),
        "explanation": cnnshape.explain("resnet18", "stage.0.Basic.conv"),
        "explanation of a group": cnnshape.explain("resnet18", "stage.0"),
        "chain": cnnshape.explain("resnet18"),
        "trace": cnnshape.receptive_field("resnet18"),
        "region": cnnshape.receptive_field("resnet18", "stage.3", at=(0, 3)),
        "sizes": cnnshape.sizes("lenet5", to=40),
        "sizes of an axis": cnnshape.sizes("lenet5", input=(1, 32, "*"), to=40),
        "sweep": cnnshape.sweep("lenet5", {"classes": range(1, 6)}, input=[28, 32], pareto=["params", "max:macs"]),
        "memory": cnnshape.memory("resnet18"),
        "memory with a device": cnnshape.memory("resnet18", peak_flops="4T", bandwidth="50GB"),
        "training": cnnshape.memory("resnet18", training="adam", batch=32),
        "deployment": cnnshape.memory("ds_cnn", runtime="tflm", dtype="int8"),
        "deployment with remarks": cnnshape.memory("convnext_tiny", runtime="tflm", pads="explicit"),
        "picture": cnnshape.draw("unet"),
        "volumes": cnnshape.draw("lenet5", style="volumes"),
        "reconciliation": cnnshape.reconcile("resnet18"),
    }


VALUES = shown_values()
DATA = {name: value for name, value in VALUES.items() if isinstance(value, Data)}
each_value = pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)


def classes(parent: type) -> set[type]:
    return {parent}.union(*map(classes, parent.__subclasses__()))


def test_there_is_a_value_of_each_class() -> None:
    assert {type(value) for value in VALUES.values()} == classes(Shown) - {Shown, Data}


@each_value
def test_on_a_line(value: Shown) -> None:
    line = repr(value)
    assert type(value).__name__ in line or isinstance(value, cnnshape.Diagnostic)
    assert 0 < len(line) < 200 and line.isprintable()


@each_value
def test_html_is_well_formed_and_asks_for_nothing(value: Shown) -> None:
    (root,) = read(value._repr_html_()).inside
    assert isinstance(root, Element) and root.tag == "div"
    elements = root.all()
    tags = {element.tag for element in elements}
    # The style of a picture holds for pictures alone.
    styles = [element.text.partition("{")[2] for element in elements if element.tag == "style"]
    rules = [rule for style in styles for rule in re.findall(r"([^{}]+)\{", style)]
    assert all(selector.startswith(".cnnshape-picture ") for rule in rules for selector in rule.split(","))
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "a", "form", "input", "image", "use"})
    names = {name for element in elements for name in element.attributes}
    assert names <= {
        "style",
        "class",
        "cellpadding",
        *(name for svg in root.all("svg") for part in (svg, *svg.all()) for name in part.attributes),
    }
    assert not any(name.startswith("on") or name in ("src", "href", "srcset") for name in names)
    addresses = [text for element in elements for text in element.attributes.values() if text and "//" in text]
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}
    assert not any("url(" in (element.attributes.get("style") or "") for element in elements)


@each_value
def test_it_fits_light_and_dark_pages(value: Shown) -> None:
    """Texts and rules have the colour of the page. Marks of diagnostics have contrast with both, by WCAG's formula."""
    (root,) = read(value._repr_html_()).inside
    outside = [
        element
        for element in root.all()
        if element.tag not in {part.tag for svg in root.all("svg") for part in (svg, *svg.all())}
    ]
    for element in outside:
        for rule in (element.attributes.get("style") or "").split(";"):
            name, _, color = rule.partition(":")
            assert not name.startswith("background")
            if name == "color":
                assert min(contrast(color, "#ffffff"), contrast(color, "#111111")) >= 3


def contrast(color: str, other: str) -> float:
    """The contrast of two colours, as WCAG 2 defines it."""
    light, dark = sorted((luminance(color), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@each_value
def test_all_figures_of_the_html_are_in_the_text(value: Shown) -> None:
    """Every number of a cell of figures is in the text too, written the same way."""
    (root,) = read(value._repr_html_()).inside
    text = str(value)
    assert text and not text.endswith("\n") and "\x1b" not in text
    cells = [cell for table in root.all("table") for cell in table.all("td")]
    numbers = [cell.text for cell in cells if cell.attributes["style"] == "text-align:right" and cell.text]
    assert all(number in text for number in numbers)


@pytest.mark.parametrize("value", DATA.values(), ids=DATA)
def test_data_is_what_json_can_say(value: Data) -> None:
    data = value.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data == value.to_dict()


def test_a_value_that_is_no_data_has_no_such_methods() -> None:
    assert not hasattr(cnnshape.load("lenet5"), "to_dict")
    assert not hasattr(cnnshape.load("lenet5"), "to_pandas")


# Reports


@pytest.mark.parametrize("name", shipped_names())
def test_a_report_in_a_notebook(name: str) -> None:
    """It has the picture, and the folded table of the text, as many lines as a notebook takes, in at most 30 kB."""
    report = report_of(name)
    html = report._repr_html_()
    picture = str(cnnshape.draw(name))
    assert picture in html
    assert len(html.encode()) - len(picture.encode()) <= 30_000
    (root,) = read(html).inside
    layers, totals = root.all("table")
    depths = [line.depth for line in folded(report)]
    shown = layers.rows[1:-1]
    if len(depths) <= MOST_LINES:
        assert [layers.rows[0], *layers.rows[1:]] == [
            Summary(report).view().table().headings,
            *Summary(report).view().table().cells,
        ]
        assert [row for row in layers.rows if row[0] == "total"] == layers.rows[-1:]
    else:
        closed = [depth for depth in range(max(depths)) if len(folded(report, depth)) <= MOST_LINES]
        assert shown == Summary(report, depth=max(closed, default=0)).view().table().cells[:-1]
        assert "closed to fit" in root.text
    assert totals.rows == figures(report)
    assert root.all("p")[0].text == header(report)


def test_a_report_that_is_printed_is_the_table_of_the_command() -> None:
    assert f"{report_of('resnet50')}\n" == run("summary", "resnet50").stdout


@pytest.mark.parametrize("name", ["comparison", "comparison of others", "comparison of equals"])
def test_a_comparison_in_a_notebook(name: str) -> None:
    """It has the plot of the command between the sides and the tables."""
    comparison = VALUES[name]
    assert isinstance(comparison, cnnshape.Comparison)
    sides, tables = comparison._repr_html_().split(changes(comparison))
    (root,) = read(sides + tables).inside
    assert all(side.label in line.text for side, line in zip(comparison.sides, root.all("p"), strict=False))
    assert sides.count("<p>") == len(comparison.sides) and "<table" not in sides and "<table" in tables


def test_an_incomplete_report_says_so() -> None:
    report = cnnshape.analyze(BAD / "broadcasting.yaml", partial=True)
    assert repr(report).endswith("incomplete>")
    for text in (str(report), report._repr_html_()):
        assert "incomplete: layers with errors are missing" in text


def test_a_design_with_errors_shows_them_and_what_could_be_built() -> None:
    design = cnnshape.load(BAD / "broadcasting.yaml")
    problems = cnnshape.check(design)
    report = cnnshape.analyze(design, partial=True)
    assert str(design) == f"{problems}\n\n{report}"
    (root,) = read(design._repr_html_()).inside
    assert root.all("pre")[0].text.count("error[") == len(problems)
    assert report._repr_html_().removeprefix('<div class="cnnshape tex2jax_ignore">') in design._repr_html_()


def test_a_sound_design_is_shown_as_its_report() -> None:
    design = cnnshape.load("lenet5")
    assert str(design) == str(cnnshape.analyze(design))
    assert design._repr_html_() == cnnshape.analyze(design)._repr_html_()


# Diagnostics


def test_diagnostics_are_a_list() -> None:
    problems = cnnshape.check(cnnshape.load(BAD / "broadcasting.yaml"))
    assert isinstance(problems, list) and problems == list(problems)
    assert cnnshape.check("lenet5") == []
    assert {f"<{problem.code} " for problem in problems} == {repr(problem)[:7] for problem in problems}
    assert all(problem.message[:20] in repr(problem) for problem in problems)


def test_marks_are_below_what_they_mark() -> None:
    """In the font of a page they may not be: signs have different widths."""
    (root,) = read(cnnshape.check(cnnshape.load(BAD / "broadcasting.yaml"))._repr_html_()).inside
    assert {pre.attributes["style"] for pre in root.all("pre")} == {"font-family:monospace;white-space:pre"}


def test_diagnostics_can_be_copied_and_sent() -> None:
    problems = cnnshape.check("input: [3, 8, 8]\nlayers: [relu: {a: 1}]\n")
    for twin in (copy.copy(problems), pickle.loads(pickle.dumps(problems))):
        assert type(twin) is cnnshape.Diagnostics
        assert (str(twin), twin.checked, twin.to_dict()) == (str(problems), problems.checked, problems.to_dict())


def test_many_diagnostics_are_cut_off_and_counted() -> None:
    steps = "".join(f"  - relu: {{wrong_{number}: 1}}\n" for number in range(60))
    problems = cnnshape.check(cnnshape.load(f"input: [3, 8, 8]\nlayers:\n{steps}", name="many"))
    assert len(problems) == 60 and repr(problems) == "<Diagnostics: 60 errors>"
    (root,) = read(problems._repr_html_()).inside
    assert root.all("pre")[0].text.count("error[") == 50
    assert root.all("p")[0].text == "and 10 more"
    assert len(problems.to_dict()["diagnostics"]) == 60


def test_an_error_shows_its_diagnostics() -> None:
    design = cnnshape.load(BAD / "broadcasting.yaml")
    with pytest.raises(cnnshape.DesignError) as refused:
        cnnshape.analyze(design)
    first, _, rest = str(refused.value).partition("\n\n")
    assert first == refused.value.args[0] and "\n" not in first
    assert rest == str(refused.value.diagnostics)
    assert design.source.line(refused.value.diagnostics[0].at.span.line) in rest


# Hostile names


def test_names_are_escaped() -> None:
    design = cnnshape.load(HOSTILE)
    wrong = cnnshape.load(HOSTILE.replace("conv:", "<script>:"), name="<script>\x07\u202e.yaml")
    studies = [cnnshape.explain(design), cnnshape.receptive_field(design), cnnshape.memory(design)]
    for value in (
        design,
        wrong,
        cnnshape.check(wrong),
        *cnnshape.check(wrong),
        *studies,
        cnnshape.compare(design, design),
    ):
        html = value._repr_html_()
        assert "<script" not in html and "&lt;script&gt;" in html
        assert not read(html).all("script")
        assert not any(sign in html for sign in "\x07\u202e")
        assert repr(value).isprintable() and len(repr(value)) < 200


def test_cells_are_escaped_and_keep_their_spaces() -> None:
    table = Table([Column("a<b"), Column("n", "&n", numeric=True)], [('  <i>"x"&amp;', 1000), ("\x00\n", None)])
    (element,) = read(html_table(table)).inside
    assert element.rows == [("a<b", "&n"), ('  <i>"x"&amp;', "1,000"), ("??", "")]
    assert {cell.attributes["style"] for cell in element.all("th", "td")} == {
        "text-align:left;white-space:pre-wrap",
        "text-align:right",
    }


def test_sums_are_bold_and_the_total_is_below_a_rule() -> None:
    rows = [("stage", 3), ("conv", 1), ("total", 3)]
    table = Table([Column("layer"), Column("n", numeric=True)], rows, groups=frozenset({0, 2}), totals=True)
    (element,) = read(html_table(table)).inside
    styles = [row.attributes.get("style") for row in element.all("tr")]
    assert styles == [None, "font-weight:bold", None, "font-weight:bold;border-top:1px solid"]


def test_a_table_may_be_empty_and_without_headings() -> None:
    (element,) = read(html_table(Table([Column("a")], []), headings=False)).inside
    assert element.rows == []


# Lines


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ResNet-50", "ResNet-50"),
        ("a\nb\t\x1b[0m", "a\\nb\\t\\x1b[0m"),
        ("x" * MOST_SIGNS, "x" * MOST_SIGNS),
        ("x" * 1000, "x" * (MOST_SIGNS - 3) + "..."),
        ("é模", "é模"),
        ("", ""),
    ],
)
def test_a_text_on_one_line(text: str, line: str) -> None:
    assert brief(text) == line


def test_long_names_fit_on_a_line() -> None:
    design = cnnshape.load(f"name: {'x' * 500}\ninput: [3, 8, 8]\nlayers: [relu]\n")
    report = cnnshape.analyze(design)
    values = [
        design, report, *report.rows, report.totals, report.peak, cnnshape.compare(design, report),
        cnnshape.explain(design), cnnshape.explain(design, "relu"), cnnshape.receptive_field(design),
        cnnshape.memory(design), cnnshape.reconcile(design), cnnshape.sizes(design), cnnshape.sizes(design).axes[0],
        cnnshape.sizes(design).axes[0].sizes,
    ]  # fmt: skip
    assert all(len(repr(value)) < 200 and repr(value).isprintable() for value in values)


# The hook


def test_rooms_name_no_face() -> None:
    """The package above all rooms says where the faces are; a room alone doesn't import any."""
    assert Shown.faces == face_of.__module__
    code = "import sys, cnnshape; r = cnnshape.analyze('lenet5'); repr(r); assert 'cnnshape.render' not in sys.modules; str(r)"
    code += "; assert 'cnnshape.render.faces' in sys.modules and 'cnnshape.study' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_child_has_the_face_of_its_parent() -> None:
    class Named(cnnshape.Comparison):
        """A comparison of a program's own."""

    class Kept(Report):
        """A report of a program's own."""

    comparison = cnnshape.compare("lenet5", "m5")
    for own, value in ((Named(*comparison), comparison), (Kept(*report_of("lenet5")), report_of("lenet5"))):
        assert (str(own), own._repr_html_(), repr(own)) == (str(value), value._repr_html_(), repr(value))


def test_hash_seeds_change_nothing() -> None:
    code = (
        "import cnnshape\n"
        "for value in (cnnshape.load('googlenet'), cnnshape.compare('resnet18', 'resnet34'), cnnshape.reconcile('unet'),\n"
        "              cnnshape.memory('unet'), cnnshape.sizes('lenet5'), cnnshape.check('alexnet')):\n"
        "    print(repr(value), value._repr_html_(), value)\n"
    )

    def printed(seed: str) -> bytes:
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout

    assert printed("1") == printed("2") != b""


def test_the_columns_of_a_notebook_are_those_of_a_terminal() -> None:
    (root,) = read(report_of("lenet5")._repr_html_()).inside
    keys = [column.key for column in Summary(report_of("lenet5")).view().table().columns]
    assert (tuple(keys), len(root.all("table")[0].rows[0])) == (DEFAULT, len(DEFAULT))
