"""Calls of the functions that a model brings along, with the nodes of the functions in their place."""

from collections.abc import Iterator, Mapping

from cnnshape.bridge.building import quoted
from cnnshape.bridge.onnx.model import MOST_NODES, AttributeValue, Function, Model, Node, Reference
from cnnshape.bridge.onnx.modules import MOST_NESTED, scoped
from cnnshape.bridge.operations import ImportProblem

Functions = Mapping[tuple[str, str], Function]


def inlined(model: Model) -> Model:
    """The model without calls. Raises ImportProblem for functions that call themselves, and for too many nodes."""
    if not any((node.domain, node.op) in model.functions for node in model.nodes):
        return model
    nodes: list[Node] = []
    for node in _expanded(model.nodes, model.functions, ()):
        nodes.append(node)
        if len(nodes) > MOST_NODES:
            raise ImportProblem(f"the model has more than {MOST_NODES:,} nodes with those of its functions")
    return model._replace(nodes=tuple(nodes), functions={})


Calls = tuple[tuple[str, str], ...]
"""The name and the function of the calls that a node is in, outermost first."""


def _expanded(nodes: tuple[Node, ...], functions: Functions, calls: Calls) -> Iterator[Node]:
    for index, node in enumerate(nodes):
        function = functions.get((node.domain, node.op))
        if function is None:
            yield scoped(node, calls) if calls else node
            continue
        if len(calls) >= MOST_NESTED:
            raise ImportProblem(f"the functions of the model call each other more than {MOST_NESTED} deep")
        around = f"{calls[-1][0]}." if calls else ""
        name = node.name or f"{around}{node.op}_{index}"
        yield from _expanded(tuple(_called(node, function, name)), functions, (*calls, (name, node.op)))


def _called(call: Node, function: Function, name: str) -> Iterator[Node]:
    """The nodes of a function with the names that they have in a call."""
    if len(call.inputs) > len(function.inputs) or len(call.outputs) > len(function.outputs):
        raise ImportProblem(f"{quoted(call.op)} is called with more inputs or outputs than it has")
    values = dict.fromkeys(function.inputs, "") | dict(zip(function.inputs, call.inputs, strict=False))
    values |= {inner: outer for inner, outer in zip(function.outputs, call.outputs, strict=False) if outer}
    for node in function.nodes:
        yield node._replace(
            name=f"{name}.{node.name}" if node.name else "",
            inputs=tuple(_value(values, given, name) for given in node.inputs),
            outputs=tuple(_value(values, given, name) for given in node.outputs),
            attributes=dict(_attributes(call, node)),
        )


def _value(values: Mapping[str, str], inner: str, name: str) -> str:
    if not inner:
        return ""
    return values.get(inner, f"{name}.{inner}")


def _attributes(call: Node, node: Node) -> Iterator[tuple[str, AttributeValue]]:
    """The attributes of a node. One that refers to an attribute of the call is left out if the call leaves it out."""
    for name, value in node.attributes.items():
        if not isinstance(value, Reference):
            yield name, value
        elif value.attribute in call.attributes:
            yield name, call.attributes[value.attribute]
