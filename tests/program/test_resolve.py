"""A spec resolved: every step knows its kind or block, every argument its place, every fault its line, in one pass."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.language import Spec
from cnnshape.program import (
    BlockStep,
    BrokenStep,
    JoinStep,
    KindStep,
    LoopStep,
    Program,
    ResidualStep,
    ResolvedStep,
    resolve,
)
from cnnshape.source import shipped_folder

HEAD = "input: [3, 8, 8]\n"


def spec_of(text: str) -> Spec:
    spec = cnnshape.load(HEAD + text).spec
    assert spec is not None
    return spec


def program_of(text: str) -> Program:
    return resolve(spec_of(text))


def only_step(text: str) -> ResolvedStep:
    (step,) = program_of(f"layers:\n  - {text}\n").layers.steps
    return step


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("relu", KindStep),
        ("conv: {out: 8, kernel: 3}", KindStep),
        ("Conv2d: {out: 8}", KindStep),
        ("Unit: {width: 8}", BlockStep),
        ("{for: {k: [1]}, do: [relu]}", LoopStep),
        ("residual: [relu]", ResidualStep),
        ("add: {left: [], right: []}", JoinStep),
        ("concat: [prev, input]", JoinStep),
        ("[relu]", BrokenStep),
        ("{for: [1]}", BrokenStep),
    ],
)
def test_a_step_is_resolved_to_what_its_word_means(text: str, sort: type[ResolvedStep]) -> None:
    assert type(only_step(text)) is sort


def test_a_plan_has_the_values_of_arguments_with_their_places() -> None:
    step = only_step("conv: {out: 8, kernel: 3, norm: batch_norm, act: {leaky_relu: 0.1}}")
    assert isinstance(step, KindStep)
    assert step.plan is not None
    assert {name: value.span.text for name, value in step.plan.values.items()} == {"out": "8", "kernel": "3"}
    assert {name: span.text for name, span in step.plan.names.items()} == {"out": "out", "kernel": "kernel"}
    norm, act = step.plan.followers
    assert (norm.role, norm.is_setting, act.role, act.is_setting) == ("norm", False, "act", True)
    assert act.plan is not None
    assert act.plan.kind.name == "leaky_relu"


def test_a_bare_value_is_that_of_the_main_argument() -> None:
    step = only_step("max_pool: 2")
    assert isinstance(step, KindStep)
    assert step.plan is not None
    assert list(step.plan.values) == ["kernel"]
    assert step.plan.constant


def test_the_first_repeat_has_a_plan_of_its_own() -> None:
    step = only_step("{conv: {out: 8, kernel: 3}, repeat: 2, first: {stride: 2, out: 4}}")
    assert isinstance(step, KindStep)
    assert step.plan is not None
    assert step.first is not None
    assert sorted(step.plan.values) == ["kernel", "out"]
    assert sorted(step.first.values) == ["kernel", "out", "stride"]
    assert step.first.values["out"].span.text == "4"


def test_without_first_all_repeats_have_one_plan() -> None:
    step = only_step("{conv: {out: 8, kernel: 3}, repeat: 2}")
    assert isinstance(step, KindStep)
    assert step.first is step.plan


def test_a_fault_in_a_step_with_first_is_reported_once() -> None:
    step = "{conv: {oot: 8, kernel: 3}, repeat: 2, first: {strid: 2}}"
    problems = program_of(f"layers:\n  - {step}\n").problems
    assert [problem.message for problem in problems] == [
        "conv has no argument `oot`",
        "conv has no argument `strid`",
    ]


BLOCK = "blocks:\n  Unit:\n    params: {width: required, stride: 1}\n    do:\n      - conv: {out: width, kernel: 1}\n"


@pytest.mark.parametrize(
    ("use", "given", "first"),
    [
        ("Unit: 8", {"width": "8"}, {"width": "8"}),
        ("Unit: {width: 8, stride: 2}", {"width": "8", "stride": "2"}, {"width": "8", "stride": "2"}),
        ("{Unit: {width: 8}, repeat: 2, first: {stride: 2}}", {"width": "8"}, {"width": "8", "stride": "2"}),
    ],
)
def test_a_use_of_a_block_gives_values_to_its_params(use: str, given: dict[str, str], first: dict[str, str]) -> None:
    program = program_of(f"{BLOCK}layers:\n  - {use}\n")
    (step,) = program.layers.steps
    assert isinstance(step, BlockStep)
    assert step.block is program.blocks["Unit"]
    assert {name: value.span.text for name, value in step.given.items()} == given
    assert {name: value.span.text for name, value in step.first.items()} == first


@pytest.mark.parametrize(
    ("use", "problem"),
    [
        ("Unit: {wdith: 8}", "unknown-param"),
        ("Unot: {width: 8}", "unknown-block"),
    ],
)
def test_a_use_that_does_not_fit_has_no_block(use: str, problem: str) -> None:
    program = program_of(f"{BLOCK}layers:\n  - {use}\n")
    (step,) = program.layers.steps
    assert isinstance(step, BlockStep)
    assert step.block is None
    assert [diagnostic.name for diagnostic in program.problems] == [problem]


def test_a_block_that_contains_itself_is_not_opened() -> None:
    blocks = "blocks:\n  A: {do: [B]}\n  B: {do: [A]}\n  C: {do: [relu]}\n"
    program = program_of(f"{blocks}layers:\n  - A\n  - C\n")
    assert [problem.name for problem in program.problems] == ["block-cycle"]
    assert {name: block.usable for name, block in program.blocks.items()} == {"A": False, "B": False, "C": True}
    circular, sound = program.layers.steps
    assert isinstance(circular, BlockStep)
    assert isinstance(sound, BlockStep)
    assert (circular.block, sound.block) == (None, program.blocks["C"])


def test_the_names_that_steps_give_are_reserved_in_their_scope() -> None:
    steps = "  - {relu: , name: a}\n  - residual: [{relu: , name: b}]\n  - {for: {k: [1]}, do: [{relu: , name: c}]}\n"
    program = program_of(f"layers:\n{steps}")
    assert program.layers.names == {"a", "b", "c"}
    assert set(program.outside) == {"input", "a", "b", "c"}


def test_every_step_is_counted() -> None:
    assert program_of("params: {k: 1}\nlayers:\n  - residual: [relu, relu]\n  - relu\n").size == 5


def test_words_are_checked_in_blocks_that_nothing_uses() -> None:
    program = program_of("blocks:\n  Unused: {do: [{conv: {ot: 3, kernel: 1}}]}\nlayers: [relu]\n")
    assert [problem.name for problem in program.problems] == ["unknown-argument"]


@pytest.mark.parametrize("path", sorted(shipped_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_design_resolves_without_a_problem(path) -> None:
    spec = cnnshape.load(path).spec
    assert spec is not None
    program = resolve(spec)
    assert program.problems == []
    assert program.covered == []
    assert program.size > 0
