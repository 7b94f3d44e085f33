"""Faults injected into every shipped architecture: each is found, where it is, and nothing else is."""

from functools import cache
from pathlib import Path

import pytest

import cnnshape
from cnnshape.source import shipped_folder

from .faults import FAULTS, Fault, Mutant, mutants
from .shares import Led, Shares, followed, recorded

MOST = 3
NETWORKS = sorted(path for path in shipped_folder().glob("*.yaml") if "\nextends:" not in path.read_text("utf-8"))


def errors(text: str):
    problems = cnnshape.check(cnnshape.load(text), ignore=["all"])
    return [problem for problem in problems if problem.severity == "error" and problem.name != "expectation-missed"]


def is_found(fault: Fault, mutant: Mutant, problems) -> bool:
    """One diagnostic, of a fitting kind, at the line or naming it; what is left out shows a few lines further down."""
    if len(problems) != 1 or problems[0].name not in fault.diagnostics:
        return False
    places = [problems[0].at, *problems[0].related]
    lines = {label.span.line for label in places if label is not None}
    return mutant.line in lines or (fault.name in SHOWS_LATER and mutant.line <= min(lines) <= mutant.line + 3)


@cache
def outcome(path: Path) -> tuple[dict[str, Shares], tuple[str, ...]]:
    """What the injected faults led to, by their kind, and what became of those that were missed."""
    text = path.read_text("utf-8")
    led: dict[str, list[Led]] = {}
    missed = []
    for fault in FAULTS:
        for mutant in mutants(text, fault, MOST):
            problems = errors(mutant.text)
            if not problems and fault.name in LEFT_OUT_AT_TIMES:
                continue
            led.setdefault(fault.name, []).append(followed(mutant.line, problems, errors))
            if not is_found(fault, mutant, problems):
                descriptions = [
                    (problem.name, problem.message, problem.at and problem.at.span.line) for problem in problems
                ]
                missed.append(f"{path.name}:{mutant.line}: {fault.name}: {descriptions}")
    return {name: Shares.of(outcomes) for name, outcomes in led.items()}, tuple(missed)


SHOWS_LATER = {"a bracket left open", "a flatten left out"}
# these depend on the tensor that comes in or on a name, so they make no error in a step that the design leaves out
LEFT_OUT_AT_TIMES = {
    "a kernel larger than its input", "a flatten left out", "an odd group", "a division by zero",
}  # fmt: skip


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_every_fault_is_found_where_it_is_and_alone(path):
    shares, missed = outcome(path)
    assert shares
    assert not missed, "\n".join(missed)


def test_all_kinds_of_faults_are_injected_somewhere():
    texts = [path.read_text("utf-8") for path in NETWORKS]
    unused = [fault.name for fault in FAULTS if not any(any(mutants(text, fault, 1)) for text in texts)]
    assert not unused
    assert len(FAULTS) >= 15


@pytest.mark.parametrize("path", NETWORKS, ids=lambda path: path.stem)
def test_the_shares_of_faults_are_those_that_are_documented(path):
    names = {fault.name for fault in FAULTS}
    assert outcome(path)[0] == {name: shares for name, shares in recorded(path.stem).items() if name in names}
