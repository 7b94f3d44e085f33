"""Parameter counts that include running means and variances: Keras, flax, ONNX files."""

from cnnshape.study.counting.case import Case, Cases
from cnnshape.study.counting.ours import LEARNED
from cnnshape.study.counting.rule import Mark, Part, Quantity, Rule, Tally


def with_statistics(case: Case) -> Tally:
    """The parameters of a layer and its running statistics; shared weights count once."""
    statistics = 0 if case.row.shares else case.statistics
    learned = Part(case.kind, LEARNED, case.row.params)
    words = "running mean and variance" if case.layer.normalizes else "values that aren't learned"
    kept = Part(f"{case.kind} statistics", words, statistics)
    return Tally(tuple(part for part in (learned, kept) if part.amount))


def _tally(case: Case) -> Tally:
    """The slopes of a prelu differ: Keras learns one per value. Neither has a blur_pool, nor a convolution with a gain,
    and both have another number of biases in recurrent layers than PyTorch, and than each other in a gru."""
    unknown = case.kind in ("prelu", "blur_pool", "gru") or (case.kind == "conv" and case.argument("gain"))
    unknown = unknown or (case.kind == "lstm" and case.argument("biases") == 2)
    return Tally(mark=Mark.UNKNOWN) if unknown else with_statistics(case)


def _tallies(cases: Cases) -> tuple[Tally, ...]:
    return cases.spread(list(map(_tally, cases.distinct)))


DOC = "Learned parameters, and the running means and variances of batch norm: 2 per channel."
RULES = (
    Rule(
        name="keras",
        tool="Keras",
        version="3.15.1",
        quantity=Quantity.PARAMS,
        figure="params",
        doc=DOC,
        tallies=_tallies,
    ),
    Rule(
        name="flax-params",
        tool="flax",
        version="0.12.8",
        quantity=Quantity.PARAMS,
        figure="variables",
        doc=DOC,
        tallies=_tallies,
    ),
)
