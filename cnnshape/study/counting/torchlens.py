"""torchlens: by every function that a forward pass calls, each with a cost of its own; moves count nothing."""

from cnnshape.layers import ElementwiseJoin, Join, Layer, Move, PassThrough
from cnnshape.study.counting.costs import (
    JOIN,
    TWICE_PRODUCT,
    biased,
    layer_scaled,
    per_input,
    per_value,
    plain_only,
    rescaled,
    written_kernel,
)
from cnnshape.study.counting.rule import Cost, Mark, Quantity, Rule, Table, alike

_POOL = Cost("kernel as written per value", lambda case: case.values * written_kernel(case))
_RESPONSE = Cost("size + 6 per value", lambda case: (case.argument("size") + 6) * case.values)

_TABLE = Table(
    families={
        Layer: Mark.UNKNOWN,
        Move: (),
        PassThrough: Mark.UNKNOWN,
        Join: (),
        ElementwiseJoin: JOIN,
    },
    kinds={
        "conv": plain_only(biased(TWICE_PRODUCT)),
        **alike("conv_transpose linear", biased(TWICE_PRODUCT)),
        **alike("max_pool avg_pool", (_POOL,)),
        **alike("adaptive_avg_pool global_avg_pool channel_avg_pool channel_max_pool", per_input(1)),
        **alike("adaptive_max_pool global_max_pool", per_input(2)),
        **alike("batch_norm layer_norm rms_norm group_norm instance_norm silu softmax", per_value(5)),
        "log_softmax": per_value(6),
        "local_response_norm": (_RESPONSE,),
        "layer_scale": layer_scaled,
        "rescale": rescaled,
        **alike("relu relu6 leaky_relu prelu hard_tanh abs square max_unpool", per_value(1)),
        "dropout": per_value(2),
        **alike("drop_path identity", ()),
        **alike("hard_sigmoid softsign", per_value(3)),
        **alike("upsample sigmoid hard_swish", per_value(4)),
        "tanh": per_value(6),
        "mish": per_value(8),
        **alike("elu celu softplus", per_value(9)),
        "selu": per_value(10),
        "gelu": per_value(14),
    },
)

RULES = (
    Rule(
        name="torchlens",
        tool="torchlens",
        version="2.36.1",
        quantity=Quantity.FLOPS,
        figure="FLOPs",
        doc="2 x MACs with bias, 5 per value of batch norm, activations, pools and joins; a pool's kernel written as "
        "one number counts as that number.",
        tallies=_TABLE.tallies,
        by_kind=True,
    ),
)
