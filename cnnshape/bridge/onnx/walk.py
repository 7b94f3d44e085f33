"""Follows the nodes of a graph in order: what each value is, and how an operation is added for it."""

from collections.abc import Mapping, Sequence

from cnnshape.bridge.building import Building, quoted
from cnnshape.bridge.onnx import sizes
from cnnshape.bridge.onnx.constants import Constant, NotFolded, folded, of
from cnnshape.bridge.onnx.model import Model, Node
from cnnshape.bridge.onnx.modules import ModuleCalls
from cnnshape.bridge.onnx.own import PRODUCER
from cnnshape.bridge.onnx.stated import Dimensions
from cnnshape.bridge.operations import Argument, ImportProblem, Module, Shape, Weight
from cnnshape.named_tuple import NamedTuple


class NoKind(Exception):
    """No kind of the language is this node: it becomes an opaque layer."""


class View(NamedTuple):
    """A value of the network as the graph sees it.

    `axes` are the axes of batch x channels x space that the graph's axes show: `(0, 2, 3, 1)` is channels last.
    """

    value: int
    batch: int
    axes: tuple[int, ...]

    @property
    def plain(self) -> bool:
        """Whether the axes are in the order of the language."""
        return self.axes == tuple(range(len(self.axes)))


class Walk:
    """The values so far, and the operations made from them."""

    def __init__(self, model: Model, nodes: Sequence[Node]) -> None:
        self.model = model
        self.is_own = model.producer == PRODUCER
        """Whether `cnnshape export` wrote the file: all that it stores are weights."""
        self.is_pytorch = model.producer == "pytorch"
        self.building = Building()
        self.values: dict[str, View | Constant] = {}
        self.used: dict[str, Weight] = {}
        """The weights of operations by their names."""
        self._uses: dict[str, list[tuple[object, str]]] = {}
        self.notes: dict[str, int] = {}
        self.readers: dict[str, list[int]] = {}
        self.nodes = list(nodes)
        self.at = 0
        """The index of the present node."""
        self.merged: set[int] = set()
        """Later nodes that are part of an operation already."""
        self.modules: tuple[Module, ...] = ()
        self._calls = ModuleCalls(self.nodes)
        self.makers = {name: node for node in nodes for name in node.outputs}
        for index, node in enumerate(nodes):
            for name in node.inputs:
                self.readers.setdefault(name, []).append(index)
        for name in model.outputs:
            self.readers.setdefault(name, []).append(-1)

    def enter(self, index: int) -> Node:
        """Goes to a node."""
        self.at = index
        node = self.nodes[index]
        self.modules = self._calls.of(node)
        return node

    # What a node reads.

    def constant_of(self, name: str) -> Constant | None:
        """The constant of a name, also of one that a later node makes of stored tensors: a bias under another shape."""
        known = self.values.get(name)
        if known is not None:
            return known if isinstance(known, Constant) else None
        stored = self.model.initializers.get(name)
        if stored is not None:
            return of(stored)
        maker = self.makers.get(name)
        kept = [self.model.initializers.get(given) for given in maker.inputs] if maker is not None else []
        constants = [of(tensor) for tensor in kept if tensor is not None]
        if maker is None or not kept or len(constants) < len(kept):
            return None
        try:
            return folded(maker, constants)
        except NotFolded:
            return None

    def operands(self, node: Node) -> list[Constant | None]:
        """The inputs that are constants; None for the others."""
        given = [self.values.get(name) for name in node.inputs]
        return [value if isinstance(value, Constant) else None for value in given]

    def view(self, node: Node, index: int = 0) -> View:
        """An input that depends on the network's. Raises NoKind for a constant, and for one that is left out."""
        value = self.values.get(node.inputs[index]) if index < len(node.inputs) else None
        if not isinstance(value, View):
            raise NoKind
        return value

    def plain(self, node: Node, index: int = 0) -> View:
        """An input with its axes in the order of the language. Raises NoKind for another."""
        view = self.view(node, index)
        if not view.plain:
            raise NoKind
        return view

    def constant(self, node: Node, index: int) -> Constant | None:
        """An input that is a constant; None if it is left out. Raises NoKind for a value of the network."""
        if index >= len(node.inputs) or not node.inputs[index]:
            return None
        value = self.values[node.inputs[index]]
        if not isinstance(value, Constant):
            raise NoKind
        return value

    def shape(self, view: View) -> Shape:
        """The shape of a view as the graph sees it, batch included."""
        whole = (view.batch, *self.building.shape(view.value))
        return tuple(whole[axis] for axis in view.axes)

    def space(self, view: View) -> Shape:
        """The spatial sizes."""
        return self.building.shape(view.value)[1:]

    def only_reader(self, name: str) -> tuple[int, Node] | None:
        """The later node that alone reads a value; None if there are others, or the value is an output."""
        readers = set(self.readers.get(name, ()))
        if len(readers) != 1:
            return None
        (index,) = readers
        return (index, self.nodes[index]) if index > self.at and index not in self.merged else None

    def replace(self, index: int, node: Node) -> None:
        """Puts another node in the place of a later one, which reads what the present node reads."""
        self.nodes[index] = node
        for name in node.inputs:
            self.readers.setdefault(name, []).append(index)

    # What a node gives.

    def bind(self, name: str, value: View | Constant) -> None:
        """Gives a name to a value. Raises ImportProblem if it has a value already, or another stated shape."""
        if not name:
            return
        if name in self.values:
            raise ImportProblem(f"two values have the name {quoted(name)}")
        self.values[name] = value
        stated = self.model.shapes.get(name)
        if stated is not None and isinstance(value, View):
            shape = self.shape(value)
            if not _agree(stated, shape):
                own, claimed = "x".join(map(str, shape[1:])), "x".join(str(size or "?") for size in stated[1:])
                raise ImportProblem(f"the value {quoted(name)} is {own}, but the file says {claimed[:200]}")

    def weight(self, constant: Constant, *, learned: bool = True) -> Weight:
        """The weight of a constant."""
        return Weight(constant.name, constant.shape, learned, learned and constant.name in self.model.frozen)

    def _own(self, kind: str, weights: Sequence[Weight]) -> tuple[Weight, ...]:
        """The weights of an operation, under names that only operations with the same weights have.

        Exporters store equal weights once, such as the zeros of new biases. A layer that is used twice has all of its
        weights in common, and runs in the same module.
        """
        path = self.modules[-1].path if self.modules and not self.is_own else ""
        names = tuple(weight.name for weight in weights)
        owned = []
        for weight in weights:
            # Ones may be a scale and a variance too.
            use = kind, path, names, weight.learned
            known = self._uses.setdefault(weight.name, [])
            name = next((name for other, name in known if other == use), "")
            if not name:
                name = f"{weight.name} {len(known) + 1}" if known else weight.name
                known.append((use, name))
                if len(known) > 1:
                    self.note(STORED_ONCE)
            owned.append(weight._replace(name=name))
            self.used[name] = owned[-1]
        return tuple(owned)

    def add(
        self,
        node: Node,
        kind: str,
        inputs: Sequence[View],
        arguments: Mapping[str, Argument] | None = None,
        weights: Sequence[Weight] = (),
    ) -> View:
        """Adds an operation. Its output has the axes of the first input, or those in order if their number changed."""
        value = self.building.add(
            kind,
            [view.value for view in inputs],
            arguments,
            weights=self._own(kind, weights),
            modules=self.modules,
            what=node.op,
            place=node.name,
        )
        rank = len(self.building.shape(value)) + 1
        first = inputs[0]
        return View(value, first.batch, first.axes if rank == len(first.axes) else tuple(range(rank)))

    def give(
        self,
        node: Node,
        kind: str,
        inputs: Sequence[View],
        arguments: Mapping[str, Argument] | None = None,
        weights: Sequence[Weight] = (),
        output: str = "",
    ) -> None:
        """Adds an operation whose output is the node's first, or another."""
        self.bind(output or node.outputs[0], self.add(node, kind, inputs, arguments, weights))

    def note(self, text: str) -> None:
        """Counts a fact for the notes. `{}` in the text becomes the count."""
        self.notes[text] = self.notes.get(text, 0) + 1

    def opaque(self, node: Node) -> None:
        """Adds a layer with stated figures for each output that is read. Raises ImportProblem if it has no known shape."""
        views = [value for name in node.inputs if isinstance(value := self.values.get(name), View)]
        given = [value for name in node.inputs if isinstance(value := self.values.get(name), Constant)]
        if not views:
            raise ImportProblem(f"{described(node)} can't be worked out: it reads constants alone")
        weights = [self.weight(constant) for constant in given if constant.real and constant.elements > 1]
        for index, name in enumerate(name for name in node.outputs if name in self.readers):
            shape = self._stated_shape(node, name, views)
            batch, *space = shape
            if not 1 <= len(space) <= 4 or any(size < 1 for size in shape):
                written = "x".join(map(str, shape))
                raise ImportProblem(
                    f"{described(node)} gives {written}, which no layer of a spec can: 1 to 4 axes and a batch"
                )
            # The weights of a node with several outputs count once.
            own = weights if index == 0 else []
            arguments: dict[str, Argument] = {"output": tuple(space), "what": _word(node.op)}
            if own:
                arguments["params"] = sum(weight.elements for weight in own)
            view = self.add(node, "opaque", views[:1], arguments, own)
            self.bind(name, View(view.value, batch, tuple(range(len(shape)))))
        if len({view.value for view in views}) > 1:
            self.note(f"{quoted(node.op)} reads several tensors; the layer in the spec reads the first ({{}}x)")

    def _stated_shape(self, node: Node, name: str, views: Sequence[View]) -> Shape:
        stated = self.model.shapes.get(name)
        if stated is not None and len(stated) >= 2:
            batch = stated[0] if isinstance(stated[0], int) else views[0].batch
            if all(isinstance(size, int) for size in stated[1:]):
                return (batch, *[size for size in stated[1:] if isinstance(size, int)])
        inferred = self._inferred_shape(node, views)
        if inferred:
            return inferred
        message = f"no kind describes {described(node)}, and the file doesn't state the shape that it gives"
        raise ImportProblem(message, "`onnx.shape_inference.infer_shapes` writes shapes into a model")

    def _inferred_shape(self, node: Node, views: Sequence[View]) -> Shape:
        """The shape that a node gives, of those whose rule is short; empty for others."""
        shape = self.shape(views[0])
        others = [value.shape for name in node.inputs if isinstance(value := self.values.get(name), Constant)]
        if node.op in ELEMENTWISE:
            for other in (*map(self.shape, views[1:]), *others):
                shape = sizes.broadcast(shape, other)
            return shape
        if node.op == "Expand" and (wanted := self.constant(node, 1)) is not None:
            return sizes.broadcast(shape, wanted.wholes)
        if node.op.startswith("Reduce"):
            given = self.constant(node, 1)
            axes = node.wholes("axes") if given is None else given.wholes
            axes = tuple(range(len(shape))) if axes is None else axes
            return sizes.reduced(shape, axes, keeps=bool(node.whole("keepdims", 1)))
        return ()


