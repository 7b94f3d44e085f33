"""torchinfo: mult-adds from the parameters of each module, and memory from the outputs of modules that own some."""

from cnnshape.layers import Scaling
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import BIAS, GRADIENTS, OUTPUT
from cnnshape.study.counting.rule import Answer, Cost, Mark, Quantity, Rule, by_case

_PRODUCT = Cost("weights x output positions", lambda case: case.weights[0].elements * case.positions)
_ONCE = Cost("each parameter once", lambda case: case.learned * case.boxes)


def _mult_adds(case: Case) -> Answer:
    if _is_unnamed(case):
        return Mark.UNKNOWN
    if case.macs:
        return (_PRODUCT, BIAS) if case.biased else (_PRODUCT,)
    return (_ONCE,) if case.learned else ()


def _memory(case: Case) -> Answer:
    if _is_unnamed(case):
        return Mark.UNKNOWN
    return (OUTPUT, GRADIENTS) if case.learned else ()


def _is_unnamed(case: Case) -> bool:
    """PyTorch has no module for it: the count depends on the name that its author gave the weight."""
    return isinstance(case.layer, Scaling)


RULES = (
    Rule(
        name="torchinfo",
        tool="torchinfo",
        version="1.8.0",
        quantity=Quantity.MACS,
        figure="mult-adds",
        doc="Convolutions: weights and bias x output positions; every other layer: each of its parameters once, "
        "so that batch norm is nearly free.",
        tallies=by_case(_mult_adds),
    ),
    Rule(
        name="torchinfo-memory",
        tool="torchinfo",
        version="1.8.0",
        quantity=Quantity.ACTIVATION_BYTES,
        figure="forward/backward pass",
        doc="Outputs of layers that own parameters, twice (once for gradients); printed in MB of 10^6 bytes.",
        tallies=by_case(_memory),
    ),
)
