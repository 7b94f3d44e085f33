"""The counts of other tools for a network, and the terms that lead from our figure to theirs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from shlex import join

from cnnshape.api import Design, expand
from cnnshape.diagnostics import did_you_mean
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph, Options
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Settings, make_report
from cnnshape.study.counting import ours
from cnnshape.study.counting.case import Cases
from cnnshape.study.counting.registry import BY_NAME, RULES
from cnnshape.study.counting.rule import Mark, Rule, Tally

Stated = dict[str, tuple[str, int]]
"""The count of each subject, in words and as a number."""
_NOTHING = ("", 0)
_SETTINGS = Settings(ignore_dtypes=True)
"""Tools count in float32, also where a spec states other types."""


class Term(NamedTuple):
    """A part of a difference. `theirs` and `ours` say what each side counts of `about`; empty means nothing."""

    about: str
    theirs: str
    ours: str
    amount: int


class Count(NamedTuple):
    """A tool's figure. `value` is None if a layer's count is unknown; `unknown` names the kinds.

    `terms` lead from our figure to the tool's, the largest first: `ours` and their amounts add up to `value`.
    `unsupported` are the kinds that the tool reports as not counted. `functional` is the tool's figure if the network
    calls `interpolate` as a function, and None if that is unknown or the same. `held_once` is the tool's figure if layers
    that share weights are one module in one block, which is called again, and None if that is the same: a spec doesn't
    say whether several blocks hold it.
    """

    rule: Rule
    ours: int
    value: int | None
    terms: tuple[Term, ...]
    unsupported: tuple[str, ...]
    unknown: tuple[str, ...]
    functional: int | None = None
    held_once: int | None = None

    @property
    def difference(self) -> int | None:
        """The tool's figure minus ours."""
        return None if self.value is None else self.value - self.ours


class VariantFigures(NamedTuple):
    """A variant of the design that has other MACs or params. `command` is the one that reconciles it."""

    name: str
    command: str
    macs: int
    params: int


class _ReconciliationFields(NamedTuple):
    """The fields of a reconciliation."""

    report: Report
    counts: tuple[Count, ...]
    variants: tuple[VariantFigures, ...] = ()


class Reconciliation(Data, _ReconciliationFields):
    """A report of one sample in float32, the counts of tools for it, and the variants that papers may mean."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Reconciliation {brief(self.report.name, 60)}: {len(self.counts)} counts of other tools>"


def rules_of(names: Iterable[str]) -> Sequence[Rule]:
    """The rules of these names; all rules for none. Raises Refusal for an unknown name."""
    return [_rule(name) for name in names] or RULES


def _rule(name: str) -> Rule:
    if name in BY_NAME:
        return BY_NAME[name]
    help = did_you_mean(name, BY_NAME) or f"known: {', '.join(BY_NAME)}"
    raise Refusal("tool", f"no tool is called {name!r}; {help}")


def reconcile_design(
    design: Design, graph: Graph, options: Options, rules: Sequence[Rule], spec: str
) -> Reconciliation:
    """The count of each rule for the graph of a design, with its variants. `spec` names the design in commands."""
    report = make_report(graph, settings=_SETTINGS)
    variants = () if options.variant else variant_figures(report, _built_variants(design, options, spec))
    return reconcile(report, rules)._replace(variants=variants)


def _built_variants(design: Design, options: Options, spec: str) -> Iterator[tuple[str, str, Report]]:
    """The variants that can be built: the name, the command and the report of each."""
    for variant in design.spec.variants if design.spec else ():
        name = variant.name.text
        graph, problems = expand(design, options._replace(variant=name))
        if graph is not None and not problems:
            yield name, join(["cnnshape", "reconcile", spec, "--variant", name]), make_report(graph, settings=_SETTINGS)


def reconcile(report: Report, rules: Sequence[Rule] = RULES) -> Reconciliation:
    """The count of each rule for a report. Raises ValueError unless the report is of one sample in float32."""
    if report.batch != 1 or report.dtype != "float32" or report.states_dtypes:
        raise ValueError("tools count one sample in float32")
    cases = Cases(report)
    once = Cases(report, held_once=True) if cases.held_by_several else None
    own = {quantity: ours.count(cases, quantity) for quantity in {rule.quantity for rule in rules}}
    return Reconciliation(report, tuple(_count(cases, once, rule, own[rule.quantity]) for rule in rules))


def _count(cases: Cases, once: Cases | None, rule: Rule, own: Sequence[Tally]) -> Count:
    report = cases.report
    tallies = rule.tallies(cases)
    marked = dict.fromkeys(
        (tally.mark, row.kind) for row, tally in zip(report.rows, tallies, strict=True) if tally.mark is not None
    )
    unknown = tuple(kind for mark, kind in marked if mark is Mark.UNKNOWN)
    figure = Count(
        rule=rule,
        ours=getattr(report.totals, rule.quantity.value),
        value=None,
        terms=(),
        unsupported=tuple(kind for mark, kind in marked if mark is Mark.UNSUPPORTED),
        unknown=unknown,
    )
    if unknown:
        return figure
    # What belongs to no layer has no counterpart among our figures.
    whole = Tally(rule.whole(tallies))
    pairs = Counter(zip((*tallies, whole), (*own, Tally()), strict=True))
    value = sum(tally.total for tally in tallies) + whole.total
    functional, held_once = _functional(cases, rule, value), _held_once(once, rule, value)
    return figure._replace(value=value, terms=_terms(pairs), functional=functional, held_once=held_once)


def _functional(cases: Cases, rule: Rule, value: int) -> int | None:
    """The count with `interpolate` called as a function, if it differs. No such rule counts the network as a
    whole."""
    if rule.functional is None:
        return None
    other = sum(tally.total for tally in rule.functional(cases))
    return None if other == value else other


def _held_once(once: Cases | None, rule: Rule, value: int) -> int | None:
    """The count if one block holds each layer, where it differs."""
    if once is None:
        return None
    tallies = rule.tallies(once)
    other = sum(tally.total for tally in tallies) + sum(part.amount for part in rule.whole(tallies))
    return None if other == value else other


def variant_figures(report: Report, variants: Iterable[tuple[str, str, Report]]) -> tuple[VariantFigures, ...]:
    """The variants, each as a name, a command and a report, whose MACs or params differ from the report's."""
    own = report.totals.macs, report.totals.params
    figures = (VariantFigures(name, line, other.totals.macs, other.totals.params) for name, line, other in variants)
    return tuple(variant for variant in figures if (variant.macs, variant.params) != own)


def _terms(pairs: Counter[tuple[Tally, Tally]]) -> tuple[Term, ...]:
    """The differences between their tallies and ours, largest first. A pair counts once per row that has it."""
    amounts: dict[tuple[str, str, str], int] = {}
    for (theirs, own), times in pairs.items():
        for key, amount in _differences(theirs.by_subject(), own.by_subject()):
            amounts[key] = amounts.get(key, 0) + amount * times
    terms = [Term(*key, amount) for key, amount in amounts.items() if amount]
    return tuple(sorted(terms, key=lambda term: -abs(term.amount)))


def _differences(theirs: Stated, own: Stated) -> Iterator[tuple[tuple[str, str, str], int]]:
    """Subject, their words, our words, and their amount minus ours, if the amounts differ. Our subjects come first."""
    for about, (words, amount) in own.items():
        their_words, their_amount = theirs.get(about, _NOTHING)
        if their_amount != amount:
            yield (about, their_words, words), their_amount - amount
    for about, (words, amount) in theirs.items():
        if amount and about not in own:
            yield (about, words, ""), amount
