"""Arguments that state what comes in: refused, after they are compared with what does come in."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape import Diagnostic
from cnnshape.program.foreign import INFERRED

HEAD = "cnnshape: 1\ninput: [12, 10, 10]\nlayers:\n"
CHANNELS = sorted(INFERRED - {"inputsize", "batchsize", "normalizedshape"})


def problems(*steps: str, blocks: str = "") -> list[Diagnostic]:
    text = HEAD.replace("layers", f"{blocks}layers") + "".join(f"  - {step}\n" for step in steps)
    return cnnshape.check(cnnshape.load(text), ignore=["all"])


def only(*steps: str, blocks: str = "") -> Diagnostic:
    (problem,) = problems(*steps, blocks=blocks)
    return problem


STEPS = [
    "conv: {%s: %s, out: 8, kernel: 3}",
    "conv_transpose: {%s: %s, out: 8, kernel: 2}",
    "batch_norm: {%s: %s}",
    "group_norm: {%s: %s, groups: 4}",
    "instance_norm: {%s: %s}",
    "layer_norm: {%s: %s}",
    "max_pool: {%s: %s, kernel: 2}",
]


@pytest.mark.parametrize("step", STEPS)
def test_what_is_stated_is_compared_with_what_comes_in(step: str) -> None:
    differs, agrees = only(step % ("in_channels", 24)), only(step % ("in_channels", 12))
    assert differs.code == agrees.code == "CS406"
    assert differs.message.endswith("12 here, not 24")
    assert differs.help is not None and "24 should come in" in differs.help
    assert agrees.message.endswith("12 here, as stated")
    assert agrees.help == "remove it"


NORMALIZED = [
    ("12", "12 here, as stated", "remove it", True),
    ("[12]", "12 here, as stated", "remove it", True),
    ("24", "12 here, not 24", "24 should come in", False),
    ("[24]", "12 here, not 24", "24 should come in", False),
    ("[12, 10, 10]", "12x10x10 here, as stated", "write `axes: all`", False),
    ("[10, 10]", "channels are inferred from the input", "`axes: all` takes the whole sample", False),
    ("[12, 9, 10]", "channels are inferred from the input", "`axes: all` takes the whole sample", False),
]


@pytest.mark.parametrize("kind", ["layer_norm", "LayerNorm"])
@pytest.mark.parametrize(("stated", "said", "help", "fixable"), NORMALIZED)
def test_a_normalized_shape_is_compared_with_the_channels_or_the_sample(kind, stated, said, help, fixable) -> None:
    (problem,) = [
        reported for reported in problems(f"{kind}: {{normalized_shape: {stated}}}") if "takes no" in reported.message
    ]
    assert problem.message.endswith(said)
    assert problem.help is not None and help in problem.help
    assert bool(problem.fixes) == fixable


def test_a_normalized_shape_of_a_flat_input_is_its_values() -> None:
    assert only("flatten", "layer_norm: {normalized_shape: 1200}").message.endswith("1,200 here, as stated")
    assert only("flatten", "layer_norm: {normalized_shape: [1200]}").message.endswith("1,200 here, as stated")
    assert only("flatten", "layer_norm: {normalized_shape: 12}").message.endswith("1,200 here, not 12")


FOREIGN = [
    "Conv2d: {%s: %s, out_channels: 8, kernel_size: 3}",
    "torch.nn.ConvTranspose2d: {%s: %s, out_channels: 8, kernel_size: 2}",
    "BatchNorm2d: {%s: %s}",
    "Conv2D: {%s: %s, filters: 8, kernel_size: 3, activation: relu}",
]


@pytest.mark.parametrize("step", FOREIGN)
def test_it_is_compared_under_the_words_of_another_framework_too(step: str) -> None:
    for stated, said in ((24, "12 here, not 24"), (12, "12 here, as stated")):
        reported = problems(step % ("in_channels", stated))
        assert {problem.name for problem in reported} == {"foreign-spelling"}
        assert [problem.message.endswith(said) for problem in reported if "takes no" in problem.message] == [True]


@pytest.mark.parametrize("word", CHANNELS)
def test_every_word_for_what_comes_in_is_compared(word: str) -> None:
    assert only(STEPS[0] % (word, 24)).message.endswith("12 here, not 24")


def test_a_linear_is_compared_with_the_values_of_its_flat_input() -> None:
    steps = ("conv: {out: 32, kernel: 4}", "flatten", "linear: {in_features: 1050, out: 10}")
    assert only(*steps).message.endswith("1,568 here, not 1,050")
    assert only(*steps[:2], "linear: {in_features: 32 * 7 * 7, out: 10}").message.endswith("1,568 here, as stated")


def test_layers_that_follow_are_compared_with_their_own_input() -> None:
    first, second = problems("conv: {in_channels: 12, out: 8, kernel: 1, norm: {batch_norm: {num_features: 12}}}")
    assert first.message.endswith("12 here, as stated")
    assert second.message == "batch_norm takes no `num_features`: channels are inferred from the input, 8 here, not 12"


UNIT = """blocks:
  Unit:
    params: {in: required, out: required}
    do:
      - conv: {in_channels: in, out: out, kernel: 1}
"""


def test_the_use_of_a_block_that_differs_is_named() -> None:
    problem = only("Unit: {in: 12, out: 6}", "Unit: {in: 6, out: 4}", "Unit: {in: 8, out: 4}", blocks=UNIT)
    assert problem.at is not None
    assert problem.at.span.line == 7
    assert problem.message.endswith("4 here, not 8")
    assert [label.text for label in problem.related] == ["in Unit (in=8, out=4)"]


def test_all_uses_of_a_block_that_agree_are_one_problem() -> None:
    problem = only("Unit: {in: 12, out: 6}", "Unit: {in: 6, out: 4}", blocks=UNIT)
    assert problem.message.endswith("as stated")


@pytest.mark.parametrize(
    "step",
    [
        "{conv: {in_channels: 24, out: 8, kernel: 3}, when: false}",
        "conv: {in_channels: [3, 4], out: 8, kernel: 3}",
        "conv: {in_channels: '12.5', out: 8, kernel: 3}",
        "conv: {in_channels: true, out: 8, kernel: 3}",
        "conv: {batch_size: 16, out: 8, kernel: 3}",
        "linear: {input_size: 16, out: 8, from: flat}",
    ],
)
def test_what_can_not_be_compared_is_refused_as_it_is(step: str) -> None:
    refused = [problem for problem in problems(step) if "takes no" in problem.message]
    assert [problem.message.rpartition(": ")[2] for problem in refused] == ["channels are inferred from the input"]


def test_a_stated_number_hides_no_other_fault() -> None:
    codes = [
        problem.name for problem in problems("conv: {in_channels: 24, out: 8, kernel: 3}", "conv: {out: 8, kernel: 9}")
    ]
    assert codes == ["foreign-spelling", "window-too-large"]
