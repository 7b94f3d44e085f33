"""The graph of a design: layers applied to tensors, in the order in which they run."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from cnnshape.layers import Application, Tensor
from cnnshape.source import Span


class Node(NamedTuple):
    """One layer of the expanded design.

    `inputs` are indices of values: the graph's inputs come first, then one value per node. `follows` marks a layer
    that another one's `norm` or `act` brought along, `shares` the node whose weights it uses, `shortcut` (on the
    add of a residual) what its second path is: `identity`, `projection` or `parameter-free`.
    """

    name: str
    application: Application
    inputs: tuple[int, ...]
    at: Span
    follows: bool = False
    shares: int | None = None
    frozen: bool = False
    shortcut: str = ""


class Group:
    """A run of nodes that belongs together: a block, a round of a named loop, or the whole design.

    `word` is the name of the block or the loop, `params` holds the values that the block's params or the loop's
    columns have in it.
    """

    __slots__ = ("children", "end", "label", "params", "start", "word")

    def __init__(self, label: str, word: str, start: int, params: Mapping[str, object] = MappingProxyType({})) -> None:
        self.label = label
        self.word = word
        self.params = params
        self.start = start
        self.end = start
        self.children: list[Group] = []


class GraphInput(NamedTuple):
    """A tensor from outside."""

    name: str
    tensor: Tensor


class Graph(NamedTuple):
    """A whole design, expanded. `outputs` maps names to indices of values."""

    name: str
    inputs: tuple[GraphInput, ...]
    nodes: tuple[Node, ...]
    outputs: dict[str, int]
    root: Group

    def value(self, index: int) -> Tensor:
        """The tensor of that index: an input, or the output of a node."""
        if index < len(self.inputs):
            return self.inputs[index].tensor
        return self.nodes[index - len(self.inputs)].application.output

    def maker(self, index: int) -> Node | None:
        """The node that makes that tensor; None for an input."""
        return None if index < len(self.inputs) else self.nodes[index - len(self.inputs)]

    def value_name(self, index: int) -> str:
        """The name of that tensor."""
        if index < len(self.inputs):
            return self.inputs[index].name
        return self.nodes[index - len(self.inputs)].name
