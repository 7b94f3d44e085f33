"""Texts that are not YAML (yet): what is read of them, what is reported, and what is not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnshape
from cnnshape.diagnostics import Severity
from cnnshape.document import Document, Mapping, Node, Scalar, Sequence, read_document
from cnnshape.source import SourceText

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "architectures").glob("*.yaml"))
WHOLE = [path for path in SHIPPED if "extends:" not in path.read_text()]
CUTS = 12
"""Places at which each file is cut."""
FLOOR = 0.96
"""The share of states of a file that has to give a tree."""
HEAD = "input: [3, 32, 32]\nlayers:\n"


def read(text: str) -> Document:
    return read_document(SourceText("spec.yaml", text))


def plain(node: Node | None) -> object:
    """A node as lists, mappings and texts."""
    if isinstance(node, Mapping):
        return {entry.key.text: plain(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.text if isinstance(node, Scalar) else None


def states(path: Path) -> Iterator[tuple[str, int]]:
    """A file as it is typed: cut at a place, and cut there to the end of the line only; with the line of the cut."""
    text = path.read_text()
    chance = random.Random(path.stem)
    for _ in range(CUTS):
        cut = chance.randrange(1, len(text))
        line = text.count("\n", 0, cut)
        yield text[:cut], line
        yield text[:cut] + text[cut:][text[cut:].find("\n") :], line


def top_keys(text: str) -> dict[int, str]:
    """The keys of a file by their line, from 0."""
    lines = enumerate(text.split("\n"))
    return {number: line.split(":")[0] for number, line in lines if line[:1].isalpha() and ":" in line}


def test_a_file_that_is_being_typed_has_a_tree() -> None:
    trees = [read(text).root for path in SHIPPED for text, _ in states(path)]
    assert len(trees) >= 3000
    assert sum(isinstance(tree, Mapping) for tree in trees) >= FLOOR * len(trees)


def test_the_keys_above_and_below_the_line_that_is_typed_are_read() -> None:
    kept = 0
    expected = 0
    for path in SHIPPED:
        for text, line in states(path):
            tree = read(text).root
            keys = {entry.key.text for entry in tree.entries} if isinstance(tree, Mapping) else set()
            wanted = {key for number, key in top_keys(text).items() if number != line}
            kept += len(keys & wanted)
            expected += len(wanted)
    assert kept >= 0.999 * expected


def test_a_line_that_is_being_typed_is_the_one_problem() -> None:
    """What follows from a broken text is not reported: with one broken line there is one error of the text."""
    broken = 0
    for path in WHOLE[::3]:
        for text, _ in states(path):
            errors = [problem for problem in cnnshape.check(cnnshape.load(text + "\n")) if is_error(problem)]
            if any(problem.name == "yaml-syntax" for problem in errors):
                broken += 1
                assert [problem.name for problem in errors] == ["yaml-syntax"], text
    assert broken > 100


def is_error(problem: cnnshape.Diagnostic) -> bool:
    return problem.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        # brackets and quotes end with their lines
        ("a: [1, 2\nb: 3", {"a": ["1", "2"], "b": "3"}),
        ("a: {x: 1, y\nb: 3", {"a": {"x": "1", "y": ""}, "b": "3"}),
        ("a: {x: [1, {y: 2\nb: 3", {"a": {"x": ["1", {"y": "2"}]}, "b": "3"}),
        ("- a: {x: 1,\n     y: 2\n- b", None),
        ("a:\n- {x: 1,\n   y: 2\n- b", {"a": [{"x": "1", "y": "2"}, "b"]}),
        ("a: [1, 2}\nb: 3", {"a": ["1", "2"], "b": "3"}),
        ('a: "x\nb: 3', {"a": "x", "b": "3"}),
        ("a: 'x\nb: 'y'", {"a": "x", "b": "y"}),
        ("a: [x, 'y\nb: 3", {"a": ["x"], "b": "3"}),
        # a word without a colon is a key
        ("a: 1\nb\nc: 3", {"a": "1", "b": "", "c": "3"}),
        ("a\nb: 2", {"a": "", "b": "2"}),
        ("a: 1\nb\n  c: 2\nd: 3", {"a": "1", "b": {"c": "2"}, "d": "3"}),
        ("a:\n  - b\n      c: 2\n  - d", {"a": [{"b": {"c": "2"}}, "d"]}),
        # a line that is indented by too much or too little belongs to what is around it
        ("a:\n  - b: 1\n   - c", {"a": [{"b": "1"}, "c"]}),
        ("a:\n  - b: 1\n - c", {"a": [{"b": "1"}, "c"]}),
        ("a:\n  - b: 1\n     c: 2", {"a": [{"b": "1", "c": "2"}]}),
        ("a:\n    b: 1\n   c: 2\nd: 3", {"a": {"b": "1", "c": "2"}, "d": "3"}),
        # what can't be read is left out, with what is below it
        ("a: b: c\nd: 1", {"a": "", "d": "1"}),
        ("a: %b\nd: 1", {"a": "", "d": "1"}),
        ("a: [1] 2\nd: 1", {"a": ["1"], "d": "1"}),
        ("a: 1\n- b\nd: 1", {"a": "1", "d": "1"}),
        ("a:\n  - b\n  c: 1\n  - d", {"a": ["b", "d"]}),
        ("a:\n\t- b\nd: 1", {"a": "", "d": "1"}),
        ("a: - b\n   - c\nd: 1", {"a": "", "d": "1"}),
        ("a: *b\nc: &d 1\ne: 1", {"a": "", "c": "", "e": "1"}),
        ("[a]: 1\nb: 2", {"b": "2"}),
        ("a: 1\n? [b]\n: 2\nc: 3", {"a": "1", "c": "3"}),
        # no tree of a spec
        ("- a\nb: 1", None),
        ("[a, b", None),
        ("'a", None),
        ("import torch\nclass A:\n  b: 1", None),
        ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> main", None),
    ],
)
def test_what_is_read_of_a_broken_text(text: str, tree: object) -> None:
    document = read(text)
    assert plain(document.root) == tree
    assert document.problems
    assert not document.complete


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a: [1, 2\nb: 3", [(1, 1)]),
        ("a: 1\nb:\n  - {x: 1,\n     y: 2\n  - z\nc: [1", [(3, 4), (6, 6)]),
        ("a: 1\nb\nc: 3", [(2, 2)]),
        ("a:\n  b: 1\n  - c\n  d: 1", [(3, 3), (1, 1)]),
        ("a:\n      b: 1\n   c: 2\nd: 1", [(2, 3)]),
        ("a:\n  b: 1\n  c:\n    d: 1\n    e: [2", [(5, 5), (3, 3), (1, 1)]),
    ],
)
def test_which_lines_are_repaired(text: str, lines: list[tuple[int, int]]) -> None:
    document = read(text)
    assert [(span.line, span.end_line) for span in document.repaired] == lines
    assert all(document.is_repaired(span) for span in document.repaired)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # independent faults are reported in one run
        (HEAD + "  - conv: {out: 8, kernel: 3\n  - rellu\n", [(3, "yaml-syntax"), (4, "unknown-kind")]),
        (HEAD + "  - conv: {out: 8, kernel: 3\n  - max_pool: [2, 2}\n", [(3, "yaml-syntax"), (4, "yaml-syntax")]),
        (HEAD + "  - conv: %a\n  - relu\n  - linear: &x 3\n", [(3, "yaml-syntax"), (5, "yaml-feature")]),
        ("input: [3, 8, 8\nlayers:\n  - relu\nlayrs: 3\n", [(1, "yaml-syntax"), (4, "unknown-key")]),
        (HEAD + "  - relu\nname: x\nname: y\nfamily: 'z\n", [(5, "duplicate-key"), (6, "yaml-syntax")]),
        # what a broken line lacks is not
        (HEAD + "  - conv: {out: 8,\n", [(3, "yaml-syntax")]),
        (HEAD + "  - conv:\n      out: 8\n      ker\n", [(5, "yaml-syntax")]),
        (HEAD + "  - conv:\n      out: 8\n     kernel: 3\n", [(5, "yaml-syntax")]),
        ("input: [3\nlayers:\n  - relu\n", [(1, "yaml-syntax")]),
        ("input: [3, 8, 8]\nlayers: [relu\n", [(2, "yaml-syntax")]),
        ("lay\ninput: [3, 8, 8]\n", [(1, "yaml-syntax")]),
        # nor what is defined on it
        ("params: {width: 8, dep\n" + HEAD + "  - conv: {out: depth, kernel: 1}\n", [(1, "yaml-syntax")]),
        (HEAD + "  - {relu: , name: a\n  - add: [a, prev]\n", [(3, "yaml-syntax")]),
        ("blocks:\n  Unit {do: [relu]}\n" + HEAD + "  - Unit\n", [(2, "yaml-syntax")]),
        # nor what a shape is without it
        (HEAD + "  - global_avg_pool: {\n  - flatten\n  - conv: {out: 8, kernel: 64}\n", [(3, "yaml-syntax")]),
        # nor two faults of lines that depend on each other
        (HEAD + "  - relu\n   - tanh\n    - gelu\n - silu\n", None),
    ],
)
def test_what_is_reported_of_a_broken_text(text: str, names: list[tuple[int, str]] | None) -> None:
    problems = cnnshape.check(cnnshape.load(text))
    reported = [(problem.at.span.line, problem.name) for problem in problems if problem.at]
    if names is None:
        assert len(reported) == 1
    else:
        assert reported == names


UNFINISHED = [
    ("  - conv: {out: ", (3, 11), "the `{` is not closed", "write the value of `out`, and close the `{` with `}`"),
    ("  - conv: {out: 8,", (3, 11), "the `{` is not closed", "write the next entry, or close it with `}`"),
    (
        "  - conv: {out: 8, ker",
        (3, 11),
        "the `{` is not closed",
        "write the value of `ker`: `ker: ...`, and close the `{` with `}`",
    ),
    ("  - conv: {", (3, 11), "the `{` is not closed", "write its contents, and close it with `}`"),
    ("  - conv: {out: [3", (3, 17), "the `[` is not closed", "close it: `{out: [3]}`"),
    ("  - {", (3, 5), "the `{` is not closed", "write its contents, and close it with `}`"),
    ("  - conv: {out: 'a", (3, 17), "a quoted text is not closed", "end it with `'`"),
    ('  - conv: "', (3, 11), "a quoted text is not closed", 'end it with `"`'),
    ("  - ", (3, 4), "a step is a kind or a block, found nothing", "write `- relu`"),
    ("  -", (3, 4), "a step is a kind or a block, found nothing", "write `- relu`"),
    ("", (2, 8), "`layers` is a list, found nothing", "`- relu`"),
    ("  - relu\nout", (4, 1), "`out` needs a colon", "write `out:`"),
    ("  - relu\nname:", (4, 6), "found nothing", ""),
    ("  - conv:\n      out: 3\n      kernel:", (5, 14), "found nothing", ""),
]


@pytest.mark.parametrize("end", ["", "\n"], ids=["no line break", "line break"])
@pytest.mark.parametrize(("text", "place", "message", "help"), UNFINISHED, ids=[row[0] for row in UNFINISHED])
def test_what_is_unfinished(text: str, place: tuple[int, int], message: str, help: str, end: str) -> None:
    (problem,) = cnnshape.check(cnnshape.load(HEAD + text + end))
    assert message in problem.message
    assert help in (problem.help or "")
    assert problem.at is not None
    assert (problem.at.span.line, problem.at.span.column) == place


@pytest.mark.parametrize("path", SHIPPED[::16], ids=lambda path: path.stem)
def test_no_problem_lies_after_the_end_of_a_text(path: Path) -> None:
    text = path.read_text()
    for cut in range(len(text) + 1):
        source = SourceText("spec.yaml", text[:cut])
        for problem in read_document(source).problems:
            spans = [label.span for label in (problem.at, *problem.related) if label]
            assert all(span.line <= source.line_count for span in spans)
            assert all(span.column <= len(source.line(span.line)) + 1 for span in spans)


def test_after_many_faults_a_text_is_not_read_further() -> None:
    document = read("a: [b\n" * 10_000)
    assert 2 <= len(document.problems) <= 100
    assert isinstance(document.root, Mapping)


PIECES = st.lists(
    st.sampled_from(
        ["a: ", "b:\n", "- ", "[", "{", "]", "}", ", ", "x", "'", '"', "\n", "\n  ", "\n    ", "\t", " # c", "|\n", "? ", ": ", "%",
         "*x", "&x ", "!t", "\n- ", "\n---\n", "\\"]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(PIECES)
@settings(max_examples=500, deadline=None)
def test_any_pieces_give_a_tree_or_a_problem_inside_the_text(text: str) -> None:
    source = SourceText("spec.yaml", text)
    document = read_document(source)
    assert document.problems or document.complete
    for problem in document.problems:
        if problem.at:
            span = problem.at.span
            assert (1, 1) <= (span.line, span.column) <= (span.end_line, span.end_column)
            assert span.end_line <= source.line_count
            assert span.column <= len(source.line(span.line)) + 1


@given(PIECES)
@settings(max_examples=200, deadline=None)
def test_a_complete_entry_above_is_read_whatever_follows(text: str) -> None:
    tree = read(f"first: {{x: [1, 2]}}\nsecond:\n  - a\n  - b: 1\nthird: 3\n{text}").root
    if isinstance(tree, Mapping):
        assert plain(tree)["first"] == {"x": ["1", "2"]}
        assert plain(tree)["second"] == ["a", {"b": "1"}]
