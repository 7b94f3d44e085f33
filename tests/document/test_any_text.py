"""Any file gives a diagnostic or a graph, never an exception."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import cnnshape
from cnnshape import DesignError, Diagnostic, Report
from cnnshape.diagnostics import CATALOGUE
from cnnshape.document import decode

SPECS = sorted((Path(__file__).parents[1] / "specs").glob("*/*.yaml"))
TEXTS = [path.read_text() for path in SPECS]
BUDGET = 2_000
"""The budget of layers: a large `repeat` in a mutation must not slow the tests down."""


def check_answer(data: bytes) -> None:
    text = decode("spec.yaml", data)
    if isinstance(text, Diagnostic):
        check_diagnostics([text])
        return
    design = cnnshape.load(text + "\n", name="spec.yaml")
    check_diagnostics(cnnshape.check(design, max_layers=BUDGET))
    try:
        check_report(cnnshape.analyze(design, max_layers=BUDGET))
    except DesignError as error:
        check_diagnostics(error.diagnostics)


def check_diagnostics(diagnostics: list[Diagnostic]) -> None:
    for diagnostic in diagnostics:
        assert CATALOGUE[diagnostic.name].code == diagnostic.code
        texts = (
            diagnostic.message,
            diagnostic.help or "",
            *diagnostic.notes,
            *(label.text for label in diagnostic.related),
        )
        assert all(text.isprintable() for text in texts)
        for label in (diagnostic.at, *diagnostic.related):
            if label is not None:
                assert 1 <= label.span.line <= label.span.source.line_count
                assert 1 <= label.span.column <= len(label.span.source.line(label.span.line)) + 1


def check_report(report: Report) -> None:
    assert report.outputs
    assert report.totals.params == sum(row.params for row in report.rows)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes(data: bytes) -> None:
    check_answer(data)


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text(text: str) -> None:
    check_answer(text.encode("utf-8", "surrogatepass"))


WORDS = [
    "input", "layers", "params", "blocks", "variants", "outputs", "expect", "extends", "do", "for", "residual", "shortcut",
    "concat", "add", "multiply", "crop", "name", "from", "when", "repeat", "first", "share", "frozen", "conv", "linear",
    "max_pool", "relu", "flatten", "roi_pool", "split", "upsample", "batch_norm", "Unit", "out", "kernel", "stride", "norm",
    "act", "none", "identity", "prev", "i", "last", "in_channels", "in_height", "true", "required", "boxes", "center",
    "0", "1", "2", "3", "8", "1e9", "-1", "2.5", "[3,8,8]", "[]", "{}", "[1,2]", "a", "b", "a.0",
]  # fmt: skip
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-2, 40).map(str),
    st.tuples(
        st.sampled_from(WORDS), st.sampled_from(["+", "*", "//", "==", "and", "if", "."]), st.sampled_from(WORDS)
    ).map(" ".join),
)
NODES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(st.tuples(st.sampled_from(WORDS), inner), max_size=4, unique_by=lambda entry: entry[0]).map(
            lambda entries: "{" + ", ".join(f"{key}: {value}" for key, value in entries) + "}"
        ),
    ),
    max_leaves=12,
)
KEYS = ("input", "params", "variants", "blocks", "layers", "outputs", "expect")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, NODES)), st.lists(NODES, max_size=5), st.booleans())
@settings(max_examples=200, deadline=None)
def test_words_of_the_language_in_any_order(entries: dict[str, str], steps: list[str], sound: bool) -> None:
    if sound:
        entries = {**entries, "input": "[3, 8, 8]", "layers": "[" + ", ".join(steps) + "]"}
    check_answer("".join(f"{key}: {value}\n" for key, value in entries.items()).encode())


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_mutated_specs(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        lines = data.draw(mutations(lines))
    check_answer("\n".join(lines).encode())


@st.composite
def mutations(draw: st.DrawFn, lines: list[str]) -> list[str]:
    """Lines with one deleted, doubled, swapped, moved, or changed in a character or a word."""
    lines = [*lines] or [""]
    at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    how = draw(st.sampled_from(["delete", "double", "swap", "indent", "character", "word", "foreign line"]))
    if how == "delete":
        del lines[at]
    elif how == "double":
        lines.insert(other, lines[at])
    elif how == "swap":
        lines[at], lines[other] = lines[other], lines[at]
    elif how == "indent":
        lines[at] = draw(st.sampled_from(["", "  ", "    ", " "])) + lines[at].lstrip()
    elif how == "character":
        column = draw(st.integers(0, len(lines[at])))
        sign = draw(st.sampled_from([*"[]{}:,-#'\"()*&!%@ 09.=<", "\t", "é", ""]))
        lines[at] = lines[at][:column] + sign + lines[at][column + draw(st.integers(0, 1)) :]
    elif how == "word":
        words = lines[at].split(" ")
        words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(WORDS))
        lines[at] = " ".join(words)
    else:
        lines[at] = draw(st.sampled_from(draw(st.sampled_from(TEXTS)).split("\n")))
    return lines
