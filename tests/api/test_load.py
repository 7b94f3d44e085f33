"""`load` reads a path, the name of a shipped architecture, or a text."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnshape
from cnnshape.source import shipped_names, shipped_path

TINY = "cnnshape: 1\nname: tiny\ninput: [3, 8, 8]\nlayers: [relu]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_name_is_its_file(name: str) -> None:
    path = shipped_path(name)
    design = cnnshape.load(name)
    assert path is not None and design.source.path == path
    assert design.source.name == str(path)
    assert design.source.text == path.read_text(encoding="utf-8")
    assert design.diagnostics == []


def test_the_ending_may_be_there() -> None:
    assert cnnshape.load("resnet50.yaml").name == cnnshape.load("resnet50").name == "ResNet-50"


@pytest.mark.parametrize("name", ["resnet50", "resnet50.yaml"])
def test_a_file_of_that_name_comes_first(name: str) -> None:
    Path(name).write_text(TINY)
    design = cnnshape.load(name)
    assert (design.name, design.source.name) == ("tiny", name)


def test_a_text_stays_a_text() -> None:
    assert cnnshape.load(TINY).source.name == "<text>"
    assert cnnshape.load(TINY, name="mine").source.name == "mine"
    assert cnnshape.load("resnet50\n").name == "network"


def test_a_name_can_be_given_to_a_file_too() -> None:
    assert cnnshape.load("resnet50", name="mine").source.name == "mine"


def test_a_path_object_is_a_file() -> None:
    """A shipped architecture is named by a text alone."""
    with pytest.raises(FileNotFoundError):
        cnnshape.load(Path("resnet50"))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("resnet5", "no architecture of that name is shipped; did you mean resnet50?"),
        ("zzzzzzzzzzzz", "no such file, and no architecture of that name is shipped: 'zz"),
        ("folder/resnet50", "no such file: 'folder/resnet50'"),
    ],
)
def test_a_file_that_is_missing(spec: str, words: str) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        cnnshape.load(spec)
    assert words in str(missing.value)
    assert missing.value.filename == spec


def test_a_folder_and_an_impossible_name_are_refused() -> None:
    Path("folder").mkdir()
    with pytest.raises(IsADirectoryError):
        cnnshape.load("folder")
    with pytest.raises(ValueError):
        cnnshape.load("a\0b")


@pytest.mark.parametrize(
    ("given", "words"),
    [("3xwide", "got '3xwide'"), ((3, 0, 8), "got (3, 0, 8)"), ("1x2x3x4x5", "got '1x2x3x4x5'"), ((3, "8"), "got")],
)
def test_an_input_that_is_no_shape(given: object, words: str) -> None:
    with pytest.raises(cnnshape.DesignError) as refused:
        cnnshape.analyze(TINY, input=given)
    assert words in refused.value.diagnostics[0].message
