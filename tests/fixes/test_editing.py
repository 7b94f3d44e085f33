"""Edits worked out on texts: what is removed or added, in every layout, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.diagnostics import Fix, Give, Remove, Replace
from cnnshape.document import Mapping, Node, Scalar, Sequence, read_document
from cnnshape.document.editing import replacements, rewritten, without_overlaps
from cnnshape.source import SourceText, Span


def place_of(source: SourceText, word: str, number: int = 0) -> Span:
    """The place of the word's occurrence with that number."""
    offset = -1
    for _ in range(number + 1):
        offset = source.text.index(word, offset + 1)
    line, column = source.place(offset)
    return Span(source, line, column, line, column + len(word))


def edited(text: str, *edits) -> str | None:
    """The text with edits, each made by a function of the source."""
    source = SourceText("text", text)
    changes = replacements(Fix(tuple(edit(source) for edit in edits)))
    return None if changes is None else rewritten(source, changes)


def without(text: str, word: str, *, whole: bool = False) -> str | None:
    key = f"{word}:" if f"{word}:" in text else word
    return edited(text, lambda source: Remove(place_of(source, key), whole))


FLOW = [
    ("a: {x: 1, y: 2, z: 3}\n", "x", "a: {y: 2, z: 3}\n"),
    ("a: {x: 1, y: 2, z: 3}\n", "y", "a: {x: 1, z: 3}\n"),
    ("a: {x: 1, y: 2, z: 3}\n", "z", "a: {x: 1, y: 2}\n"),
    ("a: {x: 1}\n", "x", "a: {}\n"),
    ("a: {x: 1, y: 2}   # about a\n", "y", "a: {x: 1}   # about a\n"),
    ("a: {x: [1, 2], y: {q: 3}, z: 3}\n", "y", "a: {x: [1, 2], z: 3}\n"),
    ("a: {x: 1, y: 2,}\n", "y", "a: {x: 1,}\n"),
    ("a: { x: 1 , y: 2 }\n", "y", "a: { x: 1 }\n"),
    ("a: {x, y: 2}\n", "x", "a: {y: 2}\n"),
    ("a: {x: 1, y}\n", "y", "a: {x: 1}\n"),
    ("a: {'x': 1, \"y\": 2}\n", "'x'", 'a: {"y": 2}\n'),
    ("a:\n  - {x: 1, y: 2}\n", "x", "a:\n  - {y: 2}\n"),
    ("a: {x: 1,\n    y: 2,   # about y\n    z: 3}\n", "y", "a: {x: 1,\n    z: 3}\n"),
    ("a: {\n  x: 1,   # about x\n  y: 2\n}\n", "x", "a: {\n  y: 2\n}\n"),
    ("a: {\n  x: 1,   # about x\n  y: 2\n}\n", "y", "a: {\n  x: 1,   # about x\n}\n"),
    ("a: {x: 1,\n    # about y\n    y: 2, z: 3}\n", "y", "a: {x: 1,\n    # about y\n    z: 3}\n"),
    ("a: {x: 1, y: 2,\n    z: 3}\n", "z", "a: {x: 1, y: 2,\n    }\n"),
]


@pytest.mark.parametrize(("text", "word", "after"), FLOW, ids=[f"{text!r} {word}" for text, word, _ in FLOW])
def test_an_entry_in_braces_goes_with_its_comma(text: str, word: str, after: str) -> None:
    assert without(text, word) == after
    assert read_document(SourceText("text", after)).problems == []


