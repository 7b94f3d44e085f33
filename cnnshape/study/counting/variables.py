"""Parameter counts that take in running means and variances: Keras, flax, ONNX files."""

from cnnshape.report import Report
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.ours import LEARNED
from cnnshape.study.counting.rule import Mark, Part, Quantity, Rule, Tally


def with_statistics(case: Case) -> Tally:
    """The parameters of a layer and its running statistics; what is shared counts once."""
    kept = 0 if case.row.shares else case.statistics
    parts = ((case.kind, LEARNED, case.row.params), (f"{case.kind} statistics", "running mean and variance", kept))
    return Tally(tuple(Part(*part) for part in parts if part[2]))


def _tally(case: Case) -> Tally:
    """How many slopes a prelu has differs: Keras learns one per value."""
    return Tally(mark=Mark.UNKNOWN) if case.kind == "prelu" else with_statistics(case)


def _count(report: Report) -> tuple[Tally, ...]:
    return tuple(map(_tally, map(Case, report.rows)))


DOC = "Learned parameters, and the running means and variances of batch norm: 2 per channel."
RULES = (
    Rule("keras", "Keras", "3.15.1", Quantity.PARAMS, "params", DOC, _count),
    Rule("flax-params", "flax", "0.12.8", Quantity.PARAMS, "variables", DOC, _count),
)
