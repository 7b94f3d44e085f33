"""fvcore's FlopCountAnalysis: by the operators of a traced graph. timm's `infer_gmacs` is this count."""

from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import PRODUCT, per_input, per_value, scaled
from cnnshape.study.counting.rule import Costs, Mark, Quantity, Rule, Table, by_kind, each


def _flat(costs: Costs, case: Case) -> Costs | Mark:
    """Operators that are known in two dimensions only."""
    return costs if len(case.output_sizes) == 2 else Mark.UNSUPPORTED


def _upsample(case: Case) -> Costs | Mark:
    costs = {"nearest": per_value(1), "linear": per_value(4)}.get(case.argument("mode"))
    return _flat(costs, case) if costs else Mark.UNSUPPORTED


_TABLE: Table = {
    **each("conv conv_transpose linear", (PRODUCT,)),
    "batch_norm": scaled(2, 1),
    **each("layer_norm group_norm instance_norm", scaled(5, 4)),
    **each("adaptive_avg_pool global_avg_pool", lambda case: _flat(per_input(1), case)),
    "upsample": _upsample,
    **each("relu dropout drop_path identity flatten reshape crop split slice subsample concat", ()),
    **each("max_pool avg_pool adaptive_max_pool global_max_pool", Mark.UNSUPPORTED),
    **each("local_response_norm layer_scale", Mark.UNSUPPORTED),
    **each("relu6 leaky_relu prelu elu selu gelu silu mish sigmoid hard_sigmoid hard_swish", Mark.UNSUPPORTED),
    **each("tanh softplus softmax", Mark.UNSUPPORTED),
    **each("pad pixel_shuffle pixel_unshuffle channel_shuffle pad_channels add multiply", Mark.UNSUPPORTED),
    **each("roi_pool roi_align", Mark.UNKNOWN),
}

RULES = (
    Rule(
        "fvcore",
        "fvcore",
        "0.1.5.post20221221",
        Quantity.MACS,
        "flops",
        "Multiply-adds of convolutions and linear layers, and operations of normalization, adaptive average pools "
        "and upsampling. Its flops are multiply-adds.",
        by_kind(_TABLE),
        frozenset(_TABLE),
    ),
)
