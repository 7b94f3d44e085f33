"""Expressions: every operator and function, precedence, words and names, limits, and where a problem stands."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.language import Expression, ExpressionProblem, patterns
from cnnshape.language.expression import MAX_DEPTH, MAX_LENGTH, MAX_VALUE, Unresolved, compile_expression, place_in
from cnnshape.source import SourceText, Span

SCOPE: dict[str, Any] = {
    "a": 7,
    "b": 2,
    "half": 0.5,
    "yes": True,
    "no": False,
    "widths": (64, 128, (1, 2)),
    "act": "silu",
}


def compiled(text: str) -> Expression:
    return compile_expression(text, Span(SourceText("spec.yaml", text), 1, 1, 1, len(text) + 1))


def value(text: str, scope: dict[str, Any] | None = None) -> Any:
    return compiled(text).evaluate(SCOPE if scope is None else scope)


def attempt(text: str) -> Any:
    """The value, or the problem."""
    try:
        return value(text)
    except ExpressionProblem as found:
        return found


def problem(text: str) -> ExpressionProblem:
    outcome = attempt(text)
    assert isinstance(outcome, ExpressionProblem)
    return outcome


def check_problem(outcome: object, text: str) -> None:
    if isinstance(outcome, ExpressionProblem):
        assert outcome.name in ("expression-syntax", "expression-value", "unknown-name")
        assert 0 <= outcome.offset <= outcome.offset + outcome.length <= len(text) + 1
        assert outcome.message
        assert outcome.message.isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("007", 7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("2.5e-1", 0.25),
        ("  1  +  2  ", 3),
        ("a + b", 9),
        ("a - b", 5),
        ("a * b", 14),
        ("a / b", 3.5),
        ("8 / b", 4),
        ("a // b", 3),
        ("a % b", 1),
        ("-a", -7),
        ("- -a", 7),
        ("-a // b", -4),
        ("-7 % 3", 2),
        ("a - b - 1", 4),
        ("64 / 4 / 2", 8),
        ("64 // 5 // 2", 6),
        ("100 % 7 % 2", 0),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("2 * -3", -6),
        ("a == 7", True),
        ("a != 7", False),
        ("a < b", False),
        ("a <= 7", True),
        ("a > b", True),
        ("a >= 8", False),
        ("1 == 1.0", True),
        ("yes and no", False),
        ("yes or no", True),
        ("not yes", False),
        ("not no and no", False),
        ("not a == b", True),
        ("no and no or yes", True),
        ("yes or no and no", True),
        ("true", True),
        ("false", False),
        ("true == yes", True),
        ("1 if yes else 2", 1),
        ("1 if no else 2", 2),
        ("1 if no else 2 if no else 3", 3),
        ("1 + 1 if yes else 5", 2),
        ("1 if a > b and yes else 2", 1),
        ("(1 if no else 2) + 1", 3),
        ("min(a, b)", 2),
        ("max(a, b, 9)", 9),
        ("ceil(a / b)", 4),
        ("floor(a / b)", 3),
        ("floor(-0.5)", -1),
        ("ceil(-0.5)", 0),
        ("max(min(a, b), 1 + 2)", 3),
        ("make_divisible(33, 8)", 32),
        ("widths.0", 64),
        ("widths.1 + 1", 129),
        ("widths.2.1", 2),
        ("-widths.0", -64),
        ("widths.0.5 if no else 1", 1),
        ("widths", (64, 128, (1, 2))),
        ("act", "silu"),
        ("act == silu", True),
        ("act == relu", False),
        ("act != relu", True),
        ("silu == act", True),
    ],
)
def test_an_expression_has_this_value(text: str, expected: Any) -> None:
    actual = value(text)
    assert actual == expected
    assert type(actual) is type(expected)


def test_whole_numbers_divide_exactly_where_they_can() -> None:
    assert type(value("999999999999 / 3")) is int
    assert value("999999999999 / 3") * 3 == 999_999_999_999


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no and 1 // 0 == 0", False),
        ("yes or 1 // 0 == 0", True),
        ("1 if yes else 1 // 0", 1),
        ("1 // 0 if no else 2", 2),
    ],
)
def test_what_is_not_needed_is_not_worked_out(text: str, expected: object) -> None:
    assert value(text) == expected


# Against Python: generated in the subset that means the same in both.

NUMBERS = st.integers(0, 30).map(str) | st.sampled_from(["a", "b", "half", "2.5"])
TRUTHS = st.sampled_from(["yes", "no"])


def grown(
    numbers: st.SearchStrategy[str], truths: st.SearchStrategy[str], depth: int
) -> tuple[st.SearchStrategy[str], ...]:
    """Texts of numbers and of truth values, `depth` operators deep, with and without brackets."""
    if depth == 0:
        return numbers, truths
    inner, conditions = grown(numbers, truths, depth - 1)
    sums = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(" ".join)
    more = st.one_of(
        inner,
        sums,
        inner.map("({})".format),
        inner.map("-{}".format),
        st.tuples(inner, inner).map("min({0[0]}, {0[1]})".format),
        st.tuples(inner, conditions, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
        st.tuples(inner, conditions, inner).map("{0[0]} if {0[1]} else {0[2]}".format),
    )
    bracketed = inner.map("({})".format)
    compared = st.tuples(bracketed, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), bracketed).map(" ".join)
    decided = st.one_of(
        conditions,
        compared,
        st.tuples(conditions, st.sampled_from(["and", "or"]), conditions).map(" ".join),
        conditions.map("not {}".format),
        conditions.map("({})".format),
    )
    return more, decided


PYTHON_SCOPE = {**SCOPE, "min": min, "max": max}


def agree(text: str) -> None:
    """Ours and Python's value are equal, where ours has one: only limits and types may refuse what Python does."""
    try:
        expected = eval(text, {"__builtins__": {}}, PYTHON_SCOPE)
    except ZeroDivisionError:
        expected = None
    outcome = attempt(text)
    if not isinstance(outcome, ExpressionProblem):
        assert outcome == pytest.approx(expected, rel=1e-12), text
        assert isinstance(outcome, bool) is isinstance(expected, bool)
    elif expected is not None:
        assert re.search(r"10\^12|characters|needs (numbers|true or false)", outcome.message), text


