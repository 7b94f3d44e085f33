"""A network as one class: each layer a statement, with its values of the spec."""

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.export.python import Group, Lines, Names, call, class_name, identifier, plain
from cnnshape.export.source import Inexpressible, Source
from cnnshape.export.torch.file import docstring, file_text
from cnnshape.export.torch.kinds import say
from cnnshape.export.torch.names import BUILTINS, FILE, MODULE
from cnnshape.export.torch.use import Module, Parts, Unsayable, Use
from cnnshape.graph import Graph, Node


def to_flat_torch(source: Source) -> str:
    """The code of a design. Raises Inexpressible."""
    graph = source.examination.graph
    if graph is None or not graph.complete:
        raise ValueError("a design with errors is not exported")
    said = said_of(graph)
    network = source.class_name or class_name(graph.name)
    writer = _Writer(graph, said)
    text = writer.class_text(network)
    helpers = {name for parts in said for part in parts for name in part.helper.split()}
    return file_text(source.header, helpers, [text])


def said_of(graph: Graph) -> list[Parts]:
    """The parts of each node; raises Inexpressible with every layer that has none."""
    said: list[Parts] = []
    refused: list[Diagnostic] = []
    for node in graph.nodes:
        try:
            said.append(_said(graph, node))
        except Unsayable as reason:
            refused.append(inexpressible(node, str(reason)))
    if refused:
        raise Inexpressible(refused)
    return said


def inexpressible(node: Node, reason: str) -> Diagnostic:
    """The diagnostic of a layer that PyTorch can't express."""
    message = f"PyTorch has nothing for `{node.application.layer.name}` ({node.name}): {reason}"
    return diagnose("inexpressible", message, node.at)


def _said(graph: Graph, node: Node) -> Parts:
    parts = say(Use([node.application]))
    if node.application.layer.name == "max_unpool":
        pool = graph.maker(node.inputs[1])
        if pool is None or pool.application.layer.name != "max_pool":
            raise Unsayable("`pool` must name a `max_pool`, which knows where its values come from")
    return parts


class _Writer:
    """Names the modules and values of a graph, and writes the class."""

    def __init__(self, graph: Graph, said: list[Parts]) -> None:
        self._graph = graph
        self._said = said
        self._attributes = Names(MODULE)
        self._locals = Names(FILE | BUILTINS | {"x"})
        self._readers = _readers(graph)
        self._undone = {node.inputs[1] for node in graph.nodes if node.application.layer.name == "max_unpool"}
        self._modules: dict[int, str] = {}
        self._values: list[str] = []
        self._indices: dict[int, str] = {}
        self._made = Lines(2)
        self._run = Lines(2)

    def class_text(self, name: str) -> str:
        """The class of the network."""
        graph, lines = self._graph, Lines()
        for index, given in enumerate(graph.inputs):
            self._values.append("x" if self._is_passing(index) else self._locals.new(identifier(given.name)))
        for index in range(len(graph.nodes)):
            self._node(index)
        lines.line(f"class {name}(nn.Module):")
        with lines.indented():
            for text in docstring(graph):
                lines.line(text)
            lines.line()
            lines.line("def __init__(self) -> None:")
            with lines.indented():
                lines.line("super().__init__()")
                lines.extend(self._made)
            lines.line()
            self._forward(lines)
        return lines.text

    def _forward(self, lines: Lines) -> None:
        graph = self._graph
        given = (("", "self"), *[("", f"{name}: Tensor") for name in self._values[: len(graph.inputs)]])
        several = len(graph.outputs) > 1
        result = "dict[str, Tensor]" if several else "Tensor"
        lines.add("def ", Group("forward", given), f" -> {result}:")
        with lines.indented():
            lines.extend(self._run)
            outputs = [(name, self._values[index]) for name, index in graph.outputs.items()]
            if several:
                items = tuple([("", f'"{plain(name)}": {value}') for name, value in outputs])
                lines.add("return ", Group("", items, "{", "}"))
            else:
                lines.line(f"return {outputs[0][1]}")

    def _is_passing(self, index: int) -> bool:
        """Whether the next statement alone reads a value, so that it needs no name of its own."""
        following = index - len(self._graph.inputs) + 1
        if index < len(self._graph.inputs):
            following = 0
            if len(self._graph.inputs) > 1:
                return False
        readers = self._readers.get(index, [])
        return all(reader == following for reader in readers)

    def _node(self, index: int) -> None:
        node, value = self._graph.nodes[index], index + len(self._graph.inputs)
        result = "x" if self._is_passing(value) else self._locals.new(_local(node))
        names = [self._values[entering] for entering in node.inputs]
        parts = self._said[index]
        for position, part in enumerate(parts):
            target = result if position == len(parts) - 1 else "x"
            if isinstance(part, Module):
                self._called(index, part, names, target)
            else:
                self._run.add(f"{target} = ", part.write(names))
            names = [target]
        self._values.append(result)

    def _called(self, index: int, part: Module, names: list[str], target: str) -> None:
        node, value = self._graph.nodes[index], index + len(self._graph.inputs)
        attribute = self._attribute(index, part)
        arguments = list(names)
        if node.application.layer.name == "max_unpool":
            arguments = [names[0], self._indices[node.inputs[1]]]
            size = node.application.layer.values["size"]
            arguments += [] if size is None else [f"output_size={list(node.application.output.shape[1:])}"]
        elif value in self._undone and not part.role:
            self._indices[value] = self._locals.new(f"{_local(node)}_indices")
            target = f"{target}, {self._indices[value]}"
        self._run.add(f"{target} = ", call(f"self.{attribute}", *arguments))

    def _attribute(self, index: int, part: Module) -> str:
        """The name of a module, which is made unless the layer uses the weights of another one."""
        node = self._graph.nodes[index]
        shared = node.shares
        if shared is not None and not part.role and node.application.layer.parameters:
            return self._modules[shared]
        name = self._attributes.new(identifier(node.name) + (f"_{part.role}" if part.role else ""))
        code = part.code
        if index + len(self._graph.inputs) in self._undone and not part.role and isinstance(code, Group):
            code = code._replace(items=(*code.items, ("return_indices", "True")))
        self._made.add(f"self.{name} = ", code)
        if node.frozen and node.application.params:
            self._made.line(f"self.{name}.requires_grad_(False)")
        if not part.role:
            self._modules[index] = name
        return name


def _local(node: Node) -> str:
    return identifier(node.name.rpartition(".")[2].lower())


def _readers(graph: Graph) -> dict[int, list[int]]:
    """The nodes that read each value; an output of the network is read at the end."""
    readers: dict[int, list[int]] = {}
    for position, node in enumerate(graph.nodes):
        for index in node.inputs:
            readers.setdefault(index, []).append(position)
    for index in graph.outputs.values():
        readers.setdefault(index, []).append(len(graph.nodes))
    return readers
