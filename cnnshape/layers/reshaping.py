"""Layers that give the same values another shape."""

from math import prod

from cnnshape.layers.argument import SHAPE, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.family import Move
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor
from cnnshape.layers.window import Coverage, Footprint
from cnnshape.layers.wording import format_shape


@layer
class Flatten(Move):
    """All values in one row: `(C, H, W)` becomes `(C * H * W,)`."""

    reshapes = True
    name = "flatten"
    foreign = ("Flatten", "flat", "ravel", "view", "squeeze")
    view = True

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        return Tensor((prod(inputs[0].shape),), inputs[0].boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.POINT


@layer
class Reshape(Move):
    """The same values under another shape of as many values."""

    reshapes = True
    name = "reshape"
    foreign = ("Reshape", "Unflatten", "unflatten", "unsqueeze", "expand_dims")
    view = True
    shape: Shape = arg(
        SHAPE,
        "the new shape, channels first, without the batch",
        main=True,
        foreign=("size", "dims", "target_shape", "new_shape", "output_shape"),
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        values, wanted = prod(inputs[0].shape), prod(self.shape)
        if values != wanted:
            message = (
                f"{format_shape(inputs[0].shape)} has {values:,} values, but {format_shape(self.shape)} has {wanted:,}"
            )
            raise LayerProblem(message, argument="shape", help=self._fitting(values))
        return Tensor(self.shape, inputs[0].boxes)

    def _fitting(self, values: int) -> str | None:
        """Names the shape with other channels that holds as many values."""
        rest = prod(self.shape[1:])
        return None if values % rest else f"{format_shape((values // rest, *self.shape[1:]))} has as many values"

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.POINT if inputs[0].shape[1:] == output.shape[1:] else Coverage.UNKNOWN
