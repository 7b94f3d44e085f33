"""Comments: where they are, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cnnshape.document import read_document
from cnnshape.source import SourceText

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("tests/specs/ok/*.yaml"), *ROOT.glob("architectures/*.yaml")])


def comments(text: str) -> list[tuple[int, int, str]]:
    return [(span.line, span.column, span.text) for span in read_document(SourceText("spec.yaml", text)).comments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a\nb: 1\n", [(1, 1, "# a")]),
        ("a: 1 # b # c\n", [(1, 6, "# b # c")]),
        ("a: [1, # b\n  2] # c\n# d", [(1, 8, "# b"), (2, 6, "# c"), (3, 1, "# d")]),
        ("a: # b\n  - 1 # c\n  # d\n  - 2", [(1, 4, "# b"), (2, 7, "# c"), (3, 3, "# d")]),
        ("a: b#c\nd: 'e # f'\ng: \"h # i\" # j\n", [(3, 12, "# j")]),
        ("a: | # b\n  # no comment\n# c\nd: 1\n", [(1, 6, "# b"), (3, 1, "# c")]),
        ("a: >-\n  x # no comment\n\n  # neither\n# c\n", [(5, 1, "# c")]),
        ("a: 'b\n  # no comment\n  c' # d\n", [(3, 6, "# d")]),
        ("%YAML 1.2\n# a\n--- # b\nc: 1\n", [(2, 1, "# a"), (3, 5, "# b")]),
        ("# a\r\nb: 1\r\n# c\r\n", [(1, 1, "# a"), (3, 1, "# c")]),
        ("a: {b: 1}# c\n", [(1, 10, "# c")]),
        ("? a # b\n: 1 # c\n", [(1, 5, "# b"), (2, 5, "# c")]),
        # of broken texts, each comment once
        ("a: [1, # b\nc: 1 # d\n", [(1, 8, "# b"), (2, 6, "# d")]),
        ("a: 1\nb # c\nd: 1 # e\n", [(2, 3, "# c"), (3, 6, "# e")]),
    ],
)
def test_where_comments_are(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert comments(text) == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_text_without_its_comments_reads_alike(path: Path) -> None:
    """Each comment is found, and nothing else: without them the same is read, and no comment is left."""
    text = path.read_text()
    lines = text.split("\n")
    for line, column, _ in reversed(comments(text)):
        lines[line - 1] = lines[line - 1][: column - 1]
    stripped = "\n".join(lines)
    assert comments(stripped) == []
    assert yaml.safe_load(stripped) == yaml.safe_load(text)
