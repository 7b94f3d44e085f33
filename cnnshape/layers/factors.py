"""The factors that formulas of layers are made of. Formulas count one box; a layer on boxes runs once for each."""

from collections.abc import Callable
from typing import Any

from cnnshape.arithmetic import Factor, Figure, Formula, When
from cnnshape.layers.tensor import Shape, Tensor


class Given:
    """A layer with its inputs: what the factors of a weight read."""

    __slots__ = ("inputs", "layer")

    def __init__(self, layer: Any, inputs: tuple[Tensor, ...]) -> None:
        self.layer = layer
        self.inputs = inputs


class Parameter:
    """A tensor that a kind declares: learned, or a buffer. The factors of the formula are its axes.

    `numbers` gives the sizes of a layer's axes; `applies` says which layers have the tensor, None: all.
    """

    __slots__ = ("applies", "buffer", "formula", "name", "numbers")

    def __init__(self, name: str, formula: Formula, *, buffer: bool = False) -> None:
        self.name = name
        self.formula = formula
        self.buffer = buffer
        self.applies: Callable[[Given], bool] | None = None
        self.numbers: Callable[[Given], Shape] = formula.numbers
        if isinstance(formula, When) and formula.optional:
            self.applies = formula.condition
            self.numbers = formula.then.numbers


CHANNELS = Factor("channels", lambda given: given.inputs[0].shape[:1])
INPUT_POSITIONS = Factor("input positions", lambda given: given.inputs[0].shape[1:])
OUTPUT_POSITIONS = Factor("output positions", lambda application: application.output.shape[1:])
VALUES = Factor("values", lambda application: application.output.shape, unit="value")
INPUT_VALUES = Factor("input values", lambda given: given.inputs[0].shape, unit="input value")
OUTPUT_VALUES = Factor("output values", lambda application: application.output.shape, unit="output value")
MACS = Figure("MACs", lambda application: application.macs_per_box)


def argument(name: str) -> Factor:
    """The value of an argument."""
    return Factor(f"`{name}`", lambda given: (getattr(given.layer, name),))


def option(name: str, formula: Formula) -> When:
    """A formula that applies if an argument is true."""
    return When(f"`{name}`", lambda given: getattr(given.layer, name), formula)
