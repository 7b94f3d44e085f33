"""A graph as the operations that a runtime runs, and the tensors that they read and write."""

from math import prod

from cnnshape.graph import Graph, Node
from cnnshape.layers import Window
from cnnshape.layers.convolution import Conv
from cnnshape.layers.pooling import SlidingPool
from cnnshape.layers.window import same_padding
from cnnshape.named_tuple import NamedTuple
from cnnshape.study.runtimes.runtime import Runtime


class Held(NamedTuple):
    """A tensor in memory from the operation `first` to the operation `last`, both included.

    `elements` are its values for one sample, `width` the bytes of each where it isn't the type of the activations.
    `value` is the index of the graph's value in it; None for a copy or for working space.
    """

    what: str
    elements: int
    first: int
    last: int
    value: int | None = None
    width: int | None = None


class Operation(NamedTuple):
    """One operation: the runtime's word for it, and the nodes of the graph that it does, in their order."""

    word: str
    nodes: tuple[int, ...]


class Unmerged(NamedTuple):
    """A norm that doesn't fold or an activation that doesn't fuse, and why."""

    node: int
    reason: str


class Lowered(NamedTuple):
    """What a runtime runs. `unknown` are nodes of kinds that the runtime's record has no word for."""

    operations: tuple[Operation, ...]
    tensors: tuple[Held, ...]
    unmerged: tuple[Unmerged, ...]
    unknown: tuple[int, ...]


def lower(graph: Graph, runtime: Runtime, *, explicit_pads: bool = False, int8: bool = False) -> Lowered:
    """The operations of a graph in its order. With `explicit_pads`, paddings that aren't TensorFlow's are copies."""
    return _Lowering(graph, runtime, explicit_pads=explicit_pads, int8=int8).lowered()


