"""Texts that are cut off: no traceback, an error inside the text that says what is unfinished, or a shorter design."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import cnnshape
from cnnshape.api import design_of
from cnnshape.source import SourceText

from .cuts import CUTS, HEAD, STEPS, Cut, cuts, is_inside, problems
from .shares import Led, Shares, fixed_texts, recorded
from .test_mutations import NETWORKS

MOST = 8
DOCS = Path(__file__).parents[2] / "docs"


@cache
def made(path: Path) -> list[Cut]:
    return list(cuts(path.stem, path.read_text("utf-8"), MOST))


def led(cut: Cut) -> Led:
    """What a cut led to. A fix is right if its error is gone: another may come to light behind it."""
    reported = problems(cut.text)
    at = {problem.at.span.line for problem in reported if problem.at}
    related = {label.span.line for problem in reported for label in problem.related}
    fixes = [(problem, text) for problem in reported for text in fixed_texts(problem)]
    right = sum(
        (problem.name, problem.message) not in {(left.name, left.message) for left in problems(text)}
        for problem, text in fixes
    )
    return Led(bool(reported), cut.line in at, cut.line in at | related, len(reported) == 1, len(fixes), right)


@cache
def shares_of(path: Path) -> dict[str, Shares]:
    """The counts of a network, by the kind of cut."""
    return {kind: Shares.of(led(cut) for cut in made(path) if cut.kind == kind) for kind in CUTS}


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_the_shares_of_cuts_are_those_that_are_documented(path: Path) -> None:
    assert shares_of(path) == {kind: shares for kind, shares in recorded(path.stem).items() if kind in CUTS}


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_every_error_is_inside_the_text(path: Path) -> None:
    for cut in made(path):
        for problem in problems(cut.text):
            assert problem.at is not None or problem.name == "empty-file"
            assert is_inside(problem, cut.text), (problem, cut.text[-60:])


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_what_is_cut_off_is_a_design_or_says_what_to_write(path: Path) -> None:
    for cut in made(path):
        reported = problems(cut.text)
        if not reported:
            assert cut.kind == STEPS
            assert cnnshape.analyze(design_of(SourceText("cut.yaml", cut.text))).rows
        for problem in reported:
            assert problem.help, (problem.message, cut.text[-60:])
        if cut.kind == HEAD:
            lacking = [problem for problem in reported if "no `layers`" in problem.message]
            assert lacking or {problem.name for problem in reported} & {"yaml-syntax", "wrong-structure", "empty-file"}


@pytest.mark.parametrize(
    ("end", "help"),
    [
        (
            "- conv: {out: 8, kernel: 3, paddin",
            "write the value of `paddin`: `paddin: ...`, and close the `{` with `}`",
        ),
        ("- {conv: {out: 8, kernel: 3}, na", "write the value of `na`: `na: ...`, and close the `{` with `}`"),
        ("- conv: {out: 8, kernel:", "write the value of `kernel`, and close the `{` with `}`"),
        ("- conv: {out: 8, kernel: 3", "close it: `{out: 8, kernel: 3}`"),
        ("- {rel", "close it: `{rel}`"),
        ("- {conv: {out: 8, kernel: 3", "close it: `{conv: {out: 8, kernel: 3}}`"),
        ("- {conv: {out: 8, kernel: [3", "close it: `{conv: {out: 8, kernel: [3]}}`"),
        ("- conv: {out: 8, kernel: [3, 3", "close it: `{out: 8, kernel: [3, 3]}`"),
        ("- relu:\n    when:", "write its value after the colon, or leave it out"),
        ("- {relu: , name: }", "write a word after the colon, or remove the line"),
        ("- relu:\n    when: 3 ==", "the value ends inside the expression: write the rest"),
        ("- relu:\n    when: true if 3 == 4", "the value ends inside the expression: write the rest"),
        ("- max_p", "did you mean `max_pool`?"),
        ("- conv_t", "did you mean `conv_transpose`?"),
    ],
)
def test_what_is_unfinished_is_said(end: str, help: str) -> None:
    (problem,) = problems(f"input: [3, 8, 8]\nlayers:\n  {end}")
    assert problem.help == help


@pytest.mark.parametrize(
    "line", ["name:", "year:", "family:", "source:", "results:", "results: {a: }", "year: 19", "params: {a: }"]
)
def test_a_key_at_the_top_without_its_value_has_a_help(line: str) -> None:
    (problem,) = problems(f"input: [3, 8, 8]\nlayers: [relu]\n{line}")
    assert problem.help


def test_a_key_without_a_value_is_not_closed_by_a_fix() -> None:
    (problem,) = problems("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, padding")
    assert not problem.fixes


@pytest.mark.parametrize(
    "step", ["conv: {out: 8, kernel: 3", "{conv: {out: 8, kernel: 3", "{conv: {out: 8, kernel: [3, 3", "{relu"]
)
def test_a_fix_closes_all_brackets_of_the_last_line(step: str) -> None:
    (problem,) = problems(f"input: [3, 8, 8]\nlayers:\n  - {step}")
    assert [problems(text) for text in fixed_texts(problem)] == [[]]


def test_a_fix_closes_one_bracket_where_the_text_goes_on() -> None:
    (problem,) = problems("input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: [3, 3}, name: a}\n  - relu\n")
    assert "`{conv" not in (problem.help or "")


def test_following_the_help_finishes_the_text() -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, padding"
    assert problems(text + ": 1}") == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_specs_of_the_docs_can_be_cut_anywhere(page: Path) -> None:
    parts = page.read_text("utf-8").split("```yaml\n# file: ")[1:]
    texts = [part.partition("```")[0].partition("\n")[2] for part in parts]
    for text in texts:
        for place in range(0, len(text), 7):
            for problem in problems(text[:place]):
                assert is_inside(problem, text[:place])
