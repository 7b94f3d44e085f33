"""A review as text, Markdown, CSV and JSON: what it says, its widths, its limits, and names that try to be markup."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import cnnshape
from cnnshape.cli.step_summary import LIMIT
from cnnshape.render.formats import Page
from cnnshape.render.review import FORMATS
from cnnshape.render.review.headline import headline, percent
from cnnshape.render.review.markdown import COMMENT_LIMIT, to_markdown
from cnnshape.render.table.markdown import code_block, code_span, plain_markdown
from cnnshape.source import shipped_path
from cnnshape.study.condition import parse_condition
from cnnshape.study.review import Review, Version, review
from tests.against import Repository, net
from tests.command import Outcome, run


def against(*arguments: str) -> Outcome:
    return run("compare", ".", "--against", "HEAD", *arguments)


ROOT = Path(__file__).parents[2]
STATUSES = {"added": "added", "broken": "broken", "changed": "changed", "gone": "removed"}


@pytest.fixture
def changed(repository: Repository) -> Repository:
    """A design of each status, and one that is equal."""
    repository.commit(**{f"{name}.yaml": net(3, name.title()) for name in ("broken", "changed", "equal", "gone")})
    repository.write("changed.yaml", net(4, "Changed", 5))
    repository.write("added.yaml", net(2, "Added"))
    repository.write("broken.yaml", net().replace("conv", "cnov"))
    (repository.folder / "gone.yaml").unlink()
    return repository


# Text


@pytest.mark.usefixtures("changed")
def test_the_text_has_headlines_the_figures_that_differ_and_the_layers() -> None:
    old, new = 3 * 27 * 49, 4 * 75 * 25
    done = against()
    blocks = done.stdout.split("\n\n")
    assert blocks[:2] == ["./added.yaml, Added: new, 2.65 k MACs, 56 params", "./broken.yaml, Broken: 1 error now"]
    assert blocks[2] == f"./changed.yaml, Changed: {percent(old, new)} MACs, {percent(84, 304)} params"
    rows = {line[:21].strip(): line[21:].split() for line in blocks[3].splitlines()}
    assert rows["MACs"] == [f"{old:,}", f"{new:,}", f"{new - old:+,}", *percent(old, new).split()]
    assert rows["params"] == ["84", "304", "+220", *percent(84, 304).split()]
    assert rows["receptive field"] == ["3x3", "5x5"]
    assert "equal: layers, buffers" in blocks[3]
    assert "~  conv   conv 3x3 3x7x7 -> conv 5x5 4x5x5" in blocks[5]
    assert blocks[6:] == [
        f"./gone.yaml, Gone: removed, {old / 1000:.2f} k MACs, 84 params",
        "5 designs compared with HEAD: 1 changed, 1 new, 1 removed, 1 with errors, 1 equal\n",
    ]
    assert (done.exit_code, "broken.yaml:5:5" in done.stderr) == (1, True)


def reviewed(old: str, new: str, *conditions: str, **options: object) -> Review:
    """The review of one design in two versions."""
    texts = tuple(parse_condition(text) for text in conditions)
    versions = [Version("net.yaml", cnnshape.analyze(cnnshape.load(text), **options)) for text in (old, new)]
    return Review("main", "0" * 40, tuple(filter(None, [review(*versions, texts)])), 1, 0)


PAIRS = [("resnet50", "resnet101"), ("mobilenet_v2", "mobilenet_v3_large"), ("vgg16", "vgg16_bn"), ("inception_v3", "inception_v4")]  # fmt: skip


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_no_line_is_longer_than_the_terminal(pair: tuple[str, str], width: int) -> None:
    versions = [Version(name, cnnshape.analyze(cnnshape.load(shipped_path(name)))) for name in pair]
    value = Review("main", "0" * 40, (review(*versions),), 1, 0)
    text, piped = (FORMATS["table"].write(value, Page(columns)) for columns in (width, None))
    assert max(map(len, text.splitlines())) <= width
    numbers = r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])"
    assert set(re.findall(numbers, text)) <= set(re.findall(numbers, piped))
    painted = FORMATS["table"].write(value, Page(width, color=True))
    assert re.sub(r"\x1b\[\d+m", "", painted) == text != painted


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (100, 113, "+13.0 %"), (1000, 1131, "+13.1 %"), (1000, 869, "-13.1 %"), (1, 100_000, "+9,999,900.0 %"), (8, 0, "-100.0 %"),
        (0, 5, ""), (5, 5, ""), (0, 0, ""), (10_000, 10_004, ""), (10_000, 10_005, "+0.1 %"), (10_000, 9_996, ""),
    ],
)  # fmt: skip
def test_a_change_in_per_cent(old: int, new: int, text: str) -> None:
    assert percent(old, new) == text


CONV = "cnnshape: 1\nname: N\ninput: [8, 9, 9]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1, bias: false}\n"
DROPOUT = CONV + "  - dropout: 0.1\n"
HEADLINES = [
    (CONV, CONV.replace("out: 8", "out: 9"), "+12.5 % MACs, +12.5 % params"),
    (CONV, CONV.replace("9, 9]", "18, 9]"), "+100.0 % MACs, params equal"),
    (CONV, CONV.replace("false", "true"), "MACs equal, +1.4 % params"),
    (CONV, CONV + "  - relu\n", "MACs and params equal, layers 1 -> 2"),
    (CONV + "  - relu\n", CONV + "  - hard_swish\n", "MACs and params equal, +"),
    (DROPOUT, DROPOUT.replace("0.1", "0.2"), "MACs and params equal, layers differ"),
    (CONV, CONV.replace("3, padding: 1", "3, padding: 2, dilation: 2"), "MACs and params equal, receptive field 3x3 -> 5x5"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "text"), HEADLINES)
def test_a_headline_has_what_matters_first(old: str, new: str, text: str) -> None:
    (design,) = reviewed(old, new).designs
    line = headline(design, "main")
    assert line.startswith(text) if text.endswith("+") else line == text


# Programs


@pytest.mark.usefixtures("changed")
def test_csv_has_a_row_for_each_figure_of_each_design() -> None:
    rows = list(csv.reader(StringIO(against("--format", "csv").stdout)))
    assert rows[0] == ["design", "status", "figure", "old", "new"]
    cells = {(design, figure): (status, old, new) for design, status, figure, old, new in rows[1:]}
    assert cells["./changed.yaml", "params"] == ("changed", "84", "304")
    assert cells["./added.yaml", "params"] == ("added", "", "56")
    assert cells["./gone.yaml", "receptive_field"] == ("removed", "3x3", "")
    assert cells["./broken.yaml", "macs"] == ("broken", str(3 * 27 * 49), "")
    assert len(cells) == len(rows) - 1


@pytest.mark.usefixtures("changed")
def test_json_has_everything_in_whole_numbers() -> None:
    data = json.loads(against("--format", "json", "--fail-if", "params > 50").stdout, parse_float=pytest.fail)
    assert (data["version"], data["against"], data["equal"]) == (1, "HEAD", 1)
    assert {design["design"]: design["status"] for design in data["designs"]} == {
        f"./{name}.yaml": status for name, status in STATUSES.items()
    }
    refused = {design["design"]: design["refused"] for design in data["designs"] if design["refused"]}
    condition = {"condition": "params > 50", "figure": "params"}
    assert refused == {
        "./added.yaml": [{**condition, "old": None, "new": [56]}],
        "./changed.yaml": [{**condition, "old": [84], "new": [304]}],
    }


def test_json_of_every_design_is_exact(repository: Repository) -> None:
    repository.commit(**{"net.yaml": net(10**6)})
    repository.write("net.yaml", net(10**9))
    (design,) = json.loads(against("--format", "json").stdout)["designs"]
    assert design["figures"]["macs"] == [10**6 * 27 * 49, 10**9 * 27 * 49]


@pytest.mark.usefixtures("changed")
def test_the_page_about_json_names_every_key() -> None:
    data = json.loads(against("--format", "json", "--fail-if", "params > 50").stdout)
    page = (
        (ROOT / "docs" / "json.md").read_text(encoding="utf-8").partition("With `--against`")[2].partition("\n## ")[0]
    )
    named = set(re.findall(r"`(\w+)`", page))
    design = next(own for own in data["designs"] if own["refused"])
    assert {*data, *design, *design["refused"][0], *design["problems"]} - {"version"} <= named
    assert {own["status"] for own in data["designs"]} <= named


# Conditions


def test_a_condition_says_which_design_it_refuses(repository: Repository) -> None:
    repository.commit(**{"a.yaml": net(8), "b.yaml": net(8), "c.yaml": net(8)})
    repository.write("a.yaml", net(9))
    repository.write("b.yaml", net(7))
    repository.write("new.yaml", net(20))
    done = against("--fail-if", "macs > +10%", "--fail-if", "params > 500")
    assert (done.exit_code, done.stderr.splitlines()) == (
        1,
        [
            f"refused: ./a.yaml: macs is {9 * 27 * 49:,} (+{27 * 49:,}, +12.50 %), refused by `macs > +10%`",
            "refused: ./new.yaml: params is 560, refused by `params > 500`",
        ],
    )
    assert against("--fail-if", "macs > +12.5%").exit_code == 0
    assert against("--fail-if", "receptive_field >= 3").exit_code == 1


def test_a_condition_is_not_tested_on_what_is_equal(repository: Repository) -> None:
    repository.commit(**{"a.yaml": net(8)})
    assert against("--fail-if", "params > 1").exit_code == 0


# Equal designs


def test_equal_designs_print_nothing_but_their_number(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    repository.commit(**{"a.yaml": net(8), "b.yaml": net(9)})
    assert against() == (0, "2 designs compared with HEAD: 2 equal\n", "")
    assert against("--format", "markdown", "--sticky", "x") == (0, "", "")
    assert against("--format", "csv").stdout.count("\n") == 1
    assert json.loads(against("--format", "json").stdout)["designs"] == []
    assert not (tmp_path / "summary.md").exists()


# Markdown


def rendered(text: str) -> str:
    return MarkdownIt("commonmark").enable("table").render(text)


@pytest.mark.usefixtures("changed")
def test_markdown_has_headlines_old_and_new_and_folded_layers() -> None:
    text = against("--format", "markdown", "--fail-if", "macs > 1k", "--sticky", "design-costs").stdout
    assert text.startswith(
        "<!-- cnnshape: design-costs -->\n### Designs: 1 changed, 1 new, 1 removed, 1 with errors, 2 refused\n"
    )
    old, new = 3 * 27 * 49, 4 * 75 * 25
    assert f"#### Changed: {percent(old, new)} MACs, {percent(84, 304)} params\n\n`./changed.yaml`\n" in text
    assert f"- **refused** by `macs > 1k`: macs is {new:,} ({new - old:+,}, " in text
    assert f"| MACs | {old:,} -> {new:,} | {percent(old, new)} |" in text
    assert "<details><summary>layers: 1 changed</summary>\n\n|" in text
    assert "error[CS401]" in text.partition("<details><summary>1 error</summary>\n\n```text\n")[2]
    assert "Equal" in text and "equal.yaml" not in text
    headings = re.findall(r"^#### (\w+):", text, re.MULTILINE)
    assert headings == ["Added", "Broken", "Changed", "Gone"]
    assert rendered(text).count("<table>") == 2


IDS = ["", " ", "a b", "-->", "a--b", "-a", "a-", "a>", "ü", "a" * 65, "a\n", "a__b"]


@pytest.mark.parametrize("sticky", IDS)
@pytest.mark.usefixtures("changed")
def test_an_id_that_would_end_the_comment_is_refused(sticky: str) -> None:
    done = against("--format", "markdown", f"--sticky={sticky}")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "is not an ID" in " ".join(done.stderr.split())


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize("sticky", ["a", "A-1", "design_costs.v2", "a" * 64])
def test_an_id_is_in_the_first_line(sticky: str) -> None:
    text = against("--format", "markdown", "--sticky", sticky).stdout
    assert text.splitlines()[0] == f"<!-- cnnshape: {sticky} -->"
    assert rendered(text).startswith(f"<!-- cnnshape: {sticky} -->\n<h3>")


@pytest.mark.parametrize("arguments", [("--format", "json"), ()])
@pytest.mark.usefixtures("changed")
def test_a_marker_needs_markdown(arguments: tuple[str, ...]) -> None:
    assert against("--sticky", "a", *arguments).exit_code == 2
    assert run("compare", "lenet5", "alexnet", "--sticky", "a", "--format", "markdown").exit_code == 2


HOSTILE = [
    "a|b", "`code`", "```", "<script>alert(1)</script>", "<!-- x -->", "@octocat", "cc @org/team now", "#12", "fixes org/repo#7",
    "[link](https://evil.example)", "![i](https://evil.example/x.png)", "https://evil.example", "www.evil.example", "**bold**",
    "_it_", "~~gone~~", "$x$", "&lt;b&gt;", "&#64;octocat", "# heading", "a\\b", "a\\|b", "GH-12", "</details>", "^1", "name |",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is(repository: Repository, name: str) -> None:
    file = f"{name.replace('/', '_')}.yaml"
    repository.commit(**{file: net(8, json.dumps(name))})
    repository.write(file, net(9, json.dumps(name)))
    text = against("--format", "markdown").stdout
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    (heading,) = [after for before, after in pairwise(tokens) if (before.tag, before.nesting) == ("h4", 1)]
    assert {child.type for child in heading.children or ()} <= {"text", "text_special"}
    shown = "".join(child.content for child in heading.children or ())
    assert shown.replace("\u200b", "") == f"{name}: +12.5 % MACs, +12.5 % params"
    assert not re.search(r"@\w|#\d|://|\bwww\.|\bGH-", shown)
    html = [token.content for token in tokens if token.type == "html_block"]
    folds = ("layers: 1 changed", "Picture")
    assert html == [line for fold in folds for line in (f"<details><summary>{fold}</summary>\n", "</details>\n")]
    assert not re.search(r"<(?:a|img|script)\b", rendered(text))


def test_a_hostile_file_name_is_code(repository: Repository) -> None:
    for name in ("`a` <b> @octocat.yaml", "x\u202ey.yaml", "| #1 ```.yaml"):
        repository.write(name, net().replace("conv", "cnov"))
    repository.commit()
    for name in repository.folder.glob("*.yaml"):
        name.write_text(net())
    html = rendered(against("--format", "markdown").stdout)
    for shown in ("`a` &lt;b&gt; @octocat.yaml", "x\\u202ey.yaml", "| #1 ```.yaml"):
        assert f"<code>./{shown}</code>" in html
    assert not re.search(r"<b>|\u202e", html)


def test_a_side_of_a_comparison_is_escaped_too() -> None:
    text = run("compare", "lenet5", "vgg16_bn:batch=2", "--format", "markdown").stdout
    assert "<em>" not in rendered(text)
    assert "vgg16\\_bn:batch=2" in text


@given(st.text(max_size=40))
def test_any_text_is_one_piece_of_code(text: str) -> None:
    (paragraph,) = [
        token for token in MarkdownIt("commonmark").parse(f"x {code_span(text)} y") if token.type == "inline"
    ]
    types = [child.type for child in paragraph.children or ()]
    assert types == (["text", "code_inline", "text"] if text else ["text"])


@given(st.text(max_size=40).filter(str.strip))
def test_any_text_stays_text(text: str) -> None:
    (paragraph,) = [
        token for token in MarkdownIt("commonmark").parse(f"x{plain_markdown(text)}x") if token.type == "inline"
    ]
    assert {child.type for child in paragraph.children or ()} <= {"text", "text_special"}


@given(st.text(alphabet="`a \n~", max_size=30).filter(str.strip))
def test_any_text_is_one_block_of_code(text: str) -> None:
    (block,) = MarkdownIt("commonmark").parse("\n".join(code_block(text)))
    assert (block.type, block.content) == ("fence", text.rstrip("\n") + "\n")


# Limits


def many(number: int, size: int = 1) -> Review:
    """A review of designs that all differ, the last one refused."""
    texts = [
        "".join(f"  - conv: {{out: {out}, kernel: {kernel}}}\n" for out in range(2, size + 2)) for kernel in (1, 3)
    ]
    old, new = (
        cnnshape.analyze(cnnshape.load(f"cnnshape: 1\nname: Net\ninput: [3, 99, 99]\nlayers:\n{text}"))
        for text in texts
    )
    condition = (parse_condition("macs > +1%"),)
    designs = [
        review(
            Version(f"net{index}.yaml", old), Version(f"net{index}.yaml", new), condition if index == number - 1 else ()
        )
        for index in range(number)
    ]
    return Review("main", "0" * 40, tuple(designs), number, 0)


def test_a_long_comment_is_shortened_and_says_so() -> None:
    value = many(120, 20)
    text = to_markdown(value, first="<!-- cnnshape: a -->\n")
    assert len(text) <= len(text.encode()) <= COMMENT_LIMIT
    assert text.startswith("<!-- cnnshape: a -->\n### Designs: 120 changed, 1 refused")
    assert "Shortened to 65,536 bytes" in text
    # All headlines are there, the refused design first and whole.
    assert re.findall(r"^`net(\d+)\.yaml`$", text, re.MULTILINE) == ["119", *map(str, range(119))]
    assert "<details>" in text.partition("`net0.yaml`")[0]
    assert len(to_markdown(value, 1 << 20)) > COMMENT_LIMIT
    assert "Shortened" not in to_markdown(value, 1 << 20)


def test_very_many_designs_are_counted() -> None:
    text = to_markdown(many(2000))
    assert len(text.encode()) <= COMMENT_LIMIT
    assert "2,000 designs differ" in text
    assert 0 < text.count("\n#### ") < 2000


VALUE = many(6, 3)
WHOLE = to_markdown(VALUE)


@given(st.integers(0, len(WHOLE.encode()) + 50))
def test_a_text_keeps_its_limit_and_its_folds_closed(limit: int) -> None:
    text = to_markdown(VALUE, limit)
    assert len(text.encode()) <= limit
    assert text.count("<details>") == text.count("</details>")
    if limit >= len(WHOLE.encode()):
        assert text == WHOLE
    elif text:
        assert f"Shortened to {limit:,} bytes" in text
        assert text.count("\n#### ") <= len(VALUE.designs)


# The summary of a job


@pytest.mark.usefixtures("changed")
def test_the_summary_of_a_job_gets_the_markdown_after_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    text = against("--format", "markdown", "--sticky", "a").stdout.partition("\n")[2]
    assert summary.read_text() == text
    against()
    assert summary.read_text() == f"{text}\n{text}"


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize("room", [0, 10, 700])
def test_the_summary_of_a_job_keeps_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * (LIMIT - room))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    done = against()
    written = summary.read_bytes()[LIMIT - room :].decode()
    assert len(written) <= room
    if room == 700:
        assert "Shortened to 699 bytes" in written
    else:
        assert (written, "there is no room for more" in done.stderr) == ("", True)


@pytest.mark.usefixtures("changed")
def test_a_summary_that_cannot_be_written_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "missing" / "summary.md"))
    done = against()
    assert "note: can't write the job's summary" in done.stderr
    assert "1 changed" in done.stdout
