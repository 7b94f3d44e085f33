"""Every fix that a diagnostic of any test offers is applied: the problem is gone, no other comes, comments stay.

The texts are the bad specs, the cases of the design rules, the rows of foreign words, and shipped networks with injected
faults. What a fix does is checked here without the code that checks it when `check --fix` runs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import cnnshape
from cnnshape.api.design import design_of
from cnnshape.api.fixing import passing
from cnnshape.diagnostics import BY_CHOICE, BY_FIX, BY_UPDATE, Diagnostic, Fix, Remove, Severity
from cnnshape.document import read_document
from cnnshape.document.editing import replacements, rewritten
from cnnshape.source import SourceText
from tests.lint.test_cases import cases
from tests.mutations.faults import FAULTS, mutants
from tests.mutations.slips import SLIPS
from tests.mutations.test_mutations import NETWORKS

BAD = sorted((Path(__file__).parents[1] / "specs" / "bad").glob("*.yaml"))
HEAD = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n"


class Text(NamedTuple):
    """A text with problems; `rules` are the design rules that run over it."""

    name: str
    text: str
    path: Path | None = None
    rules: tuple[str, ...] = ()

    def problems(self, text: str | None = None) -> list[Diagnostic]:
        """The problems of the text, or of another text."""
        source = SourceText(self.name, self.text if text is None else text, self.path)
        return cnnshape.check(design_of(source), select=self.rules)


TEXTS = [
    *(Text(str(path), path.read_text("utf-8"), path) for path in BAD),
    *(Text(f"{case.rule}: {case.title}", case.text, rules=("all",)) for case in cases()),
]


class Offer(NamedTuple):
    """A fix that is offered for a problem, and the text with it."""

    text: Text
    problem: Diagnostic
    fix: Fix
    fixed: str


def offers(text: Text, problems: list[Diagnostic]) -> Iterator[Offer]:
    for problem in problems:
        for fix in problem.fixes:
            changes = replacements(fix)
            assert changes, f"{text.name}: {problem.message}: a fix without a place"
            yield Offer(text, problem, fix, rewritten(changes[0].at.source, changes))


def kept_offers(text: Text) -> list[Offer]:
    """The fixes that pass the check of the program."""
    problems = text.problems()
    source = SourceText(text.name, text.text, text.path)
    tried = passing(source, problems, lambda changed: [text.problems(changed)])
    return list(offers(text, tried))


def keys(problems: list[Diagnostic]) -> Counter[tuple[str, str]]:
    """The problems by name and message, without their lines and figures, which a fix may change."""
    return Counter((problem.name, re.sub(r"[\d?][\dx?.,]*", "0", problem.message)) for problem in problems)


def removes(fix: Fix) -> bool:
    return any(isinstance(edit, Remove) for edit in fix.edits)


def comments(text: str) -> list[str]:
    return [span.text for span in read_document(SourceText("", text)).comments]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: Path(text.name).stem)
def test_a_fix_that_is_shown_is_right(text: Text) -> None:
    before = text.problems()
    for offer in kept_offers(text):
        after = text.problems(offer.fixed)
        was, now = keys(before), keys(after)
        gone = keys([offer.problem])
        assert all(now[key] < was[key] for key in gone), (offer.problem.message, offer.fixed)
        if any(problem.severity is Severity.ERROR for problem in before):
            after = [problem for problem in after if problem.severity is Severity.ERROR]
        assert keys(after) - was == Counter(), (offer.problem.message, offer.fixed)


REFUSED = {
    "bad-expectation": 1,  # `parms` beside `params`: the key would be there twice
    "foreign-spelling": 1,  # `loop: 3` isn't a `for`
    "unknown-key": 2,  # `paarms: 3` isn't a mapping; without the input, no rank was known
    "unknown-kind": 3,  # `convv` and `conv:64` lack a kernel; `sillu: 1` gives an argument that `silu` doesn't have
    "unknown-name": 2,  # the declaration is misspelt, not its uses
    "unused-block": 1,  # another unused block uses it
    "unused-param": 1,  # the only reader of another param
    "wrong-structure": 1,  # the quoted text is no expression
}
"""The numbers of fixes that are dropped, because each alone would reveal another problem."""


def test_few_fixes_do_not_stand() -> None:
    refused: Counter[str] = Counter()
    for text in TEXTS:
        shown = {(offer.problem.place, offer.fixed) for offer in kept_offers(text)}
        every = offers(text, text.problems())
        refused.update(offer.problem.name for offer in every if (offer.problem.place, offer.fixed) not in shown)
    assert refused == REFUSED


def test_fixes_are_offered_for_what_is_mechanical() -> None:
    offered = {(offer.problem.name, offer.fix.applied_by) for text in TEXTS for offer in kept_offers(text)}
    mechanical = {
        "bad-argument", "bad-expectation", "bias-before-norm", "foreign-spelling", "split-expression", "unknown-argument",
        "unknown-block",
        "unknown-key", "unknown-kind", "unknown-name", "unknown-param", "unknown-tensor", "unused-block", "unused-param",
        "unused-variable", "wrong-structure", "yaml-syntax",
    }  # fmt: skip
    assert {name for name, option in offered if option == BY_FIX} == mechanical
    assert {name for name, option in offered if option == BY_UPDATE} == {"contract-missed", "expectation-missed"}
    choices = {name for name, option in offered if option == BY_CHOICE}
    assert {"residual-shape-mismatch", "join-shape-mismatch"} <= choices


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: Path(text.name).stem)
def test_a_fix_keeps_the_comments_of_what_stays(text: Text) -> None:
    for offer in kept_offers(text):
        lost = Counter(comments(text.text)) - Counter(comments(offer.fixed))
        if removes(offer.fix):
            # What is removed takes the comments inside it and on its line along.
            gone = Counter(text.text.split("\n")) - Counter(offer.fixed.split("\n"))
            assert all(any(comment in line for line in gone) for comment in lost)
        elif offer.problem.name != "yaml-syntax":
            assert not lost, (offer.problem.message, lost)
        assert "\r" not in offer.fixed


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: Path(text.name).stem)
def test_a_fix_changes_the_lines_of_its_problem_alone(text: Text) -> None:
    for offer in kept_offers(text):
        before, after = text.text.split("\n"), offer.fixed.split("\n")
        changed = [number for number, line in enumerate(before, 1) if line not in after]
        named = {edit.at.line for edit in offer.fix.edits}
        if not removes(offer.fix):
            assert len(changed) <= len(named), (offer.problem.message, changed)


MECHANICAL = [
    "a misspelt kind", "a misspelt kind without arguments", "a misspelt argument", "a foreign kind", "a foreign argument",
    "a block of no name", "a misspelt modifier", "a foreign modifier", "a misspelt section", "a misspelt control word",
    "a colon without its space", "a colon left out", "an expression split at its comma", "a bracket left open",
]  # fmt: skip
"""The faults of the mutation run that have a fix."""
FEW = NETWORKS[::12]


@pytest.mark.parametrize("path", FEW, ids=lambda path: path.stem)
def test_the_fix_of_an_injected_fault_restores_the_network(path: Path) -> None:
    good = cnnshape.analyze(cnnshape.load(path)).totals
    fixed = offered = 0
    for fault in FAULTS:
        for mutant in mutants(path.read_text("utf-8"), fault, 1) if fault.name in MECHANICAL else ():
            text = Text("mutant", mutant.text)
            for offer in kept_offers(text):
                if offer.fix.applied_by != BY_FIX or offer.problem.severity is not Severity.ERROR:
                    continue
                offered += 1
                design = cnnshape.load(offer.fixed)
                fixed += not cnnshape.check(design, ignore=["all"]) and cnnshape.analyze(design).totals == good
    assert fixed == offered
    assert offered


def test_the_mechanical_faults_are_those_of_the_run() -> None:
    assert set(MECHANICAL) <= {fault.name for fault in FAULTS}
    assert not set(MECHANICAL) & {slip.name for slip in SLIPS}


WORDS = [
    ("Conv2d: {out: 8, kernel: 3}", "conv: {out: 8, kernel: 3}"),
    ("conv: {filters: 8, kernel_size: 3}", "conv: {out: 8, kernel: 3}"),
    ("conv: {in_channels: 8, out: 8, kernel: 3}", "conv: {out: 8, kernel: 3}"),
    ("conv: {out: 8, kernel: 3, kernel_initializer: he}", "conv: {out: 8, kernel: 3}"),
    ("relu: {inplace: true}", "relu: {}"),
    ("conv: {out: 8, kernel: 3, padding: VALID}", "conv: {out: 8, kernel: 3, padding: 0}"),
    ("conv: {out: 8, kernel: 3, padding: 'SAME'}", "conv: {out: 8, kernel: 3, padding: same}"),
    ("conv: {out: 8, kernel: 3, act: rleu}", "conv: {out: 8, kernel: 3, act: relu}"),
    ("conv: {out: 8, kernel: 3, norm: BatchNorm2d}", "conv: {out: 8, kernel: 3, norm: batch_norm}"),
    ("conv: {out: 8, kernel: 3, act: None}", "conv: {out: 8, kernel: 3, act: none}"),
    ("conv: {out: 8, kernel: 3, bias: yes}", "conv: {out: 8, kernel: 3, bias: true}"),
    ("conv: {out: 8, kernel: 3, bias: 0}", "conv: {out: 8, kernel: 3, bias: false}"),
    ("conv: {out: max(3, 8), kernel: 3}", 'conv: {out: "max(3, 8)", kernel: 3}'),
    ("conv: {out:8, kernel: 3}", "conv: {out: 8, kernel: 3}"),
    ("conv: {out:max(3, 8), kernel: 3}", 'conv: {out: "max(3, 8)", kernel: 3}'),
    ("conv: {out: 8 kernel: 3}", "conv: {out: 8, kernel: 3}"),
    ("conv {out: 8, kernel: 3}", "conv: {out: 8, kernel: 3}"),
    ("conv:{out: 8, kernel: 3}", "conv: {out: 8, kernel: 3}"),
    ("conv: {out: 8, kernel: 3", "conv: {out: 8, kernel: 3}"),
    ("conv: {out: [8, 8], kernel: 3", "conv: {out: [8, 8], kernel: 3}"),
    ("max_pool:2", "max_pool: 2"),
    ("max_pol: 2", "max_pool: 2"),
    ("'max_pol': 2", "max_pool: 2"),
    ("{relu: , nmae: stem}", "{relu: , name: stem}"),
    ("{relu: , label: stem}", "{relu: , name: stem}"),
    ("{relu: , from: inptu}", "{relu: , from: input}"),
    ("Resdiual: [relu]", "residual: [relu]"),
    ("relu()", "relu"),
    ("relu( )", "relu"),
    ("relu,", "relu"),
    ("conv: {out: 8, kernel: 3, use_bn: true}", "conv: {out: 8, kernel: 3, norm: batch_norm}"),
    ("conv: {use_bn: True, out: 8, kernel: 3}", "conv: {norm: batch_norm, out: 8, kernel: 3}"),
    ("conv: {out: 8, kernel: 3, batch_normalize: 1}", "conv: {out: 8, kernel: 3, norm: batch_norm}"),
    ("conv: {out: 8, kernel: 3, with_bn: false}", "conv: {out: 8, kernel: 3}"),
    ("conv: {out: 8, kernel: 3, no_bias: true}", "conv: {out: 8, kernel: 3, bias: false}"),
    ("conv: {out: 8, kernel: 3, no_bias: 0}", "conv: {out: 8, kernel: 3}"),
    ("Conv2d: {out: 8, kernel: 3, use_bn: true}", "conv: {out: 8, kernel: 3, norm: batch_norm}"),
    ("conv: {out: 8, kernel: 3, use_bn: bn}", None),
    ("max_pool: {kernel: 2, no_bias: true}", None),
    ("conv(8, 3)", None),
    ("Maxout: 64", None),
    ("conv: {out: 8, kernel: 3, data_format: channels_first}", None),
]


@pytest.mark.parametrize(("step", "right"), WORDS, ids=[step for step, _ in WORDS])
def test_words_are_fixed(step: str, right: str | None) -> None:
    text = Text("words", f"{HEAD}  - {step}    # kept\n")
    problems = text.problems()
    assert problems
    fixed = text.text
    for _ in range(3):
        following = list(offers(text, Text("words", fixed).problems()))
        if not following:
            break
        fixed = following[0].fixed
    expected = text.text if right is None else f"{HEAD}  - {right}    # kept\n"
    assert fixed == expected


def test_every_use_of_a_misspelt_name_is_fixed_at_once() -> None:
    line = "  - conv: {out: widht, kernel: 1, act: relu}\n"
    text = Text("uses", f"input: [3, 8, 8]\nparams: {{width: 8}}\nlayers:\n{line * 3}")
    (offer,) = kept_offers(text)
    assert len(offer.fix.edits) == 3
    assert offer.fixed == text.text.replace("widht", "width")
    assert text.problems(offer.fixed) == []


def test_names_of_declarations_are_corrected_where_they_are_set() -> None:
    text = Text(
        "set",
        "input: [3, 8, 8]\nparams: {width: 8}\nvariants: {big: {widht: 16}}\nlayers: [{conv: {out: width, kernel: 1}}]\n",
    )
    (offer,) = kept_offers(text)
    assert offer.fixed == text.text.replace("widht", "width")


def test_nothing_is_offered_where_something_else_is_written() -> None:
    """The word comes from a param: writing another word at the use would lose the param."""
    text = Text(
        "param", "input: [3, 8, 8]\nparams: {how: valid}\nlayers:\n  - conv: {out: 8, kernel: 3, padding: how}\n"
    )
    (problem,) = text.problems()
    assert (problem.name, problem.fixes) == ("foreign-spelling", ())