@given(grown(NUMBERS, TRUTHS, 3)[0])
@settings(max_examples=400, deadline=None)
def test_numbers_come_out_as_in_python(text: str) -> None:
    agree(text)


@given(grown(NUMBERS, TRUTHS, 3)[1])
@settings(max_examples=400, deadline=None)
def test_truth_values_come_out_as_in_python(text: str) -> None:
    agree(text)


PIECES = [
    "a",
    "b",
    "2",
    "3.5",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "==",
    "<",
    ">=",
    "and",
    "or",
    "not",
    "if",
    "else",
]


@given(st.lists(st.sampled_from([*PIECES, "min", ",", "yes", ".", "0", "act"]), max_size=14).map(" ".join))
@settings(max_examples=600, deadline=None)
def test_any_row_of_words_is_an_expression_or_a_problem_in_it(text: str) -> None:
    check_problem(attempt(text), text)


@given(st.text(max_size=MAX_LENGTH + 5))
@settings(max_examples=400, deadline=None)
def test_any_text_is_an_expression_or_a_problem_in_it(text: str) -> None:
    check_problem(attempt(text), text)


# Words and names


def test_a_name_in_scope_is_its_value_and_another_one_a_word() -> None:
    assert value("same") == "same"
    assert isinstance(value("same"), Unresolved)
    assert value("same", {"same": 3}) == 3


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1 + 2", set()),
        ("true or false", set()),
        ("min(a, b) + widths.0", {"a", "b", "widths"}),
        ("x if y else z", {"x", "y", "z"}),
        ("silu", {"silu"}),
    ],
)
def test_an_expression_knows_its_names(text: str, names: set[str]) -> None:
    assert compiled(text).names == names
    assert compiled(text).constant is not bool(names)


@pytest.mark.parametrize(
    "text",
    [
        "stride + 1",
        "-stride",
        "stride < 1",
        "stride == 1",
        "stride and yes",
        "not stride",
        "stride.0",
        "min(stride, 1)",
        "1 if stride else 2",
    ],
)
def test_a_word_in_arithmetic_is_an_unknown_name(text: str) -> None:
    fault = problem(text)
    assert fault.name == "unknown-name"
    assert fault.message == "nothing is called `stride` here"


