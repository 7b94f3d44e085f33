"""One examination of a design gives its program, its graph as far as it goes, its report, and all errors."""

from __future__ import annotations

import gc

import pytest

import cnnshape
from cnnshape import DesignError
from cnnshape.api import Examination, examine, expand, options, paused_collection
from cnnshape.graph import Options
from cnnshape.render.json import to_json
from cnnshape.report import Settings
from cnnshape.source import shipped_folder

SOUND = "input: [3, 8, 8]\nparams: {width: 4}\nlayers:\n  - conv: {out: width, kernel: 3}\n  - relu\n"
FAULTY = """\
input: [3, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3}, name: stem}
  - conv: {out: 4, kernel: 99}
  - relu
  - {conv: {out: 2, kernel: 1}, from: stem, name: side}
outputs: [side]
"""


def examined(text: str) -> Examination:
    return examine(cnnshape.load(text), options(None, "", None, None))


def test_a_sound_design_has_everything() -> None:
    examination = examined(SOUND)
    assert examination.problems == []
    assert examination.program is not None
    assert examination.graph is not None
    assert examination.graph.complete
    assert [row.name for row in examination.report().rows] == ["conv", "relu"]
    assert examination.visits > 0


def test_a_fault_leaves_the_rest_of_the_graph_in_place() -> None:
    examination = examined(FAULTY)
    assert [problem.name for problem in examination.problems] == ["window-too-large"]
    assert examination.graph is not None
    assert [node.name for node in examination.graph.nodes] == ["stem", "side"]
    assert examination.graph.outputs == {"side": 2}
    assert not examination.graph.complete


def test_a_text_of_which_nothing_can_be_made_has_neither_program_nor_graph() -> None:
    examination = examined("# nothing\n")
    assert (examination.program, examination.graph) == (None, None)
    assert examination.problems
    with pytest.raises(ValueError, match="no report"):
        examination.report()


def test_a_report_is_made_once_for_the_same_settings() -> None:
    examination = examined(SOUND)
    first = examination.report()
    assert examination.report() is first
    assert examination.report(Settings()) is first
    batched = examination.report(Settings(batch=2))
    assert batched.totals.macs == 2 * first.totals.macs


def test_a_variant_is_examined_with_the_same_program() -> None:
    examination = examined(SOUND.replace("layers:", "variants: {wide: {width: 8}, none: {width: 0}}\nlayers:"))
    wide = examination.variant("wide")
    assert wide.program is examination.program
    assert wide.report().outputs == {"output": (8, 6, 6)}
    assert examination.report().outputs == {"output": (4, 6, 6)}
    assert [problem.name for problem in examination.variant("none").problems] == ["bad-argument"]


def test_a_partial_report_has_what_could_be_built() -> None:
    report = cnnshape.analyze(cnnshape.load(FAULTY), partial=True)
    assert not report.complete
    assert [row.name for row in report.rows] == ["stem", "side"]
    assert report.outputs == {"side": (2, 6, 6)}
    assert report.totals.params == (3 * 9 * 4 + 4) + (4 * 2 + 2)


def test_without_partial_a_fault_is_raised() -> None:
    with pytest.raises(DesignError) as caught:
        cnnshape.analyze(cnnshape.load(FAULTY))
    assert [problem.name for problem in caught.value.diagnostics] == ["window-too-large"]


def test_a_partial_report_of_a_sound_design_is_complete() -> None:
    design = cnnshape.load(SOUND)
    partial, whole = cnnshape.analyze(design, partial=True), cnnshape.analyze(design)
    assert (partial.complete, whole.complete) == (True, True)
    assert partial.totals == whole.totals


def test_nothing_to_build_on_is_raised_even_if_partial() -> None:
    for text in ("- 1\n", "input: [0]\nlayers: [relu]\n", "input: [width, 8]\nlayers: [relu]\n"):
        with pytest.raises(DesignError):
            cnnshape.analyze(cnnshape.load(text), partial=True)


def test_a_graph_with_errors_is_not_expanded() -> None:
    """`expand` is for what needs a whole graph."""
    graph, problems = expand(cnnshape.load(FAULTY), options(None, "", None, None))
    assert graph is None
    assert len(problems) == 1


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        cnnshape.check(cnnshape.load(SOUND))
        with pytest.raises(DesignError):
            cnnshape.analyze(cnnshape.load(FAULTY))
        assert gc.isenabled() is enabled
        with paused_collection():
            assert not gc.isenabled()
            with paused_collection():
                assert not gc.isenabled()
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_a_pause_ends_with_an_error() -> None:
    with pytest.raises(KeyError), paused_collection():
        raise KeyError
    assert gc.isenabled()


def test_other_options_give_what_an_examination_of_their_own_gives():
    design = cnnshape.load(shipped_folder() / "resnet18.yaml")
    shared = examine(design, Options())
    for size in (224, 32, 225, 1, 64, 32):
        sized = Options(inputs={"": (3, size, size)})
        again, alone = shared.with_options(sized), examine(design, sized)
        assert again.problems == alone.problems
        assert again.problems or to_json(again.report()) == to_json(alone.report())


def test_the_cache_of_expansions_is_emptied_after_many_steps(monkeypatch):
    design = cnnshape.load(shipped_folder() / "resnet18.yaml")
    monkeypatch.setattr("cnnshape.graph.expansion.REMEMBERED_VISITS", 150)
    shared = examine(design, Options())
    sizes = []
    for size in range(200, 240):
        shared.with_options(Options(inputs={"": (3, size, size)}))
        sizes.append(len(shared._memory.layers.chains))
    assert min(sizes) == 0
    assert max(sizes) < 200
    assert shared.report().totals.params == 11_689_512
