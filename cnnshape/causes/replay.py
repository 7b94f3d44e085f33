"""The layers that made some tensors, run again with other arguments or on other inputs."""

from collections.abc import Collection, Mapping

from cnnshape.graph import Graph, Node
from cnnshape.layers import Layer, LayerProblem, Shape, Tensor

MOST_STEPS = 150_000
"""Layers that are gone through for one explanation, in all tries together."""


class Replay:
    """The part of a graph that some values depend on; `made` are its values in the order in which they are made."""

    __slots__ = ("graph", "made", "steps", "values")

    def __init__(self, graph: Graph, values: tuple[int, ...]) -> None:
        self.graph = graph
        self.values = values
        self.made = sorted(self.ancestors(values))
        self.steps = 0

    @property
    def exhausted(self) -> bool:
        """True where no more tries are worth their time."""
        return self.steps > MOST_STEPS

    def node(self, value: int) -> Node:
        """The node that makes a value of `made`."""
        return self.graph.nodes[value - len(self.graph.inputs)]

    def ancestors(self, values: Collection[int]) -> set[int]:
        """These values and all that they depend on, but for the inputs."""
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
        """All tensors with other layers at some values, or inputs of other shapes; None where a layer can't work."""
        given = inputs or {}
        tensors = {
            index: one.tensor._replace(shape=given.get(index, one.tensor.shape))
            for index, one in enumerate(self.graph.inputs)
        }
        for value in self.made:
            self.steps += 1
            node = self.node(value)
            application = node.application
            entering = tuple([tensors[index] for index in node.inputs])
            layer = changes.get(value, application.layer)
            if layer is application.layer and entering == application.inputs:
                tensors[value] = application.output
                continue
            try:
                tensors[value] = layer.output(entering)
            except LayerProblem:
                return None
        return tensors
