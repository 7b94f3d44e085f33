"""torchscan: formulas by module class. A module of another class is reported as unsupported; functions count nothing."""

from collections.abc import Callable
from math import prod

from cnnshape.layers import Join, Layer, Move, PassThrough, RegionPool, Stated, normalized_shape
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import BIAS, PRODUCT, TWICE_PRODUCT, by_axes, per_value, scaled, written_kernel
from cnnshape.study.counting.rule import Cost, Costs, Entry, Family, Mark, Quantity, Rule, Table, alike

_MAX_POOL = Cost("(kernel as written - 1) per value", lambda case: case.values * (written_kernel(case) - 1))


def _avg_pool(case: Case) -> int:
    return case.values * (written_kernel(case) - 1 + len(case.output_sizes))


def _adaptive_cells(case: Case) -> int:
    """Cells of the window that torchscan computes for an adaptive pool."""
    sizes = zip(case.input_sizes, case.output_sizes, strict=True)
    return prod(before % after + 1 if before % after else before // after for before, after in sizes)


_ADAPTIVE_MAX = Cost("(window - 1) per value", lambda case: case.values * (_adaptive_cells(case) - 1))
_ADAPTIVE_AVG = Cost(
    "(window - 1 + axes) per value",
    lambda case: case.values * (_adaptive_cells(case) - 1 + len(case.output_sizes)),
)
_FAMILIES: dict[Family, Entry] = {
    Layer: Mark.UNSUPPORTED,
    Move: (),
    PassThrough: Mark.UNSUPPORTED,
    Join: (),
    RegionPool: Mark.UNKNOWN,
    Stated: Mark.UNKNOWN,
}
_COMMON: dict[str, Entry] = {
    "max_pool": (_MAX_POOL,),
    "avg_pool": (Cost("(kernel as written - 1 + axes) per value", _avg_pool),),
    **alike("adaptive_max_pool global_max_pool", (_ADAPTIVE_MAX,)),
    **alike("adaptive_avg_pool global_avg_pool", (_ADAPTIVE_AVG,)),
    **alike("pad max_unpool pixel_shuffle pixel_unshuffle channel_shuffle", Mark.UNSUPPORTED),
    **alike("identity drop_path", ()),
    # PyTorch has functions for them.
    **alike("channel_avg_pool channel_max_pool abs square rescale attention", ()),
    **alike("softmax log_softmax", by_axes(Mark.UNSUPPORTED, ())),
}


def _terms(case: Case) -> int:
    """Products of one dot product, as torchscan computes them."""
    groups: int = case.argument("groups")
    return case.channels // groups * case.kernel_cells


def _padding(number: int) -> Cost:
    return Cost(f"{number} per axis", lambda case: number * len(case.output_sizes), "padding")


_SPREAD_PRODUCT = Cost("output values x terms", lambda case: case.values * _terms(case))

_MACS = Table(
    families=_FAMILIES,
    kinds={
        **_COMMON,
        **alike("conv linear", (PRODUCT,)),
        "conv_transpose": (_SPREAD_PRODUCT, _padding(4)),
        "batch_norm": scaled(2, 1),
        **alike("relu relu6 leaky_relu elu tanh sigmoid dropout", ()),
    },
)


def _dot_products(product: Cost) -> Callable[[Case], Costs]:
    """K products need K - 1 sums, and one more for the bias."""
    sums = Cost("1 fewer per output value", lambda case: -case.values, "sums")
    return lambda case: (product, sums, BIAS) if case.biased else (product, sums)


_transposed = _dot_products(Cost("2 x output values x terms", lambda case: 2 * case.values * _terms(case)))


def _batch_norm(case: Case) -> Costs:
    number = 4 if case.scales else 2
    return (*per_value(number), Cost("2 per channel", lambda case: 2 * case.channels, "statistics"))


def _dropout(case: Case) -> Costs:
    return per_value(1) if case.argument("p") > 0 else ()


def _means(case: Case) -> int:
    """Means of a layer_norm: one for the values that are normalized together."""
    return case.values // prod(normalized_shape(case.row.inputs[0], case.argument("axes")))


def _layer_norm(case: Case) -> Costs:
    number = 8 if case.scales else 6
    return (*per_value(number), Cost("2 per mean", lambda case: 2 * _means(case), "statistics"))


_FLOPS = Table(
    families=_FAMILIES,
    kinds={
        **_COMMON,
        **alike("conv linear", _dot_products(TWICE_PRODUCT)),
        "conv_transpose": lambda case: (*_transposed(case), _padding(8)),
        "batch_norm": _batch_norm,
        "layer_norm": _layer_norm,
        "relu": per_value(1),
        "relu6": per_value(2),
        **alike("leaky_relu sigmoid", per_value(4)),
        **alike("elu tanh", per_value(6)),
        "dropout": _dropout,
    },
)

RULES = (
    Rule(
        name="torchscan",
        tool="torchscan",
        version="0.2.0",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="Multiply-adds without bias, 2 per value of batch norm, pools; a pool's kernel written as one number counts "
        "as that number, not as its square.",
        tallies=_MACS.tallies,
        by_kind=True,
    ),
    Rule(
        name="torchscan-flops",
        tool="torchscan",
        version="0.2.0",
        quantity=Quantity.FLOPS,
        figure="module FLOPs",
        doc="2K - 1 per output value of K products, bias, 4 per value and 2 per channel of batch norm, activations, pools.",
        tallies=_FLOPS.tallies,
        by_kind=True,
    ),
)