@pytest.mark.parametrize("text", ["relu == silu", "same != 1", "widths == same"])
def test_a_word_compared_with_what_is_no_word_is_an_unknown_name(text: str) -> None:
    assert problem(text).name == "unknown-name"


@pytest.mark.parametrize("text", ["widths == 3", "3 != widths", "yes == 1", "tensor == 3", "tensor == tensor"])
def test_what_can_never_be_equal_is_not_compared(text: str) -> None:
    with pytest.raises(ExpressionProblem) as caught:
        value(text, {**SCOPE, "tensor": object()})
    assert caught.value.name == "expression-value"


# make_divisible, against the channels of published networks

MOBILENET_V2_AT_1_4 = {32: 48, 16: 24, 24: 32, 64: 88, 96: 136, 160: 224, 320: 448, 1280: 1792}
"""Width multiplier 1.4, Sandler et al. (2018); the channels of the released mobilenet_v2_1.4."""
MOBILENET_V2_AT_0_35 = {32: 16, 16: 8, 24: 8, 64: 24, 96: 32, 160: 56, 320: 112}
"""Width multiplier 0.35, least 8; the channels of the released mobilenet_v2_0.35."""
MNASNET_AT_0_5 = {32: 16, 16: 8, 24: 16, 40: 24, 80: 40, 96: 48, 192: 96, 320: 160}
"""Depth multiplier 0.5; the channels of torchvision's mnasnet0_5."""
SQUEEZED_TO_A_QUARTER = {
    16: 8,
    72: 24,
    88: 24,
    96: 24,
    120: 32,
    144: 40,
    240: 64,
    480: 120,
    576: 144,
    672: 168,
    960: 240,
}
"""The squeeze layers of MobileNetV3, a quarter of the expanded channels; Howard et al. (2019), as torchvision's."""


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("make_divisible(1.4 * c, 8)", MOBILENET_V2_AT_1_4),
        ("make_divisible(0.35 * c, 8)", MOBILENET_V2_AT_0_35),
        ("make_divisible(0.5 * c, 8)", MNASNET_AT_0_5),
        ("make_divisible(c // 4, 8)", SQUEEZED_TO_A_QUARTER),
    ],
)
def test_make_divisible_gives_the_published_channels(text: str, table: dict[int, int]) -> None:
    assert {channels: value(text, {"c": channels}) for channels in table} == table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make_divisible(3, 8)", 8),
        ("make_divisible(3, 8, 16)", 16),
        ("make_divisible(100, 8, 16)", 104),
        ("make_divisible(10, 3)", 9),
    ],
)
def test_make_divisible_by_hand(text: str, expected: int) -> None:
    assert value(text) == expected
    assert type(value(text)) is int


@given(st.integers(1, 5000), st.integers(1, 64))
def test_make_divisible_is_a_near_multiple(number: int, divisor: int) -> None:
    channels = value("make_divisible(n, d)", {"n": number, "d": divisor})
    assert channels % divisor == 0
    assert channels >= 0.9 * number
    assert channels <= max(number + divisor, divisor)


# Limits


def test_the_longest_expression() -> None:
    longest = "1" + " " * (MAX_LENGTH - 2) + "1"
    assert problem(longest).message == "expected an operator or the end, found `1`"
    assert f"at most {MAX_LENGTH} are allowed" in problem(longest + " ").message


