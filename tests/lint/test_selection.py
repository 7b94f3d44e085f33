"""Which rules run: by name, by code, by the beginning of a code, all; and which don't."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.lint import RULES, Selection

DEFAULT = [rule.name for rule in RULES if rule.default]
OPTIONAL = [rule.name for rule in RULES if not rule.default]
ALL = [rule.name for rule in RULES]

# Trips heavy-head, repeated-activation, and unproductive-layer, which is off unless it is selected.
DESIGN = """
cnnshape: 1
input: [3, 8, 8]
layers:
  - conv: {out: 8, kernel: 9, padding: 4, act: relu}
  - relu
  - conv: {out: 8, kernel: 3, padding: 1, act: relu}
  - flatten
  - linear: 10
"""


@pytest.mark.parametrize(
    ("select", "ignore", "running"),
    [
        ((), (), DEFAULT),
        (("all",), (), ALL),
        (("CS7",), (), ALL),
        (("CS",), (), ALL),
        (("heavy-head",), (), ["heavy-head"]),
        (("CS705", "repeated-norm"), (), ["heavy-head", "repeated-norm"]),
        (("CS71",), (), [rule.name for rule in RULES if rule.code.startswith("CS71")]),
        (tuple(OPTIONAL), (), OPTIONAL),
        ((), ("heavy-head",), [name for name in DEFAULT if name != "heavy-head"]),
        ((), ("CS70",), [rule.name for rule in RULES if rule.default and not rule.code.startswith("CS70")]),
        ((), ("all",), []),
        (("all",), ("all",), []),
        (("heavy-head", "repeated-norm"), ("CS705",), ["repeated-norm"]),
        (("CS5",), (), []),
        (("heavy",), (), []),
    ],
)
def test_a_selection_runs(select, ignore, running) -> None:
    assert [rule.name for rule in RULES if Selection(select, ignore).has(rule)] == running


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (("heavy-head", "CS705", "CS7", "all"), []),
        (("heavy-haed", "CS799", "CS5", "705", ""), ["heavy-haed", "CS799", "CS5", "705", ""]),
    ],
)
def test_words_that_match_no_rule(words, unknown) -> None:
    assert Selection(select=words).unknown() == unknown
    assert Selection(ignore=words).unknown() == unknown


@pytest.mark.parametrize("word", ["unused-ignore", "CS802", "CS8"])
def test_what_is_said_of_ignore_comments_can_only_be_left_out(word) -> None:
    assert Selection(select=(word,)).unknown() == [word]
    assert Selection(ignore=(word,)).unknown() == []


@pytest.mark.parametrize(
    ("select", "ignore", "names"),
    [
        ([], [], ["repeated-activation", "heavy-head"]),
        (["all"], [], ["repeated-activation", "unproductive-layer", "heavy-head"]),
        (["CS706"], [], ["unproductive-layer"]),
        ([], ["CS709"], ["heavy-head"]),
        ([], ["all"], []),
    ],
)
def test_check_reports_what_is_selected_in_the_order_of_the_file(select, ignore, names) -> None:
    diagnostics = cnnshape.check(cnnshape.load(DESIGN), select=select, ignore=ignore)
    assert [diagnostic.name for diagnostic in diagnostics] == names


def test_a_design_with_errors_is_not_linted() -> None:
    diagnostics = cnnshape.check(cnnshape.load(DESIGN.replace("linear: 10", "linear: 0")))
    assert [diagnostic.name for diagnostic in diagnostics] == ["bad-argument"]


def test_errors_are_not_ignored() -> None:
    design = cnnshape.load(DESIGN + "expect: {params: 1}\n")
    assert "expectation-missed" in [diagnostic.name for diagnostic in cnnshape.check(design, ignore=["all"])]
