"""Groups of nodes that are one operation of the language: exporters take activations and norms apart.

A pattern is written as the expression that the nodes compute. A small letter is any value, the same at all places; `w`,
`b`, `s` and their like are inputs of the operation too. A number is a constant.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from cnnshape.bridge.onnx.model import AttributeValue, Model, Node
from cnnshape.named_tuple import NamedTuple

DOMAIN = "cnnshape"
"""The domain of nodes that take the place of a group. Their `op` is a kind of the language."""
_ERF = "Add(Erf({x}), 1)"
_INNER = ("Div(x, 1.4142135)", "Mul(x, 0.70710677)", "Mul(0.70710677, x)")
_CLIPPED = "Clip(Add(x, 3), 0, 6)"
_SIXTH = "0.16666667"
_CENTERED = "Sub(x, ReduceMean(x))"
_NORMED = (
    f"Div({_CENTERED}, Sqrt(Add(ReduceMean(Pow({_CENTERED}, 2)), e)))",
    f"Div({_CENTERED}, Sqrt(Add(ReduceMean(Mul({_CENTERED}, {_CENTERED})), e)))",
)
_ROOT = "Sqrt(Add(ReduceMean(Pow(x, 2)), e))"
_GROUPED = "Reshape(InstanceNormalization(Reshape(x, s), u, v), t)"
_RESPONSE = "Mul(w, Mul(x, Div(ReduceL2(x), Add(ReduceMean(ReduceL2(x)), e))))"
_TANH = "Tanh(Mul(Add(x, Mul(Pow(x, 3), 0.044715)), 0.7978846))"
Texts = tuple[tuple[str, tuple[str, ...], str], ...]
"""The kind that patterns are, the patterns, and the letters of its inputs; a dot is an input that is left out."""
_PATTERNS: Texts = (
    ("silu", ("Mul(x, Sigmoid(x))",), "x"),
    ("mish", ("Mul(x, Tanh(Softplus(x)))",), "x"),
    (
        "hard_swish",
        (
            f"Div(Mul(x, {_CLIPPED}), 6)",
            f"Mul(x, Div({_CLIPPED}, 6))",
            f"Mul(x, Mul({_CLIPPED}, {_SIXTH}))",
            f"Mul(Mul(x, {_CLIPPED}), {_SIXTH})",
            "Mul(x, HardSigmoid(x))",
        ),
        "x",
    ),
    ("hard_sigmoid", (f"Div({_CLIPPED}, 6)", f"Mul({_CLIPPED}, {_SIXTH})"), "x"),
    (
        "gelu",
        (
            *(f"Mul(Mul(x, {_ERF.format(x=inner)}), 0.5)" for inner in _INNER),
            *(f"Mul(Mul(x, 0.5), {_ERF.format(x=inner)})" for inner in _INNER),
            *(f"Mul(x, Mul({_ERF.format(x=inner)}, 0.5))" for inner in _INNER),
            f"Mul(Mul(x, 0.5), Add({_TANH}, 1))",
            f"Mul(Mul(x, Add({_TANH}, 1)), 0.5)",
        ),
        "x",
    ),
    ("layer_norm", tuple(f"Add(Mul({normed}, w), b)" for normed in _NORMED), "xwbe"),
    (
        "rms_norm",
        (f"Mul(Mul(x, Reciprocal({_ROOT})), w)", f"Mul(Mul(x, Div(1, {_ROOT})), w)", f"Mul(Div(x, {_ROOT}), w)"),
        "xwe",
    ),
    ("group_norm", (f"Add(Mul({_GROUPED}, w), b)",), "xwbs"),
    ("global_response_norm", (f"Add(x, Add(b, {_RESPONSE}))", f"Add(x, Add(b, Mul({_RESPONSE}, 1)))"), "xwbe"),
)
_COMMUTES = frozenset(("Add", "Mul"))
_REDUCES = frozenset(("ReduceMean", "ReduceL2"))
"""Operations whose further inputs a pattern leaves out."""
MOST_TRIED = 64
"""Nodes that a match of one pattern may look at: patterns are small, and both orders of a sum are tried."""


class Apply(NamedTuple):
    """An operation of a pattern with its operands."""

    op: str
    operands: "tuple[Tree, ...]"


Tree = Apply | float | str
"""A pattern: an operation, a number, or a letter for any value."""


class Pattern(NamedTuple):
    """The kind that a group of nodes is, and the letters of its inputs in order."""

    kind: str
    tree: Apply
    letters: str


@cache
def _patterns(given: Texts = _PATTERNS) -> Mapping[str, tuple[Pattern, ...]]:
    """The patterns by the operation of their last node, the largest first."""
    by_op: dict[str, list[Pattern]] = {}
    for kind, texts, letters in given:
        for text in texts:
            tree = _parsed(re.findall(r"[A-Za-z][A-Za-z0-9]*|[0-9.]+|[()]", text))
            assert isinstance(tree, Apply)
            by_op.setdefault(tree.op, []).append(Pattern(kind, tree, letters))
    return {op: tuple(sorted(patterns, key=lambda pattern: -_size(pattern.tree))) for op, patterns in by_op.items()}


def _parsed(words: list[str]) -> Tree:
    """The tree at the start of the words, which it takes off."""
    word = words.pop(0)
    if not words or words[0] != "(":
        return float(word) if word[0].isdigit() else word
    words.pop(0)
    operands = []
    while words[0] != ")":
        operands.append(_parsed(words))
    words.pop(0)
    return Apply(word, tuple(operands))


def _size(tree: Tree) -> int:
    return 1 + sum(map(_size, tree.operands)) if isinstance(tree, Apply) else 0


class Graph(NamedTuple):
    """Who makes and who reads each value, and the constants of a single number."""

    makers: Mapping[str, int]
    readers: Mapping[str, Sequence[int]]
    scalars: Mapping[str, float]
    nodes: Sequence[Node]


def graph_of(model: Model) -> Graph:
    """The links of a model. An output of the graph is read by a node of its own, with the number -1."""
    makers: dict[str, int] = {}
    readers: dict[str, list[int]] = {name: [-1] for name in model.outputs}
    scalars = {
        name: float(stored.values[0])
        for name, stored in model.initializers.items()
        if stored.values is not None and len(stored.values) == 1
    }
    for index, node in enumerate(model.nodes):
        for name in node.outputs:
            makers[name] = index
        for name in node.inputs:
            readers.setdefault(name, []).append(index)
        value = _scalar(node)
        if value is not None:
            scalars[node.outputs[0]] = value
    return Graph(makers, readers, scalars, model.nodes)


def _scalar(node: Node) -> float | None:
    if node.op != "Constant" or not node.outputs:
        return None
    from cnnshape.bridge.onnx.constants import NotFolded, folded

    try:
        single = folded(node, ()).single
    except NotFolded:
        return None
    return None if single is None else float(single)


def rewritten(model: Model, more: Texts = ()) -> tuple[Node, ...]:
    """The nodes with one in place of each group. It takes the place of the last one of the group.

    `more` are patterns that only this model has.
    """
    graph = graph_of(model)
    patterns = _patterns((*more, *_PATTERNS))
    gone: set[int] = set()
    replaced: dict[int, Node] = {}
    for index in range(len(model.nodes) - 1, -1, -1):
        node = model.nodes[index]
        if index in gone or node.domain or node.op not in patterns:
            continue
        for pattern in patterns[node.op]:
            match = _Match(graph)
            if match.tree(pattern.tree, index) and match.is_closed(index) and not match.nodes & gone:
                inputs = tuple(match.letters.get(letter, "") for letter in pattern.letters)
                whole = [model.nodes[part] for part in sorted(match.nodes)]
                attributes = {name: value for part in whole for name, value in _attributes(model, part)}
                replaced[index] = Node(
                    pattern.kind, DOMAIN, whole[0].name, inputs, node.outputs[:1], attributes, whole[0].metadata
                )
                gone |= match.nodes - {index}
                break
    return tuple(replaced.get(index, node) for index, node in enumerate(model.nodes) if index not in gone)


def _attributes(model: Model, node: Node) -> Iterator[tuple[str, AttributeValue]]:
    """The attributes of a node, and the axes that a mean has as an input."""
    yield from node.attributes.items()
    stored = model.initializers.get(node.inputs[1]) if node.op in _REDUCES and len(node.inputs) > 1 else None
    if stored is not None and stored.values is not None:
        yield "axes", stored.values


class _Match:
    """Compares a pattern with the nodes that end in one of them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.letters: dict[str, str] = {}
        self.nodes: set[int] = set()
        self._tried = 0

    def tree(self, tree: Apply, index: int) -> bool:
        """Whether a node and those before it compute the pattern."""
        node = self._graph.nodes[index]
        self._tried += 1
        if self._tried > MOST_TRIED or node.op != tree.op or node.domain:
            return False
        operands = _operands(node)
        if node.op in _REDUCES:
            operands = operands[: len(tree.operands)]
        if len(operands) != len(tree.operands):
            return False
        for order in (operands, operands[::-1]) if node.op in _COMMUTES else (operands,):
            letters, nodes = dict(self.letters), set(self.nodes)
            self.nodes.add(index)
            if all(map(self._operand, tree.operands, order)):
                return True
            self.letters, self.nodes = letters, nodes
        return False

    def _operand(self, tree: Tree, operand: str | float) -> bool:
        if isinstance(tree, float):
            value = operand if isinstance(operand, float) else self._graph.scalars.get(operand)
            return value is not None and abs(value - tree) <= 1e-4 * max(tree, 1)
        if isinstance(operand, float):
            return False
        if isinstance(tree, str):
            return self.letters.setdefault(tree, operand) == operand
        index = self._graph.makers.get(operand)
        return index is not None and self.tree(tree, index)

    def is_closed(self, last: int) -> bool:
        """Whether nothing else reads what the nodes before the last one give."""
        nodes, readers = self._graph.nodes, self._graph.readers
        inner = [name for index in self.nodes if index != last for name in nodes[index].outputs]
        return all(set(readers.get(name, ())) <= self.nodes for name in inner)


def _operands(node: Node) -> list[str | float]:
    """The inputs of a node. The bounds of a Clip of version 6 are attributes."""
    if node.op == "Clip" and len(node.inputs) == 1:
        return [node.inputs[0], node.real("min", -3.4e38), node.real("max", 3.4e38)]
    return list(node.inputs)
