"""A network on a device: activations as a runtime holds them, its arena, what stays in memory, and flash."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from cnnshape.device.lowering import IN_PLACE, Choices, Held, Lowered, Operation, lower, padded_elements
from cnnshape.device.order import Ordered, ordered
from cnnshape.device.placement import Placed, end_of, placed
from cnnshape.device.records import RUNTIMES
from cnnshape.device.runtime import Measured, Planner, Runtime
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph
from cnnshape.language.dtypes import Dtypes, bytes_of
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report

Value = TypeVar("Value")
_BIAS_BYTES = 4
"""A bias is an int32 for int8 values."""
_MEASURED = ("int8", "float32")
_PERSISTENT_PER_CHANNEL, _PERSISTENT_PER_OPERATION = 8, 240
_FILE_PER_CHANNEL, _FILE_PER_OPERATION = 24, 700


class Estimate(NamedTuple):
    """Bytes that depend on the runtime's own structures: an estimate, and how far measured ones were from it, in per cent."""

    bytes: int
    below: float
    above: float


class Stored(NamedTuple):
    """The constants of a network after folding: values of weights and of biases, the channels that have a scale, and the
    bytes of weights and of biases."""

    weights: int
    biases: int
    channels: int
    weight_bytes: int
    bias_bytes: int


class _DeploymentFields(NamedTuple):
    """The fields of a deployment."""

    report: Report
    runtime: Runtime
    choices: Choices
    lowered: Lowered
    alive_bytes: tuple[int, ...]
    placed: tuple[Placed, ...]
    stored: Stored
    sizes: tuple[int, ...]
    untyped: tuple[str, ...]
    graph: Graph
    order: Ordered | None


class Deployment(Data, _DeploymentFields):
    """What a runtime does with a network.

    `alive_bytes` has the bytes alive while each operation runs, `placed` where the runtime's planner puts each tensor;
    it is empty for a runtime without a planner. `sizes` are the bytes of what is held. `untyped` says of which types the
    runtime has no operations. `order` is None if it was not asked for.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Deployment {brief(self.report.name, 60)} on {self.runtime.name}: {self.arena_bytes:,} bytes>"

    @property
    def dtype(self) -> str:
        """The type of all weights and activations; empty if there are several."""
        types = {dtype for row in self.report.rows for dtype in (row.dtypes.weights, row.dtypes.activations)}
        return types.pop() if len(types) == 1 else ""

    @property
    def measured(self) -> Measured | None:
        """What was measured of the runtime with this type and these choices; None if nothing was, or a kind is unknown."""
        chosen = self.dtype, self.choices.kernels, self.choices.in_place
        rows = [row for row in self.runtime.measured if (row.dtype, row.kernels, row.in_place) == chosen]
        return rows[0] if rows and not self.lowered.unknown else None

    @property
    def is_exact(self) -> bool:
        """Whether measured arenas were the same to the byte."""
        return self.measured is not None and not self.measured.below and not self.measured.above

    @property
    def peak_bytes(self) -> int:
        """The most bytes alive at once."""
        return max(self.alive_bytes)

    @property
    def peak_operation(self) -> int:
        """The number of the first operation while which they are alive."""
        return self.alive_bytes.index(self.peak_bytes)

    @property
    def arena_bytes(self) -> int:
        """The arena: up to the end of the last tensor; without a planner, what is alive at once."""
        return end_of(self.placed, self.alive_bytes)

    @property
    def repadded_bytes(self) -> int | None:
        """The arena with the other choice of paddings; None if that changes nothing."""
        graph, runtime, choices = self.graph, self.runtime, self.choices
        if not runtime.pads or all(padded_elements(node.application) is None for node in graph.nodes):
            return None
        types = [row.dtypes for row in self.report.rows]
        other = lower(graph, runtime, choices._replace(explicit_pads=not choices.explicit_pads), types)
        return end_of(*placed(runtime, other.held, _sizes(graph, other, self.report), len(other.operations)))

    @property
    def highest(self) -> list[tuple[Held, int]]:
        """What makes the arena as large as it is, with the bytes: the tensors that are in it together with the one at its
        end; without a planner, those alive at the peak."""
        if not self.placed:
            held = zip(self.lowered.held, self.sizes, strict=True)
            return [(one, size) for one, size in held if one.first <= self.peak_operation <= one.last]
        end = max(self.placed, key=lambda placed: placed.offset + placed.size).held
        return [
            (placed.held, placed.size)
            for placed in self.placed
            if placed.held.first <= end.last and placed.held.last >= end.first
        ]

    @property
    def persistent(self) -> Estimate | None:
        """The memory of the runtime's own structures; None where no runtime was measured."""
        if self.runtime.planner is Planner.LIVENESS or self.dtype != "int8":
            return None
        operations = len(self.lowered.operations)
        size = _PERSISTENT_PER_CHANNEL * self.stored.channels + _PERSISTENT_PER_OPERATION * operations
        return Estimate(size, 9, 7)

    @property
    def flash_bytes(self) -> int:
        """The constants: weights in their types, biases in four bytes at least."""
        return self.stored.weight_bytes + self.stored.bias_bytes

    @property
    def flash(self) -> Estimate | None:
        """The constants in a converter's file, which stores equal ones once; None where no runtime was measured."""
        if self.runtime.planner is Planner.LIVENESS or self.dtype not in _MEASURED:
            return None
        return Estimate(self.flash_bytes, 0, 1.1)

    @property
    def file(self) -> Estimate | None:
        """The size of the model's file; None where no runtime was measured."""
        if self.runtime.planner is Planner.LIVENESS or self.dtype not in _MEASURED:
            return None
        scales = _FILE_PER_CHANNEL * self.stored.channels if self.dtype == "int8" else 0
        return Estimate(self.flash_bytes + scales + _FILE_PER_OPERATION * len(self.lowered.operations), 2.7, 7.9)


