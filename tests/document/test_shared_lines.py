"""Spans on one line share the number of the line, as a large text has several spans on each of its lines."""

from cnnshape.document import Mapping, Scalar, Sequence, read_document
from cnnshape.source import SourceText, Span

FAR = 1000
"""Python keeps the small numbers once in any case."""


def spans(node: Scalar | Sequence | Mapping) -> list[Span]:
    if isinstance(node, Scalar):
        return [node.span]
    if isinstance(node, Sequence):
        return [span for item in node.items for span in spans(item)]
    return [span for key, value in node.entries for span in (key.span, *spans(value))]


def test_words_and_values_of_a_line_share_its_number() -> None:
    text = "\n" * FAR + "a: {b: 1, c: [x, y], d: 'z'}\n"
    places = spans(read_document(SourceText("text", text)).root)
    assert {(span.line, span.end_line) for span in places} == {(FAR + 1, FAR + 1)}
    assert len({id(number) for span in places for number in (span.line, span.end_line)}) == 1


def test_a_value_over_several_lines_has_both_numbers() -> None:
    text = "\n" * FAR + "a: one\n  two\nb:\n  ? c\n  : d\n"
    root = read_document(SourceText("text", text)).root
    assert [(span.line, span.end_line) for span in spans(root)] == [
        (FAR + 1, FAR + 1), (FAR + 1, FAR + 2), (FAR + 3, FAR + 3), (FAR + 4, FAR + 4), (FAR + 5, FAR + 5),
    ]  # fmt: skip
