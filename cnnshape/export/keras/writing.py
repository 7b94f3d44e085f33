"""From a checked design to a file of Keras code."""

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.export.keras.flat import Flat, Statement
from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.module import module
from cnnshape.export.keras.names import TAKEN, Names, lower, network_name
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.site import Unsaid
from cnnshape.export.keras.structure.design import structured
from cnnshape.export.keras.structure.runs import Unstructured
from cnnshape.export.keras.text import Code, Group, call, listed, literal, written
from cnnshape.export.python import plain
from cnnshape.export.source import Code as Python
from cnnshape.export.source import Inexpressible, Source
from cnnshape.graph import Graph

CHANNELS_LAST = "channels_last"


def to_keras(source: Source, data_format: str = CHANNELS_LAST) -> str:
    """The text of `keras_code`."""
    return keras_code(source, data_format).text


def keras_code(source: Source, data_format: str = CHANNELS_LAST) -> Python:
    """The code of a Python file with a function that makes the network as a `keras.Model`.

    `data_format` is `channels_last` or `channels_first`. Raises Inexpressible for a design with layers that Keras can't
    express, and ValueError for one with errors.
    """
    graph = source.examination.graph
    if graph is None or source.examination.problems:
        raise ValueError("a design with errors can't be exported")
    layout = Layout(data_format == CHANNELS_LAST)
    network = Network(graph, layout)
    if problems := _problems(network):
        raise Inexpressible(problems)
    return code_of(source, network)


def _problems(network: Network) -> list[Diagnostic]:
    """A diagnostic for each step with a layer that Keras can't express."""
    problems = {}
    for given in network.graph.inputs:
        if given.tensor.boxes != 1:
            message = f"Keras can't express the input `{given.name}`: its tensors have no axis of boxes"
            problems[given.at, message] = diagnose("inexpressible", message, given.at)
    for index in network.order:
        node = network.graph.nodes[index]
        try:
            network.said(index)
        except Unsaid as unsaid:
            message = f"Keras can't express `{node.application.layer.name}` ({node.name}): {unsaid.reason}"
            problems.setdefault((node.at, unsaid.reason), diagnose("inexpressible", message, node.at, help=unsaid.help))
    return list(problems.values())


def code_of(source: Source, network: Network) -> Python:
    """The file with functions and loops, or with a line for each layer where the design has no such code."""
    name = source.class_name or network_name(network.graph.name)
    try:
        return Python(structured(source, network, name, summary(network)), is_flat=False)
    except Unstructured:
        return Python(flat_text(source, network), is_flat=True)


def flat_text(source: Source, network: Network) -> str:
    """The file with a line for each layer."""
    name = source.class_name or network_name(network.graph.name)
    names = Names(TAKEN | {name})
    inputs, head = inputs_of(network, names)
    flat = Flat(network, inputs, names)
    statements = flat.statements()
    lines = [f"def {name}() -> keras.Model:", f'    """{summary(network)}"""', *head]
    lines += [line for statement in statements for line in statement.lines]
    lines += model_of(network, inputs, flat, name)
    helpers = [helper for statement in statements for helper in statement.helpers]
    return module(source.header + ".", helpers, [lines], network.layout)


def inputs_of(network: Network, names: Names) -> tuple[list[str], list[str]]:
    """The variables of the inputs, and the lines that make them."""
    single = len(network.graph.inputs) == 1
    variables = ["inputs" if single else names.new(lower(given.name)) for given in network.graph.inputs]
    lines: list[str] = []
    for variable, given in zip(variables, network.graph.inputs, strict=True):
        named: dict[str, Code] = {} if single else {"name": literal(given.name)}
        shape = literal(network.layout.shape(given.tensor.shape))
        lines += written(f"{variable} = ", call("keras.Input", shape, **named))
    return variables, lines


def model_of(network: Network, inputs: list[str], flat: Flat, name: str) -> list[str]:
    """The line that makes the model. Several outputs are a dictionary."""
    outputs = {word: flat.variable(value) for word, value in network.outputs.items()}
    code: Code
    if len(outputs) == 1:
        code = next(iter(outputs.values()))
    else:
        items = tuple(("", f"{literal(word)}: {outputs[word]}") for word in outputs)
        code = Group("", items, "{", "}")
    taken: Code = inputs[0] if len(inputs) == 1 else listed(inputs)
    return written("return ", call("keras.Model", taken, code, name=literal(name)))


def summary(network: Network) -> str:
    """The docstring of the network: its name, and its shapes without the batch in Keras' order."""
    graph = network.graph
    layout = network.layout
    entering = ", ".join(_shaped(graph, layout, index) for index in range(len(graph.inputs)))
    leaving = ", ".join(literal(layout.shape(graph.value(value).shape)) for value in graph.outputs.values())
    return f"{plain(graph.name)}: from {entering} to {leaving}."


def _shaped(graph: Graph, layout: Layout, index: int) -> str:
    return literal(layout.shape(graph.value(index).shape))


__all__ = ["Statement", "keras_code", "to_keras"]
