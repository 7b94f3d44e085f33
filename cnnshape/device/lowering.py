"""A graph as the operations that a runtime runs, and the tensors that they read and write."""

from collections.abc import Callable, Collection, Sequence
from math import prod

from cnnshape.analysis.norm_folding import norm_folding
from cnnshape.device.kernels import is_depthwise
from cnnshape.device.runtime import Runtime
from cnnshape.graph import Graph, Node
from cnnshape.language.dtypes import Dtypes, uniform
from cnnshape.layers import Application, Window
from cnnshape.layers.convolution import Conv
from cnnshape.layers.pooling import SlidingPool
from cnnshape.layers.window import same_padding
from cnnshape.named_tuple import NamedTuple


class Held(NamedTuple):
    """Memory that is in use from the operation `first` to the operation `last`, both included.

    `elements` are the values of a tensor for one sample. `value` is the index of the graph's value in it; None for a copy.
    `like` is the index of the value whose type it has. Working space of a kernel has no elements, but `scratch` bytes.
    """

    what: str
    elements: int
    first: int
    last: int
    value: int | None = None
    scratch: int = 0
    like: int = 0


class Operation(NamedTuple):
    """One operation: the runtime's word for it, and the nodes of the graph that it does, in their order.

    `reads` and `makes` are positions in what is held. What it makes first is its output; the rest is working space. `over`
    is the input that it writes over, which is not among those that it reads.
    """

    word: str
    nodes: tuple[int, ...]
    reads: tuple[int, ...]
    makes: tuple[int, ...]
    over: int | None


class Unmerged(NamedTuple):
    """A norm that doesn't fold or an activation that doesn't fuse, and why."""

    node: int
    reason: str


