"""Conventions of papers and tables, not of one tool: only multiply-adds."""

from cnnshape.layers import MatrixProduct
from cnnshape.study.counting.case import Case
from cnnshape.study.counting.costs import PRODUCT, TWICE_PRODUCT
from cnnshape.study.counting.rule import Answer, Cost, Costs, Mark, Quantity, Rule, by_case

_STATED = Cost("as the spec states them", lambda case: case.macs)


def _products(case: Case) -> Costs:
    if case.layer.stated:
        return (_STATED,) if case.macs else ()
    return (PRODUCT,) if case.macs else ()


def _convolutions(case: Case) -> Answer:
    if case.layer.stated:
        return Mark.UNKNOWN
    return (PRODUCT,) if isinstance(case.layer, MatrixProduct) and case.output_sizes else ()


def _twice_products(case: Case) -> Answer:
    if case.layer.stated:
        return Mark.UNKNOWN
    return (TWICE_PRODUCT,) if case.macs else ()


RULES = (
    Rule(
        name="conv-linear",
        tool="multiply-adds",
        version="",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="Convolutions and linear layers, without bias. torchvision's table (GFLOPS), the ResNet paper (FLOPs).",
        tallies=by_case(_products),
    ),
    Rule(
        name="conv",
        tool="convolutions alone",
        version="",
        quantity=Quantity.MACS,
        figure="MACs",
        doc="Without the linear layers: the ResNet paper's figure of VGG-16.",
        tallies=by_case(_convolutions),
    ),
    Rule(
        name="torch",
        tool="torch FlopCounterMode",
        version="2.13.0",
        quantity=Quantity.FLOPS,
        figure="FLOPs",
        doc="2 x MACs of convolutions and linear layers. Lightning's ModelSummary and torchscan's operator FLOPs are this.",
        tallies=by_case(_twice_products),
    ),
)
