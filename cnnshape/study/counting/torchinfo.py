"""torchinfo: mult-adds from the parameters of each module, and memory from the outputs of modules that own some."""

from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import BIAS, GRADIENTS, OUTPUT
from cnnshape.study.counting.rule import Cost, Costs, Mark, Quantity, Rule, by_row

_PRODUCT = Cost("weights x output positions", lambda case: case.weights[0].elements * case.positions)
_ONCE = Cost("each parameter once", lambda case: case.learned * case.boxes)


def _mult_adds(case: Case) -> Costs | Mark:
    if _is_unnamed(case):
        return Mark.UNKNOWN
    if case.macs:
        return (_PRODUCT, BIAS) if case.biased else (_PRODUCT,)
    return (_ONCE,) if case.learned else ()


def _memory(case: Case) -> Costs | Mark:
    if _is_unnamed(case):
        return Mark.UNKNOWN
    return (OUTPUT, GRADIENTS) if case.learned else ()


def _is_unnamed(case: Case) -> bool:
    """PyTorch has no module for it: what counts depends on the name that its author gave the weight."""
    return case.kind == "layer_scale"


RULES = (
    Rule(
        "torchinfo",
        "torchinfo",
        "1.8.0",
        Quantity.MACS,
        "mult-adds",
        "Convolutions: weights and bias x output positions; every other layer: each of its parameters once, "
        "so that batch norm is nearly free.",
        by_row(_mult_adds),
    ),
    Rule(
        "torchinfo-memory",
        "torchinfo",
        "1.8.0",
        Quantity.ACTIVATION_BYTES,
        "forward/backward pass",
        "Outputs of layers that own parameters, twice (once for gradients); printed in MB of 10^6 bytes.",
        by_row(_memory),
    ),
)
