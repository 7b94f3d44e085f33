"""Where a tensor of Keras has its channels and its space. Axis 0 is the batch."""

from cnnshape.export.keras.text import Group, listed, literal
from cnnshape.layers import Shape
from cnnshape.named_tuple import NamedTuple

Pairs = tuple[tuple[int, int], ...]


class Layout(NamedTuple):
    """The order of the axes: channels last as in TensorFlow, or first as in a spec."""

    channels_last: bool

    @property
    def axis(self) -> int:
        """The axis of the channels."""
        return -1 if self.channels_last else 1

    def shape(self, shape: Shape) -> Shape:
        """A shape without the batch, in Keras' order."""
        return (*shape[1:], shape[0]) if self.channels_last else shape

    def space(self, rank: int) -> tuple[int, ...]:
        """The spatial axes."""
        first = 1 if self.channels_last else 2
        return tuple(range(first, first + rank))

    def whole(self, rank: int) -> tuple[int, ...]:
        """All axes but the batch."""
        return tuple(range(1, rank + 2))

    def axes(self, words: str, rank: int) -> tuple[int, ...]:
        """The axes that a norm or a softmax takes together: `channels`, `space`, `last` or `all`."""
        space = self.space(rank)
        return {"channels": (self.axis,), "space": space, "last": space[-1:], "all": self.whole(rank)}[words]

    def sliced(self, cut: tuple[str, ...]) -> str:
        """An index of the spatial axes: `[:, ::2, ::2]`."""
        parts = [":", *cut] if self.channels_last else [":", ":", *cut]
        return f"[{', '.join(parts)}]"

    def of_channels(self, cut: str) -> str:
        """An index of the channels: `[..., :16]`."""
        return f"[..., {cut}]" if self.channels_last else f"[:, {cut}]"

    def around(self, space: Pairs, channels: tuple[int, int] = (0, 0)) -> Group:
        """The padding of all axes, as `keras.ops.pad` takes it."""
        pairs = (*space, channels) if self.channels_last else (channels, *space)
        return listed(literal(pair) for pair in ((0, 0), *pairs))
