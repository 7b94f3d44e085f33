"""Mutated files of each format give a spec or a problem: `python -m tests.bridge.mutants` tries as many as one likes."""

import json
import random

import pytest

from tests.bridge import mutants
from tests.bridge.darknet_files import yolov3
from tests.bridge.mutants import FORMATS, Format, outcome_of

PARTS = 5
COUNT = 60


@pytest.mark.parametrize("name", FORMATS)
def test_the_seed_is_a_whole_network(name: str) -> None:
    outcome = outcome_of(FORMATS[name].read, FORMATS[name].seed)
    assert not (outcome.message or outcome.failure)
    assert outcome.spec.count("\n") > 12


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", FORMATS)
def test_a_mutant_is_a_network_or_a_problem(name: str, part: int) -> None:
    outcomes = list(mutants.run(name, COUNT, seed=part))
    assert [outcome.failure for _, outcome in outcomes if outcome.failure] == []
    assert all(outcome.spec or outcome.message for _, outcome in outcomes)


@pytest.mark.parametrize("name", FORMATS)
def test_the_mutants_differ_and_get_far(name: str) -> None:
    """Mutants that are refused at their first byte would show nothing."""
    outcomes = list(mutants.run(name, COUNT))
    assert len({mutant for mutant, _ in outcomes}) > COUNT // 2
    assert any(outcome.spec for _, outcome in outcomes)
    assert len({outcome.message for _, outcome in outcomes}) > 5


def test_another_file_is_mutated_beside_the_seed() -> None:
    other = yolov3(classes=2, size=64).encode()
    sizes = sorted(len(mutant) for mutant, _ in mutants.run("darknet", 6, [other]))
    assert sizes[0] < 2 * len(FORMATS["darknet"].seed) < sizes[-1]


def broken(_: bytes) -> None:
    raise KeyError("x")


def test_a_failure_is_kept_and_counted(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(FORMATS, "broken", Format(broken, b"seed", lambda content, chance: content))
    assert not mutants.main("broken", 2, [])
    assert (tmp_path / "mutants" / "broken_2").read_bytes() == b"seed"
    printed = capsys.readouterr().out
    assert "KeyError" in printed
    assert "broken: 2 mutants, 0 specs, 2 failures" in printed


def test_any_value_takes_the_place_of_any_other() -> None:
    value = {"a": [1, {"b": 2}]}
    assert list(mutants.paths_of(value)) == [(), ("a",), ("a", 0), ("a", 1), ("a", 1, "b")]
    assert mutants.replaced(value, ("a", 1, "b"), None) == {"a": [1, {"b": None}]}
    assert mutants.at_path(value, ("a", 1)) == {"b": 2}
    assert mutants.at_path(value, ("a", 0, "b")) is None
    chance = random.Random(0)
    assert {mutants.changed_json(json.dumps(value).encode(), chance) for _ in range(50)} >= {b"null"}


def test_figures_that_no_spec_can_have_are_a_problem() -> None:
    """A number in a spec is at most 10^12; what a spec expects may be larger."""
    size = "size=1000\nfilters=1000000\n"
    text = f"[net]\nwidth=1\nheight=1\nchannels=3\n[convolutional]\npad=1\nactivation=linear\n{size}"
    outcome = outcome_of(FORMATS["darknet"].read, text.encode())
    assert "expect: {output: [1000000, 2, 2], params: 3000001000000}" in outcome.spec
    local = text.replace("convolutional", "local").replace("1000000", "1000000\nstride=1")
    assert "a number beyond 10^12" in outcome_of(FORMATS["darknet"].read, local.encode()).message
