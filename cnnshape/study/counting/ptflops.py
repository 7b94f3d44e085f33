"""ptflops: by hooks on module classes and patched functions together, by modules alone, or by operators.

Modules, functions and operators that it doesn't know count nothing. An unknown pool may call a function that it does.
It adds up modules along the tree of blocks, and so meets a module once in each block that holds it.
"""

from math import prod

from cnnshape.layers import (
    FixedProduct,
    Layer,
    MatrixProduct,
    Pooling,
    Recurrence,
    RegionPool,
    Resize,
    Stated,
    per_axis,
)
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import (
    FUNCTIONAL_NORM,
    PRODUCT,
    biased,
    by_axes,
    is_per_position,
    per_input,
    per_value,
    plain_only,
    recurrent,
    scaled,
)
from cnnshape.study.counting.rule import Answer, Mark, Quantity, Rule, Table, alike, once_per_block

_POOLS = "max_pool avg_pool adaptive_avg_pool adaptive_max_pool global_avg_pool global_max_pool"


def _layer_norm(case: Case) -> Answer:
    return Mark.UNKNOWN if is_per_position(case) else per_value(1)


def _upsample(times: int, case: Case) -> Answer:
    """Once by the module, once by the function; a fractional scale is multiplied out without rounding sizes."""
    return per_value(times) if _is_exact(case) else Mark.UNKNOWN


def _is_exact(case: Case) -> bool:
    """Whether the scales, each cut to a whole number if there is one per axis, give the output's size."""
    scale = case.argument("scale")
    if scale is None:
        return True
    if isinstance(scale, tuple):
        scale = tuple(map(int, scale))
    cells: float = prod(per_axis(scale, len(case.output_sizes), "scale")) * prod(case.input_sizes)
    return cells == prod(case.output_sizes)


_MODULES = Table(
    families={Layer: (), RegionPool: Mark.UNKNOWN, Recurrence: Mark.UNKNOWN, Stated: Mark.UNKNOWN},
    kinds={
        **alike("lstm gru", recurrent(PRODUCT, 10, 7)),
        "conv": plain_only(biased(PRODUCT)),
        **alike("conv_transpose linear", biased(PRODUCT)),
        **alike(_POOLS, per_input(1)),
        **alike("batch_norm group_norm instance_norm", scaled(2, 1)),
        "layer_norm": _layer_norm,
        **alike("relu relu6 leaky_relu prelu elu gelu", per_value(1)),
        "upsample": lambda case: _upsample(1, case),
    },
)

_BOTH = _MODULES.changed(
    families={
        MatrixProduct: Mark.UNKNOWN,
        FixedProduct: Mark.UNKNOWN,
        Pooling: Mark.UNKNOWN,
        Resize: Mark.UNKNOWN,
    },
    kinds={
        **alike("blur_pool channel_avg_pool channel_max_pool", ()),
        "evo_norm": Mark.UNKNOWN,
        **alike(_POOLS, per_input(2)),
        **alike("relu prelu elu gelu", per_value(2)),
        "silu": per_value(1),
        "softmax": by_axes(per_value(1), Mark.UNKNOWN),
        "upsample": lambda case: _upsample(2, case),
        "local_response_norm": FUNCTIONAL_NORM,
    },
)


def _matrix_product(case: Case) -> Answer:
    """An unknown kind may add its bias by an operator that counts nothing."""
    return Mark.UNKNOWN if case.biased else (PRODUCT,)


_FUNCTIONAL = _BOTH.changed(families={}, kinds={"upsample": lambda case: _upsample(1, case)})
_NO_FUNCTIONS = _MODULES.changed(families={}, kinds={"upsample": ()})

_OPERATORS = Table(
    families={
        Layer: (),
        MatrixProduct: _matrix_product,
        FixedProduct: (PRODUCT,),
        RegionPool: Mark.UNKNOWN,
        Recurrence: Mark.UNKNOWN,
        Stated: Mark.UNKNOWN,
    },
    kinds=alike("conv conv_transpose linear", biased(PRODUCT)),
)

RULES = (
    Rule(
        name="ptflops",
        tool="ptflops",
        version="0.7.5",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="Multiply-adds with bias; 2 per value of batch norm; pools and activations by their values, once as a "
        "module and once more as the function that the module calls. Of a layer that several blocks hold, the calls count "
        "once in each block as those of a module.",
        tallies=once_per_block(_BOTH, _MODULES),
        by_kind=True,
        functional=once_per_block(_FUNCTIONAL, _MODULES),
    ),
    Rule(
        name="ptflops-modules",
        tool="ptflops, modules",
        version="0.7.5",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="The same with count_functional=False: each module once in each block that holds it.",
        tallies=once_per_block(_MODULES),
        by_kind=True,
        functional=once_per_block(_NO_FUNCTIONS),
    ),
    Rule(
        name="ptflops-aten",
        tool="ptflops, aten",
        version="0.7.5",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="backend=aten: multiply-adds with bias, and nothing else. pycls counts so.",
        tallies=_OPERATORS.tallies,
        by_kind=True,
    ),
)
