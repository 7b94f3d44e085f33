"""Holding a design against everything: its errors, what it expects of itself, budgets, and the design rules."""

from collections.abc import Mapping
from typing import NamedTuple

from cnnshape.api.design import Design, expand, seen_from
from cnnshape.diagnostics import Diagnostic, Severity, diagnose
from cnnshape.graph import Graph, Options, build
from cnnshape.language import Spec
from cnnshape.lint import Selection, Subject, apply_ignores, lint
from cnnshape.report import check_budgets, check_expectations, make_report

MOST_VARIANTS = 200
VARIANT_VISITS = 400_000
"""Steps that all variants together are expanded by, those that fail too."""


class Checks(NamedTuple):
    """What a design is held against, besides its own `expect`: which rules, and budgets (`{"params": "26M"}`)."""

    selection: Selection = Selection()
    budgets: Mapping[str, str] = {}


def check_design(design: Design, chosen: Options, checks: Checks) -> list[Diagnostic]:
    """Everything that is wrong or doubtful about a design, sorted by place."""
    graph, found = expand(design, chosen)
    spec = design.spec
    if graph is None or spec is None:
        return found
    as_written = chosen == Options(max_layers=chosen.max_layers)
    found = [*found, *_judged(spec, graph, checks, as_written=as_written)]
    if not chosen.variant:
        found += _in_variants(spec, chosen)
    return sorted(apply_ignores(design.source, spec.comments, found, checks.selection), key=lambda each: each.place)


def _judged(spec: Spec, graph: Graph, checks: Checks, *, as_written: bool) -> list[Diagnostic]:
    report = make_report(graph)
    found = check_expectations(report, spec.expectations) if as_written else []
    found += check_budgets(report, checks.budgets, spec.source.name)
    return seen_from(spec.source, found + lint(Subject(spec, graph, report), checks.selection))


def _in_variants(spec: Spec, chosen: Options) -> list[Diagnostic]:
    """The errors that only a variant brings, each with a note that names it."""
    found = []
    budget = VARIANT_VISITS
    for number, variant in enumerate(spec.variants):
        if number == MOST_VARIANTS or budget <= 0:
            left = len(spec.variants) - number
            message = f"{left} of {len(spec.variants)} variants are not checked: they are too many, or too large"
            found.append(diagnose("limit-exceeded", message, variant.name.span, severity=Severity.WARNING))
            break
        built = build(spec, chosen._replace(variant=variant.name.text))
        budget -= built.visits
        note = f"in the variant `{variant.name.text}`"
        found += [problem._replace(notes=(*problem.notes, note)) for problem in built.problems]
    return found
