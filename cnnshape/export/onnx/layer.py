"""One layer on its way to nodes: what enters, the facts of its kind, and the nodes so far."""

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from cnnshape.export.onnx.proto import Attribute, Constant, Op
from cnnshape.layers import Application, Weight
from cnnshape.named_tuple import NamedTuple


class Unsayable(Exception):
    """A layer that ONNX can't express, for the reason in the message."""


class Held(NamedTuple):
    """A weight in the file: its name, its shape there, and the weights of the layer whose values it holds."""

    name: str
    shape: tuple[int, ...]
    weights: tuple[Weight, ...]


class Lowering:
    """The nodes of one layer. Values within it have names that start with the layer's.

    `owner` is the name of the layer whose weights it uses. `undone` is true for a pool that a `max_unpool` undoes, which
    has it as its `pool`.
    """

    __slots__ = ("_named", "app", "held", "inputs", "name", "ops", "owner", "pool", "undone")

    def __init__(self, name: str, app: Application, inputs: Sequence[str], owner: str) -> None:
        self.name = name
        self.app = app
        self.inputs = tuple(inputs)
        self.owner = owner
        self.undone = False
        self.pool: Lowering | None = None
        self.ops: list[Op] = []
        self.held: list[Held] = []
        self._named: dict[str, int] = {}

    # Facts.

    @property
    def layer(self) -> Any:
        """The layer."""
        return self.app.layer

    @property
    def x(self) -> str:
        """What enters first."""
        return self.inputs[0]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of what enters first, without the batch."""
        return self.app.inputs[0].shape

    @property
    def sizes(self) -> tuple[int, ...]:
        """Its spatial sizes."""
        return self.shape[1:]

    @property
    def rank(self) -> int:
        """Its spatial axes."""
        return len(self.shape) - 1

    @property
    def result(self) -> tuple[int, ...]:
        """The shape of the output, without the batch."""
        return self.app.output.shape

    def per_axis(self, name: str) -> tuple[Any, ...]:
        """An argument, once per spatial axis."""
        value = self.layer.values[name]
        return value if isinstance(value, tuple) else (value,) * self.rank

    # Nodes.

    def op(self, type: str, *inputs: str, **attributes: Attribute) -> str:
        """Adds a node, and gives the name of its output."""
        return self.node(type, inputs, attributes)

    def node(self, type: str, inputs: Sequence[str], attributes: Mapping[str, Attribute], *, outputs: int = 1) -> str:
        """Adds a node, and gives the name of its first output; the others have a number after it."""
        role = type.lower()
        count = self._named[role] = self._named.get(role, 0) + 1
        name = f"{self.name}/{role}{count if count > 1 else ''}"
        names = (name, *(f"{name}.{number}" for number in range(1, outputs)))
        self.ops.append(Op(type, name, tuple(inputs), names, dict(attributes)))
        return name

    def wholes(self, *values: int) -> str:
        """A constant list of whole numbers."""
        return self.op("Constant", value=Constant((len(values),), values))

    def scalar(self, value: float) -> str:
        """A constant number."""
        return self.op("Constant", value=Constant((), (float(value),), real=True))

    def reals(self, shape: tuple[int, ...], values: Sequence[float]) -> str:
        """A constant tensor of numbers."""
        return self.op("Constant", value=Constant(shape, tuple(values), real=True))

    def filled(self, value: float, *shape: int) -> str:
        """A tensor of one number, which is no weight."""
        return self.op("Expand", self.scalar(value), self.wholes(*shape))

    def reshaped(self, value: str, *shape: int) -> str:
        """Another shape; the batch stays."""
        return self.op("Reshape", value, self.wholes(0, *shape))

    def restored(self, value: str) -> str:
        """The shape that entered."""
        return self.reshaped(value, *self.shape)

    def sliced(self, value: str, cuts: dict[int, tuple[int, int, int]]) -> str:
        """Start, end and step of some axes, the batch being axis 0."""
        starts, ends, steps = zip(*cuts.values(), strict=True)
        lists = [starts, ends, tuple(cuts), *([] if set(steps) == {1} else [steps])]
        return self.op("Slice", value, *[self.wholes(*values) for values in lists])

    # Weights.

    def weight(self, name: str, shape: tuple[int, ...] | None = None) -> str:
        """A weight of the layer, maybe under another shape; empty if the layer doesn't have it."""
        weights = [weight for weight in self.app.weights if weight.name == name]
        return self.stacked(name, weights[0].shape if shape is None else shape, weights) if weights else ""

    def stacked(self, name: str, shape: tuple[int, ...], weights: Sequence[Weight]) -> str:
        """A weight of the file that holds several weights of the layer, one after the other."""
        if prod(shape) != sum(weight.elements for weight in weights):
            raise ValueError(f"{self.name}: {name} of {shape} can't hold {weights}")
        full = f"{self.owner}.{name}"
        self.held.append(Held(full, shape, tuple(weights)))
        return full

    def channel_weight(self, name: str) -> str:
        """A weight with one value per channel, as it meets a map."""
        return self.weight(name, (self.shape[0], *[1] * self.rank))


Say = Callable[[Lowering], str]
"""Adds the nodes of a layer, and gives the name of its output."""