class Pads(StrEnum):
    """What becomes of a padding that TensorFlow doesn't have."""

    SAME = "same"
    EXPLICIT = "explicit"


def deployment_of(
    graph: Graph,
    report: Report,
    runtime: str,
    in_place: Iterable[str] = (),
    pads: str = Pads.SAME,
    kernels: str = "",
    *,
    order: bool = False,
) -> Deployment | None:
    """A network on a runtime, with the batch and the type of its report; None without a runtime.

    With `order`, the order of operations that needs the fewest bytes is searched.

    Raises Refusal for an unknown word, and for a choice without a runtime.
    """
    choices = check_words(runtime, tuple(in_place), pads, kernels, order=order)
    if choices is None:
        return None
    made = _deploy(graph, report, RUNTIMES[runtime], choices)
    return made._replace(order=ordered(made.lowered, made.sizes, made.runtime)) if order else made


def check_words(
    runtime: str, in_place: Sequence[str], pads: str, kernels: str, *, order: bool = False
) -> Choices | None:
    """What a user's words mean; None without a runtime. Raises Refusal as `deployment_of`."""
    explicit = _chosen("pads", pads, {word.value: word for word in Pads}) is Pads.EXPLICIT
    if runtime:
        return _Choices(tuple(in_place), explicit, kernels).of(_chosen("runtime", runtime, RUNTIMES))
    for option, given in (("in_place", in_place), ("pads", explicit), ("kernels", kernels), ("order", order)):
        if given:
            raise Refusal(option, "it is a choice of a runtime; name one, such as `tflm`")
    return None


class _Choices(NamedTuple):
    """The choices in a user's words."""

    in_place: tuple[str, ...]
    explicit_pads: bool
    kernels: str

    def of(self, runtime: Runtime) -> Choices:
        """What they mean for a runtime; raises Refusal for what it doesn't have."""
        for word in self.in_place:
            _chosen("in_place", word, dict.fromkeys(IN_PLACE, word))
        if self.kernels and self.kernels not in runtime.kernels:
            known = ", ".join(runtime.kernels) or "none"
            raise Refusal("kernels", f"{runtime.name} has no kernels {self.kernels!r}; it has {known}")
        if self.explicit_pads and not runtime.pads:
            raise Refusal("pads", f"{runtime.name} has no paddings of its own; leave it out")
        used = self.kernels or next(iter(runtime.kernels), "")
        return Choices(frozenset(self.in_place), self.explicit_pads, used)


