"""A spec that takes another one whole: what it may change, and the error for a base that can't be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import cnnshape
from cnnshape import Diagnostic
from cnnshape.diagnostics import Severity
from cnnshape.render.diagnostics import full

BASE = """\
name: base
source: a book
input: [3, 8, 8]
params: {width: 4, kernel: 3}
variants: {wide: {width: 8}}
blocks:
  Unit:
    params: {out: required}
    do: [conv: {out: out, kernel: 3}]
layers:
  - {Unit: width, name: unit}
  - {max_pool: 2, name: half}
outputs: [unit, half]
expect: {params: 1}
"""


def errors(path: Path) -> list[Diagnostic]:
    return [problem for problem in cnnshape.check(cnnshape.load(path)) if problem.severity is Severity.ERROR]


def written(folder: Path, **texts: str) -> Path:
    """The last of several files."""
    for name, text in texts.items():
        path = folder / f"{name}.yaml"
        path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("own", "name", "origin", "outputs"),
    [
        ("", "base", "a book", {"unit": (4, 6, 6), "half": (4, 3, 3)}),
        ("name: mine\nsource: myself\n", "mine", "myself", {"unit": (4, 6, 6), "half": (4, 3, 3)}),
        ("params: {width: 2}\n", "base", "a book", {"unit": (2, 6, 6), "half": (2, 3, 3)}),
        ("params: {width: kernel + 2}\n", "base", "a book", {"unit": (5, 6, 6), "half": (5, 3, 3)}),
        ("input: [1, 10, 12]\n", "base", "a book", {"unit": (4, 8, 10), "half": (4, 4, 5)}),
        ("outputs: [half]\n", "base", "a book", {"half": (4, 3, 3)}),
    ],
)
def test_what_may_be_changed(
    tmp_path: Path, own: str, name: str, origin: str, outputs: dict[str, tuple[int, ...]]
) -> None:
    base = BASE.replace("{width: 4, kernel: 3}", "{kernel: 3, width: 4}")
    path = written(tmp_path, base=base, own=f"extends: base.yaml\n{own}")
    report = cnnshape.analyze(cnnshape.load(path))
    assert (report.name, report.origin, report.outputs) == (name, origin, outputs)
    assert errors(path) == []


def test_the_variants_of_the_base_are_there(tmp_path: Path) -> None:
    path = written(tmp_path, base=BASE, own="extends: base.yaml\noutputs: [half]\n")
    assert cnnshape.analyze(cnnshape.load(path), variant="wide").outputs == {"half": (8, 3, 3)}


def test_only_the_files_own_expectations_count(tmp_path: Path) -> None:
    path = written(tmp_path, base=BASE, own="extends: base.yaml\nexpect: {params: 113}\n")
    (problem,) = errors(path)
    assert problem.message.startswith("params is 112, expected 113")
    assert problem.path == str(path)


def chain(folder: Path, length: int) -> Path:
    texts = {f"file{index}": f"extends: file{index - 1}.yaml\n" for index in range(1, length)}
    return written(folder, file0=BASE.replace("expect: {params: 1}\n", ""), **texts)


def test_a_chain_of_files(tmp_path: Path) -> None:
    assert errors(chain(tmp_path, 9)) == []
    (problem,) = errors(chain(tmp_path, 10))
    assert (problem.name, problem.message) == ("bad-extends", "`extends` makes a chain of more than 8 files")


def test_a_circle_of_files(tmp_path: Path) -> None:
    path = written(tmp_path, one="extends: two.yaml\n", two="extends: three.yaml\n", three="extends: one.yaml\n")
    (problem,) = errors(path)
    assert (problem.name, problem.message) == ("bad-extends", "`extends` forms a circle")


def test_a_circle_through_a_link(tmp_path: Path) -> None:
    path = written(tmp_path, one="extends: two.yaml\n")
    (tmp_path / "two.yaml").symlink_to(path)
    (problem,) = errors(path)
    assert (problem.name, problem.message) == ("bad-extends", "`extends` forms a circle")


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("nowhere.yaml", "can't read `nowhere.yaml`: no such file or directory"),
        ("folder", "can't read `folder`: not a file"),
        ("pipe", "can't read `pipe`: not a regular file"),
        ("/dev/zero", "can't read `/dev/zero`: not a regular file"),
        ('"a\\0b"', r"can't read `a\x00b`: not a path"),
        ('"a\\e[31mb"', r"can't read `a\x1b[31mb`: no such file or directory"),
        ("a" * 5000, "file name too long"),
        ("https://example.com/net.yaml", "can't read `https://example.com/net.yaml`: no such file or directory"),
        ("large.yaml", "`large.yaml`: the file is larger than 1,048,576 bytes"),
        ("latin.yaml", "`latin.yaml`: byte 0xe4 on line 1 is not UTF-8 text"),
        ("[base.yaml]", "`extends` is a single word, found a list"),
        ("", "`extends` is a single word, found nothing"),
    ],
)
def test_a_base_that_cannot_be_read(tmp_path: Path, reference: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "large.yaml").write_bytes(b"#" * 1_048_577)
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe4\n")
    os.mkfifo(tmp_path / "pipe")
    path = written(tmp_path, own=f"name: own\nextends: {reference}\n")
    (problem,) = errors(path)
    assert problem.name == ("wrong-structure" if "found" in message else "bad-extends")
    assert message in problem.message
    assert problem.at is not None
    assert problem.at.span.line == 2


@pytest.mark.parametrize(
    ("base", "name", "line"),
    [
        ("input: [3, 8, 8]\nlayers: [rellu]\n", "unknown-kind", 2),
        ("input: [3, 8, 8\n", "yaml-syntax", 1),
        ('{"name": "base", "input": [3, 8, 8], "layers": [rellu]}', "unknown-kind", 1),
        ("input: [3, 8, 8]\n", "missing-key", 1),
    ],
)
def test_the_faults_of_a_base_are_reported_at_their_place(tmp_path: Path, base: str, name: str, line: int) -> None:
    path = written(tmp_path, base=base, own="extends: base.yaml\n")
    (problem,) = errors(path)
    assert (problem.name, problem.path) == (name, str(tmp_path / "base.yaml"))
    assert (problem.at.span.line if problem.at else 0) == line


SECRETS = [
    "",
    "# nothing\n",
    "SECRET\n",
    "- SECRET\n",
    "SECRET: 1\n",
    "a=SECRET\0b=1\0",
    "a=SECRET\0b=\ninput: 1\0",
    "inputs: SECRET",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_base_that_is_no_spec_is_refused_and_not_quoted(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, base=text, own="name: own\nextends: base.yaml\n")
    (problem,) = errors(path)
    assert (problem.name, problem.path, problem.at.span.line) == ("bad-extends", str(path), 2)
    assert problem.message.startswith("`base.yaml` is not a spec")
    assert "SECRET" not in str(problem) + full([problem])


def test_a_text_may_extend_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, base=BASE)
    monkeypatch.chdir(tmp_path)
    report = cnnshape.analyze(cnnshape.load("extends: base.yaml\noutputs: [half]\n"))
    assert report.outputs == {"half": (4, 3, 3)}


def test_a_fault_of_the_base_file_names_the_file_that_brings_it_about(tmp_path: Path) -> None:
    base = "input: [3, 8, 8]\nparams: {width: 4, twice: 2 * width}\nlayers:\n  - conv: {out: twice, kernel: 1}\n"
    (tmp_path / "base.yaml").write_text(base)
    own = tmp_path / "own.yaml"
    own.write_text("extends: base.yaml\nparams: {width: 0}\n")
    (problem,) = cnnshape.check(cnnshape.load(own))
    places = [(label.span.source.name, label.span.line, label.text) for label in problem.related]
    assert places == [
        (str(tmp_path / "base.yaml"), 2, "`twice` is given here"),
        (str(own), 2, "`width` is given here"),
        (str(own), 1, "extended here"),
    ]
