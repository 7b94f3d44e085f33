"""Calls of the functions of blocks."""

from collections.abc import Sequence

from cnnshape.export.keras.structure.runs import Unstructured
from cnnshape.export.keras.structure.scope import by_round, is_open, valued, written
from cnnshape.export.keras.structure.writer import Argument, Writer
from cnnshape.export.keras.text import Group
from cnnshape.export.python import identifier
from cnnshape.graph.visits import Visited
from cnnshape.language import Expression, ListValue, Value
from cnnshape.language.expression import Named, Node
from cnnshape.program import BlockStep


def write_call(writer: Writer, step: BlockStep, current: str, target: str) -> str:
    """Writes the call of a block. Returns the variable with its output."""
    if step.block is None:
        raise Unstructured
    visits = writer.runs.of(step)
    frozen = {node.frozen for visited in visits for node in writer.runs.nodes(visited)}
    if step.frozen is not None or len(frozen) > 1:
        raise Unstructured
    function = writer.functions.of(step.block)
    items: list[tuple[str, str]] = [("", current)]
    for place, argument in enumerate(function.arguments):
        text = _passed(writer, step, argument, visits, current)
        if text != argument.default:
            items.append(("" if place == 0 else argument.name, text))
    code = Group(function.name, tuple(items))
    parts = [writer.names.new(identifier(f"{_name(step)}_{part}")) for part in function.parts]
    for part, variable in zip(function.parts, parts, strict=True):
        writer.scope.tensors[f"{_name(step)}.{part}"] = variable
    writer.assign(", ".join([target, *parts]), code)
    return target


def _name(step: BlockStep) -> str:
    return step.name.text if step.name is not None else "unnamed"


def _passed(writer: Writer, step: BlockStep, argument: Argument, visits: Sequence[Visited], current: str) -> str:
    """The code of an argument in a call; that of its default if the step doesn't give it."""
    param = argument.param
    plain, first = step.given.get(param), step.first.get(param)
    if plain is None and first is None:
        return argument.default or _tensor_default(step, param, current)
    values = [visited.bodies[0].scope[param] for visited in visits]
    if any(isinstance(value, Named) or _is_tensors(value) for value in values):
        if plain is None or plain is not first:
            raise Unstructured
        return writer.scope.many(plain, current)
    sizes = writer.scope.sizes(current, writer.runs.entering(visits[0]))
    tree = _tree(writer, step, param, plain, sizes)
    if first is not plain:
        other = _tree(writer, step, param, first, sizes)
        if written(other, {}) != written(tree, {}):
            tree = by_round(other, writer.scope.values["i"], tree)
    known: dict[str, object] = {}
    for visited, value in zip(visits, values, strict=True):
        known = writer.scope.known(visited.scope, writer.scope.sizes(current, writer.runs.entering(visited)))
        if valued(tree, known) != value:
            raise Unstructured
    return written(tree, known, whole=is_open(tree) and all(type(value) is int for value in values))


def _tensor_default(step: BlockStep, param: str, current: str) -> str:
    """The default of a param that holds tensors: what enters the block, or an empty list."""
    assert step.block is not None
    default = next(other.default for other in step.block.params if other.name.text == param)
    if isinstance(default, ListValue) and not default.items:
        return "[]"
    if isinstance(default, Expression) and default.word == "input":
        return current
    raise Unstructured


def _is_tensors(value: object) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, Named) for item in value)


def _tree(writer: Writer, step: BlockStep, param: str, value: Value | None, sizes: dict[str, tuple[str, int]]) -> Node:
    assert step.block is not None
    if value is None:
        default = next(other.default for other in step.block.params if other.name.text == param)
        if default is None or not default.constant:
            raise Unstructured
        return writer.scope.tree(default, {})
    return writer.scope.tree(value, sizes)
