"""The classes of modules in a network whose calls become blocks, and what each call does."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping

from cnnshape.bridge.draft import FROZEN
from cnnshape.bridge.flat import complete, owners, refs
from cnnshape.bridge.fold.calls import Call, all_calls, calls_of, height_of
from cnnshape.bridge.fold.nodes import NOTHING, Fork, Given, Layer, Node, Nodes, Use
from cnnshape.bridge.fold.structure import structured
from cnnshape.bridge.fold.sugar import sugared
from cnnshape.bridge.operations import Network
from cnnshape.named_tuple import NamedTuple


class Body(NamedTuple):
    """What a call of a block does: the values that it reads from outside, its output, and its nodes."""

    call: Call
    sources: tuple[int, ...]
    output: int
    nodes: Nodes


class Bodies(NamedTuple):
    """The network itself, and the calls of each class that becomes a block."""

    root: Nodes
    by_class: Mapping[str, list[Body]]


class Tree:
    """What is known of a network before any class becomes a block.

    A network is folded many times, with other classes each time. What a call does depends on the classes inside of it:
    the same body is kept for all times that have the same ones.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.inputs = joined_in_steps(network)
        self.outputs = frozenset(output.value for output in network.outputs)
        self.read_by: dict[int, tuple[int, ...]] = {}
        self.last_reader: dict[int, int] = {}
        for value, operation in network.numbered():
            self.read_by[value] = (*self.inputs[value], *[ref.value for ref in refs(operation.arguments)])
            for source in self.read_by[value]:
                self.last_reader[source] = value
        self.items = calls_of(network)
        listed = list(all_calls(self.items))
        recursive = {call.module.type for call, above in listed if call.module.type in above}
        self.heights = {call.module.call: height_of(call) for call, _ in listed if call.module.type in recursive}
        self.fit = tuple(call for call, _ in listed if not call.module.container and self._fits(call))
        self.owner_of = owners(network)
        self.owners = frozenset(self.owner_of.values())
        self.layers = {value: self._layer(value) for value, _ in network.numbered()}
        self.call_owner = dict(self._call_owners()) if self.owner_of else {}
        self.bodies: dict[tuple[object, ...], Body] = {}
        self.roots: dict[tuple[object, ...], Nodes] = {}

    def _fits(self, call: Call) -> bool:
        """Whether a call has one output, its last value, and reads something."""
        return call.stop - call.start > 1 and len(self.given(call)) == 1 and bool(self.entering(call))

    def given(self, call: Call) -> list[int]:
        """The values of a call that are read after it."""
        values = range(call.start, call.stop)
        return [value for value in values if value in self.outputs or self.last_reader.get(value, 0) >= call.stop]

    def entering(self, call: Call) -> tuple[int, ...]:
        """The values from outside that a call reads, in the order in which it reads them."""
        read = [
            source
            for value in range(call.start, call.stop)
            for source in self.read_by[value]
            if not call.start <= source < call.stop
        ]
        return tuple(dict.fromkeys(read))

    def _layer(self, value: int) -> Layer:
        operation = self.network.operation(value)
        assert operation is not None
        arguments: dict[str, Given] = {**complete(operation)}
        weighted = any(weight.learned for weight in operation.weights)
        if weighted:
            arguments[FROZEN] = operation.frozen
        owner = self.owner_of.get(value, NOTHING)
        shared = owner != NOTHING or value in self.owners
        return Layer(
            value,
            self.inputs[value],
            self.read_by[value],
            operation.path,
            operation.kind,
            arguments,
            weighted,
            value,
            owner,
            shared,
        )

    def _call_owners(self) -> Iterator[tuple[int, int]]:
        """The calls that use all weights of an earlier call of their class, and no others, with those calls."""
        weighted = {
            call.module.call: [value for value in range(call.start, call.stop) if self._has_weights(value)]
            for call in self.fit
        }
        first: dict[tuple[str, tuple[int, ...]], int] = {}
        for call in self.fit:
            own = weighted[call.module.call]
            key = call.module.type, tuple(self.owner_of.get(value, value) for value in own)
            owner = first.setdefault(key, call.module.call)
            if own and owner != call.module.call and weighted[owner] == list(key[1]):
                yield call.module.call, owner

    def _has_weights(self, value: int) -> bool:
        operation = self.network.operation(value)
        return operation is not None and bool(operation.weights)

    def class_of(self, call: Call, variants: Mapping[int, str]) -> str:
        """The class of a call. One that contains calls of itself is another one at each height."""
        module = call.module
        height = self.heights.get(module.call, 0)
        return variants.get(module.call, f"{module.type} {height}" if height else module.type)

    def read(self, dissolved: Collection[str], variants: Mapping[int, str]) -> Bodies:
        """The nodes of the network and of its blocks. `dissolved` are the classes that may not become blocks.

        `variants` has the class of those calls that differ from others of their class so much that they need another
        block.
        """
        return _Reader(self, frozenset(dissolved), variants).read()


