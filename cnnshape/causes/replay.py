"""The layers that made some tensors, run again with other arguments or on other inputs."""

from bisect import bisect_left
from collections.abc import Collection, Mapping

from cnnshape.graph import Graph, Node
from cnnshape.layers import Layer, LayerProblem, Shape, Tensor

MOST_STEPS = 15_000
"""The most layers to compute for one explanation, in all tries together."""


class Replay:
    """The part of a graph that some values depend on; `made` are its values in the order in which they are made."""

    __slots__ = ("_tensors", "graph", "made", "steps", "values")

    def __init__(self, graph: Graph, values: tuple[int, ...]) -> None:
        self.graph = graph
        self.values = values
        self.made = sorted(self.ancestors(values))
        self.steps = 0
        every = [*range(len(graph.inputs)), *self.made]
        self._tensors = {value: graph.value(value) for value in every}

    @property
    def exhausted(self) -> bool:
        """Whether the budget of layers is used up."""
        return self.steps > MOST_STEPS

    def node(self, value: int) -> Node:
        """The node that makes a value of `made`."""
        return self.graph.nodes[value - len(self.graph.inputs)]

    def ancestors(self, values: Collection[int]) -> set[int]:
        """These values and all that they depend on, without the inputs."""
        first = len(self.graph.inputs)
        reached: set[int] = set()
        left = list(values)
        while left:
            value = left.pop()
            if value >= first and value not in reached:
                reached.add(value)
                left += self.graph.nodes[value - first].inputs
        return reached

    def exclusive(self) -> set[int]:
        """The values on the way to some of the paths, but not to all of them."""
        reached = [self.ancestors((value,)) for value in dict.fromkeys(self.values)]
        shared = set(reached[0]).intersection(*reached[1:])
        return {value for values in reached for value in values} - shared

    def outputs(
        self, changes: Mapping[int, Layer], inputs: Mapping[int, Shape] | None = None
    ) -> dict[int, Tensor] | None:
        """All tensors with other layers at some values, or inputs of other shapes; None if a layer can't work."""
        self.steps += 1
        tensors = dict(self._tensors)
        for index, shape in (inputs or {}).items():
            tensors[index] = tensors[index]._replace(shape=shape)
        changed = {*changes, *(inputs or ())}
        for value in self.made[bisect_left(self.made, min(changed, default=0)) :]:
            node = self.node(value)
            if value not in changes and changed.isdisjoint(node.inputs):
                continue
            self.steps += 1
            try:
                layer = changes.get(value, node.application.layer)
                tensors[value] = layer.output(tuple([tensors[index] for index in node.inputs]))
            except LayerProblem:
                return None
            if tensors[value] != node.application.output:
                changed.add(value)
        return tensors
