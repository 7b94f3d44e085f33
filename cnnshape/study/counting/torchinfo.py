"""torchinfo: mult-adds from the parameters of each module, and memory from the outputs of modules that own some."""

from cnnshape.layers import Layer, Scaling, Stated
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import BIAS, GRADIENTS, OUTPUT
from cnnshape.study.counting.rule import Answer, Cost, Mark, Quantity, Rule, Table, alike

_PRODUCT = Cost("weights x output positions", lambda case: case.weights[0].elements * case.positions)
_EACH_STEP = Cost("each parameter once per step", lambda case: case.learned * case.positions)
_ONCE = Cost("each parameter once", lambda case: case.learned * case.boxes)


def _product(case: Case) -> Answer:
    return (_PRODUCT, BIAS) if case.biased else (_PRODUCT,)


def _parameters(case: Case) -> Answer:
    return (_ONCE,) if case.learned else ()


def _recurrent(case: Case) -> Answer:
    """PyTorch has no single bias."""
    return Mark.UNKNOWN if case.argument("biases") == 1 else (_EACH_STEP,)


def _outputs(case: Case) -> Answer:
    return (OUTPUT, GRADIENTS) if case.learned else ()


# PyTorch has no module for a scaling: the count depends on the name that its author gave the weight.
_MULT_ADDS = Table(
    families={Layer: _parameters, Scaling: Mark.UNKNOWN, Stated: Mark.UNKNOWN},
    kinds={
        **alike("conv conv_transpose linear", _product),
        **alike("lstm gru", _recurrent),
        "evo_norm": Mark.UNKNOWN,
    },
)
_MEMORY = Table(families={Layer: _outputs, Scaling: Mark.UNKNOWN, Stated: Mark.UNKNOWN}, kinds={})

RULES = (
    Rule(
        name="torchinfo",
        tool="torchinfo",
        version="1.8.0",
        quantity=Quantity.MACS,
        figure="mult-adds",
        doc="Convolutions: weights and bias x output positions; every other layer: each of its parameters once, "
        "so that batch norm is nearly free.",
        tallies=_MULT_ADDS.tallies,
        by_kind=True,
    ),
    Rule(
        name="torchinfo-memory",
        tool="torchinfo",
        version="1.8.0",
        quantity=Quantity.ACTIVATION_BYTES,
        figure="forward/backward pass",
        doc="Outputs of layers that own parameters, twice (once for gradients); printed in MB of 10^6 bytes.",
        tallies=_MEMORY.tallies,
        by_kind=True,
    ),
)