BLOCK = [
    ("a:\n  x: 1\n  y: 2\n", "x", "a:\n  y: 2\n"),
    ("a:\n  x: 1\n  y: 2\n", "y", "a:\n  x: 1\n"),
    ("a:\n  x: 1\n  y: 2", "y", "a:\n  x: 1\n"),
    ("a:\n  x:\n    p: 1\n    q: [1,\n        2]\n  y: 2\n", "x", "a:\n  y: 2\n"),
    ("a:\n  x: 1   # about x\n  y: 2   # about y\n", "x", "a:\n  y: 2   # about y\n"),
    ("a:\n  x: |\n    some\n\n    text\n  y: 2\n", "x", "a:\n  y: 2\n"),
    ("a:\n  x:\n  y: 2\n", "x", "a:\n  y: 2\n"),
    # Comments above an entry go where they can't be about the next one too.
    ("a:\n  # about x\n  x: 1\n\n  y: 2\n", "x", "a:\n  y: 2\n"),
    ("a:\n  # about both\n  x: 1\n  y: 2\n", "x", "a:\n  # about both\n  y: 2\n"),
    ("a:\n  # about x\n  x: 1\n  # about y\n  y: 2\n", "x", "a:\n  # about y\n  y: 2\n"),
    ("a:\n  x: 1\n  # about y\n  y: 2\nb: 3\n", "y", "a:\n  x: 1\nb: 3\n"),
    ("# of the file\n\na: 1\nb: 2\n", "a", "# of the file\n\nb: 2\n"),
    # Comments inside the value go, those after it stay.
    ("a:\n  x:\n    p: 1\n    # inside\n  # about y\n  y: 2\n", "x", "a:\n  # about y\n  y: 2\n"),
    # Blank lines on both sides become one.
    ("a: 1\n\nb: 2\n\nc: 3\n", "b", "a: 1\n\nc: 3\n"),
    ("a: 1\nb: 2\n\nc: 3\n", "b", "a: 1\n\nc: 3\n"),
    ("a:\n\n  x: 1\n\n  y: 2\n", "x", "a:\n\n  y: 2\n"),
    ("a:\r\n  x: 1\r\n  y: 2\r\n", "x", "a:\r\n  y: 2\r\n"),
    ("a:\n  größe: 1\n  y: 2\n", "größe", "a:\n  y: 2\n"),
]


@pytest.mark.parametrize(("text", "word", "after"), BLOCK, ids=[f"{text!r} {word}" for text, word, _ in BLOCK])
def test_an_entry_by_indentation_goes_with_its_lines(text: str, word: str, after: str) -> None:
    assert without(text, word) == after
    assert read_document(SourceText("text", after)).problems == []


WHOLE = [
    ("a: {x: 1}\nb: 2\n", "x", "b: 2\n"),
    ("a:\n  x: 1\nb: 2\n", "x", "b: 2\n"),
    ("b: 2\na:\n  x: 1\n", "x", "b: 2\n"),
    ("a: {x: 1, y: 2}\nb: 2\n", "x", "a: {y: 2}\nb: 2\n"),
    ("a:\n  p:\n    x: 1\n  q: 3\nb: 2\n", "x", "a:\n  q: 3\nb: 2\n"),
    ("a: {p: {x: 1}, q: 3}\n", "x", "a: {q: 3}\n"),
    ("a:\n  - {x: 1}\n", "x", "a:\n  - {}\n"),
]


@pytest.mark.parametrize(("text", "word", "after"), WHOLE, ids=[f"{text!r} {word}" for text, word, _ in WHOLE])
def test_a_key_with_one_entry_can_go_with_it(text: str, word: str, after: str) -> None:
    assert without(text, word, whole=True) == after


NOWHERE = [("a:\n  - x: 1\n    y: 2\n", "x"), ("a: [x: 1]\n", "x"), ("a: [x, y]\n", "x"), ("a: 1  # x\n", "x")]


@pytest.mark.parametrize(("text", "word"), NOWHERE)
def test_what_shares_its_line_or_is_no_key_is_not_removed(text: str, word: str) -> None:
    assert without(text, word) is None


