"""The families of kinds: what many kinds have in common, stated once."""

from typing import ClassVar

from cnnshape.arithmetic import ZERO, Formula
from cnnshape.layers.contract import Layer
from cnnshape.layers.factors import MACS, OUTPUT_VALUES, Parameter, option
from cnnshape.layers.kept import INPUTS, NOTHING
from cnnshape.layers.tensor import Tensor
from cnnshape.layers.window import Coverage, Footprint, grid


class MatrixProduct(Layer):
    """Multiplies the input by a learned matrix at each position: the kinds with MACs.

    A scale and a shift per channel of the output go into the matrix and the bias: a norm that `folds` does.
    """

    followers = ("norm", "act")
    keeps = INPUTS
    flops_formula = 2 * MACS + option("bias", OUTPUT_VALUES)
    out: int
    bias: bool


def matrix(weight: Formula, outputs: Formula) -> tuple[Parameter, ...]:
    """The learned tensors of a matrix product: the weight, and a bias per output if there is one."""
    return Parameter("weight", weight), Parameter("bias", option("bias", outputs))


class Unweighted(Layer):
    """Owns no weights and has no matrix product."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    macs_formula = ZERO


class SamePlace(Layer):
    """Keeps the shape; each output cell sees the input cell at its own place."""

    follows: ClassVar[tuple[str, ...]] = ("norm", "act")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return inputs[0]

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.POINT


class FixedProduct(Layer):
    """Multiplies matrices of which none is learned: the other kinds with MACs."""

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    flops_formula: ClassVar[Formula] = 2 * MACS


class OverAxes(SamePlace):
    """Takes the values of some axes together: `axes` says which."""

    axes: str

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if self.axes == "space":
            grid(inputs[0], self.name)
        return inputs[0]


class Move(Unweighted):
    """Moves or renames values, and computes none."""

    keeps = NOTHING
    follows: ClassVar[tuple[str, ...]] = ()
    flops_formula = ZERO.noted("values are moved, not computed")


class PassThrough(Move, SamePlace):
    """Does nothing at inference."""

    view = True
    follows: ClassVar[tuple[str, ...]] = ("act",)
    flops_formula = ZERO.noted("nothing happens at inference")


class Activation(Unweighted, SamePlace):
    """A function of single values; a transcendental function counts as one operation."""

    activation = True
    keeps = INPUTS
    follows: ClassVar[tuple[str, ...]] = ("act",)


class Normalization(SamePlace):
    """Divides values by a measure of their own size."""

    normalizes = True
    keeps = INPUTS
    follows: ClassVar[tuple[str, ...]] = ("norm",)
    macs_formula = ZERO


class Scaling(SamePlace):
    """Multiplies values by learned ones."""

    keeps = INPUTS
    macs_formula = ZERO


class Resize(Unweighted):
    """Computes values between the cells of the input."""

    keeps = NOTHING


class Recurrence(Layer):
    """Goes through a sequence with a state."""


class Stated(Layer):
    """Has the output and the figures that the spec states."""

    stated = True
    follows: ClassVar[tuple[str, ...]] = ("norm", "act")
    enlarges = True
    reshapes = True


class Join(Unweighted):
    """Makes one tensor of several."""

    joins = True
    keeps = NOTHING

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.POINT


class Pooling(Unweighted):
    """Makes one value out of a window of each channel."""

    keeps = INPUTS
