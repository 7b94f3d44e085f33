"""Tensors without a batch, the weights of a layer, and why a layer can't work."""

from math import prod

from cnnshape.named_tuple import NamedTuple

Shape = tuple[int, ...]


class Tensor(NamedTuple):
    """A tensor's shape without the batch; `boxes` counts the regions that share it (1: not per region)."""

    shape: Shape
    boxes: int = 1

    @property
    def elements(self) -> int:
        """Values in the tensor, all boxes together, for one sample."""
        return prod(self.shape) * self.boxes


class Weight(NamedTuple):
    """A named tensor that a layer owns; a buffer is kept with the weights but not learned."""

    name: str
    shape: Shape
    buffer: bool = False

    @property
    def elements(self) -> int:
        """Values in the weight."""
        return prod(self.shape)


class LayerProblem(Exception):
    """Inputs or arguments that a layer can't work with. `argument` names the one at fault, if it is one."""

    def __init__(
        self, message: str, *, name: str = "shape-rejected", argument: str | None = None, help: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.argument = argument
        self.help = help
