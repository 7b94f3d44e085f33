"""Layers that give the same values another shape or other channels."""

from math import prod

from cnnshape.arithmetic import pin
from cnnshape.layers.argument import NATURAL, PARTS, POSITIVE, SHAPE, PerAxis, arg
from cnnshape.layers.contract import layer
from cnnshape.layers.family import Move, SamePlace
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, divided, format_shape
from cnnshape.layers.window import Coverage, Footprint


@layer
class ChannelShuffle(Move, SamePlace):
    """Deals the channels of each group out over all groups. Source: Zhang et al. (2018), ShuffleNet."""

    name = "channel_shuffle"
    foreign = ("ChannelShuffle", "shuffle", "shuffle_channels")
    groups: int = arg(POSITIVE, "groups that are mixed", main=True, foreign=("group", "g"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        divided(inputs[0].shape[0], self.groups, "groups", "channel")
        return inputs[0]


@layer
class Split(Move, SamePlace):
    """One of several parts of the channels: `parts: 2` are two equal ones, `parts: [16, 48]` two of these sizes."""

    name = "split"
    foreign = ("chunk", "Split", "Chunk")
    view = True
    parts: PerAxis = arg(
        PARTS,
        "number of equal parts, or the channels of each part",
        main=True,
        foreign=("chunks", "num", "num_split", "splits", "sections", "groups"),
    )
    take: int = arg(NATURAL, "the part that goes on, counted from 0", foreign=("index", "part"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        channels, *sizes = inputs[0].shape
        parts = self.parts
        if not isinstance(parts, tuple):
            size = divided(channels, parts, "parts", "channel")
            self._check_take(parts)
            return Tensor((size, *sizes), inputs[0].boxes)
        self._check_take(len(parts))
        if sum(parts) != channels:
            message = f"the parts have {sum(parts)} channels together, but the input has {channels}"
            rest = channels - sum(parts[:-1])
            raise LayerProblem(message, argument="parts", help=f"the last part is {rest} here" if rest > 0 else None)
        return Tensor((parts[pin(self.take)], *sizes), inputs[0].boxes)

    def _check_take(self, count: int) -> None:
        if self.take >= count:
            message = f"there is no part {self.take} of {count} (counted from 0)"
            raise LayerProblem(message, name="bad-argument", argument="take")


@layer
class Slice(Move, SamePlace):
    """Channels `start` to `stop`, `stop` not included."""

    name = "slice"
    foreign = ("Slice", "narrow", "select")
    view = True
    start: int = arg(NATURAL, "first channel", default=0, foreign=("begin", "offset", "starts"))
    stop: int = arg(POSITIVE, "the channel after the last one", main=True, foreign=("end", "ends"))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if not self.start < self.stop <= inputs[0].shape[0]:
            message = f"channels {self.start} to {self.stop} are not a part of {inputs[0].shape[0]} channels"
            help = f"`stop` is above `start`, and at most {inputs[0].shape[0]}"
            raise LayerProblem(message, argument="stop", help=help)
        return Tensor((self.stop - self.start, *inputs[0].shape[1:]), inputs[0].boxes)


@layer
class PadChannels(Move, SamePlace):
    """Adds channels of zeros: the parameter-free shortcut of the CIFAR ResNets. Source: He et al. (2015), option A."""

    name = "pad_channels"
    foreign = ("PadChannels", "channel_pad")
    before: int = arg(NATURAL, "channels before", default=0)
    after: int = arg(NATURAL, "channels after", default=0, main=True)

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        channels, *sizes = inputs[0].shape
        return Tensor((self.before + channels + self.after, *sizes), inputs[0].boxes)


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
            other = f"not {wanted:,}" if len(self.shape) == 1 else f"but {format_shape(self.shape)} has {wanted:,}"
            message = f"{format_shape(inputs[0].shape)} has {values:,} values, {other}"
            raise LayerProblem(message, argument="shape", help=self._fitting(values))
        return Tensor(self.shape, inputs[0].boxes)

    def _fitting(self, values: int) -> str | None:
        """Names the shape with other channels that holds as many values."""
        if len(self.shape) == 1:
            return f"write `reshape: [{values}]`, or `flatten` for as many values as come in"
        rest = prod(self.shape[1:])
        return None if values % rest else f"{format_shape((values // rest, *self.shape[1:]))} has as many values"

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Coverage.POINT if inputs[0].shape[1:] == output.shape[1:] else Coverage.UNKNOWN
