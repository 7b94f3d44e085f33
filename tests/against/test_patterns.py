"""A pattern or a folder means the same files in a revision as on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, chdir
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.cli.files import find_files
from cnnshape.cli.versions import Trees, find_versions
from tests.against import Repository, net

FILES = [
    "a.yaml", "b.cnn.yaml", "[x].yaml", ".hidden.yaml", "a/a.yaml", "a/b.yml", "a/b/c.yaml", "a/b/c/d.yaml", "b/a.yaml",
    ".github/a.yaml", "a/.git-like/a.yaml", "a/node_modules/b.yaml", "b/__pycache__/a.yaml", "b/ä b.yaml", "ab/ab.yaml",
]  # fmt: skip
OTHERS = ["notes.txt", "a/values.yaml", "b/README.md"]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """A repository with these files, where the current folder is."""
    made = Repository(tmp_path_factory.mktemp("tree"))
    made.commit(**dict.fromkeys(FILES, net()), **dict.fromkeys(OTHERS, "a: 1\n"))
    with chdir(made.folder):
        yield made


def on_disk(text: str) -> list[str]:
    """The designs that `check` would take, of those that are designs by themselves."""
    return [name for name in find_files([text]).files if Path(name).name not in {Path(other).name for other in OTHERS}]


def in_the_revision(text: str) -> list[str]:
    """The designs of a text in a revision, while none of its files is on disk."""
    with ExitStack() as stack:
        return sorted(versions.name for versions in find_versions([text], Trees("HEAD", stack)))


PARTS = st.sampled_from(
    ["a", "b", "*", "**", "?", "[ab]", "a*", "*.yaml", "*.y*ml", ".*", "[!a]*", "[[]x].yaml", "*b*"]
)


@given(st.lists(PARTS, min_size=1, max_size=4).map("/".join), st.sampled_from(["", "./"]))
def test_a_pattern_matches_the_same_files(tree: Repository, pattern: str, start: str) -> None:
    text = start + pattern
    expected = on_disk(text)
    if not expected or not set("*?[") & set(pattern):
        return
    aside = tree.folder.parent / f"{tree.folder.name}-aside"
    # Folders stay, as a pattern may name one; git keeps none that is empty.
    try:
        for name in (*FILES, *OTHERS):
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            (tree.folder / name).rename(aside / name)
        gone = in_the_revision(text)
    finally:
        for name in (*FILES, *OTHERS):
            (aside / name).rename(tree.folder / name)
    assert gone == sorted(expected)


@pytest.mark.parametrize("folder", [".", "a", "a/", "./a", "b", "a/b", "../{}/a", "a/../b"])
def test_a_folder_has_the_same_files(tree: Repository, folder: str) -> None:
    text = folder.format(tree.folder.name)
    expected = sorted(on_disk(text))
    assert expected
    assert in_the_revision(text) == expected
    for name in FILES:
        (tree.folder / name).rename(tree.folder / f"{name}.aside")
    try:
        assert in_the_revision(text) == expected
    finally:
        for name in FILES:
            (tree.folder / f"{name}.aside").rename(tree.folder / name)