GIVEN = [
    ("- conv: {out: 3, kernel: 1}\n", "- conv: {out: 3, kernel: 1, bias: false}\n"),
    ("- conv: {out: 3, kernel: 1}   # stem\n", "- conv: {out: 3, kernel: 1, bias: false}   # stem\n"),
    ("- conv: {}\n", "- conv: {bias: false}\n"),
    ("- conv: {out: 3, kernel: 1,}\n", "- conv: {out: 3, kernel: 1, bias: false,}\n"),
    ("- conv: {out: 3,\n         kernel: [1, 3]}\n", "- conv: {out: 3,\n         kernel: [1, 3], bias: false}\n"),
    (
        "- conv:\n    out: 3\n    kernel: 1   # small\n",
        "- conv:\n    out: 3\n    kernel: 1   # small\n    bias: false\n",
    ),
    ("- conv:\n    out: 3\n    kernel: 1", "- conv:\n    out: 3\n    kernel: 1\n    bias: false"),
    ("- conv:\r\n    out: 3\r\n  name: a\r\n", "- conv:\r\n    out: 3\r\n    bias: false\r\n  name: a\r\n"),
    ("- conv: 3\n", "- conv: {out: 3, bias: false}\n"),
    ("- conv: width // 2   # half\n", "- conv: {out: width // 2, bias: false}   # half\n"),
    ("- conv: max(3, width)\n", '- conv: {out: "max(3, width)", bias: false}\n'),
    ("- conv: 'max(3, 4)'\n", "- conv: {out: 'max(3, 4)', bias: false}\n"),
    ("- conv: [3, 4]\n", "- conv: {out: [3, 4], bias: false}\n"),
    ("- {conv: 3, name: a}\n", "- {conv: {out: 3, bias: false}, name: a}\n"),
    ("- conv\n- relu\n", "- conv: {bias: false}\n- relu\n"),
    ("[conv, relu]\n", "[{conv: {bias: false}}, relu]\n"),
    ("do: [relu, conv]\n", "do: [relu, {conv: {bias: false}}]\n"),
]


@pytest.mark.parametrize(("text", "after"), GIVEN, ids=[text for text, _ in GIVEN])
def test_an_argument_is_given_in_the_layout_of_the_others(text: str, after: str) -> None:
    given_text = edited(text, lambda source: Give(place_of(source, "conv"), "bias", "false", "out"))
    assert given_text == after
    assert read_document(SourceText("text", after)).problems == []


@pytest.mark.parametrize("text", ["- conv:\n- relu\n", "- conv: >-\n    a\n    b\n"])
def test_an_argument_is_not_given_where_there_is_no_place(text: str) -> None:
    assert edited(text, lambda source: Give(place_of(source, "conv"), "bias", "false", "out")) is None


def test_a_bare_value_without_a_name_gets_no_argument_beside_it() -> None:
    assert edited("- conv: 3\n", lambda source: Give(place_of(source, "conv"), "bias", "false")) is None


def test_edits_of_a_fix_are_made_together() -> None:
    text = "- conv: {filters: 3, kernel_size: 1, inplace: true}\n"
    after = edited(
        text,
        lambda source: Replace(place_of(source, "kernel_size"), "kernel"),
        lambda source: Replace(place_of(source, "filters"), "out"),
        lambda source: Remove(place_of(source, "inplace")),
        lambda source: Replace(place_of(source, "conv"), "conv_transpose"),
    )
    assert after == "- conv_transpose: {out: 3, kernel: 1}\n"


def test_edits_that_overlap_are_no_fix() -> None:
    text = "a: {x: 1, y: 2}\n"
    inner = edited(text, lambda at: Replace(place_of(at, "x: 1"), "z: 1"), lambda at: Replace(place_of(at, "x"), "w"))
    twice = edited(text, lambda at: Replace(place_of(at, "x"), "z"), lambda at: Replace(place_of(at, "x"), "w"))
    assert (inner, twice) == (None, None)


