"""Every word of every shipped file: a place that holds a declared name is bound to it, and no other place is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import cnnshape
from cnnshape.program import Declaration, NameIndex, Program, resolve
from cnnshape.source import shipped_folder

FILES = sorted(shipped_folder().glob("*.yaml"))
OWN = [path for path in FILES if "\nextends:" not in path.read_text("utf-8")]
"""Files that extend no other one."""
WORD = re.compile(r"[A-Za-z_][\w]*")
SORTS = {"param", "variable", "step", "input", "block"}


@cache
def resolved(path: Path) -> Program:
    spec = cnnshape.load(path).spec
    assert spec is not None
    return resolve(spec)


def words(path: Path) -> Iterator[tuple[int, int, str, str]]:
    """Line, column, word and what follows it, of all words in `layers` and `blocks` that are no comment."""
    section = ""
    for number, line in enumerate(path.read_text("utf-8").split("\n"), 1):
        code = line.partition("#")[0]
        section = code.partition(":")[0] if re.match(r"\w", code) else section
        if section not in ("layers", "blocks"):
            continue
        for match in WORD.finditer(code):
            yield number, match.start() + 1, match.group(), code[match.end() :]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bound_place_holds_the_name_that_is_declared(path: Path) -> None:
    program = resolved(path)
    for declaration in program.index.declarations:
        assert declaration.sort in SORTS
        assert declaration.name.span.text.strip("\"'") == declaration.name.text
        for span in declaration.uses():
            assert span.text.startswith(declaration.name.text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_place_is_bound_to_one_declaration(path: Path) -> None:
    index = resolved(path).index
    places = [span for declaration in index.declarations for span in (declaration.name.span, *declaration.uses())]
    starts = [(span.source.name, span.line, span.column) for span in places]
    assert len(set(starts)) == len(starts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_word_is_found_where_it_is_written(path: Path) -> None:
    program = resolved(path)
    index, source = program.index, program.spec.source
    names = {declaration.name.text for declaration in index.declarations}
    for line, column, word, after in words(path):
        declaration = index.at(source, line, column)
        if declaration is not None:
            assert declaration.name.text == word or word in re.split(r"[.\-]", declaration.name.text), (line, word)
        elif not re.match(r"\s*:", after):
            assert word not in names or is_no_use(index, word), (line, column, word)


def is_no_use(index: NameIndex, word: str) -> bool:
    """Whether a word may be written without being the name: a value of an argument, such as `max` or `same`."""
    return word in {"identity", "relu", "none", "prev", "input"} or all(
        declaration.sort == "step" for declaration in index.declarations if declaration.name.text == word
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_blocks_know_their_users(path: Path) -> None:
    index = resolved(path).index
    for user, used in index.block_uses.items():
        assert user == "" or user in index.blocks
        assert set(used) <= set(index.blocks)
        assert all(word.text == name for name, word in used.items())
    for name, block in index.blocks.items():
        readers = sum(name in used for used in index.block_uses.values())
        assert (readers > 0) == (list(block.uses()) != [])


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_name_that_is_renamed_in_all_its_places_changes_nothing(path: Path) -> None:
    """What an editor does with a loop's variable, or with a param of the file that no variant sets."""
    program = resolved(path)
    source, text = program.spec.source, path.read_text("utf-8")
    lines = text.split("\n")
    renamed = [declaration for declaration in program.index.declarations if is_renamed(declaration, program)]
    spans = [span for declaration in renamed for span in (declaration.name.span, *declaration.uses())]
    for span in sorted(spans, key=lambda span: (span.line, span.column), reverse=True):
        assert span.source is source
        line = lines[span.line - 1]
        lines[span.line - 1] = f"{line[: span.column - 1]}x_{line[span.column - 1 :]}"
    before, after = (cnnshape.analyze(cnnshape.load(version)) for version in (text, "\n".join(lines)))
    assert [(row.kind, row.output, row.line) for row in after.rows] == [
        (row.kind, row.output, row.line) for row in before.rows
    ]
    assert after.totals == before.totals


def is_renamed(declaration: Declaration, program: Program) -> bool:
    is_param = declaration.sort == "param" and declaration.owner == "" and not program.spec.variants
    return declaration.sort == "variable" or is_param