def _deploy(graph: Graph, report: Report, runtime: Runtime, choices: Choices) -> Deployment:
    types = [row.dtypes for row in report.rows]
    lowered = lower(graph, runtime, choices, types)
    if not lowered.operations:
        raise Refusal("runtime", f"{runtime.name} has nothing to run: all layers are views")
    sizes = _sizes(graph, lowered, report)
    places, alive = placed(runtime, lowered.held, sizes, len(lowered.operations))
    return Deployment(
        report=report,
        runtime=runtime,
        choices=choices,
        lowered=lowered,
        alive_bytes=alive,
        placed=places,
        stored=_stored(graph, lowered, types),
        sizes=sizes,
        untyped=tuple(_untyped(graph, lowered, runtime, choices, types)),
        graph=graph,
        order=None,
    )


def _sizes(graph: Graph, lowered: Lowered, report: Report) -> tuple[int, ...]:
    """The bytes of what is held, in the types and the batch of a report."""
    values = [report.dtypes.activations] * len(graph.inputs) + [row.dtypes.activations for row in report.rows]
    return tuple([bytes_of(held.elements * report.batch, values[held.like]) + held.scratch for held in lowered.held])


def _untyped(
    graph: Graph, lowered: Lowered, runtime: Runtime, choices: Choices, types: Sequence[Dtypes]
) -> Iterator[str]:
    """The types that the chosen kernels have no operations for, each with a layer that has them."""
    if not choices.kernels:
        return
    runs = runtime.kernels[choices.kernels].runs
    seen: set[tuple[str, str]] = set()
    for operation in lowered.operations:
        node = graph.nodes[operation.nodes[0]]
        own = types[operation.nodes[0]]
        pair = own.activations, own.weights if node.application.params else own.activations
        if pair not in runs and pair not in seen:
            yield f"{pair[0]} activations{f' with {pair[1]} weights' if node.application.params else ''}: {node.name}"
        seen.add(pair)
    if len({types[operation.nodes[-1]].activations for operation in lowered.operations}) > 1:
        yield "activations that change their type: the operations that convert them are not counted"


def _chosen(option: str, word: str, known: Mapping[str, Value]) -> Value:
    if word not in known:
        raise Refusal(option, f"{word!r} is none of {', '.join(known)}")
    return known[word]


def _stored(graph: Graph, lowered: Lowered, types: Sequence[Dtypes]) -> Stored:
    # A layer that became two operations has its constants once.
    operations = {operation.nodes[0]: operation for operation in lowered.operations}
    parts = [_constants(graph, operation, types[first]) for first, operation in operations.items()]
    return Stored(*[sum(column) for column in zip(*parts, strict=True)])


def _constants(graph: Graph, operation: Operation, dtypes: Dtypes) -> Stored:
    """The constants of one operation: a norm in a convolution leaves a bias, others keep their scale and shift."""
    first = graph.nodes[operation.nodes[0]]
    if first.shares is not None:
        return Stored(0, 0, 0, 0, 0)
    tensors = [weight for weight in first.application.weights if not weight.buffer]
    matrices = [weight.elements for weight in tensors if len(weight.shape) > 1]
    if not matrices:
        values = [weight.elements for weight in tensors]
        return Stored(sum(values), 0, 0, sum(bytes_of(number, dtypes.weights) for number in values), 0)
    channels = first.application.output.shape[0]
    folded = any(graph.nodes[node].application.layer.normalizes for node in operation.nodes[1:])
    biases = channels if folded else sum(weight.elements for weight in tensors if len(weight.shape) == 1)
    weight_bytes = sum(bytes_of(number, dtypes.weights) for number in matrices)
    bias_bytes = biases * max(bytes_of(1, dtypes.biases), _BIAS_BYTES)
    return Stored(sum(matrices), biases, channels, weight_bytes, bias_bytes)
