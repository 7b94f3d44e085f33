"""Flat code: a line for each layer, as the graph has them."""

from cnnshape.export.keras.names import Names, lower
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.site import Line
from cnnshape.export.keras.text import Applied, Expression, bound, call, written
from cnnshape.named_tuple import NamedTuple


class Statement(NamedTuple):
    """The lines of a layer: `node` is its place in the graph, `target` the variable with its output."""

    node: int
    target: str
    lines: list[str]
    helpers: tuple[str, ...]


class Flat:
    """Writes the statements of a network; `inputs` are the variables of its inputs."""

    def __init__(self, network: Network, inputs: list[str], names: Names) -> None:
        self._network = network
        self._names = names
        self._variables = dict(enumerate(inputs))
        self._shared = {node.shares for node in network.graph.nodes if node.shares is not None}
        self._layers: dict[int, str] = {}
        self._following = dict(zip(network.order, network.order[1:], strict=False))

    def variable(self, value: int) -> str:
        """The variable of a value."""
        return self._variables[value]

    def statements(self) -> list[Statement]:
        """The statements of all layers; raises Unsaid."""
        return [self._statement(index) for index in self._network.order]

    def _statement(self, index: int) -> Statement:
        network = self._network
        lines = network.said(index)
        reads = [self._variables[value] for value in network.read(index)]
        value = network.value_of(index)
        target = self._variables[value] = self._target(index)
        made_lines: list[str] = []
        last = len(lines) - 1
        for place, line in enumerate(lines):
            code, made = self._layer(index, line)
            made_lines += made
            to = target if place == last else "x"
            made_lines += written(f"{to} = ", bound(code, reads))
            reads = [to, *reads[1:]]
        helpers = tuple(helper for line in lines for helper in line.helpers)
        return Statement(index, target, made_lines, helpers)

    def _target(self, index: int) -> str:
        """`x` for what only the next layer reads, else a name of its own."""
        value = self._network.value_of(index)
        following = self._following.get(index)
        readers = self._network.readers.get(value, [])
        outputs = value in self._network.outputs.values()
        if (set(readers) == {following} and not outputs) or (following is None and len(self._network.outputs) == 1):
            return "x"
        return self._names.new(lower(self._network.graph.nodes[index].name))

    def _layer(self, index: int, line: Line) -> tuple[Expression, list[str]]:
        """The code of a line, and the lines that make its layer beforehand if its weights are shared."""
        shares = self._network.graph.nodes[index].shares
        owner = index if shares is None else shares
        code = line.code
        if not isinstance(code, Applied) or not line.owns or owner not in self._shared:
            return code, []
        if owner in self._layers:
            return call(self._layers[owner], "{0}"), []
        name = self._names.new(lower(f"{self._network.graph.nodes[owner].name}_layer"))
        self._layers[owner] = name
        return call(name, "{0}"), written(f"{name} = ", code.layer)
