"""The tree of an expression: what it is made of, where each name stands in the file, and what a reference names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.language import ListValue
from cnnshape.language.expression import (
    All,
    Binary,
    Choice,
    Constant,
    Expression,
    ExpressionProblem,
    FunctionCall,
    Item,
    Items,
    Node,
    Part,
    Unary,
    Variable,
    compile_expression,
    compile_reference,
    dotted,
)
from cnnshape.language.expression.lists import OPERATIONS_PER_PART
from cnnshape.source import SourceText, Span


def compiled(text: str, before: str = "", quote: str = "") -> Expression:
    line = f"{before}{quote}{text}{quote}"
    return compile_expression(text, Span(SourceText("spec.yaml", line), 1, len(before) + 1, 1, len(line) + 1))


def written(node: Node) -> str:
    """The tree with all brackets, in prefix form."""
    if isinstance(node, Constant | Variable):
        return node.sign
    return f"({node.sign} {' '.join(map(written, node.parts))})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", "1"),
        ("width", "width"),
        ("true", "true"),
        ("1 + 2 * 3", "(+ 1 (* 2 3))"),
        ("(1 + 2) * 3", "(* (+ 1 2) 3)"),
        ("1 - 2 - 3", "(- (- 1 2) 3)"),
        ("-a * b", "(* (- a) b)"),
        ("not a == b", "(not (== a b))"),
        ("a or b and c", "(or a (and b c))"),
        ("a if b else c if d else e", "(if a b (if c d e))"),
        ("min(a, 2 * b)", "(min a (* 2 b))"),
        ("widths.2.1 + 1", "(+ (1 (2 widths)) 1)"),
        ("a.0 // b", "(// (0 a) b)"),
        ("1e3 + .5", "(+ 1e3 .5)"),
        ("5. * 2", "(* 5. 2)"),
        ("a.(b + 1).0", "(0 ((b + 1) a (+ b 1)))"),
        ("-a.all.k", "(- (k (all a)))"),
        ("[a, [1]].1.0", "(0 (1 ([ a ([ 1))))"),
        ("reverse(a) + [b]", "(+ (reverse a) ([ b))"),
        ("(a if b else c).0", "(0 (if a b c))"),
    ],
)
def test_a_text_has_this_tree(text: str, tree: str) -> None:
    assert written(compiled(text).tree) == tree


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1", Constant),
        ("false", Constant),
        ("a", Variable),
        ("-a", Unary),
        ("not a", Unary),
        ("a + 1", Binary),
        ("a < 1", Binary),
        ("1 if a else 2", Choice),
        ("ceil(a)", FunctionCall),
        ("a.0", Item),
        ("a.(0)", Item),
        ("a.all", All),
        ("a.b", Part),
        ("[a]", Items),
    ],
)
def test_the_root_of_a_tree_is_the_last_operation(text: str, kind: type[Node]) -> None:
    assert type(compiled(text).tree) is kind


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("4 * width", {"width": 5}),
        ("a + aa + aaa", {"a": 1, "aa": 5, "aaa": 10}),
        ("min(mini, m)", {"mini": 5, "m": 11}),
        ("x1 if x else x2", {"x1": 1, "x": 7, "x2": 14}),
        ("widths.1 + w", {"widths": 1, "w": 12}),
        ("true", {}),
    ],
)
@pytest.mark.parametrize("before", ["", "out: ", "- conv: {out: "])
@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_every_name_is_found_where_it_stands(text: str, uses: dict[str, int], before: str, quote: str) -> None:
    """Also where one name is the beginning of another one, before it and after it."""
    expression = compiled(text, before, quote)
    assert {name: span.column - len(before) - len(quote) for name, span in expression.uses()} == uses
    assert all(span.text == name for name, span in expression.uses())


NAMES = st.sampled_from(["a", "aa", "ab", "b", "ba"])


@given(st.lists(NAMES, min_size=1, max_size=6), st.sampled_from([" + ", "*", " // "]))
@settings(deadline=None)
def test_the_place_of_a_name_holds_the_name(names: list[str], sign: str) -> None:
    expression = compiled(sign.join(names), "out: ")
    assert [name for name, _ in expression.uses()] == names
    assert all(span.text == name for name, span in expression.uses())


def test_a_text_with_escapes_is_one_place() -> None:
    line = '"wid\\u0074h + 1"'
    expression = compile_expression("width + 1", Span(SourceText("spec.yaml", line), 1, 1, 1, len(line) + 1))
    assert [span for _, span in expression.uses()] == [expression.span]


@pytest.mark.parametrize(
    ("text", "word", "constant", "dynamic"),
    [
        ("3", "", True, False),
        ("relu", "relu", False, False),
        (" relu ", "relu", False, False),
        ("width + 1", "", False, False),
        ("in_channels", "in_channels", False, True),
        ("2 * in_height", "", False, True),
        ("prev", "prev", False, True),
    ],
)
def test_an_expression_says_what_it_depends_on(text: str, word: str, constant: bool, dynamic: bool) -> None:
    expression = compiled(text)
    assert (expression.word, expression.constant, expression.dynamic) == (word, constant, dynamic)


def test_a_list_depends_on_what_its_items_depend_on() -> None:
    items = tuple(compiled(text) for text in ("1", "width", "in_channels"))
    assert ListValue(items[:1], items[0].span).constant
    assert not ListValue(items[:2], items[0].span).dynamic
    whole = ListValue((*items, ListValue(items, items[0].span)), items[0].span)
    assert (whole.dynamic, whole.size, whole.names) == (True, 6, {"width", "in_channels"})
    assert [name for name, _ in whole.uses()] == ["width", "in_channels"] * 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("stem", {"stem": 1}),
        ("stage.0", {"stage.0": 1, "stage": 1}),
        ("a.b", {"a.b": 1, "a": 1}),
        ("a.b.3", {"a.b.3": 1, "a": 1}),
        ("conv-1", {"conv-1": 1, "conv": 1}),
        ("cell.(i - 2)", {"cell.(i - 2)": 1, "cell": 1, "i": 7}),
        ("x if c else y.all", {"x if c else y.all": 1, "x": 1, "c": 6, "y": 13}),
        ("reverse(down.all)", {"reverse(down.all)": 1, "down": 9}),
        (".5", {".5": 1}),
        ("stage.", {"stage.": 1}),
        ("stage.\u0661", {"stage.\u0661": 1}),
        ("my step", {"my step": 1}),
    ],
)
def test_a_reference_reads_a_name_or_those_of_an_expression(text: str, names: dict[str, int]) -> None:
    reference = compile_reference(text, Span(SourceText("spec.yaml", text), 1, 1, 1, len(text) + 1))
    assert reference.names == set(names)
    assert {name: span.column for name, span in reference.uses()} == names


@pytest.mark.parametrize("text", ["stage.(", "min(", "[a", "a.(b c)"])
def test_a_text_with_brackets_is_an_expression_or_nothing(text: str) -> None:
    with pytest.raises(ExpressionProblem) as caught:
        compile_reference(text, Span(SourceText("spec.yaml", text), 1, 1, 1, len(text) + 1))
    assert caught.value.name == "expression-syntax"


@pytest.mark.parametrize(
    ("text", "lists", "names"),
    [
        ("a.0 + b.(i)", 1, {"a", "b"}),
        ("2 * width + 1", 0, set()),
        ("a + b", 1, set()),
        ("stride != 1", 0, set()),
        ("reverse(a.all) + [b.skip, c]", 4 + OPERATIONS_PER_PART, {"a", "b"}),
        ("len(a.all.k.0)", 2 + OPERATIONS_PER_PART, {"a"}),
    ],
)
def test_operations_on_lists_are_counted_and_names_with_dots_are_known(text: str, lists: int, names: set[str]) -> None:
    expression = compiled(text)
    assert (expression.lists, set(dotted(expression.tree))) == (lists, names)
    assert ListValue((expression, expression), expression.span).lists == 2 * lists


@pytest.mark.parametrize(
    ("text", "offset", "length"),
    [
        ("1 +", 3, 1),
        ("a b", 2, 1),
        ("a $ b", 2, 1),
        ("nearest(1)", 0, 7),
        ("(1 + 2", 6, 1),
        ("a < b < c", 6, 1),
        ("x.(y", 4, 1),
        ("x.last", 2, 4),
        ("9999999999999", 0, 13),
        ("1 + \u00a0$", 5, 1),
    ],
)
def test_a_fault_has_its_place_in_the_text(text: str, offset: int, length: int) -> None:
    with pytest.raises(ExpressionProblem) as caught:
        compiled(text)
    assert (caught.value.offset, caught.value.length) == (offset, length)
