"""The index of names: where each is declared, what reads it, and which name a place in the file means."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.program import Declaration, NameIndex, resolve
from cnnshape.source import shipped_folder

TEXT = """\
input: {image: [3, size, size], rois: {boxes: count}}
params: {size: 32, count: 2, width: 8, double: 2 * width}
variants:
  wide: {width: 2 * size}
blocks:
  Unit:
    params: {width: required, stride: 1, inner: width // 2}
    do:
      - conv: {out: inner, kernel: 1, stride: stride, act: relu}
        name: narrow
      - {conv: {out: width, kernel: 1}, from: narrow}
  Unused:
    do:
      - relu
layers:
  - {relu: , name: stem, from: image}
  - for: {width: [8, double], n: [1, 2]}
    name: stage
    do:
      - Unit: {width: width}
        repeat: n
        when: i < 2
  - add: [stage.1, prev]
  - {conv: {out: width, kernel: 1}, name: last_conv}
  - {conv: {out: width, kernel: 1}, share: last_conv, when: in_channels == width}
outputs: [last_conv]
"""


def index_of(text: str) -> NameIndex:
    spec = cnnshape.load(text).spec
    assert spec is not None
    return resolve(spec).index


INDEX = index_of(TEXT)
SOURCE = INDEX.declarations[0].name.span.source


def declared(name: str, line: int) -> Declaration:
    (declaration,) = [known for known in INDEX.declarations if known.name.text == name and known.name.span.line == line]
    return declaration


@pytest.mark.parametrize(
    ("name", "line", "sort", "owner", "uses"),
    [
        ("size", 2, "param", "", [(1, 20), (1, 26), (4, 21)]),
        ("count", 2, "param", "", [(1, 47)]),
        ("width", 2, "param", "", [(2, 52), (24, 18), (25, 18), (25, 76)]),
        ("double", 2, "param", "", [(17, 22)]),
        ("Unit", 6, "block", "", [(20, 9)]),
        ("Unused", 12, "block", "", []),
        ("width", 7, "param", "Unit", [(7, 49), (11, 22)]),
        ("stride", 7, "param", "Unit", [(9, 47)]),
        ("inner", 7, "param", "Unit", [(9, 21)]),
        ("narrow", 10, "step", "Unit", [(11, 47)]),
        ("image", 1, "input", "", [(16, 32)]),
        ("rois", 1, "input", "", []),
        ("stem", 16, "step", "", []),
        ("width", 17, "variable", "", [(20, 23)]),
        ("n", 17, "variable", "", [(21, 17)]),
        ("stage", 18, "step", "", [(23, 11)]),
        ("last_conv", 24, "step", "", [(25, 44), (26, 11)]),
    ],
)
def test_a_name_is_declared_once_and_read_where_it_is_meant(
    name: str, line: int, sort: str, owner: str, uses: list[tuple[int, int]]
) -> None:
    """A loop's variable hides the param of its name, a block sees only its own params."""
    declaration = declared(name, line)
    assert (declaration.sort, declaration.owner) == (sort, owner)
    assert sorted((span.line, span.column) for span in declaration.uses()) == uses


def test_all_declarations_are_there() -> None:
    assert len(INDEX.declarations) == 17


def test_every_use_holds_the_name() -> None:
    for declaration in INDEX.declarations:
        assert all(span.text.startswith(declaration.name.text) for span in declaration.uses())


@pytest.mark.parametrize("path", sorted(shipped_folder().glob("*.yaml"))[::7], ids=lambda path: path.stem)
def test_a_place_is_found_again_by_its_declaration(path) -> None:
    spec = cnnshape.load(path).spec
    assert spec is not None
    index = resolve(spec).index
    for declaration in index.declarations:
        for span in (declaration.name.span, *declaration.uses()):
            if span.source is spec.source:
                assert index.at(spec.source, span.line, span.column) is declaration


@pytest.mark.parametrize(
    ("line", "column", "name", "at"),
    [
        (17, 13, "width", 17),
        (20, 25, "width", 17),
        (20, 10, "Unit", 6),
        (23, 13, "stage", 18),
        (23, 15, "stage", 18),
        (2, 42, "double", 2),
        (7, 50, "width", 7),
        (26, 12, "last_conv", 24),
    ],
)
def test_a_place_means_a_declaration(line: int, column: int, name: str, at: int) -> None:
    assert INDEX.at(SOURCE, line, column) is declared(name, at)


@pytest.mark.parametrize(("line", "column"), [(1, 1), (8, 5), (99, 1), (20, 1), (13, 6)])
def test_other_places_mean_nothing(line: int, column: int) -> None:
    assert INDEX.at(SOURCE, line, column) is None


def test_blocks_are_used_by_blocks_and_layers() -> None:
    text = "input: [3]\nblocks:\n  A: {do: [B]}\n  B: {do: [relu]}\n  C: {do: [A, A]}\nlayers:\n  - A\n"
    uses = {user: sorted(used) for user, used in index_of(text).block_uses.items()}
    assert uses == {"A": ["B"], "C": ["A"], "": ["A"]}


def test_the_default_of_a_param_is_no_use_of_itself() -> None:
    (declaration,) = index_of("input: [3]\nparams: {a: a}\nlayers: [relu]\n").declarations[:1]
    assert declaration.readers == []
