"""Which norms fold into the layer before them, and the graph without them.

At inference a batch norm is one scale and one shift per channel. Directly after a matrix product the scale goes into its
weights and the shift into its bias, as torch.nn.utils.fusion.fuse_conv_bn_eval does it.
"""

from collections.abc import Iterator
from itertools import accumulate

from cnnshape.graph import Application, Graph, Group, Node
from cnnshape.layers import MatrixProduct, PassThrough
from cnnshape.named_tuple import NamedTuple


class NormFolding(NamedTuple):
    """The norms of a graph by the indices of their nodes: `into` has the node that each goes into, `kept` why others
    can't."""

    into: dict[int, int]
    kept: dict[int, str]


def norm_folding(graph: Graph) -> NormFolding:
    """What becomes of each norm of a graph. Layers that do nothing at inference may be between it and the product."""
    return _Search(graph).result()


class _Search:
    """Goes through the nodes once. `sources` has, for each value, the node of the product that makes it, or why there is
    none; an empty text for any other layer."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._inputs = len(graph.inputs)
        self._readers = [0] * (self._inputs + len(graph.nodes))
        for node in graph.nodes:
            for value in node.inputs:
                self._readers[value] += 1
        for value in graph.outputs.values():
            self._readers[value] += 1
        shared = {(index, node.shares) for index, node in enumerate(graph.nodes) if node.shares is not None}
        self._shared = {index for pair in shared for index in pair}
        self._sources: list[int | str] = ["it reads an input"] * self._inputs
        self._folding = NormFolding({}, {})

    def result(self) -> NormFolding:
        """The norms that fold, and those that don't."""
        self._sources += [""] * len(self._graph.nodes)
        for index, node in enumerate(self._graph.nodes):
            self._sources[self._inputs + index] = self._source(index, node)
        return self._folding

    def _source(self, index: int, node: Node) -> int | str:
        layer = node.application.layer
        if isinstance(layer, MatrixProduct):
            return f"{node.name} shares its weights" if index in self._shared else index
        if isinstance(layer, PassThrough):
            return self._entering(node.inputs[0])
        return self._norm(index, node) if layer.normalizes else ""

    def _norm(self, index: int, node: Node) -> int | str:
        source = self._obstacle(index, node) or self._entering(node.inputs[0])
        if isinstance(source, int):
            self._folding.into[index] = source
            return source
        self._folding.kept[index] = source or self._unfit(node.inputs[0])
        return ""

    def _obstacle(self, index: int, node: Node) -> str:
        """Why a norm itself doesn't fold; empty if it may."""
        if not node.application.layer.folds:
            return f"{node.application.layer.name} measures the values that enter it"
        return f"{node.name} shares its weights" if index in self._shared else ""

    def _unfit(self, value: int) -> str:
        before = self._graph.maker(value)
        assert before is not None
        return f"{before.application.layer.name} is no convolution or linear layer"

    def _entering(self, value: int) -> int | str:
        """The product that makes what enters a layer, if nothing else reads it."""
        source = self._sources[value]
        several = isinstance(source, int) and self._readers[value] > 1
        return f"{self._graph.value_name(value)} has several readers" if several else source


def without_norms(graph: Graph, folding: NormFolding) -> Graph:
    """The graph without the norms that fold. The products have a bias in their place."""
    if not folding.into:
        return graph
    return _Removal(graph, folding).graph()


class _Removal:
    """`positions` has the new index of each node, or of the next one that is left; `values` that of each value."""

    def __init__(self, graph: Graph, folding: NormFolding) -> None:
        self._old = graph
        self._folded = folding.into
        self._products = frozenset(folding.into.values())
        stays = [index not in folding.into for index in range(len(graph.nodes))]
        self._positions = list(accumulate(stays, initial=0))
        self._values = list(range(len(graph.inputs)))
        for index, node in enumerate(graph.nodes):
            own = len(graph.inputs) + self._positions[index]
            self._values.append(own if stays[index] else self._values[node.inputs[0]])
        self._biased: dict[Application, Application] = {}

    def graph(self) -> Graph:
        """The graph that is left."""
        old = self._old
        return old._replace(
            nodes=tuple(self._nodes()),
            outputs={name: self._values[value] for name, value in old.outputs.items()},
            root=self._group(old.root),
            holes=tuple([hole._replace(entering=self._value(hole.entering)) for hole in old.holes]),
        )

    def _value(self, value: int | None) -> int | None:
        return None if value is None else self._values[value]

    def _nodes(self) -> Iterator[Node]:
        for index, node in enumerate(self._old.nodes):
            if index in self._folded:
                continue
            application = self._with_bias(node.application) if index in self._products else node.application
            inputs = tuple([self._values[value] for value in node.inputs])
            shares = None if node.shares is None else self._positions[node.shares]
            yield Node(
                node.name, application, inputs, node.at, node.follows, node.frozen, shares, node.shortcut, node.dtypes
            )

    def _with_bias(self, application: Application) -> Application:
        """The same layer with a bias; equal layers stay one object."""
        if application not in self._biased:
            layer = application.layer
            biased = type(layer)(**{**layer.values, "bias": True})
            self._biased[application] = Application(biased, application.inputs, application.output)
        return self._biased[application]

    def _group(self, group: Group) -> Group:
        moved = Group(group.label, group.word, self._positions[group.start], group.params, group.at)
        moved.end = self._positions[group.end]
        children = map(self._group, group.children)
        moved.children = [child for child in children if child.end > child.start]
        return moved