def test_groups_that_overlap_are_left_for_later() -> None:
    source = SourceText("text", "abcdef\n")
    first, second, third = ([Replace(place_of(source, part), "-")] for part in ("abc", "bcd", "ef"))
    assert without_overlaps([first, second, third]) == [True, False, True]
    assert without_overlaps([second, first, third]) == [True, False, True]
    assert without_overlaps([first, first, [*third, *second]]) == [True, True, False]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_places_are_found_after_every_kind_of_line_break(line_break: str) -> None:
    text = line_break.join(["one", "", "two three", "four"])
    source = SourceText("text", text)
    changes = [Replace(place_of(source, "three"), "3"), Replace(place_of(source, "one"), "")]
    assert rewritten(source, changes) == text.replace("three", "3").replace("one", "")


def test_equal_replacements_are_made_once() -> None:
    source = SourceText("text", "one two\n")
    change = Replace(place_of(source, "one"), "three")
    assert rewritten(source, [change, change]) == "three two\n"


# Any tree: removing an entry gives the tree without it.

WORDS = st.sampled_from(["a", "b", "cc", "d-d", "e_1"])
TREES = st.recursive(
    st.sampled_from(["1", "two", "3.5", "x * y"]),
    lambda inner: st.dictionaries(WORDS, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
    max_leaves=6,
)
FILES = st.dictionaries(WORDS, TREES, min_size=2, max_size=4)


def block(value, indent: int, draw) -> str:
    """A tree as YAML, each part by indentation or in brackets as it is drawn."""
    if isinstance(value, str):
        return f" {value}\n"
    if draw(st.booleans()) and indent:
        return f" {flow(value)}{draw(st.sampled_from(['', '   # aside']))}\n"
    lead = "\n" + draw(st.sampled_from(["", f"{' ' * indent}# above\n"]))
    if isinstance(value, dict):
        return lead + "".join(f"{' ' * indent}{key}:{block(item, indent + 2, draw)}" for key, item in value.items())
    return lead + "".join(f"{' ' * indent}- {flow(item)}\n" for item in value)


def flow(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    return value if isinstance(value, str) else "[" + ", ".join(map(flow, value)) + "]"


def plain(node: Node):
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    return node.text if isinstance(node, Scalar) else [plain(item) for item in node.items]


def entries_of(node: Node):
    """The keys of a tree that can be removed, each with the way to it."""
    if isinstance(node, Mapping):
        for key, value in node.entries:
            if len(node.entries) > 1:
                yield key, (key.text,)
            yield from ((inner, (key.text, *way)) for inner, way in entries_of(value))
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            yield from ((inner, (number, *way)) for inner, way in entries_of(item))


@given(FILES, st.data())
def test_removing_an_entry_gives_the_tree_without_it(tree: dict, data: st.DataObject) -> None:
    text = block(tree, 0, data.draw).lstrip("\n")
    source = SourceText("text", text)
    root = read_document(source).root
    assert root is not None and plain(root) == tree
    key, way = data.draw(st.sampled_from(list(entries_of(root))))
    changes = replacements(Fix((Remove(key.span),)))
    assert changes is not None
    after = read_document(SourceText("text", rewritten(source, changes)))
    assert after.problems == []
    holder = tree
    for step in way[:-1]:
        holder = holder[step]
    del holder[way[-1]]
    assert after.root is not None and plain(after.root) == tree
    assert source.text.count("# above") - rewritten(source, changes).count("# above") <= str(tree).count("{") + 9


@given(FILES, st.data())
def test_giving_an_argument_adds_it_and_nothing_else(tree: dict, data: st.DataObject) -> None:
    text = block(tree, 0, data.draw).lstrip("\n")
    source = SourceText("text", text)
    root = read_document(source).root
    assert isinstance(root, Mapping)
    entry = data.draw(st.sampled_from(root.entries))
    changes = replacements(Fix((Give(entry.key.span, "added", "new", "main"),)))
    if changes is None:
        assert isinstance(entry.value, Sequence)
        return
    value = tree[entry.key.text]
    expected = {**value, "added": "new"} if isinstance(value, dict) else {"main": value, "added": "new"}
    after = read_document(SourceText("text", rewritten(source, changes))).root
    assert after is not None and plain(after) == {**tree, entry.key.text: expected}
