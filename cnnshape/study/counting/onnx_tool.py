"""onnx-tool: by the operators of an ONNX file, with costs of vector instructions (a division 4, exp 32, a root 24).

It fails on an operator that it doesn't know.
"""

from math import prod

from cnnshape.layers import ElementwiseJoin, Layer, PassThrough, normalized_shape
from cnnshape.study.counting.case import Case, Cases
from cnnshape.study.counting.costs import (
    JOIN,
    PRODUCT,
    biased,
    layer_scaled,
    per_input,
    per_value,
    plain_only,
    rescaled,
)
from cnnshape.study.counting.rule import Answer, Cost, Costs, Mark, Quantity, Rule, Table, Tally, alike
from cnnshape.study.counting.variables import DOC, with_statistics

_SPREAD_PRODUCT = Cost(
    "output values x output channels / groups x kernel",
    lambda case: case.values * (case.argument("out") // case.argument("groups")) * case.kernel_cells,
)
_GLOBAL_AVERAGE: Costs = (
    Cost("1 per input value, and 4 per output value", lambda case: case.input_values + 4 * case.values),
)


def _layer_norm(case: Case) -> Costs:
    """It takes the first of the axes that are normalized together for all of them."""
    first = normalized_shape(case.row.inputs[0], case.argument("axes"))[0]
    return (*per_value(7), Cost("29 per mean", lambda case: 29 * case.values // first, "statistics"))


def _upsample(case: Case) -> Costs:
    return {"nearest": (), "linear": per_value(4), "cubic": per_value(8)}[case.argument("mode")]


def _pool(kernel: tuple[int, ...]) -> Costs:
    """The cost of a window. If it has three axes, only the first counts."""
    cells = prod(kernel) if len(kernel) < 3 else kernel[0]
    words = "window size per value" if len(kernel) < 3 else "window depth per value"
    return (Cost(words, lambda case: case.values * cells),)


def _sliding_pool(case: Case) -> Costs:
    return _pool(tuple(window.kernel for window in case.windows))


def _adaptive_pool(case: Case) -> Answer:
    """The exporter writes a window if the sizes divide, and a global pool if one cell is left."""
    if _fails(case):
        return Mark.UNKNOWN
    if all(size == 1 for size in case.output_sizes):
        return _GLOBAL_AVERAGE if case.kind == "adaptive_avg_pool" else per_input(1)
    sizes = zip(case.input_sizes, case.output_sizes, strict=True)
    return _pool(tuple(before // after for before, after in sizes))


_FAILING = frozenset({
    "local_response_norm", "rms_norm", "selu", "celu", "channel_shuffle", "max_unpool", "roi_pool", "roi_align",
    "opaque",
})  # fmt: skip
_ADAPTIVE = ("adaptive_avg_pool", "adaptive_max_pool")


def _fails(case: Case) -> bool:
    """Whether there is no ONNX file, or none that onnx-tool reads."""
    sizes = zip(case.input_sizes, case.output_sizes, strict=False)
    return case.kind in _FAILING or (case.kind in _ADAPTIVE and any(before % after for before, after in sizes))


def _params_tally(case: Case) -> Tally:
    """A weight without axes counts nothing."""
    scalar = any(not weight.shape for weight in case.weights)
    return Tally(mark=Mark.UNKNOWN) if _fails(case) or scalar else with_statistics(case)


def _params(cases: Cases) -> tuple[Tally, ...]:
    return cases.spread(list(map(_params_tally, cases.distinct)))


_TABLE = Table(
    families={
        Layer: Mark.UNKNOWN,
        PassThrough: (),
        ElementwiseJoin: JOIN,
    },
    kinds={
        "conv": plain_only(biased(PRODUCT)),
        "linear": biased(PRODUCT),
        "conv_transpose": biased(_SPREAD_PRODUCT),
        **alike("max_pool avg_pool", _sliding_pool),
        **alike("adaptive_avg_pool adaptive_max_pool", _adaptive_pool),
        "global_avg_pool": _GLOBAL_AVERAGE,
        **alike("global_max_pool channel_avg_pool channel_max_pool", per_input(1)),
        "batch_norm": per_value(31),
        "layer_norm": _layer_norm,
        "group_norm": per_value(9),
        "instance_norm": per_value(7),
        "layer_scale": layer_scaled,
        "rescale": rescaled,
        **alike("relu abs square", per_value(1)),
        **alike("relu6 leaky_relu prelu hard_tanh", per_value(2)),
        "hard_sigmoid": per_value(4),
        "hard_swish": per_value(5),
        "softsign": per_value(6),
        "sigmoid": per_value(32),
        "glu": per_value(33),
        "silu": per_value(33),
        "gelu": per_value(34),
        "elu": per_value(35),
        "softmax": per_value(36),
        **alike("tanh softplus", per_value(76)),
        "log_softmax": per_value(80),
        "mish": per_value(153),
        "upsample": _upsample,
        "average": (*JOIN, *per_value(4)),
        **alike("flatten reshape crop pixel_shuffle pixel_unshuffle slice subsample concat", ()),
    },
)

RULES = (
    Rule(
        name="onnx-tool",
        tool="onnx-tool",
        version="1.0.1",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="Multiply-adds with bias, 31 per value of batch norm, 1 per value of ReLU and of joins, window size per "
        "output value of pools. Of an ONNX file with its batch norms: exported in training mode.",
        tallies=_TABLE.tallies,
        by_kind=True,
    ),
    Rule(
        name="onnx-tool-params",
        tool="onnx-tool",
        version="1.0.1",
        quantity=Quantity.PARAMS,
        figure="params",
        doc=DOC,
        tallies=_params,
    ),
)
