"""Errors that only variants bring: one for each place, which names the variants and what differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cnnshape
from cnnshape.api.variants import MOST_NAMED, MOST_VARIANTS
from cnnshape.diagnostics import Diagnostic
from tests.command import run

HEAD = "cnnshape: 1\ninput: [6, 16, 16]\n"


def errors(params: str, variants: dict[str, str], *steps: str, head: str = HEAD, variant: str = "") -> list[Diagnostic]:
    listed = "".join(f"  {name}: {{{values}}}\n" for name, values in variants.items())
    layers = "".join(f"  - {step}\n" for step in steps)
    text = f"{head}params: {{{params}}}\nvariants:\n{listed}layers:\n{layers}"
    return cnnshape.check(cnnshape.load(text), ignore=["all"], variant=variant)


GROUPED = "conv: {out: 12, kernel: 1, groups: g}"


def test_words_that_differ_are_in_the_notes_of_their_variants() -> None:
    (problem,) = errors("g: 1", {"a": "g: 4", "b": "g: 4", "c": "g: 5", "d": "g: 2"}, GROUPED)
    alone = {name: errors("g: 1", {name: f"g: {g}"}, GROUPED, variant=name)[0] for name, g in (("a", 4), ("c", 5))}
    assert (problem.message, problem.help) == (alone["a"].message, alone["a"].help)
    own = alone["c"].message if alone["c"].help == problem.help else f"{alone['c'].message}; {alone['c'].help}"
    assert problem.notes == ("in the variant `a`", "in the variant `b`", f"in the variant `c`: {own}")
    assert [label.span.line for label in problem.related] == [5, 6, 7]


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        ([GROUPED, "conv: {out: 12, kernel: k}"], [8, 9]),
        (["{conv: {out: 12, kernel: k}}", "{dropout: p}", GROUPED], [8, 9, 10]),
        (["{residual: [{conv: {out: 6, kernel: k}}]}"], [8]),
        (["{for: {w: [k, g]}, do: [{conv: {out: 6, kernel: [w, 1]}}]}"], [8]),
    ],
)
def test_each_place_has_one_error(steps: list[str], lines: list[int]) -> None:
    variants = {"a": "g: 5, k: -1, p: 2", "b": "g: 4, k: -2, p: 3"}
    problems = errors("g: 1, k: 1, p: 0.5", variants, *steps)
    assert all(problem.at is not None for problem in problems)
    places = [(problem.code, problem.at.span) for problem in problems if problem.at]
    assert len(set(places)) == len(places)
    assert {place.line for _, place in places} <= {5, 6, *lines}
    for problem in problems:
        assert any("in the variant `" in note for note in problem.notes)


def test_independent_faults_at_one_place_stay_apart() -> None:
    """Each of two rounds has a wrong value of its own."""
    rounds = "{for: {w: [4, 5]}, do: [{conv: {out: 12, kernel: 1, groups: w if on else 1}}]}"
    five, four = errors("on: false", {"a": "on: true", "b": "on: true"}, rounds)
    assert four.at == five.at
    assert ["4 groups" in four.message, "5 groups" in five.message] == [True, True]
    assert four.notes == five.notes[1:] == ("in the variant `a`", "in the variant `b`")


def test_an_error_of_a_great_many_variants_counts_the_rest() -> None:
    variants = {f"v{number}": f"g: {13 + number}" for number in range(MOST_NAMED + 2)}
    (problem,) = errors("g: 1", variants, GROUPED)
    assert len(problem.notes) == MOST_NAMED + 1
    assert problem.notes[-1] == "and in 2 more variants"
    (one_less,) = errors("g: 1", dict([*variants.items()][1:]), GROUPED)
    assert one_less.notes[-1] == "and in 1 more variant"


def test_variants_beyond_the_limit_are_said_to_be_unchecked() -> None:
    variants = {f"v{number}": "g: 2" for number in range(MOST_VARIANTS + 2)}
    (problem,) = errors("g: 1", variants, GROUPED)
    assert problem.message.startswith(f"2 of {MOST_VARIANTS + 2} variants are not checked")


def test_all_formats_have_the_same_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    variants = "variants: {a: {g: 4}, b: {g: 5}}\n"
    Path("own.yaml").write_text(f"{HEAD}params: {{g: 1}}\n{variants}layers:\n  - {GROUPED}\n")
    (problem,) = cnnshape.check(cnnshape.load("own.yaml"))
    (listed,) = json.loads(run("check", "own.yaml", "-f", "json").stdout)["diagnostics"]
    assert (listed["message"], tuple(listed["notes"])) == (problem.message, problem.notes)
    (result,) = json.loads(run("check", "own.yaml", "-f", "sarif").stdout)["runs"][0]["results"]
    text = run("check", "own.yaml").stdout
    assert text.count("error[") == 1
    for note in problem.notes:
        assert f"  = note: {note}\n" in text
        assert note in result["message"]["text"]
