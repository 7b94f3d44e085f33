"""The graph of a design: layers applied to tensors, in the order in which they run, and a join that failed."""

from collections.abc import Mapping

from cnnshape.language.dtypes import Dtypes
from cnnshape.layers import Application, Tensor
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import Span


class Node:
    """One layer of the expanded design.

    `inputs` are indices of values: the graph's inputs come first, then one value per node. `follows` marks a layer that
    comes from the `norm` or `act` of another one. `shares` is the node whose weights it uses. `shortcut`, on the add of
    a residual, is the type of its second path: `identity`, `projection` or `parameter-free`.
    `dtypes` are the types that its step, or one around it, states; None for none.
    """

    __slots__ = ("application", "at", "dtypes", "follows", "frozen", "inputs", "name", "shares", "shortcut")

    def __init__(
        self,
        name: str,
        application: Application,
        inputs: tuple[int, ...],
        at: Span,
        follows: bool = False,
        frozen: bool = False,
        shares: int | None = None,
        shortcut: str = "",
        dtypes: Dtypes | None = None,
    ) -> None:
        self.name = name
        self.dtypes = dtypes
        self.application = application
        self.inputs = inputs
        self.at = at
        self.follows = follows
        self.frozen = frozen
        self.shares = shares
        self.shortcut = shortcut


class Group:
    """A run of nodes that belongs together: a block, a round of a named loop, or the whole design.

    `word` is the block's name, or that of the loop. `params` are the values of a block's params, or of a round's
    variables: numbers, words, lists, and a Tensor for a tensor. `at` is the step; None for the whole design.
    """

    __slots__ = ("at", "children", "end", "label", "params", "start", "word")

    def __init__(
        self, label: str, word: str, start: int, params: Mapping[str, object] | None = None, at: Span | None = None
    ) -> None:
        self.label = label
        self.word = word
        self.start = start
        self.end = start
        self.params = params or {}
        self.at = at
        self.children: list[Group] = []


class GraphInput(NamedTuple):
    """A tensor from outside; `at` is where its shape is written, in the file or in an option. `of_boxes` says whether
    the spec states it as a number of boxes, which may be 1."""

    name: str
    tensor: Tensor
    at: Span
    of_boxes: bool


class Hole(NamedTuple):
    """A step that failed: its word, its place, and why.

    `entering` is the index of the value that entered it, or None if that is missing too.
    """

    word: str
    at: Span
    message: str
    entering: int | None


class Graph(NamedTuple):
    """An expanded design. `outputs` maps names to indices of values.

    A graph that is not `complete` has holes where steps have errors: their layers, and all that depend on them, are
    missing. `holes` are the first instances of the steps that failed.
    """

    name: str
    inputs: tuple[GraphInput, ...]
    nodes: tuple[Node, ...]
    outputs: dict[str, int]
    root: Group
    complete: bool = True
    holes: tuple[Hole, ...] = ()

    def value(self, index: int) -> Tensor:
        """The tensor of an index: an input, or the output of a node."""
        if index < len(self.inputs):
            return self.inputs[index].tensor
        return self.nodes[index - len(self.inputs)].application.output

    def maker(self, index: int) -> Node | None:
        """The node that makes a tensor; None for an input."""
        return None if index < len(self.inputs) else self.nodes[index - len(self.inputs)]

    def value_name(self, index: int) -> str:
        """The name of that tensor."""
        if index < len(self.inputs):
            return self.inputs[index].name
        return self.nodes[index - len(self.inputs)].name


class Misfit:
    """A failed join: `word` is its kind, `inputs` are the values that it was to join, in the order of its paths.

    `at` is the place of its word. `entering` is the value that enters a residual, and None for other joins.
    """

    __slots__ = ("at", "entering", "inputs", "word")

    def __init__(self, at: Span, *, word: str, inputs: tuple[int, ...], entering: int | None) -> None:
        self.at = at
        self.word = word
        self.inputs = inputs
        self.entering = entering