STORED_ONCE = "equal weights are stored once in the file, and each is counted ({}x)"

_ELEMENTWISE = """
    Abs Acos Add And Asin Atan BitShift Ceil Celu Clip Cos Div Elu Erf Exp Floor HardSigmoid LeakyRelu Log Max
    Mean Min Mod Mul Neg Pow Reciprocal Round Shrink Sign Sin Softmax LogSoftmax Sqrt Sub Tan ThresholdedRelu
    Where LpNormalization CumSum LayerNormalization MeanVarianceNormalization Hardmax Softsign Swish Relu Sigmoid
"""
ELEMENTWISE = frozenset(_ELEMENTWISE.split())
"""Operations whose output has the shape of their largest input."""


def described(node: Node) -> str:
    """A node, for a message."""
    name = f"{node.domain}.{node.op}" if node.domain else node.op
    place = node.name or (node.outputs[0] if node.outputs else "")
    return f"{quoted(name)} in {quoted(place)}" if place else quoted(name)


def _word(text: str) -> str:
    """A word for the `what` of a layer."""
    word = "".join(character if character.isascii() and character.isalnum() else "_" for character in text[:60])
    return word if word[:1].isalpha() else f"op_{word}"


def _agree(stated: Dimensions, shape: Sequence[int]) -> bool:
    """Whether a shape is the stated one, whose batch and names mean any size."""
    return len(stated) == len(shape) and all(
        not isinstance(wanted, int) or wanted == size for wanted, size in zip(stated[1:], shape[1:], strict=True)
    )
