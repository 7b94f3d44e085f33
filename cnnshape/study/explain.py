"""The arithmetic of a layer's figures, with its numbers, from the formulas that the report is made of."""

from cnnshape.arithmetic import Formula
from cnnshape.graph import Application, Graph, Node
from cnnshape.language.dtypes import DTYPES
from cnnshape.layers import Shape, Tensor, format_shape
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Row
from cnnshape.study.explain_field import field_facts
from cnnshape.study.explain_sizes import sizes
from cnnshape.study.explanation import Explanation
from cnnshape.study.fact import Fact

__all__ = ["Explanation", "Fact", "SizeChain", "SizeStep", "chain_of", "explain", "size_chain"]


class SizeStep(NamedTuple):
    """A layer that changes the size of the feature maps."""

    name: str
    kind: str
    output: Shape
    facts: tuple[Fact, ...]


class _SizeChainFields(NamedTuple):
    """The fields of a chain of sizes."""

    name: str
    inputs: tuple[Shape, ...]
    steps: tuple[SizeStep, ...]


class SizeChain(Data, _SizeChainFields):
    """The sizes through a network: its input shapes, and the layers that change the size of the feature maps."""

    __slots__ = ()

    def __repr__(self) -> str:
        shapes = ", ".join(map(format_shape, self.inputs))
        return f"<SizeChain {brief(self.name, 60)}: input {brief(shapes, 60)}, {len(self.steps):,} steps>"


def explain(graph: Graph, report: Report, index: int) -> Explanation:
    """The explanation of the node of that index."""
    node, row = graph.nodes[index], report.rows[index]
    application = node.application
    facts = [
        *_inputs(graph, node),
        *sizes(node),
        Fact("output", _shape(application.output)),
        *_weights(row),
        *_work(row, report),
        Fact("bytes", _bytes(row, report)),
        *field_facts(graph, report, node, row),
    ]
    meaning = (type(application.layer).__doc__ or "").partition("\n")[0]
    return Explanation(row.name, row.kind, row.line, meaning, tuple(facts))


def chain_of(graph: Graph) -> SizeChain:
    """The sizes through a graph."""
    inputs = tuple(given.tensor.shape for given in graph.inputs)
    return SizeChain(graph.name, inputs, size_chain(graph))


def size_chain(graph: Graph) -> tuple[SizeStep, ...]:
    """The layers that change the spatial size, with the arithmetic of each axis."""
    return tuple(
        SizeStep(node.name, node.application.layer.name, node.application.output.shape, tuple(sizes(node)))
        for node in graph.nodes
        if _spatial(node.application.inputs[0]) != _spatial(node.application.output)
    )


def _spatial(tensor: Tensor) -> Shape:
    return tensor.shape[1:]


def _shape(tensor: Tensor) -> str:
    return f"{tensor.boxes} boxes of {format_shape(tensor.shape)}" if tensor.boxes > 1 else format_shape(tensor.shape)


def _inputs(graph: Graph, node: Node) -> list[Fact]:
    many = len(node.inputs) > 1
    return [
        Fact(f"input {number}" if many else "input", _shape(graph.value(value)), f"from {graph.value_name(value)}")
        for number, value in enumerate(node.inputs, 1)
    ]


def _weights(row: Row) -> list[Fact]:
    if row.shares:
        return [Fact("params", "0", f"uses the weights of {row.shares}")]
    facts: list[Fact] = []
    for topic, buffer, total in (("params", False, row.params), ("buffers", True, row.buffers)):
        tensors = [tensor for tensor in row.application.layer.owned if tensor.buffer is buffer]
        owned = [tensor for tensor in tensors if tensor.formula.terms(row.application)]
        facts += [_weight(f"{topic[:-1]} {tensor.name}", tensor.formula, row.application) for tensor in owned]
        if len(owned) > 1:
            counts = [f"{tensor.formula.value(row.application):,}" for tensor in owned]
            facts.append(Fact(topic, f"{' + '.join(counts)} = {total:,}"))
    return facts or [Fact("params", "0")]


def _weight(topic: str, formula: Formula, application: Application) -> Fact:
    return Fact(topic, _equation(formula, application, formula.value(application)), formula.words(application))


def _work(row: Row, report: Report) -> list[Fact]:
    layer, application = row.application.layer, row.application
    repeats = _repeats(application, report)
    facts = []
    if row.macs:
        text = _equation(layer.macs_formula, application, row.macs, repeats)
        facts.append(Fact("MACs", text, layer.macs_formula.words(application)))
    text = "unknown" if row.flops is None else _equation(layer.flops_formula, application, row.flops, repeats)
    return [*facts, Fact("FLOPs", text, _reason(layer.flops_formula.settled(application), application, text))]


def _reason(formula: Formula, application: Application, text: str) -> str:
    """The formula in words and its note, without the words that only repeat the text."""
    words = formula.words(application)
    return ": ".join(part for part in (words, formula.note) if part and part != text)


def _equation(formula: Formula, application: Application, value: int, repeats: tuple[int, ...] = ()) -> str:
    text = formula.text(application, repeats)
    return text if text == f"{value:,}" else f"{text} = {value:,}"


def _repeats(application: Application, report: Report) -> tuple[int, ...]:
    """How often the layer runs: for each box of each sample."""
    return tuple(number for number in (application.output.boxes, report.batch) if number > 1)


def _bytes(row: Row, report: Report) -> str:
    bits = DTYPES[row.dtypes.activations]
    factors = (*row.output, *_repeats(row.application, report))
    values = " * ".join(f"{factor:,}" for factor in factors)
    packed = f" / {8 // bits}" if bits < 8 else f" * {bits // 8}"
    return f"{values}{packed} = {row.activation_bytes:,}"
