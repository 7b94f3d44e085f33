"""A normalization in `act` or an activation in `norm`: the help says what to write, and a certain fix is tried."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape import Diagnostic
from cnnshape.api.design import design_of
from cnnshape.api.fixing import fix_text, passing
from cnnshape.diagnostics import BY_FIX
from cnnshape.source import SourceText

HEAD = "cnnshape: 1\ninput: [8, 16, 16]\nparams: {which: relu}\nblocks: {Unit: {params: {f: relu}, do: [{conv: {out: 8, kernel: 1, act: f}}]}}\nlayers:\n"


def problems(text: str) -> list[Diagnostic]:
    return cnnshape.check(design_of(SourceText("text", text)), ignore=["all"])


def text_of(step: str) -> str:
    return f"{HEAD}  - {step}\n"


def fixed(text: str) -> str:
    return fix_text(SourceText("text", text), lambda other: [problems(other)], (BY_FIX,)).text


FIXED = {
    "conv: {out: 8, kernel: 1, norm: relu}": "conv: {out: 8, kernel: 1, act: relu}",
    "conv: {out: 8, kernel: 1, norm: ReLU}": "conv: {out: 8, kernel: 1, act: relu}",
    "conv: {out: 8, kernel: 1, act: batch_norm}": "conv: {out: 8, kernel: 1, norm: batch_norm}",
    "conv: {out: 8, kernel: 1, act: bn}": "conv: {out: 8, kernel: 1, norm: batch_norm}",
    "conv: {out: 8, kernel: 1, act: 'bn'}": "conv: {out: 8, kernel: 1, norm: batch_norm}",
    "conv: {act: BatchNorm2d, out: 8, kernel: 1}": "conv: {norm: batch_norm, out: 8, kernel: 1}",
    "conv: {out: 8, kernel: 1, norm: {leaky_relu: 0.1}}": "conv: {out: 8, kernel: 1, act: {leaky_relu: 0.1}}",
    "conv: {out: 8, kernel: 1, act: {group_norm: 2}}": "conv: {out: 8, kernel: 1, norm: {group_norm: 2}}",
    "conv: {out: 8, kernel: 1, norm: relu, act: batch_norm}": "conv: {out: 8, kernel: 1, act: relu, norm: batch_norm}",
    "conv: {out: 8, kernel: 1, norm: ReLU, act: BatchNorm2d}": "conv: {out: 8, kernel: 1, act: relu, norm: batch_norm}",
    "conv: {act: {group_norm: 2}, norm: {elu: 0.5}, out: 8, kernel: 1}": "conv: {norm: {group_norm: 2}, act: {elu: 0.5}, out: 8, kernel: 1}",
    "conv: {out: 8, kernel: 1, norm: [batch_norm, relu]}": "conv: {out: 8, kernel: 1, norm: batch_norm, act: relu}",
    "conv: {out: 8, kernel: 1, act: [BatchNorm2d, relu]}": "conv: {out: 8, kernel: 1, act: relu, norm: batch_norm}",
    "{conv: {out: 8, kernel: 1}, repeat: 2, first: {norm: relu}}": "{conv: {out: 8, kernel: 1}, repeat: 2, first: {act: relu}}",
    "{conv: {out: 8, kernel: 1, act: layer_norm}, when: false}": "{conv: {out: 8, kernel: 1, norm: layer_norm}, when: false}",
    "conv_transpose: {out: 8, kernel: 2, stride: 2, norm: silu}": "conv_transpose: {out: 8, kernel: 2, stride: 2, act: silu}",
}


@pytest.mark.parametrize(("step", "right"), FIXED.items())
def test_a_certain_fix_is_made(step: str, right: str) -> None:
    text = text_of(step)
    reported = problems(text)
    assert {problem.code for problem in reported} == {"CS405"}
    assert fixed(text) == text_of(right)
    assert problems(text_of(right)) == []
    kept = passing(SourceText("text", text), reported, lambda other: [problems(other)])
    assert all(len(problem.fixes) == 1 for problem in kept)
    for problem in reported:
        assert problem.help is not None
        assert all(word in right for word in problem.help.replace("`", "").split() if word in ("norm:", "act:"))


UNCERTAIN = {
    "conv: {out: 8, kernel: 1, norm: relu, act: relu}": "write a normalization, or remove it: `act: relu` is given too",
    "conv: {out: 8, kernel: 1, norm: batch_norm, act: bn}": "write an activation, or remove it: `norm: batch_norm` is given too",
    "conv: {out: 8, kernel: 1, norm: sigmoid, act: none}": "write `act: sigmoid`",
    "conv: {out: 8, kernel: 1, norm: none, act: layer_norm}": "write `norm: layer_norm`",
    "conv: {out: 8, kernel: 1, norm: which}": "write `act: relu`",
    "conv: {out: 8, kernel: 1, norm: relu if in_channels > 4 else none}": "write `act: relu`",
    "Unit: batch_norm": "write `norm: batch_norm`",
    "conv: {out: 8, kernel: 1, norm: [relu]}": "write a kind, such as `batch_norm` or `relu`, or `none`",
    "conv: {out: 8, kernel: 1, norm: [batch_norm, relu, relu]}": "write a kind, such as `batch_norm` or `relu`, or `none`",
    "conv: {out: 8, kernel: 1, norm: [batch_norm, relu], act: relu}": "write a kind, such as `batch_norm` or `relu`, or `none`",
    "conv: {out: 8, kernel: 1, norm: true}": "write a kind, such as `batch_norm` or `relu`, or `none`",
    "relu: {norm: batch_norm}": "relu has none; write the layer as a step of its own, after this one",
    "max_pool: {kernel: 2, act: relu}": "max_pool has none; write the layer as a step of its own, after this one",
}


@pytest.mark.parametrize(("step", "help"), UNCERTAIN.items())
def test_without_a_certain_fix_the_help_says_what_to_write(step: str, help: str) -> None:
    text = text_of(step)
    (problem,) = problems(text)
    assert (problem.help, problem.fixes) == (help, ())
    assert fixed(text) == text


@pytest.mark.parametrize(
    "step",
    ["conv: {out: 8, kernel: 1, norm: layer_scale, act: dropout}", "conv: {out: 8, kernel: 1, norm: none, act: none}"],
)
def test_kinds_of_neither_sort_may_follow(step: str) -> None:
    assert problems(text_of(step)) == []
