"""The errors that only variants bring: one at a place, whichever variants have it."""

from collections.abc import Mapping

from cnnshape.api.examination import Examination
from cnnshape.diagnostics import Diagnostic, Severity, diagnose
from cnnshape.language import Variant
from cnnshape.source import Span

MOST_VARIANTS = 200
VARIANT_VISITS = 400_000
"""The most steps to expand for all variants together, including those that fail."""
MOST_NAMED = 8
"""The most variants that an error names, and that its related places come from."""

_Place = tuple[str, Span | None, str]


def errors_in_variants(examination: Examination, variants: tuple[Variant, ...]) -> list[Diagnostic]:
    """The errors of the variants of a sound design, each with notes that name its variants."""
    problems: dict[str, list[Diagnostic]] = {}
    unchecked: list[Diagnostic] = []
    budget = VARIANT_VISITS
    for number, variant in enumerate(variants):
        if number == MOST_VARIANTS or budget <= 0:
            left = len(variants) - number
            message = f"{left} of {len(variants)} variants are not checked: they are too many, or too large"
            unchecked.append(diagnose("limit-exceeded", message, variant.name.span, severity=Severity.WARNING))
            break
        examined = examination.variant(variant.name.text)
        budget -= examined.visits
        problems[variant.name.text] = examined.problems
    return [*_merged(problems), *unchecked]


def _merged(problems: Mapping[str, list[Diagnostic]]) -> list[Diagnostic]:
    """One error for all variants that have an error of that code at that place, although its words may differ.

    Where a variant has several of them, these are independent: the words tell them apart.
    """
    places: dict[_Place, dict[str, list[Diagnostic]]] = {}
    for variant, own in problems.items():
        for problem in own:
            place = (problem.code, problem.at.span if problem.at else None, problem.file)
            places.setdefault(place, {}).setdefault(variant, []).append(problem)
    merged: list[Diagnostic] = []
    for at_place in places.values():
        groups: dict[str, dict[str, Diagnostic]] = {}
        apart = any(len(own) > 1 for own in at_place.values())
        for variant, own in at_place.items():
            for problem in own:
                groups.setdefault(problem.message if apart else "", {})[variant] = problem
        merged += map(_named, groups.values())
    return merged


def _named(group: Mapping[str, Diagnostic]) -> Diagnostic:
    """The error of the first variant, with a note for each variant. A note has the words that are that variant's own."""
    shown = list(group.items())[:MOST_NAMED]
    first = shown[0][1]
    notes = dict.fromkeys(note for _, problem in shown for note in problem.notes)
    named = [f"in the variant `{variant}`{_own_words(problem, first)}" for variant, problem in shown]
    left = len(group) - MOST_NAMED
    more = [f"and in {left} more variant{'s' if left > 1 else ''}"] if left > 0 else []
    related = dict.fromkeys(label for _, problem in shown for label in problem.related)
    return first._replace(notes=(*notes, *named, *more), related=tuple(related))


def _own_words(problem: Diagnostic, first: Diagnostic) -> str:
    words = [problem.message] if problem.message != first.message else []
    words += [problem.help] if problem.help and problem.help != first.help else []
    return f": {'; '.join(words)}" if words else ""
