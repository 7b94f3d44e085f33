"""The factors that formulas of layers are made of. Formulas count one box; a layer on boxes runs once for each."""

from typing import Any, NamedTuple

from cnnshape.arithmetic import Factor, Figure, Formula, When
from cnnshape.layers.tensor import Tensor, Weight


class Given:
    """A layer with its inputs: what the factors of a weight read."""

    __slots__ = ("inputs", "layer")

    def __init__(self, layer: Any, inputs: tuple[Tensor, ...]) -> None:
        self.layer = layer
        self.inputs = inputs


class Applied(Given):
    """A layer with its inputs and its output: what the factors of MACs and FLOPs read."""

    __slots__ = ("output",)

    def __init__(self, layer: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        super().__init__(layer, inputs)
        self.output = output


class Parameter(NamedTuple):
    """A tensor that a kind declares: learned, or a buffer. The factors of the formula are its axes."""

    name: str
    formula: Formula
    buffer: bool = False

    def weight(self, given: Given) -> Weight:
        """The tensor of a layer."""
        return Weight(self.name, self.formula.numbers(given), self.buffer)


CHANNELS = Factor("channels", lambda given: given.inputs[0].shape[:1])
INPUT_POSITIONS = Factor("input positions", lambda given: given.inputs[0].shape[1:])
OUTPUT_POSITIONS = Factor("output positions", lambda applied: applied.output.shape[1:])
VALUES = Factor("values", lambda applied: applied.output.shape, unit="value")
INPUT_VALUES = Factor("input values", lambda given: given.inputs[0].shape, unit="input value")
OUTPUT_VALUES = Factor("output values", lambda applied: applied.output.shape, unit="output value")
MACS = Figure("MACs", lambda applied: applied.layer.macs_formula)


def argument(name: str) -> Factor:
    """The value of an argument."""
    return Factor(f"`{name}`", lambda given: (getattr(given.layer, name),))


def option(name: str, formula: Formula) -> When:
    """A formula that applies where an argument is true."""
    return When(f"`{name}`", lambda given: getattr(given.layer, name), formula)
