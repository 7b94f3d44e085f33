"""torchscan: formulas by module class."""

from collections.abc import Callable
from math import prod

from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import BIAS, PRODUCT, TWICE_PRODUCT, per_value, scaled, written_kernel
from cnnshape.study.counting.rule import Cost, Costs, Mark, Quantity, Rule, Table, by_kind, each

_MAX_POOL = Cost("(kernel as written - 1) per value", lambda case: case.values * (written_kernel(case) - 1))
_GLOBAL = "global_avg_pool adaptive_avg_pool"
_UNNAMED = (
    "group_norm instance_norm local_response_norm layer_scale prelu selu gelu silu mish hard_sigmoid hard_swish "
    "softplus softmax pad upsample pixel_shuffle pixel_unshuffle channel_shuffle"
)
_FREE = "identity flatten reshape crop split slice subsample pad_channels add concat multiply drop_path"


def _avg_pool(case: Case) -> int:
    return case.values * (written_kernel(case) - 1 + len(case.output_sizes))


def _adaptive_cells(case: Case) -> int:
    """The window that torchscan takes an adaptive pool to have."""
    sizes = zip(case.input_sizes, case.output_sizes, strict=True)
    return prod(size % found + 1 if size % found else size // found for size, found in sizes)


_AVERAGES: Table = {
    "max_pool": (_MAX_POOL,),
    "avg_pool": (Cost("(kernel as written - 1 + axes) per value", _avg_pool),),
    **each("adaptive_max_pool global_max_pool", (
        Cost("(window - 1) per value", lambda case: case.values * (_adaptive_cells(case) - 1)),
    )),
    **each(_GLOBAL, (
        Cost("(window - 1 + axes) per value",
             lambda case: case.values * (_adaptive_cells(case) - 1 + len(case.output_sizes))),
    )),
}  # fmt: skip


def _terms(case: Case) -> int:
    """Products of one dot product, as torchscan takes it."""
    groups: int = case.argument("groups")
    return case.channels // groups * case.kernel_cells


def _padding(number: int) -> Cost:
    return Cost(f"{number} per axis", lambda case: number * len(case.output_sizes), "padding")


_SPREAD_PRODUCT = Cost("output values x terms", lambda case: case.values * _terms(case))

_MACS: Table = {
    **_AVERAGES,
    **each("conv linear", (PRODUCT,)),
    "conv_transpose": (_SPREAD_PRODUCT, _padding(4)),
    "batch_norm": scaled(2, 1),
    **each("relu relu6 leaky_relu elu tanh sigmoid dropout", ()),
    **each(_FREE, ()),
    **each(f"layer_norm {_UNNAMED}", Mark.UNSUPPORTED),
    **each("roi_pool roi_align", Mark.UNKNOWN),
}


def _dot_products(product: Cost) -> Callable[[Case], Costs]:
    """K products take K - 1 sums, and one more for the bias."""
    sums = Cost("1 fewer per output value", lambda case: -case.values, "sums")
    return lambda case: (product, sums, BIAS) if case.biased else (product, sums)


_transposed = _dot_products(Cost("2 x output values x terms", lambda case: 2 * case.values * _terms(case)))


def _batch_norm(case: Case) -> Costs:
    per = 4 if case.scales else 2
    return (*per_value(per), Cost("2 per channel", lambda case: 2 * case.channels, "statistics"))


def _dropout(case: Case) -> Costs:
    return per_value(1) if case.argument("p") > 0 else ()


def _means(case: Case) -> int:
    """How many means a layer_norm takes: one per position, or one per sample."""
    return case.boxes if case.argument("axes") == "all" else case.positions


def _layer_norm(case: Case) -> Costs:
    per = 8 if case.scales else 6
    return (*per_value(per), Cost("2 per mean", lambda case: 2 * _means(case), "statistics"))


_FLOPS: Table = {
    **_AVERAGES,
    **each("conv linear", _dot_products(TWICE_PRODUCT)),
    "conv_transpose": lambda case: (*_transposed(case), _padding(8)),
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "relu": per_value(1),
    "relu6": per_value(2),
    **each("leaky_relu sigmoid", per_value(4)),
    **each("elu tanh", per_value(6)),
    "dropout": _dropout,
    **each(_FREE, ()),
    **each(_UNNAMED, Mark.UNSUPPORTED),
    **each("roi_pool roi_align", Mark.UNKNOWN),
}

RULES = (
    Rule(
        "torchscan",
        "torchscan",
        "0.2.0",
        Quantity.MACS,
        "MACs",
        "Multiply-adds without bias, 2 per value of batch norm, pools; a pool's kernel written as one number counts "
        "as that number, not as its square.",
        by_kind(_MACS),
        frozenset(_MACS),
    ),
    Rule(
        "torchscan-flops",
        "torchscan",
        "0.2.0",
        Quantity.FLOPS,
        "module FLOPs",
        "2K - 1 per output value of K products, bias, 4 per value and 2 per channel of batch norm, activations, pools.",
        by_kind(_FLOPS),
        frozenset(_FLOPS),
    ),
)
