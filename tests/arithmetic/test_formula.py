"""Formulas: the number is what the arithmetic says, and both follow the words."""

from __future__ import annotations

import re
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.arithmetic import ZERO, Constant, Factor, Figure, Formula, Product, Sum, Unknown, When, counted_as
from cnnshape.arithmetic.tracing import Trace

Subject = dict[str, Any]

WIDTH = Factor("width", lambda subject: subject["width"])
HEIGHT = Factor("height", lambda subject: subject["height"])
NOTHING = Factor("nothing", lambda subject: ())
VALUES = Factor("values", lambda subject: (*subject["width"], *subject["height"]), unit="value")
AREA = WIDTH * HEIGHT
BORDER = When("`border`", lambda subject: subject["border"], VALUES)

sizes = st.lists(st.integers(1, 2000), min_size=1, max_size=3).map(tuple)
subjects = st.fixed_dictionaries({"width": sizes, "height": sizes, "border": st.booleans()})
leaves = st.sampled_from([WIDTH, HEIGHT, VALUES, NOTHING, BORDER]) | st.integers(0, 9).map(Constant)
formulas = st.recursive(
    leaves,
    lambda parts: (
        st.lists(parts, min_size=1, max_size=3).map(lambda chosen: Product(*chosen))
        | st.lists(parts, min_size=1, max_size=3).map(lambda chosen: Sum(*chosen))
        | st.tuples(parts, parts).map(lambda pair: Sum(pair[0], less=(pair[1],)))
        | st.tuples(parts, parts).map(lambda pair: When("`border`", lambda subject: subject["border"], *pair))
    ),
    max_leaves=6,
)