class _Reader:
    """Reads the nodes once. `classes` has the calls that become blocks: of classes with several calls."""

    def __init__(self, tree: Tree, dissolved: frozenset[str], variants: Mapping[int, str]) -> None:
        self.tree = tree
        classes = {call.module.call: tree.class_of(call, variants) for call in tree.fit}
        counts = Counter(classes.values())
        self.classes = {number: name for number, name in classes.items() if counts[name] > 1 and name not in dissolved}
        self.by_class: dict[str, list[Body]] = defaultdict(list)

    def read(self) -> Bodies:
        nodes = self._nodes(self.tree.items)
        kept, key = self.tree.roots, _key(nodes)
        if key not in kept:
            kept[key] = _structured(nodes, self.tree.outputs)
        return Bodies(kept[key], self.by_class)

    def _nodes(self, items: tuple[Call | int, ...]) -> Nodes:
        nodes: list[Node] = []
        for item in items:
            if isinstance(item, int):
                nodes.append(self.tree.layers[item])
            elif item.module.call in self.classes:
                nodes.append(self._use(item))
            else:
                nodes += self._nodes(item.items)
        return tuple(nodes)

    def _use(self, call: Call) -> Use:
        """The use of a block."""
        inner = self._nodes(call.items)
        owner = self.tree.call_owner.get(call.module.call, NOTHING)
        if owner != NOTHING:
            # The call as a whole says whose weights it uses.
            inner = tuple(node if isinstance(node, Fork) else node._replace(owner=NOTHING) for node in inner)
        kept = self.tree.bodies
        key = (call.module.call, *_key(inner))
        if key not in kept:
            (output,) = self.tree.given(call)
            kept[key] = Body(call, self.tree.entering(call), output, _structured(inner, frozenset((output,))))
        body, name = kept[key], self.classes[call.module.call]
        self.by_class[name].append(body)
        layers = call.stop - call.start
        return Use(body.output, body.sources, call.module.path, name, call.module.call, layers, owner)


def _key(nodes: Nodes) -> tuple[object, ...]:
    """A key for the nodes of one place: the values of its layers, and the calls with their classes."""
    return tuple((node.call, node.type) if isinstance(node, Use) else node.value for node in nodes)


def _structured(nodes: Nodes, kept: frozenset[int]) -> Nodes:
    return structured(sugared(nodes, kept), kept)


def joined_in_steps(network: Network) -> dict[int, tuple[int, ...]]:
    """The inputs of each operation; a `concat` that continues an earlier one reads that one: `[ab, c]` for `[a, b, c]`."""
    inputs: dict[int, tuple[int, ...]] = {}
    joined: dict[tuple[int, ...], int] = {}
    for value, operation in network.numbered():
        operands = inputs[value] = operation.inputs
        if operation.kind == "concat":
            longest = next((size for size in range(len(operands) - 1, 1, -1) if operands[:size] in joined), 0)
            if longest:
                inputs[value] = (joined[operands[:longest]], *operands[longest:])
            joined.setdefault(operands, value)
    return inputs
