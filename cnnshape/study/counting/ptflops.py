"""ptflops: its default backend hooks modules and patches functions, and so counts some layers twice; or by operators."""

from math import prod

from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import FUNCTIONAL_NORM, PRODUCT, biased, is_spread, per_input, per_value, scaled
from cnnshape.study.counting.rule import Costs, Mark, Quantity, Rule, Table, by_kind, each

_POOLS = "max_pool avg_pool adaptive_avg_pool adaptive_max_pool global_avg_pool global_max_pool"


def _layer_norm(case: Case) -> Costs | Mark:
    return Mark.UNKNOWN if is_spread(case) else per_value(1)


def _upsample(times: int, case: Case) -> Costs | Mark:
    """Once by the module, once by the function; a fractional scale is multiplied out without rounding sizes."""
    scale = case.argument("scale")
    fits = scale is None or scale ** len(case.output_sizes) * prod(case.input_sizes) == prod(case.output_sizes)
    return per_value(times) if fits else Mark.UNKNOWN


_MODULES: Table = {
    **each("conv conv_transpose linear", biased(PRODUCT)),
    **each(_POOLS, per_input(1)),
    **each("batch_norm group_norm instance_norm", scaled(2, 1)),
    "layer_norm": _layer_norm,
    **each("relu relu6 leaky_relu prelu elu gelu", per_value(1)),
    "upsample": lambda case: _upsample(1, case),
    **each("selu silu mish sigmoid hard_sigmoid hard_swish tanh softplus softmax", ()),
    **each("local_response_norm layer_scale dropout drop_path identity", ()),
    **each("flatten reshape pad crop pixel_shuffle pixel_unshuffle channel_shuffle split slice", ()),
    **each("subsample pad_channels add concat multiply", ()),
    **each("roi_pool roi_align", Mark.UNKNOWN),
}

_BOTH: Table = {
    **_MODULES,
    **each(_POOLS, per_input(2)),
    **each("relu prelu elu gelu", per_value(2)),
    **each("silu softmax", per_value(1)),
    "upsample": lambda case: _upsample(2, case),
    "local_response_norm": FUNCTIONAL_NORM,
}

_OPERATORS: Table = dict.fromkeys(_MODULES, ()) | {
    **each("conv conv_transpose linear", biased(PRODUCT)),
    **each("roi_pool roi_align", Mark.UNKNOWN),
}

RULES = (
    Rule(
        "ptflops",
        "ptflops",
        "0.7.5",
        Quantity.MACS,
        "MACs",
        "Multiply-adds with bias; 2 per value of batch norm; pools and activations by their values, once as a "
        "module and once more as the function that the module calls.",
        by_kind(_BOTH),
        frozenset(_BOTH),
    ),
    Rule(
        "ptflops-modules",
        "ptflops, modules",
        "0.7.5",
        Quantity.MACS,
        "MACs",
        "The same with count_functional=False: each module once.",
        by_kind(_MODULES),
        frozenset(_MODULES),
    ),
    Rule(
        "ptflops-aten",
        "ptflops, aten",
        "0.7.5",
        Quantity.MACS,
        "MACs",
        "backend=aten: multiply-adds with bias, and nothing else. pycls counts so.",
        by_kind(_OPERATORS),
        frozenset(_OPERATORS),
    ),
)
