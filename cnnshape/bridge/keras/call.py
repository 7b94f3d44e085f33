"""One call of a layer: what it reads, and the operations that it adds."""

from collections.abc import Mapping, Sequence

from cnnshape.bridge.building import Building
from cnnshape.bridge.keras.config import Config
from cnnshape.bridge.operations import Argument, ImportProblem, Module, Shape, Weight
from cnnshape.named_tuple import NamedTuple


class View(NamedTuple):
    """A value as the model sees it. `axes` are the axes of channels x space that the model's axes show."""

    value: int
    axes: tuple[int, ...]

    @property
    def last(self) -> bool:
        """Whether the channels are last."""
        return self.axes[-1] == 0


def channels_last(rank: int) -> tuple[int, ...]:
    """The axes of a value with its channels last."""
    return (*range(1, rank), 0)


class Shared(NamedTuple):
    """What all calls of a model's layers have in common."""

    building: Building
    weights: dict[str, Weight]
    notes: dict[str, int]


class Call:
    """A call of a layer. Numbers beside tensors, as in `x * 0.5`, are `scalars`."""

    def __init__(
        self,
        shared: Shared,
        config: Config,
        modules: tuple[Module, ...],
        views: Sequence[View],
        scalars: Sequence[float],
        scalar_first: bool,
    ) -> None:
        self.shared = shared
        self.config = config
        self.modules = modules
        self.views = list(views)
        self.scalars = scalars
        self.scalar_first = scalar_first

    def problem(self, message: str, help: str = "") -> ImportProblem:
        """A problem of the layer."""
        return ImportProblem(f"{self.config.layer} {message}", help)

    @property
    def view(self) -> View:
        """The first tensor that it reads, or the last result."""
        if not self.views:
            raise self.problem("reads no tensor")
        return self.views[0]

    def channels_first_shape(self, view: View | None = None) -> Shape:
        """The shape of a value, channels first."""
        return self.shared.building.shape((view or self.view).value)

    def shape(self, view: View | None = None) -> Shape:
        """The shape of a value as the model sees it, without the batch."""
        shape = self.channels_first_shape(view)
        return tuple(shape[axis] for axis in (view or self.view).axes)

    @property
    def channels(self) -> int:
        """The channels of the first tensor."""
        return self.channels_first_shape()[0]

    @property
    def rank(self) -> int:
        """Spatial axes of the first tensor."""
        return len(self.view.axes) - 1

    def grid(self, rank: int) -> None:
        """Checks that the first tensor has so many spatial axes, in the order that the layer expects."""
        if self.rank != rank:
            raise self.problem(f"works on {rank} spatial axes, but reads a tensor of {self.rank}")
        layout = self.config.word("data_format", "channels_last" if self.view.last else "channels_first")
        if layout not in ("channels_last", "channels_first"):
            raise self.config.problem("data_format")
        if rank and (layout == "channels_last") != self.view.last:
            raise self.problem(f"has `{layout}`, but reads a tensor in the other order")

    def channel_axis(self, axis: int) -> bool:
        """Whether an axis, counted with the batch, is that of the channels."""
        rank = len(self.view.axes) + 1
        return -rank <= axis < rank and axis % rank > 0 and self.view.axes[axis % rank - 1] == 0

    def add(
        self,
        kind: str,
        arguments: Mapping[str, Argument] | None = None,
        *others: View,
        weights: Mapping[str, Shape] | None = None,
        buffers: Mapping[str, Shape] | None = None,
    ) -> None:
        """Adds an operation on the first tensor and others; its result is the first tensor from then on.

        Weights and buffers, which aren't learned, have a shape by their name.
        """
        first = self.view
        path = self.modules[-1].path
        made = [Weight(f"{path}.{name}", shape) for name, shape in (weights or {}).items()]
        made += [Weight(f"{path}.{name}", shape, learned=False) for name, shape in (buffers or {}).items()]
        self.shared.weights.update({weight.name: weight for weight in made})
        value = self.shared.building.add(
            kind,
            [first.value, *(view.value for view in others)],
            arguments,
            weights=made,
            modules=self.modules,
            what=self.modules[-1].type,
            place=path,
        )
        rank = len(self.shared.building.shape(value))
        self.views = [View(value, first.axes if rank == len(first.axes) else channels_last(rank))]

    def note(self, text: str) -> None:
        """Counts a fact for the notes. `{}` in the text becomes the count."""
        self.shared.notes[text] = self.shared.notes.get(text, 0) + 1