@pytest.mark.parametrize(
    ("opening", "inner", "closing"),
    [("(", "1", ")"), ("-", "1", ""), ("not ", "true", ""), ("1-(", "1", ")")],
)
def test_the_deepest_expression(opening: str, inner: str, closing: str) -> None:
    def nested(levels: int) -> str:
        return opening * levels + inner + closing * levels

    assert compiled(nested(MAX_DEPTH // 3))
    assert problem(nested(MAX_DEPTH + 1)).message == f"an expression nested more than {MAX_DEPTH} levels deep"


@pytest.mark.parametrize(
    "text",
    [
        "1000000000000 + 1",
        "-1000000000000 - 1",
        "1000000 * 1000001",
        "1e12 * 1.1",
        "1000000000001",
        "1e13",
        "1e400",
        "1 / 1e-13",
        "9" * 150,
        "make_divisible(1e12, 7e11)",
        "- 2e12",
    ],
)
def test_numbers_end_at_10_12(text: str) -> None:
    fault = problem(text)
    assert (fault.name, fault.message) == ("expression-value", "a number beyond 10^12")


@pytest.mark.parametrize("text", ["0." + "9" * 120, "0" * 99 + ".5", "1." + "0" * 150 + "k", "1_" * 60 + "0"])
def test_a_number_of_very_many_digits_is_not_called_large(text: str) -> None:
    """Whatever its value: `float` would read the digits, which take time to read."""
    fault = problem(text)
    assert (fault.name, fault.message) == ("expression-value", "a number of more than 40 digits")


def test_the_largest_number() -> None:
    assert value(str(MAX_VALUE)) == MAX_VALUE
    assert value("999999 * 1000000 + 1000000") == MAX_VALUE


# What is wrong, and where

SYNTAX = [
    ("", "the text is empty, expected a value", 0),
    ("1 +", "found the end", 3),
    ("1 + * 2", "found `*`", 4),
    ("(1 + 2", "expected `)`, found the end", 6),
    ("1 + 2)", "expected an operator or the end, found `)`", 5),
    ("min(1, 2", "expected `)` or `,`, found the end", 8),
    ("min()", "expected a number, a name or `(`, found `)`", 4),
    ("min(1)", "`min` takes 2 to 8 values, got 1", 0),
    ("ceil(1, 2)", "`ceil` takes one value, got 2", 0),
    ("1 + sqrt(4)", "no function is called `sqrt`", 4),
    ("1 if yes", "expected `else`, found the end", 8),
    ("1 2", "found `2`", 2),
    ("a b", "found `b`", 2),
    ("widths.i", "expected a number, a name or `(` after `.`, found `i`", 7),
    ("widths.if", "expected a number, a name or `(` after `.`, found `if`", 7),
    ("widths.1.5e3", "expected a number, a name or `(` after `.`, found `5e3`", 9),
    ("widths.(1", "expected `)`, found the end", 9),
    ("[1, 2", "expected `]` or `,`, found the end", 5),
    ("[1 2]", "expected `]` or `,`, found `2`", 3),
    ("[,]", "expected a number, a name or `(`, found `,`", 1),
    ("widths[0]", "expected an operator or the end, found `[`", 6),
    ("len()", "expected a number, a name or `(`, found `)`", 4),
    ("reverse(widths, widths)", "`reverse` takes one value, got 2", 0),
    ("1 < 2 < 3", "expected `and` between two comparisons, found `<`", 6),
    ("1 == 2 == 3", "expected `and` between two comparisons, found `==`", 7),
    ("a = 1", "unexpected '='", 2),
    ("a & 1", "unexpected '&'", 2),
    ("a ; 1", "unexpected ';'", 2),
    ("  é", "unexpected 'é'", 2),
    ("1 + \u200b2", "unexpected '\\u200b'", 4),
    ("not", "found the end", 3),
    ("a not b", "found `not`", 2),
    ("if", "found `if`", 0),
]


@pytest.mark.parametrize(("text", "message", "offset"), SYNTAX)
def test_what_is_no_expression(text: str, message: str, offset: int) -> None:
    fault = problem(text)
    assert fault.name == "expression-syntax"
    assert message in fault.message
    assert fault.offset == offset


VALUES = [
    ("1 + a // 0", "division by zero", 6, 2),
    ("a / (b - 2)", "division by zero", 2, 1),
    ("a % 0.0", "division by zero", 2, 1),
    ("1 + yes", "`+` needs numbers, got true", 2, 1),
    ("a * widths", "`*` needs numbers, got a list", 2, 1),
    ("a * act", "`*` needs numbers, got `silu`", 2, 1),
    ("-yes", "`-` needs numbers, got true", 0, 1),
    ("a and yes", "`and` needs true or false, got 7", 2, 3),
    ("not a", "`not` needs true or false, got 7", 0, 3),
    ("1 if a else 2", "`if` needs true or false, got 7", 2, 2),
    ("widths.3", "no item 3: the list has 3 (counted from 0)", 7, 1),
    ("a.0", "`.0` takes an item of a list, but this is 7", 2, 1),
    ("yes < no", "`<` needs numbers, got true", 4, 1),
    ("act < 3", "`<` needs numbers, got `silu`", 4, 1),
    ("min(a, yes)", "`min` needs numbers, got true", 0, 3),
    ("make_divisible(8, 0)", "`make_divisible` needs a positive divisor", 0, 14),
    ("make_divisible(8, -8)", "`make_divisible` needs a positive divisor", 0, 14),
]


@pytest.mark.parametrize(("text", "message", "offset", "length"), VALUES)
def test_what_has_no_value(text: str, message: str, offset: int, length: int) -> None:
    fault = problem(text)
    assert (fault.name, fault.message) == ("expression-value", message)
    assert (fault.offset, fault.length) == (offset, length)


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("2 ** 3", "there is no power; multiply"),
        ("[64, 0][0]", "an item of a list is written `[64, 0].0`"),
        ("2 ^ 3", "there is no power; multiply"),
        ("yes && no", "the operator is `and`"),
        ("yes || no", "the operator is `or`"),
        ("!yes", "the operator is `not`"),
        ("a = 7", "the operator is `==`"),
        ("minn(1, 2)", "did you mean `min`?"),
        ("not a", "compare: `stride != 1`"),
    ],
)
def test_help_for_what_other_languages_write(text: str, help: str) -> None:
    assert problem(text).help == help


