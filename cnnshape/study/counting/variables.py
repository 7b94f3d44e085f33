"""Parameter counts that take in running means and variances: Keras, flax, ONNX files."""

from __future__ import annotations

from cnnshape.report import Report
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.ours import LEARNED
from cnnshape.study.counting.rule import Mark, Part, Quantity, Rule, Tally


def _count(report: Report) -> tuple[Tally, ...]:
    """What is shared counts once; a slope of prelu is one per value in Keras, so that kind is left open."""
    return tuple(map(_tally, map(Case, report.rows)))


def _tally(case: Case) -> Tally:
    if case.kind == "prelu":
        return Tally(mark=Mark.UNKNOWN)
    kept = 0 if case.row.shares else case.statistics
    parts = ((case.kind, LEARNED, case.row.params), (f"{case.kind} statistics", "running mean and variance", kept))
    return Tally(tuple(Part(*part) for part in parts if part[2]))


def _rule(name: str, tool: str, version: str, figure: str) -> Rule:
    doc = "Learned parameters, and the running means and variances of batch norm: 2 per channel."
    return Rule(name, tool, version, Quantity.PARAMS, figure, doc, _count)


RULES = (
    _rule("keras", "Keras", "3.15.1", "params"),
    _rule("flax-params", "flax", "0.12.8", "variables"),
    _rule("onnx-tool-params", "onnx-tool", "1.0.1", "params"),
)
