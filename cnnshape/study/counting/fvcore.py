"""fvcore's FlopCountAnalysis: by the operators of a traced graph. timm's `infer_gmacs` is this count.

An operator without a formula counts nothing, and fvcore lists it as unsupported. An unknown pool or resize may be
written with operators that have one.
"""

from cnnshape.layers import AdaptivePool, FixedProduct, GlobalPool, Layer, MatrixProduct, RegionPool, Resize, Stated
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import PRODUCT, per_input, per_value, plain_only, scaled
from cnnshape.study.counting.rule import Answer, Costs, Mark, Quantity, Rule, Table, alike


def _planar(costs: Costs, case: Case) -> Answer:
    """Operators with a formula in two dimensions only."""
    return costs if len(case.output_sizes) == 2 else Mark.UNSUPPORTED


def _upsample(case: Case) -> Answer:
    costs = {"nearest": per_value(1), "linear": per_value(4)}.get(case.argument("mode"))
    return _planar(costs, case) if costs else Mark.UNSUPPORTED


_TABLE = Table(
    families={
        Layer: Mark.UNSUPPORTED,
        MatrixProduct: (PRODUCT,),
        FixedProduct: Mark.UNKNOWN,
        AdaptivePool: Mark.UNKNOWN,
        GlobalPool: Mark.UNKNOWN,
        Resize: Mark.UNKNOWN,
        RegionPool: Mark.UNKNOWN,
        Stated: Mark.UNKNOWN,
    },
    kinds={
        "conv": plain_only((PRODUCT,)),
        "max_unpool": Mark.UNKNOWN,
        "batch_norm": scaled(2, 1),
        **alike("layer_norm group_norm instance_norm", scaled(5, 4)),
        **alike("adaptive_avg_pool global_avg_pool", lambda case: _planar(per_input(1), case)),
        **alike("adaptive_max_pool global_max_pool", Mark.UNSUPPORTED),
        "upsample": _upsample,
        **alike("relu dropout drop_path identity flatten reshape crop split slice subsample concat", ()),
    },
)

RULES = (
    Rule(
        name="fvcore",
        tool="fvcore",
        version="0.1.5.post20221221",
        quantity=Quantity.MACS,
        figure="flops",
        doc="Multiply-adds of convolutions and linear layers, and operations of normalization, adaptive average pools "
        "and upsampling. Its flops are multiply-adds.",
        tallies=_TABLE.tallies,
        by_kind=True,
    ),
)
