"""The calls of modules in a network, and which of them become blocks."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping

from cnnshape.bridge.flat import complete, refs
from cnnshape.bridge.fold.nodes import Layer, Node, Nodes, Use
from cnnshape.bridge.fold.structure import structured
from cnnshape.bridge.fold.sugar import sugared
from cnnshape.bridge.operations import Module, Network
from cnnshape.named_tuple import NamedTuple


class Call(NamedTuple):
    """A call of a module: its operations are those with values from `start` to `stop`, `stop` not included."""

    module: Module
    start: int
    stop: int
    items: "tuple[Call | int, ...]"


class Body(NamedTuple):
    """What a call of a block does: the values that it reads from outside, and its nodes, the last of which is its output."""

    call: Call
    sources: tuple[int, ...]
    nodes: Nodes


class Bodies(NamedTuple):
    """The network itself, and the calls of each class that becomes a block."""

    root: Nodes
    by_class: Mapping[str, list[Body]]


def calls_of(network: Network) -> tuple[Call | int, ...]:
    """The operations of a network as a tree of calls."""
    stacks = [(value, operation.modules) for value, operation in network.numbered()]
    joins = frozenset(value for value, operation in network.numbered() if operation.kind == "concat")
    return _without_leading(tuple(_nested(stacks, 0, _split_calls(stacks))), joins)


def _without_leading(items: "tuple[Call | int, ...]", joins: frozenset[int]) -> "tuple[Call | int, ...]":
    """The items with a `concat` that a call begins with before the call: what enters a block is one tensor."""
    listed: list[Call | int] = []
    for item in items:
        if isinstance(item, Call):
            inner = _without_leading(item.items, joins)
            first = inner[0]
            if len(inner) > 1 and isinstance(first, int) and first in joins:
                listed.append(first)
                inner = inner[1:]
                item = item._replace(start=first + 1)
            item = item._replace(items=inner)
        listed.append(item)
    return tuple(listed)


def _split_calls(stacks: list[tuple[int, tuple[Module, ...]]]) -> frozenset[int]:
    """The calls whose operations are not next to each other: they have no place in the tree."""
    last: dict[int, int] = {}
    split = set()
    for position, (_, modules) in enumerate(stacks):
        for module in modules:
            if last.get(module.call, position - 1) != position - 1:
                split.add(module.call)
            last[module.call] = position
    return frozenset(split)


def _nested(stacks: list[tuple[int, tuple[Module, ...]]], depth: int, split: frozenset[int]) -> Iterator[Call | int]:
    """The calls at a depth of the stacks, with what is in them."""
    position = 0
    while position < len(stacks):
        value, modules = stacks[position]
        inner = [module for module in modules if module.call not in split]
        if len(inner) <= depth:
            yield value
            position += 1
            continue
        call = inner[depth].call
        end = position
        while end < len(stacks) and any(module.call == call for module in stacks[end][1]):
            end += 1
        items = tuple(_nested(stacks[position:end], depth + 1, split))
        # A call of one operation is that operation.
        yield (
            items[0]
            if len(items) == 1 and isinstance(items[0], int)
            else Call(inner[depth], value, stacks[end - 1][0] + 1, items)
        )
        position = end


def bodies_of(network: Network, dissolved: Collection[str], variants: Mapping[int, str]) -> Bodies:
    """The nodes of the network and of its blocks. `dissolved` are the classes that may not become blocks.

    `variants` has the class of those calls that differ from others of their class so much that they need another block.
    """
    return _Reader(network, frozenset(dissolved), variants).read()


class _Reader:
    def __init__(self, network: Network, dissolved: frozenset[str], variants: Mapping[int, str]) -> None:
        self.network = network
        self.variants = variants
        self.inputs = joined_in_steps(network)
        self.read_by: dict[int, tuple[int, ...]] = {}
        self.readers: dict[int, list[int]] = defaultdict(list)
        for value, operation in network.numbered():
            self.read_by[value] = (*self.inputs[value], *[ref.value for ref in refs(operation.arguments)])
            for source in self.read_by[value]:
                self.readers[source].append(value)
        self.outputs = frozenset(output.value for output in network.outputs)
        self.tree = calls_of(network)
        self.heights: dict[int, int] = {}
        self.kept = self._candidates(dissolved)
        self.bodies: dict[str, list[Body]] = defaultdict(list)

    def read(self) -> Bodies:
        root = self._structured(tuple(self._nodes(self.tree)), self.outputs)
        return Bodies(root, self.bodies)

    def _candidates(self, dissolved: frozenset[str]) -> frozenset[int]:
        """The calls that become blocks: of classes with several calls, each of which reads values and gives one."""
        calls = list(_all_calls(self.tree))
        recursive = {call.module.type for call, above in calls if call.module.type in above}
        self.heights = {call.module.call: _height(call) for call, _ in calls if call.module.type in recursive}
        fit = [call for call, _ in calls if not call.module.container and self._fits(call)]
        counts = Counter(map(self._class, fit))
        counts -= Counter({name: counts[name] for name in dissolved})
        return frozenset(call.module.call for call in fit if counts[self._class(call)] > 1)

    def _class(self, call: Call) -> str:
        """The class of a call. One that contains calls of itself is another one at each height."""
        module = call.module
        height = self.heights.get(module.call, 0)
        return self.variants.get(module.call, f"{module.type} {height}" if height else module.type)

    def _fits(self, call: Call) -> bool:
        """Whether a call has one output, its last value, and reads something."""
        given = [value for value in range(call.start, call.stop) if self._is_read_after(value, call)]
        return call.stop - call.start > 1 and len(given) == 1 and bool(self._entering(call))

    def _is_read_after(self, value: int, call: Call) -> bool:
        return value in self.outputs or any(reader >= call.stop for reader in self.readers[value])

    def _entering(self, call: Call) -> tuple[int, ...]:
        """The values from outside that a call reads, in the order in which it reads them."""
        read = [
            source
            for value in range(call.start, call.stop)
            for source in self.read_by[value]
            if not call.start <= source < call.stop
        ]
        return tuple(dict.fromkeys(read))

    def _nodes(self, items: tuple[Call | int, ...]) -> Iterator[Node]:
        for item in items:
            if isinstance(item, int):
                yield self._layer(item)
            elif item.module.call in self.kept:
                yield self._use(item)
            else:
                yield from self._nodes(item.items)

    def _use(self, call: Call) -> Use:
        """The use of a block."""
        inner = tuple(self._nodes(call.items))
        entering = self._entering(call)
        output = next(value for value in range(call.start, call.stop) if self._is_read_after(value, call))
        nodes = self._structured(inner, frozenset((output,)))
        self.bodies[self._class(call)].append(Body(call, entering, nodes))
        return Use(output, entering, call.module.path, self._class(call), call.module.call)

    def _structured(self, nodes: Nodes, kept: frozenset[int]) -> Nodes:
        return structured(sugared(nodes, kept), kept)

    def _layer(self, value: int) -> Layer:
        operation = self.network.operation(value)
        assert operation is not None
        weighted = any(weight.learned for weight in operation.weights)
        return Layer(value, self.inputs[value], operation.path, operation.kind, complete(operation), weighted)


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


def _all_calls(
    items: tuple[Call | int, ...], above: frozenset[str] = frozenset()
) -> Iterator[tuple[Call, frozenset[str]]]:
    """All calls with the classes that they run in."""
    for item in items:
        if isinstance(item, Call):
            yield item, above
            yield from _all_calls(item.items, above | {item.module.type})


def _height(call: Call) -> int:
    """How many calls of the same class are inside each other below a call."""
    inner = [other for other, _ in _all_calls(call.items) if other.module.type == call.module.type]
    return 1 + max(map(_height, inner)) if inner else 0