class Lowered(NamedTuple):
    """What a runtime runs. `unknown` are nodes of kinds that the runtime's record has no word for.

    `outputs` are the positions of what is held to the end, `inputs` of what is there at the start.
    """

    operations: tuple[Operation, ...]
    held: tuple[Held, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    unmerged: tuple[Unmerged, ...]
    unknown: tuple[int, ...]


class Choices(NamedTuple):
    """What a user can choose of a runtime.

    `in_place` are `depthwise` and `add`: operations that write over an input that nothing reads afterwards. With
    `explicit_pads`, paddings that aren't TensorFlow's are copies. `kernels` names the implementation whose scratch
    counts, for layers with int8 outputs; empty for none.
    """

    in_place: frozenset[str] = frozenset()
    explicit_pads: bool = False
    kernels: str = ""


_IN_PLACE: dict[str, Callable[[Application], bool]] = {
    "depthwise": is_depthwise,
    "add": lambda application: application.layer.name == "add",
}
IN_PLACE = tuple(_IN_PLACE)
"""The operations that can be chosen to work in place."""


def lower(
    graph: Graph, runtime: Runtime, choices: Choices | None = None, types: Sequence[Dtypes] | None = None
) -> Lowered:
    """The operations of a graph in its order, as a runtime runs them. `types` are those of the nodes, int8 by default."""
    known = types or [uniform("int8")] * len(graph.nodes)
    return _Lowering(graph, runtime, choices or Choices(), known).lowered()


class _Lowering:
    """Goes through the nodes once.

    `home` has the tensor of each value, `maker` the operation that writes a tensor, `last_reader` the last node that reads
    any value in it.
    """

    def __init__(self, graph: Graph, runtime: Runtime, choices: Choices, types: Sequence[Dtypes]) -> None:
        self._graph, self._runtime, self._choices, self._types = graph, runtime, choices, types
        self._inputs = len(graph.inputs)
        self._folding = norm_folding(graph)
        self._last_of_value, self._readers = _readings(graph)
        self._home: list[int] = []
        self._last_reader: dict[int, int] = {}
        self._held: list[Held] = []
        self._operations: list[list[int]] = []
        self._words: list[str] = []
        self._reads: list[list[int]] = []
        self._makes: list[list[int]] = []
        self._over: dict[int, int] = {}
        self._maker: dict[int, int] = {}
        self._unmerged: list[Unmerged] = []
        self._unknown: list[int] = []

    def lowered(self) -> Lowered:
        """All operations and tensors; an output of the network is held to the end."""
        for index, given in enumerate(self._graph.inputs):
            self._put(self._new(Held(given.name, given.tensor.elements, 0, 0, index, like=index)))
        inputs = tuple(range(len(self._held)))
        for index, node in enumerate(self._graph.nodes):
            self._node(index, node)
        outputs = tuple(sorted({self._home[value] for value in self._graph.outputs.values()}))
        parts = zip(self._words, self._operations, self._reads, self._makes, strict=True)
        operations = tuple(
            Operation(word, tuple(nodes), tuple(reads), tuple(makes), self._over.get(number))
            for number, (word, nodes, reads, makes) in enumerate(parts)
        )
        held = timed(self._held, operations, outputs, range(len(operations)))
        return Lowered(operations, held, inputs, outputs, tuple(self._unmerged), tuple(self._unknown))

    def _node(self, index: int, node: Node) -> None:
        layer = node.application.layer
        if layer.view or layer.name in self._runtime.free:
            self._put(self._home[node.inputs[0]])
        elif self._merges(index, node):
            self._join(index, node)
        else:
            self._run(index, node)

    # Norms and activations

    def _merges(self, index: int, node: Node) -> bool:
        """Whether a layer is a part of the operation before it."""
        layer, runtime = node.application.layer, self._runtime
        folds = layer.folds and runtime.folds_norms
        fuses = layer.activation and (runtime.fuses is None or layer.name in runtime.fuses)
        if not folds and not fuses:
            return False
        reason = self._folding.kept.get(index, "") if folds else self._obstacle(node.inputs[0])
        if reason:
            self._unmerged.append(Unmerged(index, reason))
        return not reason

    def _obstacle(self, value: int) -> str:
        """Why the operation that makes a value can't apply an activation to it; empty if it can."""
        operation = self._maker.get(self._home[value])
        if operation is None:
            return "it reads an input"
        first, last = (self._graph.nodes[self._operations[operation][end]] for end in (0, -1))
        if self._readers[value] > 1:
            return f"{self._graph.value_name(value)} has several readers"
        if first.application.layer.name not in self._runtime.fuses_into:
            return f"{first.name} is not one of {', '.join(sorted(self._runtime.fuses_into))}"
        if last.application.layer.activation:
            return f"{first.name} has an activation already"
        return ""

    def _join(self, index: int, node: Node) -> None:
        """Makes the node a part of the operation that makes its input."""
        home = self._home[node.inputs[0]]
        self._put(home)
        self._operations[self._maker[home]].append(index)
        value = self._inputs + index
        self._held[home] = self._held[home]._replace(what=node.name, value=value, like=value)

    # Operations

    def _run(self, index: int, node: Node) -> None:
        """Adds the operations of a node."""
        runtime, application = self._runtime, node.application
        name, elements, value = application.layer.name, application.output.elements, self._inputs + index
        if runtime.words is not None and name not in runtime.words:
            self._unknown.append(index)
        read = application.layer.read
        entering = node.inputs if read is None else node.inputs[:read]
        reads = [self._home[value] for value in entering]
        copied = padded_elements(application) if self._choices.explicit_pads and runtime.pads else None
        if copied is not None:
            padded = Held(f"{node.name} (padded input)", copied, 0, 0, like=node.inputs[0])
            reads[0] = self._step("PAD", index, reads[:1], padded)
        before = runtime.lowers.get(name)
        if before is not None:
            made = self._step(
                before.word, index, reads, Held(f"{node.name} ({before.word})", elements, 0, 0, like=value)
            )
            reads = [*reads, made] if before.again else [made]
        over = self._overwritten(index, application, entering) if copied is None else None
        word = name if runtime.words is None else runtime.words.get(name, name)
        kept = [tensor for tensor in reads if tensor != over]
        self._put(self._step(word, index, kept, Held(node.name, elements, 0, 0, value, like=value)))
        if over is not None:
            self._over[len(self._words) - 1] = over
        self._scratch(index, node, 0 if over is None else self._held[over].elements - elements)

    def _overwritten(self, index: int, application: Application, entering: Collection[int]) -> int | None:
        """The tensor that an operation writes over: one that nothing reads afterwards, and that is large enough."""
        if not any(_IN_PLACE[name](application) for name in self._choices.in_place):
            return None
        for value in entering:
            tensor = self._home[value]
            is_free = self._last_reader[tensor] == index and tensor >= self._inputs
            if (
                is_free
                and self._is_of_type(tensor, index)
                and self._held[tensor].elements >= application.output.elements
            ):
                return tensor
        return None

    def _is_of_type(self, tensor: int, index: int) -> bool:
        """Whether what is in a tensor has the type of a node's output."""
        inside = self._types[self._held[tensor].like - self._inputs]
        return inside.activations == self._types[index].activations

    def _scratch(self, index: int, node: Node, left: int) -> None:
        """Adds what an operation needs beside its tensors: working space, and the rest of an input that it writes over."""
        made = self._makes[-1]
        if left > 0:
            made.append(self._new(Held(f"{node.name} (rest of its input)", left, 0, 0, like=node.inputs[0])))
        dtypes = self._types[index]
        if self._choices.kernels and dtypes.activations == "int8":
            kernels = self._runtime.kernels[self._choices.kernels]
            unpacked = kernels.unpacked(node.application) if dtypes.weights == "int4" else 0
            scratch = kernels.scratch(node.application) + unpacked
            if scratch:
                made.append(self._new(Held(f"{node.name} (scratch)", 0, 0, 0, scratch=scratch)))

    def _step(self, word: str, index: int, reads: list[int], made: Held) -> int:
        """Adds an operation, and returns the tensor that it writes."""
        home = self._new(made)
        self._maker[home] = len(self._words)
        self._words.append(word)
        self._operations.append([index])
        self._reads.append(reads)
        self._makes.append([home])
        return home

    def _put(self, home: int) -> None:
        """Says in which tensor the next value of the graph is."""
        last = self._last_of_value[len(self._home)]
        self._home.append(home)
        self._last_reader[home] = max(self._last_reader.get(home, -1), last)

    def _new(self, held: Held) -> int:
        self._held.append(held)
        return len(self._held) - 1


def timed(
    held: Sequence[Held], operations: Sequence[Operation], outputs: Collection[int], order: Sequence[int]
) -> tuple[Held, ...]:
    """What is held, with its times as the operations run in an order. What is written over lives until then."""
    first, last = [0] * len(held), [0] * len(held)
    for time, number in enumerate(order):
        operation = operations[number]
        for tensor in operation.makes:
            first[tensor] = last[tensor] = time
        for tensor in operation.reads:
            last[tensor] = time
        if operation.over is not None:
            last[operation.over] = max(last[operation.over], time - 1)
    for tensor in outputs:
        last[tensor] = len(order) - 1
    return tuple(map(_at, held, first, last))


def _at(held: Held, first: int, last: int) -> Held:
    return held._replace(first=first, last=last)


def _readings(graph: Graph) -> tuple[list[int], list[int]]:
    """The last node that reads each value, and how many read it; an output is read at the end."""
    count = len(graph.inputs) + len(graph.nodes)
    last, readers = [-1] * count, [0] * count
    for index, node in enumerate(graph.nodes):
        for value in node.inputs:
            last[value] = index
            readers[value] += 1
    for value in graph.outputs.values():
        last[value] = len(graph.nodes)
        readers[value] += 1
    return last, readers


def padded_elements(application: Application) -> int | None:
    """The values of a padded copy of what enters, for a padding that is neither VALID nor SAME; else None.

    TensorFlow's convolutions and pools pad by nothing, or so that the output has ceil(size / stride) cells, with an odd cell
    of padding after.
    """
    layer, tensor = application.layer, application.inputs[0]
    sizes = tensor.shape[1:]
    windows: tuple[Window, ...] = ()
    if isinstance(layer, Conv):
        windows = layer.windows(sizes)
    elif isinstance(layer, SlidingPool):
        windows = layer.over(sizes)
    if all(_is_tensorflows(window, size) for window, size in zip(windows, sizes, strict=False)):
        return None
    padded = [size + window.before + window.after for window, size in zip(windows, sizes, strict=True)]
    return tensor.shape[0] * prod(padded) * tensor.boxes


def _is_tensorflows(window: Window, size: int) -> bool:
    around = window.before, window.after
    return around in ((0, 0), same_padding(size, window.kernel, window.stride, window.dilation))
