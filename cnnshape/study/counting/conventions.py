"""Figures of conventions, not of one tool: multiply-adds alone."""

from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import PRODUCT, TWICE_PRODUCT
from cnnshape.study.counting.rule import Cost, Costs, Quantity, Rule, by_row


def _if_product(cost: Cost, case: Case) -> Costs:
    return (cost,) if case.macs else ()


RULES = (
    Rule(
        "conv-linear",
        "multiply-adds",
        "",
        Quantity.MACS,
        "MACs",
        "Convolutions and linear layers, without bias. torchvision's table (GFLOPS), the ResNet paper (FLOPs).",
        by_row(lambda case: _if_product(PRODUCT, case)),
    ),
    Rule(
        "conv",
        "convolutions alone",
        "",
        Quantity.MACS,
        "MACs",
        "Without the linear layers: the ResNet paper's figure of VGG-16.",
        by_row(lambda case: _if_product(PRODUCT, case) if case.output_sizes else ()),
    ),
    Rule(
        "torch",
        "torch FlopCounterMode",
        "2.13.0",
        Quantity.FLOPS,
        "FLOPs",
        "2 x MACs of convolutions and linear layers. Lightning's ModelSummary and torchscan's operator FLOPs are this.",
        by_row(lambda case: _if_product(TWICE_PRODUCT, case)),
    ),
)
