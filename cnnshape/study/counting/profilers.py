"""calflops and DeepSpeed's flops profiler: by patched functions, with formulas of one origin.

A function that isn't patched counts nothing. An unknown pool or matrix product may call one that is. calflops adds up
modules along the tree of blocks, and so meets a module once in each block that holds it.
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
    Window,
    per_axis,
)
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import (
    BIAS,
    FUNCTIONAL_NORM,
    PRODUCT,
    TWICE_PRODUCT,
    biased,
    by_axes,
    per_input,
    per_value,
    plain_only,
    recurrent,
    scaled,
)
from cnnshape.study.counting.rule import Answer, Cost, Costs, Mark, Quantity, Rule, Table, alike, once_per_block


def _size(case: Case) -> int:
    """An upsampling to a size counts the cells of that size, once for all channels."""
    size = case.output_sizes if case.argument("size") is None else case.argument("size")
    return size if isinstance(size, int) else prod(size)


_TO_SIZE: Costs = (Cost("the size as written", _size),)


def _to_scale(case: Case) -> int:
    scales = per_axis(case.argument("scale"), len(case.output_sizes), "scale")
    return int(case.input_values * prod(scales))


def _upsample(case: Case) -> Costs:
    return _TO_SIZE if case.argument("scale") is None else (Cost("input values x scale per axis", _to_scale),)


def _is_lopsided(case: Case) -> bool:
    """Whether `same` pads unevenly: both tools pad evenly, and so compute a smaller output."""
    return case.argument("padding") == "same" and any(window.before != window.after for window in case.windows)


def _conv(product: Costs, case: Case) -> Answer:
    return Mark.UNKNOWN if _is_lopsided(case) else product


@plain_only
def _conv_flops(case: Case) -> Answer:
    return _conv((TWICE_PRODUCT, BIAS) if case.biased else (TWICE_PRODUCT,), case)


_DEEPSPEED = Table(
    families={
        Layer: (),
        MatrixProduct: Mark.UNKNOWN,
        FixedProduct: Mark.UNKNOWN,
        Pooling: Mark.UNKNOWN,
        Resize: Mark.UNKNOWN,
        RegionPool: Mark.UNKNOWN,
        Recurrence: Mark.UNKNOWN,
        Stated: Mark.UNKNOWN,
    },
    kinds={
        "conv": _conv_flops,
        **alike("lstm gru", recurrent(TWICE_PRODUCT, 2, 1)),
        "conv_transpose": biased(TWICE_PRODUCT),
        "linear": (TWICE_PRODUCT,),
        "blur_pool": (TWICE_PRODUCT,),
        **alike("max_pool avg_pool adaptive_avg_pool adaptive_max_pool global_avg_pool global_max_pool", per_input(1)),
        **alike("channel_avg_pool channel_max_pool", ()),
        "batch_norm": scaled(2, 1),
        **alike("layer_norm group_norm instance_norm", scaled(5, 4)),
        "local_response_norm": FUNCTIONAL_NORM,
        "evo_norm": Mark.UNKNOWN,
        **alike("relu leaky_relu prelu elu silu gelu", per_value(1)),
        "softmax": by_axes(per_value(1), Mark.UNKNOWN),
        "upsample": _upsample,
    },
)


_FOUR_TIMES = Cost("4 x MACs", lambda case: 4 * case.macs)

_twice_recurrent = recurrent(_FOUR_TIMES, 2, 1)
_once_recurrent = recurrent(TWICE_PRODUCT, 2, 1)


def _recurrent_on_meta(case: Case) -> Answer:
    return (_twice_recurrent if case.argument("biases") else _once_recurrent)(case)


_ON_META = _DEEPSPEED.changed(
    families={},
    kinds={
        "linear": lambda case: (_FOUR_TIMES if case.biased else TWICE_PRODUCT,),
        **alike("lstm gru", _recurrent_on_meta),
        "leaky_relu": per_value(2),
        "upsample": Mark.UNKNOWN,
    },
)


def _kept(case: Case) -> int:
    """calflops divides the channels of a transposed kernel by the groups twice."""
    per_group: int = case.argument("out") // case.argument("groups") // case.argument("groups")
    return case.input_values * per_group * case.kernel_cells


def _shrunk_bias(case: Case) -> int:
    """calflops computes the output size of a transposed convolution as that of a convolution."""
    rank = len(case.input_sizes)
    kernel, stride, dilation = (per_axis(case.argument(name), rank, name) for name in ("kernel", "stride", "dilation"))
    padding = per_axis(case.argument("padding"), rank, "padding")
    windows = map(Window, kernel, stride, dilation, padding, padding)
    sizes = prod(window.output(size) for window, size in zip(windows, case.input_sizes, strict=True))
    channels: int = case.argument("out") // case.argument("groups")
    return channels * sizes * case.boxes


def _transposed(case: Case) -> Answer:
    padding = case.argument("padding")
    in_pairs = isinstance(padding, tuple) and isinstance(padding[0], tuple)
    if in_pairs or isinstance(padding, str) or case.argument("output") is not None:
        return Mark.UNKNOWN
    product = Cost("2 x input values x kernel / groups", lambda case: 2 * _kept(case))
    bias = Cost("1 per output value of a convolution", _shrunk_bias, "bias")
    return (product, bias) if case.biased else (product,)


def _unscaled(answer: Answer, case: Case) -> Answer:
    """calflops works out the factor of an upsampling and drops it; it fails on a scale for each of several axes."""
    return Mark.UNKNOWN if isinstance(case.argument("scale"), tuple) else answer


def _unscaled_upsample(case: Case) -> Answer:
    return _unscaled(_TO_SIZE if case.argument("scale") is None else per_input(1), case)


_CALFLOPS = _DEEPSPEED.changed(
    families={},
    kinds={
        "conv_transpose": _transposed,
        "upsample": _unscaled_upsample,
    },
)
_CALFLOPS_MACS = Table(
    families={
        Layer: (),
        MatrixProduct: Mark.UNKNOWN,
        FixedProduct: Mark.UNKNOWN,
        RegionPool: Mark.UNKNOWN,
        Stated: Mark.UNKNOWN,
    },
    kinds={
        "blur_pool": (PRODUCT,),
        "conv": lambda case: _conv((PRODUCT,), case),
        "linear": (PRODUCT,),
        "conv_transpose": (Cost("input values x kernel / groups", _kept),),
        "upsample": lambda case: _unscaled((), case),
    },
)

RULES = (
    Rule(
        name="calflops",
        tool="calflops",
        version="0.3.2",
        quantity=Quantity.FLOPS,
        figure="FLOPs",
        doc="2 x MACs, bias of convolutions, 2 per value of batch norm, 1 per value of ReLU, 1 per input value of pools; a "
        "layer that several blocks hold, once for each.",
        tallies=once_per_block(_CALFLOPS),
        by_kind=True,
    ),
    Rule(
        name="calflops-macs",
        tool="calflops",
        version="0.3.2",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="Convolutions and linear layers, without bias; one that several blocks hold, once for each.",
        tallies=once_per_block(_CALFLOPS_MACS),
        by_kind=True,
    ),
    Rule(
        name="deepspeed",
        tool="DeepSpeed",
        version="0.19.8",
        quantity=Quantity.FLOPS,
        figure="FLOPs",
        doc="2 x MACs, bias of convolutions, 2 per value of batch norm, 1 per value of ReLU, 1 per input value of pools; "
        "joins by operators are not patched.",
        tallies=_DEEPSPEED.tallies,
        by_kind=True,
    ),
    Rule(
        name="deepspeed-meta",
        tool="DeepSpeed on meta",
        version="0.19.8",
        quantity=Quantity.FLOPS,
        figure="FLOPs",
        doc="The same on the meta device, where linear layers with a bias, and leaky_relu, count twice.",
        tallies=_ON_META.tallies,
        by_kind=True,
    ),
)
