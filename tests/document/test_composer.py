"""The reader of YAML against PyYAML's two, in C and in Python: the same structure, the same places.

PyYAML is an oracle here and nothing else: the package reads texts without it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.document import Mapping, Node, Scalar, Sequence, read_document
from cnnshape.source import SourceText

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [*ROOT.glob("tests/specs/ok/**/*.yaml"), *ROOT.glob("tests/specs/bad/*.yaml"), *ROOT.glob("architectures/*.yaml")]
)

Place = tuple[int, int]


SEPARATORS = re.compile("[\u2028\u2029]")
LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])]


def composed(text: str, loader: type = yaml.SafeLoader) -> yaml.Node | None:
    """PyYAML's node of a text; None if it is no YAML, or several documents."""
    try:
        return yaml.compose(text, Loader=loader)
    except yaml.YAMLError:
        return None


def theirs(node: yaml.Node) -> object:
    """A node of PyYAML as nested tuples with start marks."""
    start = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        return start, [(theirs(key), theirs(value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return start, [theirs(item) for item in node.value]
    return start if node.value else None, node.value, not node.style


def ours(node: Node) -> object:
    """One of our nodes in the same form. The place of an empty value is left out: libyaml puts it after the next spaces."""
    start = (node.span.line, node.span.column)
    if isinstance(node, Mapping):
        return start, [(ours(entry.key), ours(entry.value)) for entry in node.entries]
    if isinstance(node, Sequence):
        return start, [ours(item) for item in node.items]
    return start if node.text else None, node.text, node.plain


def children_of(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [part for entry in node.entries for part in (entry.key, entry.value)]
    return node.items if isinstance(node, Sequence) else []


def walk(node: Node) -> list[Node]:
    return [node, *(inner for child in children_of(node) for inner in walk(child))]


def starts(node: Node) -> Place:
    return node.span.line, node.span.column


def ends(node: Node) -> Place:
    return node.span.end_line, node.span.end_column


def check_places(source: SourceText, node: Node) -> None:
    """Every node lies inside its parent, after the nodes before it, and the place of a plain word has its text."""
    if isinstance(node, Scalar) and node.plain and node.span.line == node.span.end_line:
        assert node.span.text == node.text
    assert starts(node) <= ends(node)
    assert ends(node) <= (source.line_count + 1, 1)
    children = [child for child in children_of(node) if not isinstance(child, Scalar) or child.text]
    for child in children:
        assert starts(node) <= starts(child) and ends(child) <= ends(node)
        check_places(source, child)
    for elder, younger in pairwise(children):
        assert ends(elder) <= starts(younger)


def compare(text: str) -> None:
    """What is read is what PyYAML reads; anchors, tags and the like are refused, and not compared.

    PyYAML keeps a line separator inside a value; to this reader all line breaks are alike.
    """
    source = SourceText("spec.yaml", text)
    document = read_document(source)
    if document.root is not None and not document.problems:
        expected = [node for loader in LOADERS if (node := composed(SEPARATORS.sub("\n", text), loader))]
        assert expected
        assert [ours(document.root)] * len(expected) == [theirs(node) for node in expected]
        check_places(source, document.root)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_spec_reads_as_in_pyyaml(path: Path) -> None:
    compare(path.read_text())


def test_the_specs_of_these_tests_are_read() -> None:
    assert all(
        read_document(SourceText(path.name, path.read_text())).complete for path in FILES if path.parent.name != "bad"
    )


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=12)
VALUES = st.recursive(
    st.one_of(
        WORDS,
        st.integers(),
        st.booleans(),
        st.none(),
        st.sampled_from(["1:30", "010", "~", "no", "a: b", "- a", "x #y"]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


class PlainDumper(yaml.SafeDumper):
    def ignore_aliases(self, _data: object) -> bool:
        return True


@given(
    value=VALUES,
    flow=st.sampled_from([None, True, False]),
    style=st.sampled_from([None, None, "'", '"', "|", ">"]),
    indent=st.integers(1, 5),
    width=st.sampled_from([10, 40, 200]),
    breaks=st.sampled_from(["\n", "\r\n", "\r"]),
    unicode=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_what_pyyaml_writes_reads_as_in_pyyaml(
    value: object, flow: bool | None, style: str | None, indent: int, width: int, breaks: str, unicode: bool
) -> None:
    text = yaml.dump(
        value, Dumper=PlainDumper, default_flow_style=flow, default_style=style, indent=indent, width=width,
        line_break=breaks, allow_unicode=unicode,
    )  # fmt: skip
    compare(text)


FRAGMENTS = st.lists(
    st.sampled_from(
        ["- ", "-\n", ": ", ":\n", "? ", "[", "]", "{", "}", ", ", "a", "b c", "é", "😀", "'q'", '"d\\n"', "'", '"', "|\n", ">-\n",
         "\n", "\n  ", "\n    ", "  ", " # c\n", "#", "~", "null", "1", "*", "&x ", "!t ", "%", "@", "---\n", "...\n", "\t",
         "\r\n", "\x85", "\u2028", "input", "layers"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(FRAGMENTS)
@settings(max_examples=800, deadline=None)
def test_pieces_of_yaml_read_as_in_pyyaml(text: str) -> None:
    if composed(text) is not None:
        compare(text)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: 1\nb:\n  - x\n  - [y, z]\nc: {d: 'e f'}\n", {
            "a": (1, 1, 1, 2), "1": (1, 4, 1, 5), "b": (2, 1, 2, 2), "x": (3, 5, 3, 6), "y": (4, 6, 4, 7), "z": (4, 9, 4, 10),
            "c": (5, 1, 5, 2), "d": (5, 5, 5, 6), "e f": (5, 8, 5, 13),
        }),
        ("é: 😀😀\n\"q\": ' s '\n", {"é": (1, 1, 1, 2), "😀😀": (1, 4, 1, 6), "q": (2, 1, 2, 4), " s ": (2, 6, 2, 11)}),
        ("a: >\n  folded\n  text\nb: 2\n", {"a": (1, 1, 1, 2), "b": (4, 1, 4, 2), "2": (4, 4, 4, 5)}),
        ("\ufeffa: 1\n", {"a": (1, 1, 1, 2)}),
    ],
)  # fmt: skip
def test_where_scalars_stand(text: str, places: dict[str, tuple[int, ...]]) -> None:
    document = read_document(SourceText("spec.yaml", text.removeprefix("\ufeff")))
    root = document.root
    assert root is not None and document.complete and not document.problems
    own_places = {node.text: tuple(node.span[1:]) for node in walk(root) if isinstance(node, Scalar)}
    assert {word: own_places[word] for word in places} == places


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("a:\n  - b\n  - c\n\n\nd: 1\n", Sequence, (2, 3, 3, 6)),
        ("a:\n  b: 1\n  c: {d: 2}  # comment\n\nd: 1\n", Mapping, (2, 3, 3, 12)),
        ("a: [1,\n  2]\nb: 1\n", Sequence, (1, 4, 2, 5)),
        ("a: {}\n", Mapping, (1, 4, 1, 6)),
        ("a:\n- b\n- c\nd: 1\n", Sequence, (2, 1, 3, 4)),
        ("a:\n  - b\n  -\nd: 1\n", Sequence, (2, 3, 3, 4)),
    ],
)
def test_where_a_collection_stands(text: str, kind: type, place: tuple[int, ...]) -> None:
    root = read_document(SourceText("spec.yaml", text)).root
    assert isinstance(root, Mapping)
    value = root.entries[0].value
    assert isinstance(value, kind)
    assert tuple(value.span[1:]) == place


@pytest.mark.parametrize("text", ["a: 1\rb: 2\rc: 3", "a: 1\x85b: 2\u2028c: 3", "a: 1\r\nb: 2\u2029c: 3"])
def test_lines_are_counted_as_yaml_counts_them(text: str) -> None:
    source = SourceText("spec.yaml", text)
    root = read_document(source).root
    assert isinstance(root, Mapping)
    assert [entry.key.span.line for entry in root.entries] == [1, 2, 3]
    assert [source.line(entry.key.span.line) for entry in root.entries] == ["a: 1", "b: 2", "c: 3"]


def test_a_key_that_is_defined_twice_keeps_its_first_value() -> None:
    document = read_document(SourceText("spec.yaml", "a: 1\nb: 2\na: 3\n"))
    root, problems = document.root, document.problems
    assert isinstance(root, Mapping)
    assert [(entry.key.text, ours(entry.value)) for entry in root.entries] == [
        ("a", ((1, 4), "1", True)),
        ("b", ((2, 4), "2", True)),
    ]
    assert [(problem.name, problem.at.span.line) for problem in problems if problem.at] == [("duplicate-key", 3)]


@pytest.mark.parametrize(
    ("text", "empty"),
    [("a:", True), ("a: ~", True), ("a: null", True), ("a: ''", False), ("a: 'null'", False), ("a: Null", False)],
)
def test_what_is_empty(text: str, empty: bool) -> None:
    root = read_document(SourceText("spec.yaml", text)).root
    assert isinstance(root, Mapping) and isinstance(root.entries[0].value, Scalar)
    assert root.entries[0].value.empty is empty
