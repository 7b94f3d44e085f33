"""Plain English and plain names: words that a reader stumbles over are found in the package, the docs and the tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STIFF = re.compile(
    r"\b(?:told|mend(?:s|ed|ing)?|anew|lest|thereof|wherein|whence|stands? for|held against|looked at|but for"
    r"|in (?:the|its|their) stead|(?:is|was|are) said of|nothing is said|of which it is|it is said|that (?:is|are) so(?= into|[.,;:)]))\b"
    r"|, whatever\b".replace(" ", r"\s+"),
    re.IGNORECASE,
)
"""Old or roundabout words; each has a plain one: told is `reported`, mend is `fix`, `stands for` is `means`."""
EMPTY = {"doubt", "each", "found", "stuff", "thing", "told"}
"""Names that don't say what the value is."""
TEXTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", "*/**/*.py", "tests/**/*.yaml")
    for path in ROOT.glob(pattern)
    if path != Path(__file__) and not {".venv", "build", "dist"} & set(path.relative_to(ROOT).parts)
)
MODULES = [path for path in TEXTS if path.suffix == ".py"]


def stiff_words(text: str) -> list[str]:
    """The stiff words of a text, also across line breaks."""
    return [" ".join(match[0].split()) for match in STIFF.finditer(text)]


def empty_names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the name of each binding with an empty name."""
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in EMPTY:
            yield node.lineno, node.id
        elif isinstance(node, ast.arg) and node.arg in EMPTY:
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.lower() in EMPTY:
            yield node.lineno, node.name


def test_texts_are_plain() -> None:
    assert len(TEXTS) > 300
    words = {
        str(path.relative_to(ROOT)): stiff_words(path.read_text(encoding="utf-8", errors="replace")) for path in TEXTS
    }
    assert {name: stiff for name, stiff in words.items() if stiff} == {}


def test_names_say_what_they_are() -> None:
    names = {str(path.relative_to(ROOT)): list(empty_names(ast.parse(path.read_bytes()))) for path in MODULES}
    assert {name: bindings for name, bindings in names.items() if bindings} == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The fault is told where it is,\nand how to mend it.", ["told", "mend"]),
        ("The word stands\n    for a kind; figures that\nare so.", ["stands for", "that are so"]),
        ("All keys, but for the names, whatever they are.", ["but for", ", whatever"]),
        ("A recommended tool that stands alone; looked up at once; so many.", []),
    ],
)
def test_stiff_words_are_seen(text: str, words: list[str]) -> None:
    assert stiff_words(text) == words


def test_empty_names_are_seen() -> None:
    module = ast.parse("found = [each for each in ()]\ndef told(doubt): pass\ndef plain(problem): problems = [problem]")
    assert sorted(empty_names(module)) == [(1, "each"), (1, "found"), (2, "doubt"), (2, "told")]
