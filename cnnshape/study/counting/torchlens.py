"""torchlens: by every function that a forward pass calls."""

from cnnshape.study.counting.costs import JOIN, TWICE_PRODUCT, biased, per_input, per_value, written_kernel
from cnnshape.study.counting.rule import Cost, Mark, Quantity, Rule, Table, by_kind, each

_POOL = Cost("kernel as written per value", lambda case: case.values * written_kernel(case))
_RESPONSE = Cost("size + 6 per value", lambda case: (case.argument("size") + 6) * case.values)

_TABLE: Table = {
    **each("conv conv_transpose linear", biased(TWICE_PRODUCT)),
    **each("max_pool avg_pool", (_POOL,)),
    **each("adaptive_avg_pool global_avg_pool", per_input(1)),
    **each("adaptive_max_pool global_max_pool", per_input(2)),
    **each("batch_norm layer_norm group_norm instance_norm silu softmax", per_value(5)),
    "local_response_norm": (_RESPONSE,),
    **each("layer_scale relu relu6 leaky_relu prelu", per_value(1)),
    "dropout": per_value(2),
    "hard_sigmoid": per_value(3),
    **each("upsample sigmoid hard_swish", per_value(4)),
    "tanh": per_value(6),
    "mish": per_value(8),
    **each("elu softplus", per_value(9)),
    "selu": per_value(10),
    "gelu": per_value(14),
    **each("add multiply", JOIN),
    **each("drop_path identity flatten reshape pad crop pixel_shuffle pixel_unshuffle channel_shuffle split", ()),
    **each("slice subsample pad_channels concat", ()),
    **each("roi_pool roi_align", Mark.UNKNOWN),
}

RULES = (
    Rule(
        "torchlens",
        "torchlens",
        "2.36.1",
        Quantity.FLOPS,
        "FLOPs",
        "2 x MACs with bias, 5 per value of batch norm, activations, pools and joins; a pool's kernel written as one "
        "number counts as that number.",
        by_kind(_TABLE),
        frozenset(_TABLE),
    ),
)
