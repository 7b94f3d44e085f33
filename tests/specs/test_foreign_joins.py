"""Words that mean a join where tensors are below them, and another kind where none are."""

from __future__ import annotations

import re

import pytest

import cnnshape
from cnnshape import Diagnostic
from cnnshape.api.design import design_of
from cnnshape.api.fixing import fix_text
from cnnshape.diagnostics import BY_FIX
from cnnshape.source import SourceText

HEAD = """cnnshape: 1
input: [8, 16, 16]
layers:
  - {conv: {out: 8, kernel: 1}, name: a}
  - {conv: {out: 8, kernel: 1}, name: b}
"""


def problems(text: str) -> list[Diagnostic]:
    return cnnshape.check(design_of(SourceText("text", text)), ignore=["all"])


def fixed(text: str) -> str:
    return fix_text(SourceText("text", text), lambda other: [problems(other)], (BY_FIX,)).text


WORDS = {
    "average": "mean Mean ReduceMean reduce_mean torch.mean avg Average",
    "add": "sum plus addition Add skip eltwise elementwise_add torch.add",
    "multiply": "mul prod product times Multiply elementwise_multiply",
    "subtract": "sub minus diff difference Subtract",
    "maximum": "max Maximum elementwise_max",
    "concat": "cat concatenate Concatenate hstack torch.cat route",
}
ROWS = [(word, join) for join, words in WORDS.items() for word in words.split()]


@pytest.mark.parametrize("operands", ["[a, b]", "[prev, a]", "[a, b, input]", "{l: [relu], r: []}"])
@pytest.mark.parametrize(("word", "join"), ROWS)
def test_the_fix_of_a_word_with_tensors_is_a_join(word: str, join: str, operands: str) -> None:
    text = f"{HEAD}  - {word}: {operands}\n"
    (problem,) = problems(text)
    assert (problem.message, problem.help) == (f"`{word}` is called `{join}` here", f"write `{join}`")
    after = fixed(text)
    assert after == f"{HEAD}  - {join}: {operands}\n"
    assert problems(after) == []


@pytest.mark.parametrize(
    "step",
    ["mean", "mean:", "mean: [2, 3]", "mean: {dim: [2, 3]}", "mean: [relu, relu]", "mean: {dim: 1, keepdim: true}"],
)
def test_the_same_word_without_tensors_is_a_pool(step: str) -> None:
    assert "`mean` is called `global_avg_pool` here" in [problem.message for problem in problems(f"{HEAD}  - {step}\n")]


def test_the_axes_of_a_global_pool_are_removed() -> None:
    text = f"{HEAD}  - mean: {{dim: [2, 3]}}\n"
    (help,) = [problem.help for problem in problems(text) if "no argument" in problem.message]
    assert help is not None and help.endswith("remove it")
    assert problems(f"{HEAD}  - global_avg_pool\n") == []
    (other,) = re.findall(r"`(\w+)`", help)
    assert problems(f"{HEAD}  - {other}\n") == []


@pytest.mark.parametrize(
    "step",
    [
        "stack: [a, b]",
        "avg_pool: [a, b]",
        "max_pool: [a, b]",
        "global_avg_pool: [a, b]",
        "global_max_pool: [a, b]",
        "concat: [[a, b]]",
        "add: [[a, b]]",
        "add: {inputs: [a, b]}",
        "concat: {tensors: [a, b]}",
        "concat: {dim: 1, tensors: [a, b]}",
        "concat: {axis: 0, values: [a, b]}",
    ],
)
def test_the_step_that_the_help_writes_is_right(step: str) -> None:
    (problem,) = problems(f"{HEAD}  - {step}\n")
    assert problem.help is not None
    (written,) = re.findall(r"`(?:- )?(\w+: \[[^`]+\])`", problem.help)
    assert problems(f"{HEAD}  - {written}\n") == []


@pytest.mark.parametrize("word", ["min", "minimum", "merge", "join", "combine", "fuse", "union", "divide", "Div"])
def test_a_join_that_is_missing_is_answered_with_those_that_are_not(word: str) -> None:
    (problem,) = problems(f"{HEAD}  - {word}: [a, b]\n")
    assert problem.help is not None
    assert {*re.findall(r"`(\w+)`", problem.help)} == set(WORDS)


@pytest.mark.parametrize("step", ["stack: [relu, relu]", "avg_pool: [2, 2]", "max_pool: [2, 0]", "add: {l: [relu]}"])
def test_lists_of_other_things_are_no_tensors(step: str) -> None:
    helps = [problem.help or "" for problem in problems(f"{HEAD}  - {step}\n")]
    assert not any("[relu" in help or "tensors are joined" in help for help in helps)
