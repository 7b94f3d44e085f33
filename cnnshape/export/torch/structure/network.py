"""The class of the network, and the classes of its blocks."""

import re

from cnnshape.export.python import (
    Code,
    Group,
    class_name,
    constant,
    identifier,
    literal_code,
    names_of,
    plain,
    variable,
)
from cnnshape.export.source import Source
from cnnshape.export.torch.file import docstring, file_text
from cnnshape.export.torch.structure.blocks import class_text, type_of, write_block
from cnnshape.export.torch.structure.file import (
    File,
    follower_roles,
    layer_key,
    names_of_reference,
    read_names,
    shared_names,
)
from cnnshape.export.torch.structure.fixing import params_of_sizes
from cnnshape.export.torch.structure.loops import LoopWriter
from cnnshape.export.torch.structure.model import Context, Fixed, Scope, Unstructured, Val
from cnnshape.graph import Graph, LayerValue
from cnnshape.graph.visits import Ran, visits_of
from cnnshape.language import Param
from cnnshape.language.expression.tree import Node


def name_of(source: Source) -> str:
    """The name of the class of a network."""
    graph = source.examination.graph
    return source.class_name or class_name("" if graph is None else graph.name)


def to_structured_torch(source: Source) -> str:
    """The code of a design with its blocks, loops and params. Raises Unstructured."""
    examination = source.examination
    if examination.program is None:
        raise ValueError("a design with errors is not exported")
    graph, root = visits_of(examination.program, examination.options)
    if graph is None or not graph.complete:
        raise ValueError("a design with errors is not exported")
    fixed = params_of_sizes(examination, graph)
    while True:
        writer = _NetworkWriter(source, graph, root, fixed)
        try:
            return writer.text()
        except Fixed as problem:
            names = {name for name in problem.names if name in writer.open}
            if not names:
                raise Unstructured(str(problem)) from None
            fixed |= {writer.open[name] for name in names}


class _NetworkWriter:
    """Writes the network with some of its params fixed."""

    def __init__(self, source: Source, graph: Graph, root: Ran, fixed: set[str]) -> None:
        program = source.examination.program
        assert program is not None
        self.source = source
        self.graph = graph
        self.root = root
        self.fixed = fixed
        self.program = program
        self.file = File(graph, program, root, write_block)
        self.context = Context(root, {})
        self.writer = LoopWriter(self.file, [self.context])
        self.writer.sections = True
        self.name = self.file.names.new(name_of(source))
        self.open: dict[str, str] = {}
        self.derived: dict[str, Node] = {}
        self.defaults: dict[str, str] = {}
        self.roles = follower_roles(program.layers)
        self.scope: Scope = {}

    def text(self) -> str:
        """The whole file."""
        writer, graph = self.writer, self.graph
        for param in self.program.spec.params:
            self._open(param)
        outputs = self.program.spec.outputs
        writer.read = frozenset(read_names(self.program.layers)) | {
            one for given in outputs for one in names_of_reference(given)
        }
        writer.outputs = frozenset(given.text.split(".")[0] for given in outputs)
        writer.shared = frozenset(shared_names(self.program.layers))
        names = []
        for index, given in enumerate(graph.inputs):
            read = given.name in writer.read or len(graph.inputs) > 1
            names.append(writer.tensors.new(identifier(given.name)) if read else "x")
            self.scope[given.name] = Val(names[-1], self._channels(index))
        first = self.scope[graph.inputs[0].name]
        assert isinstance(first, Val)
        last = writer.body(self.program.layers, [self.context], first, self.scope, "x")
        result, returns = self._outputs(last)
        signature, lines = self._signature()
        text = class_text(self.name, signature, lines, writer, names, result, docstring(graph), returns)
        classes = self._needed(text)
        return file_text(self.source.header, self.file.helpers, [*classes, text])

    def _channels(self, index: int) -> Node:
        """The channels of an input, which may follow from params."""
        given = self.program.spec.inputs[index]
        if given.boxes is not None or self.source.examination.options.inputs:
            return constant(self.file.channels(index))
        return self.writer.node(given.shape[0], self.scope, [self.context])

    def _open(self, param: Param) -> None:
        name, value = param.name.text, self.root.scope[param.name.text]
        if name in self.fixed or isinstance(value, LayerValue) or _has_layer(value):
            self.scope[name] = constant(value)
            return
        own = self.writer.locals.new(identifier(name))
        self.context.env[own] = value
        self.open[own] = name
        if self._follows(param):
            assert param.default is not None
            self.derived[own] = self.writer.node(param.default, self.scope, [self.context])
        if name in self.roles:
            self.writer.factories.add(own)
        self.scope[name] = variable(own)

    def _follows(self, param: Param) -> bool:
        """Whether the value of a param follows from others."""
        options = self.source.examination.options
        variant = next((one for one in self.program.spec.variants if one.name.text == options.variant), None)
        set_by = {*options.params, *([given.text for given in variant.params] if variant else [])}
        if param.default is None or param.name.text in set_by:
            return False
        return bool(param.default.names & {one.name.text for one in self.program.spec.params})

    def _outputs(self, last: Val) -> tuple[str, str]:
        """The code of what `forward` returns, and its type."""
        writer = self.writer
        outputs = [one for one in self.program.spec.outputs if one.text in self.graph.outputs]
        if not outputs:
            return writer.named(last), "Tensor"
        codes = [writer.named(writer.tensor(one, last, self.scope)) for one in outputs]
        if len(codes) == 1:
            return codes[0], "Tensor"
        pairs = [f'"{plain(one.text)}": {code}' for one, code in zip(outputs, codes, strict=True)]
        writer.result = Group("", tuple([("", pair) for pair in pairs]), "{", "}")
        return "", "dict[str, Tensor]"

    def _signature(self) -> tuple[list[tuple[str, Code]], list[tuple[str, Code]]]:
        """The params of the constructor, and the statements for those that follow from others."""
        used = set(self.writer.used)
        for own, node in reversed(self.derived.items()):
            if own in used:
                used |= names_of(node)
        texts = [
            (f"{own}: {self._type(own)} = ", self._default(own))
            for own in self.open
            if own in used and own not in self.derived
        ]
        lines = [
            (f"{own} = ", self.writer.code(node, [self.context])) for own, node in self.derived.items() if own in used
        ]
        return texts, lines

    def _type(self, own: str) -> str:
        if own in self.writer.factories:
            return "Callable[..., nn.Module]"
        return type_of([self.context.env[own]])

    def _default(self, own: str) -> Code:
        value = self.context.env[own]
        role = self.roles.get(self.open[own])
        if role is None:
            return literal_code(value)
        text = self.file.factories.get((role, layer_key(value)))
        if text is None:
            raise Fixed([own])
        return text

    def _needed(self, text: str) -> list[str]:
        """The classes that the network uses, in the order in which they are written."""
        needed: set[str] = set()
        pending = [text]
        while pending:
            words = set(re.findall(r"\w+", pending.pop()))
            more = {name for name in self.file.classes if name in words and name not in needed}
            needed |= more
            pending += [self.file.classes[name].text for name in more]
        return [info.text for name, info in self.file.classes.items() if name in needed]


def _has_layer(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(one, LayerValue) or _has_layer(one) for one in value)
