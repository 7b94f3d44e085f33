"""Steps that never run: what is refused there is refused when they run too, and a sound step is sound left out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import cnnshape
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import ExpansionMemory, Options, alternatives, build
from cnnshape.graph.expand import Expander
from cnnshape.graph.left_out import faults_left_out
from cnnshape.program import resolve
from cnnshape.source import shipped_folder

SPECS = Path(__file__).parents[1] / "specs"
SOUND = [*sorted(shipped_folder().glob("*.yaml")), *sorted((SPECS / "ok").glob("*.yaml"))]
HEAD = """input: [6, 16, 16]
params: {wide: %s, n: 0, least: 2}
blocks:
  Unit:
    params: {k: 3, groups: 1, skip: none}
    do:
      - {conv: {out: 6, kernel: k, groups: groups}, when: k > 0}
      - {conv: {out: 8, kernel: 6 // groups}, when: groups > 0}
layers:
  - {relu: , name: x}
"""
WRONG = [
    "conv: {out: 8, kernel: -1}",
    "conv: {out: 8, kernel: [3, -1]}",
    "conv: {out: 8, kernel: 1.5}",
    "conv: {out: 10 ** 13, kernel: 1}",
    "conv: {out: 1000000 * 10000000, kernel: 1}",
    "conv: {out: 5 // 0, kernel: 1}",
    "conv: {out: max(-3, -4), kernel: 1, groups: 2}",
    "conv: {out: 8, kernel: 3, padding: [[1, 1], [1, -1]]}",
    "conv: {out: 8, kernel: 3, bias: 1}",
    "conv: {out: 8, kernel: 3, norm: {layer_norm: {axes: 3}}}",
    "conv: {out: 8, kernel: 3, act: 7}",
    "conv: {out: in_channels, kernel: 3, act: {dropout: 1.5}}",
    "conv: {out: in_channels, kernel: 3, norm: sigmoid}",
    "dropout: 50",
    "upsample: 0",
    "upsample: {scale: 2, size: 8}",
    "upsample: {scale: 2, align_corners: true}",
    "split: {parts: [4, 4], take: 2}",
    "reshape: [-1, 4]",
    "group_norm: 0",
    "max_pool: {kernel: 2, stride: 0}",
    "add: [x, nowhere]",
    "Unit: {k: [1, 2, 3, 4]}",
    "Unit: {k: 7.5}",
    "Unit: {groups: 2.5}",
]
CERTAIN_WHEN_IT_RUNS = [
    "conv: {out: 8, kernel: n}",
    "conv: {out: 8 // n, kernel: 1}",
    "conv: {out: 8, kernel: 1, groups: n}",
    "conv: {out: n - 3, kernel: 99 if n > 0 else n - 1}",
    "conv: {out: 8, kernel: 99}",
    "conv: {out: in_channels - 6, kernel: 1}",
    "conv: {out: 8, kernel: 1, groups: 4}",
    "reshape: [7]",
    "linear: 8",
    "lstm: 8",
    "split: {parts: [9, 9], take: 0}",
    "conv_transpose: {out: 8, kernel: 3, stride: 2, output: 99}",
    "Unit: {k: 99}",
    "Unit: {k: in_height + 1}",
]
"""Wrong as the file stands, but right with other params or another tensor."""


CHOICES = {
    "conv: {out: 64 if wide else -4, kernel: 1}": "-4",
    "conv: {out: 64 if wide else (2.5 if n < 9 else n), kernel: 1}": "2.5",
    "conv: {out: 8, kernel: [3, 3 if wide else 0]}": None,
    "conv: {out: 8, kernel: 1, padding: [[1, 1], [1, 1 if wide else -1]]}": None,
    "conv: {out: n + 1 if wide else n + 4 // 0, kernel: 1}": "//",
    "conv: {out: '8 if wide else max(1, true)', kernel: 1}": "max",
    "conv: {out: '[64, 0].0', kernel: 1}": "0",
    "conv: {out: 8, kernel: 1, bias: true if wide else 3}": "3",
    "conv: {out: 8, kernel: 1, padding: 1 if wide else center}": "center",
    "conv: {out: 8, kernel: 1, act: relu if wide else batch_norm}": "batch_norm",
    "conv: {out: 8, kernel: 1, act: {dropout: 0.5 if wide else 50}}": "50",
    "conv: {out: 8, kernel: 1, norm: {group_norm: 2 if wide else 0}}": "0",
    "dropout: 0.5 if wide else 50": "50",
    "upsample: 2 if wide else 0": "0",
    "relu: , when: wide or 3": "or",
    "relu: , when: wide or 1 / 0 > 3": "/",
    "relu: , when: true if wide else 3": "3",
    "relu: , repeat: 2 if wide else -1": "-1",
    "relu: , frozen: true if wide else 1": "1",
    "conv: {out: 8, kernel: 1}, repeat: 2, first: {out: 8 if wide else 0}": "0",
    "residual: [relu], shortcut: identity if wide else center": "center",
    "for: {w: '[1, 2] if wide else 3'}, do: [{conv: {out: w, kernel: 1}}]": "3",
    "for: {w: [1, 2 if wide else 0]}, do: [{conv: {out: w, kernel: 1}}]": None,
    "Unit: {k: 3 if wide else 7.5}": None,
    "Unit: {k: 3}, repeat: 2, first: {groups: 1 if wide else 2.5}": None,
}
"""Steps that are right where `wide` is true, with the text that the fault is at; None where it is in a list, or in what the value reaches."""
RIGHT_CHOICES = [
    "conv: {out: 8, kernel: n if n > 0 else n + 1}",
    "conv: {out: 8 // n if n > 0 else 8, kernel: 1}",
    "conv: {out: 8, kernel: 1, groups: n if n > 0 else 1}",
    "conv: {out: '[n, 4].(1)', kernel: 1}",
    "conv: {out: '[0, 4].(n + 1)', kernel: 1}",
    "conv: {out: in_channels if wide else in_channels * 2, kernel: 1, norm: batch_norm if wide else none}",
    "conv: {out: 6 if wide else 8, kernel: 1, groups: 3 if wide else 2}",
    "conv: {out: 8, kernel: 1 if wide else 99}",
    "conv: {out: 8, kernel: 3, padding: same if wide else 1}",
    "residual: [relu], shortcut: identity if wide else none",
    "for: {w: [1, 2 if wide else 4]}, do: [{conv: {out: 8 // w, kernel: 1}}]",
    "Unit: {k: 3 if wide else 0}",
    "relu: , when: wide or n > 3",
    "relu: , repeat: 2 if wide else 0",
]


class Unrun(set):
    """The parts that ran, none of which is remembered."""

    def __contains__(self, part: object) -> bool:
        return False


class LeavesOut(Expander):
    """Runs every step, and also counts it as left out where it stands."""

    def _step(self, step, current, scope, labels):
        self._ran = Unrun()
        if type(step).__name__ != "BrokenStep":
            self._pass_over(step, scope)
        return super()._step(step, current, scope, labels)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_no_step_of_a_sound_design_has_a_fault_when_it_is_left_out(path, monkeypatch):
    expanders = []

    class Kept(LeavesOut):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            expanders.append(self)

    monkeypatch.setattr(sys.modules["cnnshape.graph.build"], "Expander", Kept)
    spec = cnnshape.load(path).spec
    program = resolve(spec)
    assert not build(program).problems
    for variant in spec.variants:
        assert not build(program, Options(variant=variant.name.text)).problems
    for expander in expanders:
        assert expander.left_out
        assert not faults_left_out(program, expander.left_out, expander.choosing, ExpansionMemory(), []).all()


def faults(step: str, *, runs: bool, more: str = "") -> list[Diagnostic]:
    text = f"{HEAD % str(runs).lower()}  - {{{step}, when: wide{more}}}\n"
    return cnnshape.check(cnnshape.load(text), ignore=["all"])


def reported(problem: Diagnostic) -> tuple[object, ...]:
    assert problem.at is not None
    return problem.code, problem.message, problem.at.span.line, problem.at.span.column, problem.help


@pytest.mark.parametrize("step", WRONG)
def test_a_fault_of_constants_is_the_same_whether_or_not_the_step_runs(step: str) -> None:
    run = faults(step, runs=True)
    assert run
    assert [*map(reported, faults(step, runs=False))] == [*map(reported, run)]


def test_channels_that_nobody_knows_are_not_named() -> None:
    """The help of a step that runs names a divisor of both channels; that of one that doesn't has only one of them."""
    (run,) = faults("conv: {out: 8, kernel: 1, groups: 3}", runs=True)
    (idle,) = faults("conv: {out: 8, kernel: 1, groups: 3}", runs=False)
    assert reported(idle)[:-1] == reported(run)[:-1]
    assert run.help is not None
    assert (idle.help, idle.fixes, idle.notes) == (None, (), ())


@pytest.mark.parametrize("step", WRONG)
def test_a_fault_of_constants_is_found_once_in_a_repeat(step: str) -> None:
    once = [*map(reported, faults(step, runs=True))]
    for repeat in ("0", "3", "n", "least"):
        (problem,) = faults(step, runs=False, more=f", repeat: {repeat}")
        assert [reported(problem)] == once


@pytest.mark.parametrize("step", CERTAIN_WHEN_IT_RUNS)
def test_a_fault_that_a_condition_may_keep_away_is_none(step: str) -> None:
    assert faults(step, runs=True)
    assert faults(step, runs=False) == []
    assert faults(step, runs=True, more=", repeat: 0") == []


def chosen(step: str, *, wide: bool = True) -> list[Diagnostic]:
    return cnnshape.check(cnnshape.load(f"{HEAD % str(wide).lower()}  - {{{step}}}\n"), ignore=["all"])


@pytest.mark.parametrize(("step", "text"), CHOICES.items())
def test_a_constant_that_is_not_chosen_is_checked(step: str, text: str | None) -> None:
    """And it is refused where it is chosen, with the same message."""
    (problem,) = chosen(step)
    assert problem.at is not None
    assert text is None or problem.at.span.text == text
    (same,) = chosen(step, wide=False)
    assert (same.code, same.message) == (problem.code, problem.message)


@pytest.mark.parametrize("step", CHOICES)
def test_a_constant_of_a_step_that_never_runs_is_checked_too(step: str) -> None:
    (problem,) = chosen(step)
    more = f"  - {{{step}}}\n"
    (left_out,) = cnnshape.check(
        cnnshape.load(f"{HEAD % 'true'}  - for: {{_n: [1]}}\n    when: n > 0\n    do:\n    {more}"), ignore=["all"]
    )
    assert (left_out.code, left_out.message) == (problem.code, problem.message)


@pytest.mark.parametrize("step", RIGHT_CHOICES)
@pytest.mark.parametrize("wide", [True, False])
def test_a_choice_that_may_be_right_has_no_fault(step: str, wide: bool) -> None:
    assert "99" in step or chosen(step, wide=wide) == []
    assert not wide or chosen(step) == []


def test_a_faulty_choice_and_another_fault_of_its_step_are_both_reported() -> None:
    problems = chosen("conv: {out: 64 if wide else -4, kernel: -1}")
    assert [problem.message[:12] for problem in problems] == ["`out` of con", "`kernel` of "]


def test_a_choice_is_tried_once_for_all_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    original = alternatives.alternative_steps

    def counted(step, scope):
        tried.append(step)
        return original(step, scope)

    monkeypatch.setattr("cnnshape.graph.left_out.alternative_steps", counted)
    text = "input: [6, 16, 16]\nparams: {n: 1}\nvariants: {two: {n: 2}, three: {n: 3}}\nlayers: [dropout: 0.5 if n > 1 else 0.2]\n"
    assert cnnshape.check(cnnshape.load(text), ignore=["all"]) == []
    assert len(tried) == 1


def test_a_fault_of_a_step_that_runs_somewhere_is_counted_as_before() -> None:
    text = (
        "input: [6, 16, 16]\nlayers:\n  - for: {on: [true, false, true]}\n    do:\n"
        "      - {conv: {out: 6, kernel: 0}, when: on}\n"
    )
    (problem,) = cnnshape.check(cnnshape.load(text))
    assert problem.at is not None
    assert problem.at.span.line == 5
    (again,) = cnnshape.check(cnnshape.load(text.replace(", true]", "]")))
    assert reported(again) == reported(problem)


def test_a_fault_that_no_variant_reaches_is_named_once() -> None:
    text = "input: [6, 16, 16]\nparams: {n: 1}\nvariants: {two: {n: 2}}\nlayers:\n  - {dropout: 5, when: n > 2}\n"
    design = cnnshape.load(text)
    (problem,) = cnnshape.check(design)
    assert problem.notes == ()
    (in_variant,) = cnnshape.check(design, variant="two")
    assert reported(in_variant) == reported(problem)


def test_a_sound_part_is_looked_at_once_for_all_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def counting(program, parts, *further):
        looked.append(len(parts))
        return faults_left_out(program, parts, *further)

    monkeypatch.setattr("cnnshape.graph.left_out.faults_left_out", counting)
    text = "input: [6, 16, 16]\nparams: {n: 1}\nvariants: {two: {n: 2}}\nlayers:\n  - {dropout: 0.5, when: n > 2}\n"
    assert cnnshape.check(cnnshape.load(text), ignore=["all"]) == []
    assert looked == [1]


@pytest.mark.parametrize("repeat", ["90000", "1000000000"])
def test_a_large_repeat_that_never_runs_costs_little(repeat: str) -> None:
    text = (
        f"input: [6, 16, 16]\nlayers:\n  - {{relu: , when: false, repeat: {repeat}}}\n  - {{dropout: 5, when: false}}\n"
    )
    design = cnnshape.load(text)
    visits: list[int] = []
    original = Expander._visit

    def counted(self, step):
        visits.append(1)
        original(self, step)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Expander, "_visit", counted)
        (problem,) = cnnshape.check(design)
    assert problem.at is not None
    assert problem.at.span.line == 4
    assert len(visits) < 10_000
