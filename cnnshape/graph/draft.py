"""A graph under construction: its tensors, named nodes, groups and shared weights."""

from collections.abc import Mapping
from itertools import cycle

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.graph.applications import Chain
from cnnshape.graph.evaluation import Refused
from cnnshape.graph.guess import Guess
from cnnshape.graph.model import Group, Hole, Node
from cnnshape.graph.scope import Current, Handle, Uncertain
from cnnshape.language import Name, Reference
from cnnshape.language.dtypes import Dtypes
from cnnshape.layers import Tensor
from cnnshape.source import Span

MAX_LAYERS = 100_000


class Exhausted(Exception):
    """The design exceeds its budget. The diagnostic names the step at which it does."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def exhausted(what: str, at: Span) -> Exhausted:
    """The exception for a design that exceeds its budget."""
    help = "is a `repeat` or a `for` too large? `--max-layers` raises the budget"
    return Exhausted(diagnose("expansion-budget", f"the design expands to {what}", at, help=help))


class Draft:
    """A graph that grows by chains of layers. `tensors` are the graph's values: its inputs, then one per node.

    `renamed` counts the layers that got a number because their name was taken.
    """

    def __init__(self, tensors: list[Tensor], max_layers: int) -> None:
        self.tensors = tensors
        self.inputs = len(tensors)
        self.nodes: list[Node] = []
        self.root = Group("", "design", 0)
        self.holes: dict[Span, Hole] = {}
        self.frozen = False
        self.dtypes: Dtypes | None = None
        self.current_group = self.root
        self.max_layers = max_layers
        self.names: set[str] = set()
        self.renamed = 0
        self._numbers: dict[str, int] = {}
        self._owners: dict[tuple[int, int], list[int]] = {}

    def append(self, chain: Chain, inputs: tuple[int, ...], at: Span, labels: list[str]) -> int:
        """Adds a layer and those that follow it. Returns the value that comes out. Raises Exhausted."""
        nodes, tensors = self.nodes, self.tensors
        follows = False
        for application, wanted in zip(chain, labels, strict=True):
            label = wanted if wanted not in self.names else self.unique(wanted)
            self.names.add(label)
            nodes.append(Node(label, application, inputs, at, follows, self.frozen, dtypes=self.dtypes))
            inputs = (len(tensors),)
            tensors.append(application.output)
            follows = True
        if len(nodes) > self.max_layers:
            raise exhausted(f"more than {self.max_layers:,} layers", at)
        return inputs[0]

    def unique(self, label: str) -> str:
        """The label, numbered if a layer has it already: a name in a loop, or a name with dots."""
        if label not in self.names:
            return label
        self.renamed += 1
        number = self._numbers.get(label, 2)
        while f"{label}_{number}" in self.names:
            number += 1
        self._numbers[label] = number
        return f"{label}_{number}"

    def fail(self, word: Name, message: str, entering: Current) -> None:
        """Remembers that the step of a word failed; of a step that is repeated, the first instance counts."""
        value = entering if isinstance(entering, int) else None
        self.holes.setdefault(word.span, Hole(word=word.text, at=word.span, message=message, entering=value))

    def open_group(self, label: str, word: str, params: Mapping[str, object], at: Span) -> Group:
        """Starts a new group for the following nodes. Returns the group around it."""
        outer = self.current_group
        self.current_group = Group(label, word, len(self.nodes), params, at)
        return outer

    def close_group(self, outer: Group) -> None:
        """Returns to the group around, and drops an empty group."""
        group, self.current_group = self.current_group, outer
        group.end = len(self.nodes)
        if group.end > group.start:
            outer.children.append(group)

    def mark_shortcut(self, start: int) -> None:
        """Sets the type of shortcut of the join just added. The shortcut's nodes begin at `start`."""
        own = self.nodes[start:-1]
        owns_weights = any(node.application.counts != (0, 0) for node in own)
        self.nodes[-1].shortcut = "projection" if owns_weights else "parameter-free" if own else "identity"

    def share(self, name: Reference, source: Handle, start: int) -> None:
        """Makes the layers since `start` use the weights of the named step. Raises Refused or Uncertain."""
        from cnnshape.graph.mismatch import share_mismatch, share_unequal, weight_shapes

        if isinstance(source.value, Guess):
            raise Uncertain
        lent = source.start, source.end
        if lent not in self._owners:
            self._owners[lent] = self._owners_in(*lent)
        lenders, borrowers = self._owners[lent], self._owners_in(start, len(self.nodes))
        if bool(lenders) != bool(borrowers) or len(borrowers) % max(len(lenders), 1):
            raise Refused(share_unequal(name, len(lenders), len(borrowers)), name)
        pairs = list(zip(cycle(lenders), borrowers, strict=False))
        for lender, borrower in pairs:
            if weight_shapes(self.nodes[lender]) != weight_shapes(self.nodes[borrower]):
                raise Refused(share_mismatch(name, self.nodes[lender], self.nodes[borrower]), name)
        for lender, borrower in pairs:
            owner = self.nodes[lender].shares
            self.nodes[borrower].shares = lender if owner is None else owner

    def _owners_in(self, start: int, end: int) -> list[int]:
        return [index for index in range(start, end) if self.nodes[index].application.weights]
