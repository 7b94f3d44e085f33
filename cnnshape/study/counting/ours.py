"""Our own figures, in parts that a tool's parts can be set against."""

import re
from collections.abc import Callable

from cnnshape.report import Report
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import BIAS, OUTPUT, PRODUCT, TWICE_PRODUCT
from cnnshape.study.counting.rule import Part, Quantity, Tally

LEARNED = "learned parameters"


def count(report: Report, quantity: Quantity) -> tuple[Tally, ...]:
    """What our total of that quantity is made of, row by row."""
    parts = _PARTS[quantity]
    return tuple(Tally(parts(case)) for case in map(Case, report.rows))


def _one(about: str, words: str, amount: int) -> tuple[Part, ...]:
    return (Part(about, words, amount),) if amount else ()


def _macs(case: Case) -> tuple[Part, ...]:
    return _one(case.kind, PRODUCT.words, case.row.macs)


def _flops(case: Case) -> tuple[Part, ...]:
    flops = case.row.flops or 0
    product = 2 * case.row.macs
    if not product:
        return _one(case.kind, formula(case.layer.operations), flops)
    return _one(case.kind, TWICE_PRODUCT.words, product) + _one(f"{case.kind} bias", BIAS.words, flops - product)


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


def formula(operations: str) -> str:
    """The formula of a kind without its reasons: `2 per value` of `2 per value: product, max`."""
    return re.sub(r" \([^)]*\)", "", operations).partition(":")[0]