class _Lowering:
    """Goes through the nodes once. `home` has the tensor of each value, `lasts` the last operation that reads one."""

    def __init__(self, graph: Graph, runtime: Runtime, *, explicit_pads: bool, int8: bool) -> None:
        self._graph, self._runtime = graph, runtime
        self._explicit_pads, self._int8 = explicit_pads, int8
        self._inputs = len(graph.inputs)
        self._readers = _readers(graph)
        self._home: list[int] = []
        self._tensors: list[Held] = []
        self._lasts: list[int] = []
        self._operations: list[list[int]] = []
        self._words: list[str] = []
        self._made_by: dict[int, int] = {}
        self._unmerged: list[Unmerged] = []
        self._unknown: list[int] = []

    def lowered(self) -> Lowered:
        """All operations and tensors; an output of the network is held to the end."""
        for index, given in enumerate(self._graph.inputs):
            self._home.append(self._new(given.name, given.tensor.elements, 0, index))
        for index, node in enumerate(self._graph.nodes):
            self._node(index, node)
        end = len(self._words) - 1
        for value in self._graph.outputs.values():
            self._lasts[self._home[value]] = end
        for index in range(self._inputs):
            # An input that nothing reads is there while the first operation runs.
            self._lasts[self._home[index]] = max(self._lasts[self._home[index]], 0)
        tensors = [held._replace(last=last) for held, last in zip(self._tensors, self._lasts, strict=True)]
        operations = [Operation(word, tuple(nodes)) for word, nodes in zip(self._words, self._operations, strict=True)]
        return Lowered(tuple(operations), tuple(tensors), tuple(self._unmerged), tuple(self._unknown))

    def _node(self, index: int, node: Node) -> None:
        layer = node.application.layer
        if layer.view or layer.name in self._runtime.free:
            self._home.append(self._home[node.inputs[0]])
        elif self._merges(index, node):
            self._join(index, node)
        else:
            self._run(index, node)

    def _merges(self, index: int, node: Node) -> bool:
        """Whether a layer is a part of the operation before it."""
        layer, runtime = node.application.layer, self._runtime
        folds = layer.name == "batch_norm" and bool(runtime.folds_into)
        fuses = layer.activation and (runtime.fuses is None or layer.name in runtime.fuses)
        if not folds and not fuses:
            return False
        maker = self._graph.maker(node.inputs[0])
        into = runtime.folds_into if folds else runtime.fuses_into
        reason = self._obstacle(node.inputs[0], maker, into)
        if reason:
            self._unmerged.append(Unmerged(index, reason))
        return not reason

    def _obstacle(self, value: int, maker: Node | None, into: frozenset[str]) -> str:
        """Why the operation that makes a value can't do more with it; empty if it can."""
        if maker is None:
            return "it reads an input"
        if self._readers[value] > 1:
            return f"{maker.name} has several readers"
        operation = self._made_by.get(self._home[value])
        first = self._graph.nodes[self._operations[operation][0]] if operation is not None else maker
        if first.application.layer.name not in into:
            return f"{first.application.layer.name} takes none"
        if operation is not None and self._graph.nodes[self._operations[operation][-1]].application.layer.activation:
            return f"{first.name} has an activation already"
        return ""

    def _join(self, index: int, node: Node) -> None:
        """Makes the node a part of the operation that makes its input."""
        home = self._home[node.inputs[0]]
        self._home.append(home)
        self._operations[self._made_by[home]].append(index)
        self._tensors[home] = self._tensors[home]._replace(what=node.name, value=self._inputs + index)

    def _run(self, index: int, node: Node) -> None:
        """Adds the operations of a node."""
        runtime, application = self._runtime, node.application
        name = application.layer.name
        if runtime.words is not None and name not in runtime.words:
            self._unknown.append(index)
        read = application.layer.read
        reads = [self._home[value] for value in (node.inputs if read is None else node.inputs[:read])]
        copied = _padded_copy(node) if self._explicit_pads and runtime.pads else None
        if copied is not None:
            reads[0] = self._step("PAD", index, reads[:1], f"{node.name} (padded copy)", copied)
        before = runtime.lowers.get(name)
        if before is not None:
            made = self._step(before.word, index, reads, f"{node.name} ({before.word})", application.output.elements)
            reads = [*reads, made] if before.again else [made]
        word = name if runtime.words is None else runtime.words.get(name, name)
        home = self._step(word, index, reads, node.name, application.output.elements, self._inputs + index)
        self._home.append(home)
        width = runtime.scratch_int8.get(name)
        if self._int8 and width:
            scratch = self._new(f"{node.name} (scratch)", application.output.elements, len(self._words) - 1, None)
            self._tensors[scratch] = self._tensors[scratch]._replace(width=width)

    def _step(
        self, word: str, index: int, reads: list[int], what: str, elements: int, value: int | None = None
    ) -> int:
        """Adds an operation, and returns the tensor that it writes."""
        operation = len(self._words)
        self._words.append(word)
        self._operations.append([index])
        for tensor in reads:
            self._lasts[tensor] = max(self._lasts[tensor], operation)
        made = self._new(what, elements, operation, value)
        self._made_by[made] = operation
        return made

    def _new(self, what: str, elements: int, first: int, value: int | None) -> int:
        self._tensors.append(Held(what, elements, first, first, value))
        self._lasts.append(first if value is None or value >= self._inputs else -1)
        return len(self._tensors) - 1


def _readers(graph: Graph) -> list[int]:
    """How many layers and outputs read each value."""
    readers = [0] * (len(graph.inputs) + len(graph.nodes))
    for node in graph.nodes:
        for value in node.inputs:
            readers[value] += 1
    for value in graph.outputs.values():
        readers[value] += 1
    return readers


def _padded_copy(node: Node) -> int | None:
    """The values of a padded copy of what enters, for a padding that is neither VALID nor SAME; else None.

    TensorFlow's convolutions and pools pad by nothing, or so that the output has ceil(size / stride) cells with an odd cell
    of padding after.
    """
    layer, tensor = node.application.layer, node.application.inputs[0]
    sizes = tensor.shape[1:]
    over = layer.windows if isinstance(layer, Conv) else layer.over if isinstance(layer, SlidingPool) else None
    windows = over(sizes) if over else ()
    if all(_is_known(window, size) for window, size in zip(windows, sizes, strict=False)):
        return None
    padded = [size + window.before + window.after for window, size in zip(windows, sizes, strict=True)]
    return tensor.shape[0] * prod(padded) * tensor.boxes


def _is_known(window: Window, size: int) -> bool:
    around = window.before, window.after
    return around in ((0, 0), same_padding(size, window.kernel, window.stride, window.dilation))
