"""calflops and DeepSpeed's flops profiler: by patched functions, with formulas of one origin."""

from math import prod

from cnnshape.layers import Window, per_axis
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import (
    BIAS,
    FUNCTIONAL_NORM,
    PRODUCT,
    TWICE_PRODUCT,
    biased,
    per_input,
    per_value,
    scaled,
)
from cnnshape.study.counting.rule import Cost, Costs, Mark, Quantity, Rule, Table, by_kind, each


def _size(case: Case) -> int:
    """An upsampling to a size counts that size alone, of all channels together."""
    size = case.argument("size")
    return size if isinstance(size, int) else prod(size)


_TO_SIZE: Costs = (Cost("the size as written", _size),)


def _to_scale(case: Case) -> int:
    scale: float = case.argument("scale")
    return int(case.input_values * scale ** len(case.output_sizes))


def _upsample(case: Case) -> Costs:
    return _TO_SIZE if case.argument("scale") is None else (Cost("input values x scale per axis", _to_scale),)


_ELEMENTWISE = "relu leaky_relu prelu elu silu gelu softmax"
_UNPATCHED = "relu6 selu mish sigmoid hard_sigmoid hard_swish tanh softplus"
_FREE = (
    "dropout drop_path identity flatten reshape pad crop pixel_shuffle pixel_unshuffle channel_shuffle split slice "
    "subsample pad_channels layer_scale add concat multiply"
)


def _is_lopsided(case: Case) -> bool:
    """`same` with an odd cell: both tools pad evenly, and so take the output to be smaller."""
    return case.argument("padding") == "same" and any(window.before != window.after for window in case.windows)


def _conv(product: Costs, case: Case) -> Costs | Mark:
    return Mark.UNKNOWN if _is_lopsided(case) else product


def _conv_flops(case: Case) -> Costs | Mark:
    return _conv((TWICE_PRODUCT, BIAS) if case.biased else (TWICE_PRODUCT,), case)


_DEEPSPEED: Table = {
    "conv": _conv_flops,
    "conv_transpose": biased(TWICE_PRODUCT),
    "linear": (TWICE_PRODUCT,),
    **each("max_pool avg_pool adaptive_avg_pool adaptive_max_pool global_avg_pool global_max_pool", per_input(1)),
    "batch_norm": scaled(2, 1),
    **each("layer_norm group_norm instance_norm", scaled(5, 4)),
    "local_response_norm": FUNCTIONAL_NORM,
    **each(_ELEMENTWISE, per_value(1)),
    "upsample": _upsample,
    **each(_UNPATCHED, ()),
    **each(_FREE, ()),
    **each("roi_pool roi_align", Mark.UNKNOWN),
}


_AGAIN = Cost("4 x MACs", lambda case: 4 * case.macs)

_ON_META: Table = {
    **_DEEPSPEED,
    "linear": lambda case: (_AGAIN if case.biased else TWICE_PRODUCT,),
    "leaky_relu": per_value(2),
    "upsample": Mark.UNKNOWN,
}


def _kept(case: Case) -> int:
    """calflops divides the channels of a transposed kernel by the groups twice."""
    per_group: int = case.argument("out") // case.argument("groups") // case.argument("groups")
    return case.input_values * per_group * case.kernel_cells


def _shrunk_bias(case: Case) -> int:
    """calflops takes the output of a transposed convolution to be that of a convolution."""
    rank = len(case.input_sizes)
    kernel, stride, dilation = (per_axis(case.argument(name), rank, name) for name in ("kernel", "stride", "dilation"))
    padding = per_axis(case.argument("padding"), rank, "padding")
    windows = map(Window, kernel, stride, dilation, padding, padding)
    sizes = prod(window.output(size) for window, size in zip(windows, case.input_sizes, strict=True))
    channels: int = case.argument("out") // case.argument("groups")
    return channels * sizes * case.boxes


def _transposed(case: Case) -> Costs | Mark:
    padding = case.argument("padding")
    if isinstance(padding, tuple) and isinstance(padding[0], tuple):
        return Mark.UNKNOWN
    product = Cost("2 x input values x kernel / groups", lambda case: 2 * _kept(case))
    bias = Cost("1 per output value of a convolution", _shrunk_bias, "bias")
    return (product, bias) if case.biased else (product,)


_CALFLOPS: Table = {
    **_DEEPSPEED,
    "conv_transpose": _transposed,
    "upsample": lambda case: _TO_SIZE if case.argument("scale") is None else per_input(1),
}
_CALFLOPS_MACS: Table = dict.fromkeys(_CALFLOPS, ()) | {
    "conv": lambda case: _conv((PRODUCT,), case),
    "linear": (PRODUCT,),
    "conv_transpose": (Cost("input values x kernel / groups", _kept),),
    **each("roi_pool roi_align", Mark.UNKNOWN),
}

RULES = (
    Rule(
        "calflops",
        "calflops",
        "0.3.2",
        Quantity.FLOPS,
        "FLOPs",
        "2 x MACs, bias of convolutions, 2 per value of batch norm, 1 per value of ReLU, 1 per input value of pools.",
        by_kind(_CALFLOPS),
        frozenset(_CALFLOPS),
    ),
    Rule(
        "calflops-macs",
        "calflops",
        "0.3.2",
        Quantity.MACS,
        "MACs",
        "Convolutions and linear layers, without bias.",
        by_kind(_CALFLOPS_MACS),
        frozenset(_CALFLOPS_MACS),
    ),
    Rule(
        "deepspeed",
        "DeepSpeed",
        "0.19.8",
        Quantity.FLOPS,
        "FLOPs",
        "2 x MACs, bias of convolutions, 2 per value of batch norm, 1 per value of ReLU, 1 per input value of pools; "
        "joins by operators are not patched.",
        by_kind(_DEEPSPEED),
        frozenset(_DEEPSPEED),
    ),
    Rule(
        "deepspeed-meta",
        "DeepSpeed on meta",
        "0.19.8",
        Quantity.FLOPS,
        "FLOPs",
        "The same on the meta device, where linear layers with a bias, and leaky_relu, count twice.",
        by_kind(_ON_META),
        frozenset(_ON_META),
    ),
)
