"""All checks of a design: errors, expectations, budgets, and design rules."""

from collections.abc import Mapping

from cnnshape.api.design import Design, seen_from
from cnnshape.api.examination import Examination, examine
from cnnshape.diagnostics import Diagnostic, Severity, diagnose
from cnnshape.graph import Graph, Options
from cnnshape.language import Variant
from cnnshape.lint import Selection, Subject, apply_ignores, lint
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import Program
from cnnshape.report import check_budgets, check_expectations

MOST_VARIANTS = 200
VARIANT_VISITS = 400_000
"""The most steps to expand for all variants together, including those that fail."""


class Checks(NamedTuple):
    """The checks of a design in addition to its own `expect`: rules, and budgets (`{"params": "26M"}`)."""

    selection: Selection = Selection()
    budgets: Mapping[str, str] = {}


def check_design(design: Design, chosen: Options, checks: Checks) -> list[Diagnostic]:
    """The errors and warnings of a design, sorted by place."""
    return judge(examine(design, chosen), checks)


def judge(examination: Examination, checks: Checks) -> list[Diagnostic]:
    """The errors of an examined design; if there are none, its missed expectations and budgets, and warnings."""
    graph, program = examination.graph, examination.program
    if examination.problems or graph is None or program is None:
        return examination.problems
    problems = _judged(examination, program, graph, checks)
    if not examination.options.variant:
        problems += _in_variants(examination, program.spec.variants)
    comments = program.spec.comments
    kept = apply_ignores(examination.design.source, comments, problems, checks.selection)
    return sorted(kept, key=lambda problem: problem.place)


def _judged(examination: Examination, program: Program, graph: Graph, checks: Checks) -> list[Diagnostic]:
    report = examination.report()
    spec = program.spec
    as_written = examination.options == Options(max_layers=examination.options.max_layers)
    problems = check_expectations(report, spec.expectations) if as_written else []
    if problems:
        # Only a design that misses its expectations pays for the search.
        from cnnshape.causes import explain_outputs

        problems = explain_outputs(program, examination.options, graph, problems)
    problems += check_budgets(report, checks.budgets, spec.source.name)
    if examination.options.inputs:
        from cnnshape.api.stale import stale_outputs
        from cnnshape.api.weights import misfit

        problems += stale_outputs(examination.design, examination.options, graph)
        resized = misfit(examination.design, examination.options, graph)
        problems += [resized] if resized else []
    return seen_from(spec.source, problems + lint(Subject(program, graph, report), checks.selection))


def _in_variants(examination: Examination, variants: tuple[Variant, ...]) -> list[Diagnostic]:
    """The errors that only a variant brings, each with a note that names it."""
    problems: list[Diagnostic] = []
    budget = VARIANT_VISITS
    for number, variant in enumerate(variants):
        if number == MOST_VARIANTS or budget <= 0:
            left = len(variants) - number
            message = f"{left} of {len(variants)} variants are not checked: they are too many, or too large"
            problems.append(diagnose("limit-exceeded", message, variant.name.span, severity=Severity.WARNING))
            break
        examined = examination.variant(variant.name.text)
        budget -= examined.visits
        note = f"in the variant `{variant.name.text}`"
        problems += [problem._replace(notes=(*problem.notes, note)) for problem in examined.problems]
    return problems
