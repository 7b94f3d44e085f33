"""XLA's cost analysis of a network in flax: by the instructions that a traced function becomes.

A kind that wasn't measured is unknown: its instructions depend on how it is written.
"""

from collections.abc import Sequence
from math import prod
from struct import pack, unpack

from cnnshape.layers import Layer, Window
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import BIAS, JOIN, TWICE_PRODUCT, biased, per_input, per_value, plain_only
from cnnshape.study.counting.rule import Answer, Cost, Costs, Mark, Part, Quantity, Rule, Table, Tally, alike


def _taps(window: Window, size: int, cells: int) -> int:
    """Taps of all windows of an axis that fall on cells of the input, not on padding."""
    taps = 0
    for tap in range(window.kernel):
        shift = tap * window.dilation - window.before
        first = max(-(shift // window.stride), 0)
        last = min((size - 1 - shift) // window.stride, cells - 1)
        taps += max(last - first + 1, 0)
    return taps


def _product(case: Case) -> int:
    out, channels = case.weights[0].shape[:2]
    sizes = zip(case.windows, case.input_sizes, case.output_sizes, strict=True)
    return 2 * out * channels * case.boxes * prod(_taps(*axis) for axis in sizes)


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


def _adaptive_mean(case: Case) -> Answer:
    """flax has no adaptive pool: to a single cell it is a mean; one that changes nothing isn't written."""
    if all(size == 1 for size in case.output_sizes):
        return per_input(1)
    return () if case.input_sizes == case.output_sizes else Mark.UNKNOWN


_TABLE = Table(
    families={Layer: Mark.UNKNOWN},
    kinds={
        "conv": plain_only(_conv),
        "linear": biased(TWICE_PRODUCT),
        "batch_norm": _batch_norm,
        "max_pool": (_MAXIMUM,),
        "avg_pool": lambda case: (_MEAN,) if case.argument("count_include_pad") else Mark.UNKNOWN,
        "adaptive_avg_pool": _adaptive_mean,
        "global_avg_pool": per_input(1),
        "global_max_pool": (_GLOBAL_MAXIMUM,),
        "relu": per_value(1),
        "relu6": per_value(2),
        **alike("leaky_relu prelu sigmoid", per_value(3)),
        **alike("elu silu hard_sigmoid", per_value(4)),
        "hard_swish": per_value(5),
        **alike("selu softplus", per_value(6)),
        "tanh": (),
        **alike("add multiply", JOIN),
        **alike("dropout drop_path identity flatten reshape crop split slice subsample concat", ()),
    },
)
_INSTRUCTIONS = {f"{number} per {what}": number for number in range(2, 8) for what in ("value", "channel")}
"""Costs that several instructions make up."""


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
        name="xla",
        tool="flax, XLA cost analysis",
        version="0.12.8",
        quantity=Quantity.FLOPS,
        figure="flops",
        doc="Convolutions without the taps that fall on zero padding; 3 per value and 2 per channel of batch norm, "
        "activations (without transcendental functions), pools and joins; added up in single precision.",
        tallies=_TABLE.tallies,
        by_kind=True,
        whole=_rounding,
    ),
)
