"""The first use of a block in a network: with which params, and what enters it."""

import json
from collections.abc import Mapping

from cnnshape.api.block import block_alone
from cnnshape.api.design import Design
from cnnshape.api.examination import expand
from cnnshape.graph import Graph, Group, LayerValue, Node, Options, groups
from cnnshape.language import Value, read_value
from cnnshape.layers import Shape, Tensor
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText


class BlockUse(NamedTuple):
    """One use of a block: its name in the network, params, and the shapes of what enters (`""`) and of tensor params."""

    label: str
    params: dict[str, Value]
    inputs: dict[str, Shape]


def first_use(design: Design, graph: Graph, name: str) -> BlockUse | None:
    """The first use of a block in a graph of the design; None if the network doesn't use it."""
    group = next((group for group in groups(graph.root) if group.word == name), None)
    if group is None:
        return None
    tensors: dict[str, Shape] = {}
    texts = {param: _text(value, param, tensors) for param, value in group.params.items()}
    params = {param: _value(param, text) for param, text in texts.items() if param not in tensors}
    uses = [BlockUse(group.label, params, {**tensors, "": shape}) for shape in _entering(graph, group)]
    return next((use for use in uses if _is_use(design, name, use, graph, group)), uses[0] if uses else None)


def _entering(graph: Graph, group: Group) -> list[Shape]:
    """The shapes that the group's layers read from outside. One of them is what enters, the others are params."""
    start, end = len(graph.inputs) + group.start, len(graph.inputs) + group.end
    read = (value for node in graph.nodes[group.start : group.end] for value in node.inputs)
    return list(dict.fromkeys(graph.value(value).shape for value in read if not start <= value < end))


def _is_use(design: Design, name: str, use: BlockUse, graph: Graph, group: Group) -> bool:
    """Whether the block alone, with that input, has the shapes of the group."""
    built, _ = expand(*block_alone(design, name, use.params, use.inputs))
    if built is None:
        return False
    return list(map(_shapes, built.nodes)) == list(map(_shapes, graph.nodes[group.start : group.end]))


def _shapes(node: Node) -> list[Shape]:
    application = node.application
    return [tensor.shape for tensor in (*application.inputs, application.output)]


def use_alone(design: Design, name: str, use: BlockUse, params: Mapping[str, Value]) -> tuple[Design, Options]:
    """The design of that use alone, with some params overridden."""
    alone, options = block_alone(design, name, {**use.params, **params}, use.inputs)
    if alone.spec is not None and design.spec is not None:
        alone = Design(alone.source, alone.spec._replace(name=f"{design.spec.name} {use.label}"), alone.diagnostics)
    return alone, options


def _value(name: str, text: str) -> Value:
    read, problems = read_value(SourceText(name, text))
    assert read is not None, problems
    return read


def _text(value: object, name: str, tensors: dict[str, Shape]) -> str:
    """A value as a spec writes it, on one line. Tensors become inputs: `skip`, and `skips_0`, `skips_1` for a list."""
    if isinstance(value, Tensor):
        tensors[name] = value.shape
        return name
    if isinstance(value, tuple):
        return f"[{', '.join(_text(item, f'{name}_{index}', tensors) for index, item in enumerate(value))}]"
    if isinstance(value, LayerValue):
        given = (f"{key}: {_text(item, f'{name}_{key}', tensors)}" for key, item in value.arguments.items())
        return f"{{{value.plan.kind.name}: {{{', '.join(given)}}}}}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)
