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

    `value` is what it gives, `sources` are what enters it, `reads` are these and what its arguments name, and `path` is the
    module that it ran in. `arguments` has all arguments of the kind, also those with their default. `own` is the value of
    the operation itself; if it uses the weights of an earlier one, that is its `owner`. `shared` are weights that several
    operations use.
    """

    value: int
    sources: tuple[int, ...]
    reads: tuple[int, ...]
    path: str
    kind: str
    arguments: Mapping[str, Given]
    weighted: bool
    own: int = NOTHING
    owner: int = NOTHING
    shared: bool = False


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
    def reads(self) -> tuple[int, ...]:
        """All values that it reads."""
        return self.sources


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
    def reads(self) -> tuple[int, ...]:
        """All values that it reads: what enters it, and what its branches read from outside."""
        return (*self.sources, *(value for branch in self.branches for value in outer_reads(branch)))


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


def outer_reads(nodes: Iterable[Node]) -> Iterator[int]:
    """The values that a list of nodes reads and does not give."""
    given: set[int] = set()
    for node in nodes:
        for value in node.reads:
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
