"""Faults along a chain of files: each is reported in the file that has it, and what the others give is built."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnshape
from cnnshape import Diagnostic
from cnnshape.api import examine, options
from cnnshape.layers import format_shape

BASE = """\
name: base
input: [3, 16, 16]
params: {width: 4, kernel: 3, stride: 1}
variants:
  wide: {width: 8}
blocks:
  Unit:
    params: {out: required}
    do:
      - conv: {out: out, kernel: 3}
layers:
  - {conv: {out: width, kernel: kernel, stride: stride}, name: stem}
  - {max_pool: 2, name: half}
  - {conv: {out: 2 * width, kernel: 1}, name: head}
"""


def chain(folder: Path, *texts: str) -> Path:
    """The last of some files, each of which extends the one before it."""
    names = [f"file{number}.yaml" for number in range(len(texts))]
    for number, (name, text) in enumerate(zip(names, texts, strict=True)):
        before = f"extends: {names[number - 1]}\n" if number else ""
        (folder / name).write_text(before + text, encoding="utf-8")
    return folder / names[-1]


def problems(path: Path) -> list[tuple[str, int, str]]:
    """File, line and name of each error."""
    return sorted(place(problem) for problem in cnnshape.check(cnnshape.load(path), ignore=["all"]))


def place(problem: Diagnostic) -> tuple[str, int, str]:
    line = problem.at.span.line if problem.at else 0
    return Path(problem.path).name, line, problem.name


def built(path: Path) -> dict[str, str]:
    examination = examine(cnnshape.load(path), options(None, "", None, None))
    rows = examination.report().rows if examination.graph else ()
    return {row.name: format_shape(row.output) for row in rows}


SOUND = {"stem": "4x14x14", "half": "4x7x7", "head": "8x7x7"}
FAULTS = [
    # one fault, in the last file
    (("params: {width: 0}\n",), [("file0.yaml", 12, "bad-argument")], {}),
    (("params: {kernel: 17}\n",), [("file0.yaml", 12, "window-too-large")], {}),
    (("params: {widht: 2}\n",), [("file1.yaml", 2, "unknown-param")], SOUND),
    (("params: {width: 2 +}\n",), [("file1.yaml", 2, "expression-syntax")], {}),
    (("params: {width: depth}\n",), [("file0.yaml", 12, "bad-argument"), ("file0.yaml", 14, "expression-value")], {}),
    (("params: {stride: 1 // 0}\n",), [("file1.yaml", 2, "expression-value")], {}),
    (("input: [3, 2, 2]\n",), [("file0.yaml", 12, "window-too-large")], {}),
    (("input: [3, 0, 2]\n",), [("file0.yaml", 12, "window-too-large"), ("file1.yaml", 2, "bad-input")], {}),
    (("outputs: [stem, nowhere]\n",), [("file1.yaml", 2, "unknown-tensor")], SOUND),
    (("layers:\n  - relu\n",), [("file1.yaml", 2, "unknown-key")], SOUND),
    (("colour: red\n",), [("file1.yaml", 2, "unknown-key")], SOUND),
    (("name: [a, b]\n",), [("file1.yaml", 2, "wrong-structure")], SOUND),
    (("name: a\nname: b\n",), [("file1.yaml", 3, "duplicate-key")], SOUND),
    (("expect: {params: 1}\n",), [("file1.yaml", 2, "expectation-missed")], SOUND),
    (("expect: {speed: 1}\n",), [("file1.yaml", 2, "bad-expectation")], SOUND),
    # in the middle of three
    (("params: {width: 0}\n", "name: last\n"), [("file0.yaml", 12, "bad-argument")], {}),
    (("params: {width: 0}\n", "params: {width: 4}\n"), [], SOUND),
    (("params: {widht: 2}\n", "name: last\n"), [("file1.yaml", 2, "unknown-param")], SOUND),
    (("outputs: [nowhere]\n", "outputs: [half]\n"), [], SOUND),
    # faults of several files
    (("params: {widht: 2}\n", "params: {kernle: 2}\n"), [("file1.yaml", 2, "unknown-param"), ("file2.yaml", 2, "unknown-param")], SOUND),
    (("outputs: [nowhere]\n", "params: {kernle: 2}\n"), [("file1.yaml", 2, "unknown-tensor"), ("file2.yaml", 2, "unknown-param")], SOUND),
    (("params: {stride: 1 // 0}\n", "outputs: [nowhere]\n"), [("file1.yaml", 2, "expression-value"), ("file2.yaml", 2, "unknown-tensor")], {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "expected", "layers"), FAULTS, ids=["+".join(row[0]).replace("\n", " ") for row in FAULTS]
)
def test_a_fault_is_reported_in_its_file(
    tmp_path: Path, own: tuple[str, ...], expected: list[tuple[str, int, str]], layers: dict[str, str]
) -> None:
    path = chain(tmp_path, BASE, *own)
    assert problems(path) == expected
    assert built(path) == layers


@pytest.mark.parametrize("own", [row[0] for row in FAULTS], ids=["+".join(row[0]).replace("\n", " ") for row in FAULTS])
def test_a_fault_elsewhere_names_the_line_that_brings_it_in(tmp_path: Path, own: tuple[str, ...]) -> None:
    path = chain(tmp_path, BASE, *own)
    for problem in cnnshape.check(cnnshape.load(path), ignore=["all"]):
        related = [(Path(label.span.source.name).name, label.span.line, label.text) for label in problem.related]
        assert ((path.name, 1, "extended here") in related) == (Path(problem.path).name != path.name)


BASES = [
    ("  - {max_pool: 2, name: half}", "  - {max_pool: 0, name: half}", [(13, "bad-argument")], {"stem": "4x14x14"}),
    ("  - {max_pool: 2, name: half}", "  - {maxpol: 2, name: half}", [(13, "unknown-kind")], {"stem": "4x14x14"}),
    ("  - {max_pool: 2, name: half}", "  - {max_pool: 2, name: stem}", [(13, "duplicate-name")], None),
    ("out: 2 * width", "out: 2 * widht", [(14, "unknown-name")], {"stem": "4x14x14", "half": "4x7x7"}),
    ("width: 4,", "width: 4 +,", [(3, "expression-syntax")], {}),
    ("  wide: {width: 8}", "  wide: {widht: 8}", [(5, "unknown-param")], SOUND),
    ("  - {max_pool: 2, name: half}", "  - {max_pool: 2, name: half", [(13, "yaml-syntax")], None),
    ("      - conv: {out: out,", "      - conv: {filters: out,", [(10, "foreign-spelling")], SOUND),
]  # fmt: skip


@pytest.mark.parametrize("length", [1, 2, 4])
@pytest.mark.parametrize(("old", "new", "expected", "layers"), BASES, ids=[row[1].strip() for row in BASES])
def test_a_fault_of_the_base_is_found_from_each_file_of_the_chain(
    tmp_path: Path, old: str, new: str, expected: list[tuple[int, str]], layers: dict[str, str] | None, length: int
) -> None:
    assert old in BASE
    path = chain(tmp_path, BASE.replace(old, new), *[f"name: file {number}\n" for number in range(length - 1)])
    assert problems(path) == [("file0.yaml", *problem) for problem in expected]
    if layers is not None:
        assert built(path) == layers


@pytest.mark.parametrize("length", [2, 5, 8])
def test_the_nearest_file_counts(tmp_path: Path, length: int) -> None:
    own = [f"name: file {number}\nparams: {{width: {number}}}\n" for number in range(1, length)]
    path = chain(tmp_path, BASE, *own)
    report = cnnshape.analyze(cnnshape.load(path))
    assert report.name == f"file {length - 1}"
    assert report.rows[0].output == (length - 1, 14, 14)
    assert problems(path) == []


@pytest.mark.parametrize("length", [2, 5, 8])
def test_a_chain_that_changes_nothing_is_its_base(tmp_path: Path, length: int) -> None:
    path = chain(tmp_path, BASE, *["# nothing\nfamily: a\n"] * (length - 1))
    base, last = (cnnshape.analyze(cnnshape.load(tmp_path / name)) for name in ("file0.yaml", path.name))
    facts = [
        [(row.name, row.kind, row.sources, row.output, row.params) for row in report.rows] for report in (base, last)
    ]
    assert facts[0] == facts[1]
    assert (last.name, last.totals, last.outputs) == (base.name, base.totals, base.outputs)