def value_of(text: str) -> int:
    """The value of printed arithmetic; only the commas of thousands differ from Python."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return int(eval(plain, {"__builtins__": {}}))


@given(formulas, subjects)
def test_the_text_evaluates_to_the_value(formula: Formula, subject: Subject) -> None:
    assert value_of(formula.text(subject)) == formula.value(subject)


@given(formulas, subjects)
def test_the_numbers_multiply_to_the_value(formula: Formula, subject: Subject) -> None:
    assert prod(formula.numbers(subject)) == formula.value(subject)


@given(formulas, subjects, st.lists(st.integers(2, 9), min_size=1, max_size=2))
def test_repeats_multiply_every_term(formula: Formula, subject: Subject, repeats: list[int]) -> None:
    assert value_of(formula.text(subject, tuple(repeats))) == formula.value(subject) * prod(repeats)


@given(formulas, subjects)
def test_the_terms_sum_to_the_value(formula: Formula, subject: Subject) -> None:
    assert sum(term.value(subject) for term in formula.terms(subject)) == formula.value(subject)


@given(formulas, subjects)
def test_a_settled_formula_counts_the_same(formula: Formula, subject: Subject) -> None:
    assert formula.settled(subject).value(subject) == formula.value(subject)


@given(formulas, subjects)
def test_recorded_numbers_go_through(formula: Formula, subject: Subject) -> None:
    trace = Trace()
    recorded = {
        axis: tuple(trace.parameter(f"{axis} {index}", size) for index, size in enumerate(subject[axis]))
        for axis in ("width", "height")
    }
    result = formula.value({**subject, **recorded})
    larger = {axis: tuple(size + 1 for size in subject[axis]) for axis in recorded}
    values = {f"{axis} {index}": size for axis, made in larger.items() for index, size in enumerate(made)}
    assert trace.replay({"value": result}, values).results == {"value": formula.value({**subject, **larger})}


@pytest.mark.parametrize(
    ("formula", "words", "text", "value"),
    [
        (Constant(3), "3", "3", 3),
        (WIDTH, "width", "4 * 5", 20),
        (NOTHING, "nothing", "1", 1),
        (Product(), "1", "1", 1),
        (VALUES, "1 per value", "4 * 5 * 6", 120),
        (2 * AREA, "2 x width x height", "2 * 4 * 5 * 6", 240),
        (AREA + 1, "width x height + 1", "4 * 5 * 6 + 1", 121),
        (1 + AREA, "1 + width x height", "1 + 4 * 5 * 6", 121),
        (AREA - WIDTH, "width x height - width", "4 * 5 * 6 - 4 * 5", 100),
        ((WIDTH - 1) * VALUES, "(width - 1) per value", "(4 * 5 - 1) * 4 * 5 * 6", 2280),
        (2 * (WIDTH - 1) * HEIGHT, "2 x (width - 1) x height", "2 * (4 * 5 - 1) * 6", 228),
        (2 * AREA + BORDER, "2 x width x height + 1 per value (with `border`)", "2 * 4 * 5 * 6 + 4 * 5 * 6", 360),
        (counted_as(VALUES, "product", "sum"), "2 per value", "2 * 4 * 5 * 6", 240),
        (Figure("AREA", lambda subject: 12345), "AREA", "12,345", 12345),
        (2 * Figure("AREA", lambda subject: 12345) + WIDTH, "2 x AREA + width", "2 * 12,345 + 4 * 5", 24710),
        (Unknown("no reason"), "unknown", "unknown", None),
        (When("`border`", lambda subject: True, WIDTH, HEIGHT), "with `border`: width; else height", "4 * 5", 20),
    ],
    ids=range(17),
)
def test_words_and_arithmetic(formula: Formula, words: str, text: str, value: int | None) -> None:
    subject = {"width": (4, 5), "height": (6,), "border": True}
    assert (formula.words(), formula.text(subject), formula.value(subject)) == (words, text, value)


def test_what_does_not_apply_is_not_written() -> None:
    subject = {"width": (4, 5), "height": (6,), "border": False}
    formula = 2 * AREA + BORDER
    assert formula.words(subject) == "2 x width x height"
    assert formula.text(subject) == "2 * 4 * 5 * 6"
    assert [term.words(subject) for term in formula.terms(subject)] == ["2 x width x height"]
    assert BORDER.text(subject) == "0"
    assert BORDER.terms(subject) == ()


def test_terms_are_labelled_by_their_condition() -> None:
    subject = {"width": (4, 5), "height": (6,), "border": True}
    assert [term.label for term in (2 * AREA + BORDER).terms(subject)] == ["", "border"]
    assert When("`border`", lambda subject: True, WIDTH, HEIGHT).label == ""


def test_a_figure_prints_its_total() -> None:
    formula = 2 * Figure("AREA", lambda subject: 1000) + VALUES
    subject = {"width": (4,), "height": (6,), "border": False}
    assert formula.text(subject, (3, 2)) == "2 * 6,000 + 4 * 6 * 3 * 2"


@pytest.mark.parametrize(
    ("formula", "definition"),
    [
        (counted_as(VALUES, "exp", "sum"), "2 per value: exp, sum"),
        (ZERO.noted("nothing happens"), "0: nothing happens"),
        (Unknown("it depends on the boxes"), "unknown: it depends on the boxes"),
        (AREA, "width x height"),
        (AREA.noted("inside"), "width x height: inside"),
        (
            When("`border`", lambda subject: True, ZERO.noted("none"), Unknown("why").noted("who knows")),
            "with `border`: 0 (none); else unknown (who knows)",
        ),
    ],
    ids=range(6),
)
def test_definitions_have_the_note(formula: Formula, definition: str) -> None:
    assert formula.definition() == definition


def test_a_note_leaves_the_formula_as_it_was() -> None:
    assert AREA.noted("inside") is not AREA
    assert AREA.note == ""
    assert AREA.noted("inside").value({"width": (4,), "height": (6,)}) == 24


def test_factors_are_read_when_they_are_needed() -> None:
    with pytest.raises(KeyError):
        AREA.value({"width": (1,)})
    assert WIDTH.value({"width": (3, 3)}) == 9
