"""What a network consists of while it is folded: layers, uses of blocks, and forks whose branches meet in a join."""

from collections.abc import Iterable, Iterator, Mapping

from cnnshape.bridge.draft import DraftSetting, Value
from cnnshape.bridge.operations import Argument, Ref
from cnnshape.named_tuple import NamedTuple

Given = Argument | DraftSetting | None
"""A value of an argument; None is the default of an argument that may be left out."""


NOTHING = -1
"""No value, and no call."""


def plain_value(value: Given) -> Value:
    """A value that is no reference, as a spec has it."""
    if isinstance(value, DraftSetting):
        return value
    if isinstance(value, Ref) or value is None:
        raise ValueError("a reference is no plain value")
    return tuple(map(plain_value, value)) if isinstance(value, tuple) else value


class Layer(NamedTuple):
    """One operation, with the norm and the activation that follow it as arguments.

    `value` is what it gives, `sources` are what it reads, and `path` is the module that it ran in. `arguments` has all
    arguments of the kind, also those with their default. `own` is the value of the operation itself; if it uses the weights
    of an earlier one, that is its `owner`. `shared` are weights that several operations use.
    """

    value: int
    sources: tuple[int, ...]
    path: str
    kind: str
    arguments: Mapping[str, Given]
    weighted: bool
    own: int = NOTHING
    owner: int = NOTHING
    shared: bool = False

    @property
    def refs(self) -> tuple[int, ...]:
        """The values that its arguments name."""
        return tuple(argument.value for argument in self.arguments.values() if isinstance(argument, Ref))


class Use(NamedTuple):
    """A call of a class that becomes a block. The first source enters it, the others are arguments.

    `layers` is the number of operations in it. `owner` is an earlier call whose weights it uses.
    """

    value: int
    sources: tuple[int, ...]
    path: str
    type: str
    call: int
    layers: int
    owner: int = NOTHING

    @property
    def refs(self) -> tuple[int, ...]:
        """The values that its arguments name."""
        return self.sources[1:]


class Fork(NamedTuple):
    """Branches that share their input and meet in a join. An empty branch is the input itself.

    The word is that of the join, or `residual`: then the branches are the body and the shortcut.
    """

    value: int
    sources: tuple[int, ...]
    path: str
    word: str
    branches: "tuple[tuple[Node, ...], ...]"
    broadcast: str = ""

    @property
    def refs(self) -> tuple[int, ...]:
        """No values: a fork has no arguments."""
        return ()


Node = Layer | Use | Fork
Nodes = tuple[Node, ...]


def own_weights(node: Node) -> tuple[str, int]:
    """A key for the weights of a node. No other node of the same call has it."""
    if isinstance(node, Layer):
        return "layer", node.own
    return ("call", node.call) if isinstance(node, Use) else ("fork", node.value)


def owned_weights(node: Node) -> tuple[str, int]:
    """The `own_weights` of the node whose weights a node uses; with an empty word if they are its own."""
    if isinstance(node, Fork) or node.owner == NOTHING:
        return "", NOTHING
    return "layer" if isinstance(node, Layer) else "call", node.owner


def reads(node: Node) -> tuple[int, ...]:
    """All values that a node reads: what enters it, what it joins, and what its arguments name."""
    inner = tuple(value for branch in node.branches for value in outer_reads(branch)) if isinstance(node, Fork) else ()
    return (*node.sources, *node.refs, *inner)


def outer_reads(nodes: Iterable[Node]) -> Iterator[int]:
    """The values that a list of nodes reads and does not give."""
    given: set[int] = set()
    for node in nodes:
        for value in reads(node):
            if value not in given:
                yield value
        given.add(node.value)


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """All nodes, those in branches too."""
    for node in nodes:
        yield node
        if isinstance(node, Fork):
            for branch in node.branches:
                yield from walk(branch)
