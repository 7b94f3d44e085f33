"""XLA's cost analysis of a network in flax: by the instructions that a traced function becomes."""

from collections.abc import Sequence
from math import prod
from struct import pack, unpack

from cnnshape.layers import Window
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import BIAS, JOIN, TWICE_PRODUCT, biased, per_input, per_value
from cnnshape.study.counting.rule import Cost, Costs, Mark, Part, Quantity, Rule, Table, Tally, by_kind, each


def _taps(window: Window, size: int, found: int) -> int:
    """Taps of all windows of an axis that fall on cells of the input, not on padding."""
    total = 0
    for tap in range(window.kernel):
        shift = tap * window.dilation - window.before
        first = max(-(shift // window.stride), 0)
        last = min((size - 1 - shift) // window.stride, found - 1)
        total += max(last - first + 1, 0)
    return total


def _product(case: Case) -> int:
    out, channels = case.weights[0].shape[:2]
    sizes = zip(case.windows, case.input_sizes, case.output_sizes, strict=True)
    return 2 * out * channels * case.boxes * prod(_taps(*each_axis) for each_axis in sizes)


def _conv(case: Case) -> Costs:
    product = Cost("2 x taps that don't fall on padding", _product)
    return (product, BIAS) if case.biased else (product,)


def _batch_norm(case: Case) -> Costs:
    number = 2 if case.scales else 1
    statistics = Cost(f"{number} per channel", lambda case: number * case.channels, "statistics")
    return (*per_value(number + 1), statistics)


_MAXIMUM = Cost("window size - 1 per output value", lambda case: case.values * (case.window_cells - 1))
_MEAN = Cost("window size per output value", lambda case: case.values * case.window_cells)
_GLOBAL_MAXIMUM = Cost("1 per input value, less 1 per channel", lambda case: case.input_values - case.values)


def _adaptive_mean(case: Case) -> Costs | Mark:
    """flax has no adaptive pool: one to a single cell is a mean, one that changes nothing isn't written."""
    if all(size == 1 for size in case.output_sizes):
        return per_input(1)
    return () if case.input_sizes == case.output_sizes else Mark.UNKNOWN


_TABLE: Table = {
    "conv": _conv,
    "linear": biased(TWICE_PRODUCT),
    "batch_norm": _batch_norm,
    "max_pool": (_MAXIMUM,),
    "avg_pool": lambda case: (_MEAN,) if case.argument("count_include_pad") else Mark.UNKNOWN,
    "adaptive_avg_pool": _adaptive_mean,
    "global_avg_pool": per_input(1),
    "global_max_pool": (_GLOBAL_MAXIMUM,),
    "relu": per_value(1),
    "relu6": per_value(2),
    **each("leaky_relu prelu sigmoid", per_value(3)),
    **each("elu silu hard_sigmoid", per_value(4)),
    "hard_swish": per_value(5),
    **each("selu softplus", per_value(6)),
    "tanh": (),
    **each("add multiply", JOIN),
    **each("dropout drop_path identity flatten reshape crop split slice subsample concat", ()),
    **each("conv_transpose adaptive_max_pool layer_norm group_norm instance_norm", Mark.UNKNOWN),
    **each("local_response_norm layer_scale gelu mish softmax pad upsample pixel_shuffle", Mark.UNKNOWN),
    **each("pixel_unshuffle channel_shuffle pad_channels roi_pool roi_align", Mark.UNKNOWN),
}
_INSTRUCTIONS = {f"{number} per {what}": number for number in range(2, 8) for what in ("value", "channel")}
"""Costs that are the work of several instructions."""


def _rounding(tallies: Sequence[Tally]) -> tuple[Part, ...]:
    """XLA adds the instructions up in single precision."""
    total, exact = 0, 0
    for part in (part for tally in tallies for part in tally.parts):
        instructions = _INSTRUCTIONS.get(part.words, 1)
        exact += part.amount
        for _ in range(instructions):
            total = _single(total + _single(part.amount // instructions))
    return (Part("sum in single precision", "rounding", total - exact),)


def _single(number: int) -> int:
    """The nearest number that single precision can hold."""
    rounded: float = unpack("f", pack("f", number))[0]
    return int(rounded)


RULES = (
    Rule(
        "xla",
        "flax, XLA cost analysis",
        "0.12.8",
        Quantity.FLOPS,
        "flops",
        "Convolutions without the taps that fall on zero padding; 3 per value and 2 per channel of batch norm, "
        "activations (without transcendental functions), pools and joins; added up in single precision.",
        by_kind(_TABLE),
        frozenset(_TABLE),
        _rounding,
    ),
)
