"""What a further layer costs: as much in a large design as in a small one. Work is counted in calls, not in seconds."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest

import cnnshape
from cnnshape.api import examine
from cnnshape.graph import Options
from cnnshape.lint import Selection, Subject, lint

FEW, MANY = 200, 1_200


class Calls:
    """The number of calls of functions, in Python and in C."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _frame: object, event: str, _argument: object) -> None:
        self.count += event in ("call", "c_call")


@contextmanager
def counted() -> Iterator[Calls]:
    calls, before = Calls(), sys.getprofile()
    sys.setprofile(calls)
    try:
        yield calls
    finally:
        sys.setprofile(before)


def per_further_layer(work: Callable[[int], object]) -> float:
    """The calls of each layer that a design of MANY has beyond one of FEW."""
    totals = []
    for layers in (FEW, MANY):
        work(layers)
        with counted() as calls:
            work(layers)
        totals.append(calls.count)
    return (totals[1] - totals[0]) / (MANY - FEW)


UNSEEN = count(8, 10_000)
"""The first of some numbers that no text before had: texts that are known cost less."""


def distinct(layers: int) -> str:
    first = next(UNSEEN)
    steps = "".join(f"  - conv: {{out: {first + number}, kernel: 1, bias: false}}\n" for number in range(layers))
    return f"cnnshape: 1\ninput: [8, 32, 32]\nlayers:\n{steps}"


def analyzed(layers: int) -> cnnshape.Report:
    return cnnshape.analyze(cnnshape.load(distinct(layers)))


def repeated(step: str, size: str = "[8, 32, 32]") -> Callable[[int], str]:
    return lambda layers: f"cnnshape: 1\ninput: {size}\nlayers:\n  - {{{step}, repeat: {layers}}}\n"


def in_blocks(layers: int) -> str:
    return (
        "cnnshape: 1\ninput: [8, 32, 32]\nblocks:\n  Unit:\n    do:\n      - residual:\n"
        "          - conv: {out: 4, kernel: 1, norm: batch_norm, act: relu}\n"
        "          - conv: {out: 4, kernel: 3, padding: 1, norm: batch_norm, act: relu}\n"
        "          - conv: {out: 8, kernel: 1, norm: batch_norm}\n"
        f"      - relu\nlayers:\n  - {{Unit: , repeat: {layers // 10}}}\n"
    )


def dead_ends(layers: int) -> str:
    block = "blocks: {Unit: {do: [relu, {tanh: , from: input}]}}"
    return f"cnnshape: 1\ninput: [8, 32, 32]\n{block}\nlayers:\n  - {{Unit: , repeat: {layers // 2}}}\n"


def test_distinct_layers_cost_the_same_in_a_large_design():
    analyzed(1)
    with counted() as calls:
        analyzed(FEW)
    assert per_further_layer(analyzed) <= calls.count / FEW


def test_a_repeated_layer_costs_a_part_of_a_distinct_one():
    distinct_one = per_further_layer(analyzed)
    for text in (repeated("conv: {out: 8, kernel: 3, padding: 1}"), in_blocks):
        repeated_one = per_further_layer(lambda layers, text=text: cnnshape.analyze(cnnshape.load(text(layers))))
        assert repeated_one < distinct_one / 4


SOUND = {
    "a convolution": repeated("conv: {out: 8, kernel: 3, padding: 1, bias: false}"),
    "a convolution with its norm": repeated("conv: {out: 8, kernel: 3, padding: 1, norm: batch_norm}"),
    "on time": repeated("conv: {out: 8, kernel: 3, padding: causal, act: relu}", "[8, 64]"),
    "residuals": in_blocks,
}
WARNED = {
    "repeated-activation": repeated("relu: "),
    "repeated-norm": repeated("batch_norm: "),
    "even-kernel-same": repeated("conv: {out: 8, kernel: 4, padding: same}"),
    "bias-before-norm": repeated("conv: {out: 8, kernel: 1, norm: batch_norm, bias: true}"),
    "unused-output": dead_ends,
}


def lint_of(text: str) -> Callable[[], list[cnnshape.Diagnostic]]:
    examination = examine(cnnshape.load(text), Options(max_layers=2 * MANY))
    assert examination.program is not None and examination.graph is not None
    subject = Subject(examination.program, examination.graph, examination.report())
    return lambda: lint(subject, Selection())


MOST_CALLS, MOST_CALLS_TO_WARN = 20, 45
"""The calls of all rules together for a further layer that equals an earlier one."""


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND)
def test_rules_look_at_equal_layers_once(text):
    works = {layers: lint_of(text(layers)) for layers in (FEW, MANY)}
    assert per_further_layer(lambda layers: works[layers]()) < MOST_CALLS
    assert works[FEW]() == works[MANY]() == []


@pytest.mark.parametrize(("rule", "text"), WARNED.items(), ids=WARNED)
def test_a_warning_is_written_once_for_all_layers_of_a_step(rule, text):
    works = {layers: lint_of(text(layers)) for layers in (FEW, MANY)}
    assert per_further_layer(lambda layers: works[layers]()) < MOST_CALLS_TO_WARN
    few, many = ([warning for warning in works[layers]() if warning.name == rule] for layers in (FEW, MANY))
    assert len(few) == len(many) == 1
    facts = [(warning.place, warning.at.text, warning.help) for warning in (*few, *many)]
    assert facts[0] == facts[1]
    more = [int(note.split()[1].replace(",", "")) for note in (few[0].notes[-1], many[0].notes[-1])]
    assert more[1] - more[0] in (MANY - FEW, (MANY - FEW) // 2)


def test_equal_words_of_a_file_are_one_text():
    spec = cnnshape.load(distinct(FEW)).spec
    assert spec is not None
    steps = spec.layers
    names = [[argument.text for argument in step.arguments] for step in steps]
    assert names[0] == names[-1] == ["out", "kernel", "bias"]
    assert len({id(name) for step in names for name in step}) == len(names[0])
    assert len({id(step.word.text) for step in steps}) == 1
    assert len({id(step.arguments[1].value.text) for step in steps}) == 1
