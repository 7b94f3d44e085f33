"""All checks of a design: errors, expectations, budgets, and design rules."""

from collections.abc import Mapping

from cnnshape.api.design import Design, paused_collection, seen_from
from cnnshape.api.examination import Examination, examine
from cnnshape.device.target import DEVICE, DEVICE_BUDGETS, Target
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph, Options
from cnnshape.lint import Selection, Subject, apply_ignores, lint
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import Program
from cnnshape.report import check_budgets, check_expectations


class Checks(NamedTuple):
    """The checks of a design in addition to its own `expect`: rules, and budgets (`{"params": "26M"}`), also of a device:
    `target` is the runtime that they are about."""

    selection: Selection = Selection()
    budgets: Mapping[str, str] = {}
    target: Target = Target()


class Verdict(NamedTuple):
    """All problems of a design, and what it costs to find them, in steps that are expanded."""

    problems: list[Diagnostic]
    cost: int


_CHARACTERS = 16
"""The characters of a text that cost as much as a step."""


def check_design(design: Design, chosen: Options, checks: Checks) -> list[Diagnostic]:
    """The errors and warnings of a design, sorted by place. Everything else that was made for it is free at the end."""
    return verdict_on(design, chosen, checks).problems


def verdict_on(design: Design, chosen: Options, checks: Checks) -> Verdict:
    """The errors and warnings of a design, sorted by place, with their cost."""
    with paused_collection():
        examination = examine(design, chosen)
        times = 1 + len(design.spec.variants) if design.spec else 1
        cost = len(design.source.text) // _CHARACTERS + times * examination.visits
        return Verdict(judge(examination, checks), cost)


def judge(examination: Examination, checks: Checks) -> list[Diagnostic]:
    """The errors of an examined design; if there are none, its missed expectations and budgets, and warnings."""
    graph, program = examination.graph, examination.program
    if examination.problems or graph is None or program is None:
        return examination.problems
    problems = _judged(examination, program, graph, checks)
    if not examination.options.variant and program.spec.variants:
        # Few files have variants.
        from cnnshape.api.variants import errors_in_variants

        problems += errors_in_variants(examination, program.spec.variants)
    comments = program.spec.comments
    kept = apply_ignores(examination.design.source, comments, problems, checks.selection)
    return sorted(kept, key=lambda problem: problem.place)


def _judged(examination: Examination, program: Program, graph: Graph, checks: Checks) -> list[Diagnostic]:
    report = examination.report()
    spec = program.spec
    as_written = examination.options == Options(max_layers=examination.options.max_layers)
    own = [one for one in spec.expectations if one.figure.text.partition(".")[0] != DEVICE]
    problems = check_expectations(report, own) if as_written else []
    if problems:
        # Only a design that misses its expectations pays for the search.
        from cnnshape.causes import explain_outputs

        problems = explain_outputs(program, examination.options, graph, problems)
    limits = {name: most for name, most in checks.budgets.items() if name not in DEVICE_BUDGETS.values()}
    problems += check_budgets(report, limits, spec.source.name)
    if len(limits) < len(checks.budgets) or (as_written and len(own) < len(spec.expectations)):
        problems += _on_device(examination, program, graph, checks, as_written=as_written)
    if examination.options.inputs:
        from cnnshape.api.stale import stale_outputs
        from cnnshape.api.weights import misfit

        problems += stale_outputs(examination.design, examination.options, graph)
        resized = misfit(examination.design, examination.options, graph)
        problems += [resized] if resized else []
    return seen_from(spec.source, problems + lint(Subject(program, graph, report), checks.selection))


def _on_device(
    examination: Examination, program: Program, graph: Graph, checks: Checks, *, as_written: bool
) -> list[Diagnostic]:
    """What a file expects on a device, and budgets there."""
    # Few files are for devices.
    from cnnshape.device.budget import Judge
    from cnnshape.device.expectation import check_device

    options, spec = examination.options, program.spec
    problems = check_device(program, options, graph, spec.expectations) if as_written else []
    limits = {name: most for name, most in checks.budgets.items() if name in DEVICE_BUDGETS.values()}
    if limits:
        problems += Judge(program, options, graph, checks.target).budgets(limits, spec.source.name)
    return problems
