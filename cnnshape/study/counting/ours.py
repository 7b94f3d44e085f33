"""Our own figures, in parts that match the parts of tools."""

from collections.abc import Callable

from cnnshape.arithmetic import Formula
from cnnshape.study.counting.case import Case, Cases
from cnnshape.study.counting.costs import OUTPUT
from cnnshape.study.counting.rule import Part, Quantity, Tally

LEARNED = "learned parameters"


def count(cases: Cases, quantity: Quantity) -> tuple[Tally, ...]:
    """The parts of our total of a quantity, row by row."""
    parts = _PARTS[quantity]
    return cases.spread([Tally(parts(case)) for case in cases.distinct])


def _one(about: str, words: str, amount: int) -> tuple[Part, ...]:
    return (Part(about, words, amount),) if amount else ()


def _terms(case: Case, formula: Formula) -> tuple[Part, ...]:
    """The terms of a kind's formula for this layer, each with what it counts."""
    application = case.row.application
    return tuple(
        Part(f"{case.kind} {term.label}".rstrip(), term.words(application), term.value(application) * case.boxes)
        for term in formula.terms(application)
    )


def _macs(case: Case) -> tuple[Part, ...]:
    return _terms(case, case.layer.macs_formula) if case.row.macs else ()


def _flops(case: Case) -> tuple[Part, ...]:
    return _terms(case, case.layer.flops_formula) if case.row.flops else ()


def _params(case: Case) -> tuple[Part, ...]:
    return _one(case.kind, LEARNED, case.row.params)


def _activation_bytes(case: Case) -> tuple[Part, ...]:
    return _one(case.kind, OUTPUT.words, case.row.activation_bytes)


_PARTS: dict[Quantity, Callable[[Case], tuple[Part, ...]]] = {
    Quantity.MACS: _macs,
    Quantity.FLOPS: _flops,
    Quantity.PARAMS: _params,
    Quantity.ACTIVATION_BYTES: _activation_bytes,
}