@pytest.mark.parametrize(
    ("line", "quoted", "place"),
    [
        ("out: 1 + sqrt(4)", (6, 17), (10, 14)),
        ("out: '1 + sqrt(4)'", (6, 19), (11, 15)),
        ('out: "1 + sqrt(4)"', (6, 19), (11, 15)),
    ],
)
def test_a_problem_has_its_place_in_the_line(line: str, quoted: tuple[int, int], place: tuple[int, int]) -> None:
    text = line.removeprefix("out: ").strip("'\"")
    span = Span(SourceText("spec.yaml", line), 1, quoted[0], 1, quoted[1])
    with pytest.raises(ExpressionProblem) as caught:
        compile_expression(text, span)
    actual_place = place_in(text, span, caught.value.offset, caught.value.length)
    assert (actual_place.column, actual_place.end_column) == place


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("925M", 925_000_000), ("4.1G", 4_100_000_000), ("1_180_672", 1_180_672), ("4.1k", 4100), (".5k", 500),
        ("1.2345k", 1234.5), ("2 * 3K", 6000), ("1T", 10**12), ("1_0.5", 10.5), ("1_0e2", 1000.0), ("0M", 0),
        ("4k if 1k < 2k else 1", 4000), ("[1k, 2k].1", 2000),
    ],
)  # fmt: skip
def test_numbers_have_thousands_and_prefixes(text: str, number: float) -> None:
    result = value(text)
    assert result == number
    assert type(result) is type(number)


@pytest.mark.parametrize(
    ("text", "at", "help"),
    [
        ("4.1 G", 4, "write it without a space: `4.1G`"),
        ("3GB", 1, "a number ends with `k`, `M`, `G` or `T`"),
        ("4.1g", 3, "a number ends with `k`, `M`, `G` or `T`"),
        ("1e3k", 3, "a number ends with `k`, `M`, `G` or `T`"),
        ("2kx", 1, "a number ends with `k`, `M`, `G` or `T`"),
        ("1,180,672", 1, "write `1_180_672`"),
        ("1__0", 1, "a single `_` may stand between digits"),
        ("1_", 1, "a single `_` may stand between digits"),
        ("4X", 1, None),
    ],
)
def test_other_forms_of_numbers_are_refused_with_the_right_one(text: str, at: int, help: str | None) -> None:
    with pytest.raises(ExpressionProblem) as caught:
        compiled(text)
    assert caught.value.offset == at
    assert help is None or help in (caught.value.help or "")
    assert help is not None or caught.value.help is None
    assert not re.search(patterns.EXPRESSION, text) or "," in text
