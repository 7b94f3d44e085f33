"""What is counted of a kind, in words, from its own formulas."""

from cnnshape.arithmetic import ZERO
from cnnshape.layers.contract import Layer


def definitions(kind: type[Layer]) -> dict[str, str]:
    """The definition of each figure: `params`, `buffers` and `MACs` of kinds that have any, and `FLOPs`."""
    figures = {"params": _tensors(kind, buffer=False), "buffers": _tensors(kind, buffer=True)}
    if kind.macs_formula is not ZERO:
        figures["MACs"] = kind.macs_formula.definition()
    figures["FLOPs"] = kind.flops_formula.definition()
    return {figure: words for figure, words in figures.items() if words}


def _tensors(kind: type[Layer], *, buffer: bool) -> str:
    tensors = [tensor for tensor in kind.parameters if tensor.buffer is buffer]
    return "; ".join(f"`{tensor.name}` {tensor.formula.definition()}" for tensor in tensors)
