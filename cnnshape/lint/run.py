"""Runs the selected rules."""

from collections.abc import Iterable

from cnnshape.diagnostics import CATALOGUE, Code, Diagnostic
from cnnshape.lint.registry import RULES
from cnnshape.lint.rule import Rule, Subject
from cnnshape.named_tuple import NamedTuple

ALL = "all"
_IGNORABLE: tuple[Rule | Code, ...] = (*RULES, CATALOGUE["unused-ignore"], CATALOGUE["bad-ignore"])


class Selection(NamedTuple):
    """Which rules run, by names, codes, prefixes of codes, or `all`. By default, the default rules run."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def has(self, rule: Rule) -> bool:
        """Whether a rule runs."""
        if self.leaves_out(rule):
            return False
        return any(_matches(rule, word) for word in self.select) if self.select else rule.default

    def leaves_out(self, rule: Rule | Code) -> bool:
        """Whether a rule, or a warning about ignore comments, is ignored."""
        return any(_matches(rule, word) for word in self.ignore)

    def unknown(self) -> list[str]:
        """The words that match no rule."""
        selected = [word for word in self.select if not _match_any(RULES, word)]
        return selected + [word for word in self.ignore if not _match_any(_IGNORABLE, word)]


def _match_any(rules: Iterable[Rule | Code], word: str) -> bool:
    return any(_matches(rule, word) for rule in rules)


def _matches(rule: Rule | Code, word: str) -> bool:
    return word in (ALL, rule.name) or (word.startswith("CS") and rule.code.startswith(word))


def lint(subject: Subject, selection: Selection) -> list[Diagnostic]:
    """The warnings of the selected rules. Equal warnings at one place are merged, with a note of their number."""
    return [diagnostic for rule in RULES if selection.has(rule) for diagnostic in _counted(rule.check(subject))]


def _counted(warnings: Iterable[Diagnostic]) -> list[Diagnostic]:
    first: dict[tuple[object, ...], Diagnostic] = {}
    counts: dict[tuple[object, ...], int] = {}
    for diagnostic in warnings:
        place = diagnostic.place[:3]
        first.setdefault(place, diagnostic)
        counts[place] = counts.get(place, 0) + 1
    return [
        diagnostic
        if counts[place] == 1
        else diagnostic._replace(notes=(*diagnostic.notes, f"and {counts[place] - 1:,} more of the same step"))
        for place, diagnostic in first.items()
    ]
