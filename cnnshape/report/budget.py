"""Checks a report against budgets, which are maximums of figures."""

from collections.abc import Mapping

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.report.figures import FIGURES
from cnnshape.report.misses import largest_parts, missed
from cnnshape.report.report import Report
from cnnshape.report.wanted import parse_wanted


def check_budgets(report: Report, budgets: Mapping[str, str], file: str) -> list[Diagnostic]:
    """A diagnostic for each figure that exceeds its budget. Raises ValueError for an invalid budget."""
    problems = [_check(report, figure, most, file) for figure, most in budgets.items()]
    return [problem for problem in problems if problem is not None]


def _check(report: Report, name: str, most: str, file: str) -> Diagnostic | None:
    wanted = parse_wanted(f"<= {most}") if name in FIGURES else None
    if wanted is None:
        raise ValueError(f"{name}: {most!r} is not a budget")
    figure = FIGURES[name]
    number = figure.of(report)
    if wanted.test(number):
        return None
    message = missed(name, number, f"the budget is {wanted.text}", wanted.target)
    return diagnose("budget-exceeded", message, file=file, notes=largest_parts(report, figure))
