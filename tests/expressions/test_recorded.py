"""Expressions of recorded numbers: a replay gives what the expression gives, or is refused."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from cnnshape.arithmetic.tracing import OutsideTrace, Trace
from cnnshape.language import ExpressionProblem
from cnnshape.language.expression import compile_expression
from cnnshape.source import SourceText, Span

NAMES = ("a", "b", "c")
values = st.fixed_dictionaries({name: st.integers(-50, 300) for name in NAMES})
numbers = st.recursive(
    st.sampled_from(NAMES) | st.integers(0, 40).map(str) | st.sampled_from(["0.5", "1.25"]),
    lambda parts: (
        st.builds("({} {} {})".format, parts, st.sampled_from(["+", "-", "*", "/", "//", "%"]), parts)
        | st.builds("-{}".format, parts)
        | st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), parts, parts)
        | st.builds("{}({})".format, st.sampled_from(["ceil", "floor"]), parts)
        | st.builds("make_divisible({}, {})".format, parts, parts)
        | st.builds(
            "({} if {} {} {} else {})".format,
            parts,
            parts,
            st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
            parts,
            parts,
        )
    ),
    max_leaves=8,
)


def value(text: str, scope: dict[str, Any]) -> Any:
    """The value; None if there is none."""
    try:
        return compile_expression(text, Span(SourceText("spec.yaml", text), 1, 1, 1, len(text) + 1)).evaluate(scope)
    except ExpressionProblem:
        return None


@given(numbers, values, st.lists(values, min_size=1, max_size=4))
def test_a_replay_gives_the_value_or_is_refused(
    text: str, example: dict[str, int], others: list[dict[str, int]]
) -> None:
    expected = value(text, example)
    assume(expected is not None)
    trace = Trace()
    recorded = value(text, {name: trace.parameter(name, number) for name, number in example.items()})
    assert trace.replay({"value": recorded}, example).results == {"value": expected}
    for other in others:
        try:
            replayed = trace.replay({"value": recorded}, other).results["value"]
        except OutsideTrace:
            continue
        assert replayed == value(text, other)
        assert type(replayed) is type(value(text, other))
