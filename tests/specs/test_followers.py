"""A kind that can't be the `norm` or the `act` of a step: the help says what to write, and a certain fix is tried."""

from __future__ import annotations

import re
from typing import Any

import pytest

import cnnshape
from cnnshape import Diagnostic
from cnnshape.api.design import design_of
from cnnshape.api.fixing import fix_text, passing
from cnnshape.diagnostics import BY_FIX
from cnnshape.layers import KINDS, Layer
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
    "conv: {out: 8, kernel: 1, norm: dropout}": "conv: {out: 8, kernel: 1, act: dropout}",
    "conv: {out: 8, kernel: 1, norm: {drop_path: 0.2}}": "conv: {out: 8, kernel: 1, act: {drop_path: 0.2}}",
    "conv: {out: 8, kernel: 1, norm: GLU}": "conv: {out: 8, kernel: 1, act: glu}",
    "conv: {out: 8, kernel: 1, norm: dropout, act: layer_norm}": "conv: {out: 8, kernel: 1, act: dropout, norm: layer_norm}",
    "conv: {out: 8, kernel: 1, act: linear}": "conv: {out: 8, kernel: 1, act: none}",
    "conv: {out: 8, kernel: 1, act: Linear, norm: batch_norm}": "conv: {out: 8, kernel: 1, act: none, norm: batch_norm}",
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
    "conv: {out: 8, kernel: 1, norm: dropout, act: relu}": "write it as a step of its own: `act: relu` is given too",
    "conv: {out: 8, kernel: 1, norm: dropout, act: none}": "write `act: dropout`",
    "conv: {out: 8, kernel: 1, norm: linear}": "write it as a step of its own, after this one",
    "conv: {out: 8, kernel: 1, act: {linear: 8}}": "write it as a step of its own, after this one",
    "conv: {out: 8, kernel: 1, act: relu if in_channels < 4 else linear}": "write `none` for no activation",
    "Unit: linear": "write `none` for no activation",
    "Unit: max_pool": "write it as a step of its own, after this one",
    "conv: {out: 8, kernel: 1, act: {MaxPool2d: 2}}": "write it as a step of its own, after this one",
    "conv: {out: 8, kernel: 1, norm: concat}": "write it as a step of its own, after this one",
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
    ("followers", "help"),
    [
        ("norm: max_poo", "`max_pool` can't be `norm`: write it as a step of its own, after this one"),
        ("act: flaten", "`flatten` can't be `act`: write it as a step of its own, after this one"),
        ("act: qwertz", "declare it under `params:`"),
        ("norm: batchnrm", "did you mean `batch_norm`?"),
        ("act: drpout", "did you mean `dropout`?"),
    ],
)
def test_what_is_suggested_can_follow(followers: str, help: str) -> None:
    (problem,) = problems(text_of(f"conv: {{out: 8, kernel: 1, {followers}}}"))
    assert problem.name == "unknown-name"
    assert problem.help == help
    word = followers.partition(": ")[2]
    (passed,) = problems(text_of(f"Unit: {word}"))
    assert passed.help == (help if help.startswith("did you mean") else "declare it under `params:`")


SENSIBLE = (
    "norm: layer_scale, act: dropout", "norm: none, act: none", "norm: identity, act: identity", "act: {rescale: 0.1}",
    "norm: {layer_norm: {eps: 0.1}}, act: {drop_path: 0.1}", "norm: evo_norm", "norm: rms_norm, act: glu", "act: softmax",
    "norm: {opaque: {output: [8, 16, 16], what: ActNorm}}", "act: {opaque: [8, 16, 16]}",
)  # fmt: skip


@pytest.mark.parametrize("followers", SENSIBLE)
def test_kinds_that_keep_the_place_of_values_may_follow(followers: str) -> None:
    given = followers.replace("evo_norm", "{evo_norm: 2}")
    assert problems(text_of(f"conv: {{out: 8, kernel: 1, {given}}}")) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("role", ["norm", "act"])
def test_every_kind_is_accepted_or_has_one_error_at_its_word(kind: type[Layer], role: str) -> None:
    """As a word, with nothing, in a param, passed to a block, and by an option. It is refused in each way, or in none."""
    head, step = "cnnshape: 1\ninput: [8, 16, 16]\n", f"{{conv: {{out: 8, kernel: 1, {role}: FOLLOWER}}}}"
    texts = [
        f"{head}layers:\n  - {step}\n".replace("FOLLOWER", kind.name),
        f"{head}layers:\n  - {step}\n".replace("FOLLOWER", f"{{{kind.name}: }}"),
        f"{head}params: {{f: {kind.name}}}\nlayers:\n  - {step}\n".replace("FOLLOWER", "f"),
        f"{head}blocks: {{Unit: {{params: {{f: required}}, do: [{step}]}}}}\nlayers: [{{Unit: {kind.name}}}]\n".replace(
            "FOLLOWER", "f"
        ),
    ]
    reported = [problems(text) for text in texts]
    expected = re.compile(f"`{role}` is an? [a-z]+, got (the [a-z]+ )?{kind.name}")
    refusals = [[problem for problem in given if expected.fullmatch(problem.message)] for given in reported]
    assert {len(refused) for refused in refusals} == {0 if role in kind.follows else 1}
    if role not in kind.follows:
        assert all(len(given) == 1 for given in reported)
        assert refusals[0][0].at.span.text == refusals[1][0].at.span.text == kind.name
        assert [label.span.text for label in refusals[2][0].related] == [kind.name]
        assert kind.name in {label.span.text for label in refusals[3][0].related}


VARIED = (
    "cnnshape: 1\ninput: [8, 16, 16]\nparams: {f: batch_norm}\nvariants: {odd: {f: upsample}}\n"
    "layers:\n  - conv: {out: 8, kernel: 1, norm: f}\n"
)


@pytest.mark.parametrize("given", [{}, {"variant": "odd"}, {"params": {"f": "upsample"}}], ids=str)
def test_a_kind_of_a_variant_or_an_option_is_refused_too(given: dict[str, Any]) -> None:
    text = VARIED.replace("upsample", "batch_norm") if "params" in given else VARIED
    (problem,) = cnnshape.check(cnnshape.load(text), ignore=["all"], **given)
    assert (problem.message, problem.at.span.text) == ("`norm` is a normalization, got upsample", "f")
    assert [label.span.text for label in problem.related] == ["upsample"]
