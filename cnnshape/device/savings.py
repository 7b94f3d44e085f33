"""What would make a network smaller on a device: edits of the file and smaller inputs, each of them tried."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from cnnshape.causes.edit import Edit, applied, edit_of, kind_steps, place
from cnnshape.causes.replay import Replay
from cnnshape.causes.uses import Uses
from cnnshape.graph import Graph, Node, Options, build
from cnnshape.language import Expression, compile_expression
from cnnshape.layers import Shape, format_shape
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import KindStep, Program
from cnnshape.source import SourceText, Span

MOST_TRIES = 24
MOST_VISITS = 100_000
"""The number of steps that the builds may visit together. The build that exceeds it is the last one."""
MOST_LAYERS = 4
EIGHTHS = 8
_SHARES = (7, 6, 5, 4)
"""Eighths of a number that are tried, the largest first."""
_NOWHERE = Span(SourceText("", ""), 1, 1, 1, 1)
_LEAST_OUT = 8
"""Channels below which a layer isn't made narrower."""

Measure = Callable[[Graph], int]


class Saving(NamedTuple):
    """What to write, and the bytes that the network needs then."""

    text: str
    bytes: int


class Savings:
    """Tries what makes a figure of a program smaller. `measure` gives the figure of a graph."""

    def __init__(self, program: Program, options: Options, graph: Graph, measure: Measure) -> None:
        self._program = program
        self._options = options
        self._graph = graph
        self._measure = measure
        self._tries = MOST_TRIES
        self._visits = MOST_VISITS

    def of(self, nodes: Iterable[int], most: int) -> list[Saving]:
        """The best saving of each sort: a narrower layer among those that make these nodes, a larger stride of them, a
        param and an input as large as they can be with so many bytes. The one that needs the fewest bytes comes first."""
        layers = list(dict.fromkeys(filter(None, map(self._maker, nodes))))[:MOST_LAYERS]
        narrower = [edit for layer in layers for edit in self._edits(layer, "out", _halved)]
        coarser = [edit for layer in layers for edit in self._edits(layer, "stride", _doubled)]
        sorts = [self._by_edits(narrower), self._by_edits(coarser), *self._by_params(most), self._by_input(most)]
        now = self._measure(self._graph)
        savings = [saving for saving in sorts if saving is not None and saving.bytes < now]
        return sorted(savings, key=lambda saving: saving.bytes)

    def _maker(self, position: int) -> Node | None:
        """The layer that sets the channels of what a node gives: the node, or one before it."""
        inputs = len(self._graph.inputs)
        while position >= 0:
            node = self._graph.nodes[position]
            if "out" in node.application.layer.arguments and node.application.layer.values.get("groups", 1) == 1:
                return node
            if not node.inputs:
                return None
            position = node.inputs[0] - inputs
        return None

    def _edits(self, node: Node, argument: str, change: Callable[[int], int]) -> Iterator[Edit]:
        """The edit of an argument of a layer, at its step or at the use of its block; none if it isn't stated as a number."""
        step = kind_steps(self._program).get(place(node.at))
        now = node.application.layer.values.get(argument)
        if step is None or step.plan is None or not isinstance(now, int) or change(now) == now:
            return
        stated = step.plan.values.get(argument)
        if stated is None or (isinstance(stated, Expression) and stated.constant):
            yield edit_of(step, node, argument, change(now))
            return
        yield from self._edits_of_use(node, step, argument, change(now))

    def _edits_of_use(self, node: Node, step: KindStep, argument: str, wanted: int) -> Iterator[Edit]:
        value = self._graph.nodes.index(node) + len(self._graph.inputs)
        use = Uses(self._program, Replay(self._graph, (value,))).params_of(value, step, argument)
        if use is not None:
            given = use[0].given.get(use[1])
            if isinstance(given, Expression) and given.constant:
                yield Edit(use[0], use[1], wanted)

    def _by_edits(self, edits: Iterable[Edit]) -> Saving | None:
        """The best one of these edits. The network must give what it gives now."""
        savings = []
        for edit in edits:
            graph = self._built([edit])
            if graph is not None and _outputs(graph) == _outputs(self._graph):
                savings.append(Saving(f"`{edit.text}` in line {edit.at.line}", self._measure(graph)))
        return min(savings, key=lambda saving: saving.bytes, default=None)

    def _by_params(self, most: int) -> Iterator[Saving | None]:
        """Smaller values of the file's params that are whole numbers. The network must give what it gives now."""
        for param in self._program.spec.params:
            name, value = param.name.text, param.default
            if name in self._options.params or not isinstance(value, Expression) or not value.constant:
                continue
            now = value.evaluate({})
            if type(now) is int and now > 1:
                tries = ((f"`{name}: {less}` in `params`", self._with_param(name, less)) for less in _parts_of(now))
                yield self._largest(tries, most, same_outputs=True)

    def _with_param(self, name: str, value: int) -> Options:
        return self._options._replace(params={**self._options.params, name: compile_expression(str(value), _NOWHERE)})

    def _by_input(self, most: int) -> Saving | None:
        own = self._graph.inputs[0].tensor.shape
        shapes = [(own[0], *sizes) for sizes in zip(*map(_parts_of, own[1:]), strict=False)]
        tries = (
            (f"an input of {format_shape(shape)}", self._options._replace(inputs={**self._options.inputs, "": shape}))
            for shape in shapes
        )
        return self._largest(tries, most, same_outputs=False)

    def _largest(self, tries: Iterable[tuple[str, Options]], most: int, *, same_outputs: bool) -> Saving | None:
        """The first that needs at most so many bytes; else the one that needs the fewest."""
        savings: list[Saving] = []
        for text, options in tries:
            graph = self._built(options=options)
            if graph is None or (same_outputs and _outputs(graph) != _outputs(self._graph)):
                continue
            savings.append(Saving(text, self._measure(graph)))
            if savings[-1].bytes <= most:
                return savings[-1]
        return min(savings, key=lambda saving: saving.bytes, default=None)

    def _built(self, edits: Sequence[Edit] = (), options: Options | None = None) -> Graph | None:
        """The graph with these edits or options; None if they bring a problem, or if no try is left."""
        if not self._tries or self._visits < 0:
            return None
        self._tries -= 1
        with applied(edits):
            built = build(self._program, options or self._options)
        self._visits -= built.visits
        return None if built.problems else built.graph


def _outputs(graph: Graph) -> list[Shape]:
    return [graph.value(index).shape for index in graph.outputs.values()]


def _parts_of(number: int) -> list[int]:
    """Smaller numbers down to a half, the largest first."""
    parts = (number * share // EIGHTHS for share in _SHARES)
    return list(dict.fromkeys(part for part in parts if 0 < part < number))


def _halved(channels: int) -> int:
    return channels // 2 if channels >= 2 * _LEAST_OUT else channels


def _doubled(stride: int) -> int:
    return 2 * stride
