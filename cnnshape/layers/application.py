"""A layer on inputs of known shapes, with the figures that follow from them."""

from math import prod

from cnnshape.layers.contract import Layer
from cnnshape.layers.factors import Given
from cnnshape.layers.tensor import Tensor, Weight
from cnnshape.layers.window import Footprint


class Application(Given):
    """A layer with its inputs and its output. Figures are for one sample.

    What the passes read often is kept after its first use; weights and footprints are made for each reader, as a large
    design has thousands of them. MACs and FLOPs count all boxes together.
    """

    __slots__ = ("_buffers", "_macs", "_params", "output")

    layer: Layer

    def __init__(self, layer: Layer, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        self.layer = layer
        self.inputs = inputs
        self.output = output
        self._macs: int | None = None
        self._params: int | None = None
        self._buffers = 0

    @property
    def footprint(self) -> Footprint:
        """Which cells of the input one cell of the output sees."""
        return self.layer.footprint(self.inputs, self.output)

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The tensors that the layer owns, learned ones and buffers."""
        return self.layer.tensors(self) if self.layer.parameters else ()

    @property
    def counts(self) -> tuple[int, int]:
        """Learned values of the weights, and values of the weights that aren't learned."""
        if self._params is None:
            learned = kept = 0
            for tensor in self.layer.present(self) if self.layer.parameters else ():
                if tensor.buffer:
                    kept += prod(tensor.numbers(self))
                else:
                    learned += prod(tensor.numbers(self))
            self._params, self._buffers = learned, kept
        return self._params, self._buffers

    @property
    def params(self) -> int:
        """Learned values of the weights."""
        return self.counts[0]

    @property
    def buffers(self) -> int:
        """Values of the weights that aren't learned."""
        return self.counts[1]

    @property
    def macs_per_box(self) -> int:
        """Multiply-accumulates of the matrix product for one box, without bias."""
        if self._macs is None:
            self._macs = self.layer.macs_formula.value(self)
        return self._macs

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the matrix product, without bias."""
        return self.macs_per_box * self.output.boxes

    @property
    def flops(self) -> int | None:
        """Floating-point operations; None if they are unknown."""
        flops: int | None = self.layer.flops_formula.value(self)
        return None if flops is None else flops * self.output.boxes
