"""Residuals and joins: several paths from one tensor, or several tensors, become one."""

from collections.abc import Callable, Sequence

from cnnshape import language
from cnnshape.export.keras.site import Site, Varies
from cnnshape.export.keras.structure.runs import Unstructured
from cnnshape.export.keras.structure.scope import is_open, valued, written
from cnnshape.export.keras.structure.writer import Writer
from cnnshape.export.keras.table import SAID
from cnnshape.export.keras.text import Code, Expression, Group, bound, call, listed
from cnnshape.export.python import constant, identifier, variable
from cnnshape.graph.visits import Visited
from cnnshape.language.expression import Binary, Choice, Node
from cnnshape.program import BlockStep, Body, JoinStep, KindStep, ResidualStep, ResolvedStep

Steps = Callable[[Writer, Body, str, str], str]
"""Writes steps that start from a variable and go on in another one. Gives the variable with the last output."""


def write_residual(writer: Writer, step: ResidualStep, place: tuple[str, str, str], write: Steps) -> str:
    """Writes a residual: its steps, its shortcut, and their sum. A place is a variable with the input, one for the output, and one in between."""
    current, target, chain = place
    visits = writer.runs.of(step)
    added = [writer.runs.nodes(visited)[-1:] for visited in visits]
    sums = [made and made[0].at == step.word.span for made in added]
    if isinstance(step.shortcut, language.Expression) and not any(sums):
        return write(writer, step.body, current, chain)
    shortcut = current
    if current == chain or isinstance(step.shortcut, Body):
        shortcut = writer.names.new("shortcut")
        writer.assign(shortcut, current)
    result = write(writer, step.body, current, chain)
    if isinstance(step.shortcut, Body):
        shortcut = _projected(writer, step.shortcut, shortcut, visits, write)
    add = bound(call("layers.Add()", listed(["{0}", "{1}"])), [result, shortcut])
    if not isinstance(step.shortcut, language.Expression):
        writer.assign(target, add)
        return target
    sizes = writer.scope.sizes(shortcut, writer.runs.entering(visits[0]))
    tree = _is_identity(writer.scope.tree(step.shortcut, sizes))
    known = writer.scope.known(visits[0].scope, sizes)
    if not is_open(tree):
        writer.assign(target, add)
        return target
    for visited, made in zip(visits, sums, strict=True):
        seen = writer.scope.known(visited.scope, writer.scope.sizes(shortcut, writer.runs.entering(visited)))
        if valued(tree, seen) != bool(made):
            raise Unstructured
    writer.assign(target, result)
    with writer.condition(written(tree, known)):
        writer.assign(target, bound(call("layers.Add()", listed(["{0}", "{1}"])), [target, shortcut]))
    return target


def _is_identity(tree: Node) -> Node:
    """The condition under which a shortcut is the identity."""
    if isinstance(tree, Choice):
        chosen, otherwise = (valued(part, {}) if not is_open(part) else None for part in (tree.chosen, tree.otherwise))
        if (chosen, otherwise) == ("identity", "none"):
            return tree.condition
    return Binary("==", 0, tree, constant("identity"))


_DYNAMIC = ("in_channels", "in_length", "in_height", "in_width", "in_depth")


def _projected(writer: Writer, body: Body, shortcut: str, visits: Sequence[Visited], write: Steps) -> str:
    """Writes the steps of a shortcut, in which all sizes are those of the residual's input."""
    asked = [name for step in body.steps[1:] for name in _names_of(step) if name in _DYNAMIC]
    with writer.scoped():
        for name in dict.fromkeys(asked):
            code, _ = writer.scope.sizes(shortcut, writer.runs.entering(visits[0]))[name]
            kept = writer.names.new(name)
            writer.line(f"{kept} = {code}")
            writer.scope.values[name] = variable(kept)
            writer.scope.unchecked.add(kept)
        return write(writer, body, shortcut, shortcut)


def _names_of(step: ResolvedStep) -> frozenset[str]:
    """The names in the values of a step."""
    values = [*([step.when] if step.when else []), *([step.repeat] if step.repeat else [])]
    names = frozenset[str]().union(*[value.names for value in values])
    if isinstance(step, KindStep) and step.plan is not None:
        return names.union(step.plan.variables)
    if isinstance(step, BlockStep):
        return names.union(*[value.names for value in step.given.values()])
    return names


def write_join(writer: Writer, step: JoinStep, current: str, target: str, write: Steps) -> str:
    """Writes a join, of branches or of tensors that exist already."""
    visits = writer.runs.of(step)
    parts = [_branch(writer, name.text, body, current, write) for name, body in step.branches]
    for operand in step.operands:
        text, many = writer.scope.reference(operand, current)
        parts.append(f"*{text}" if many else text)
    joined = [writer.runs.nodes(visited)[-1] for visited in visits]
    if any(node.application.layer.name != step.word.text for node in joined):
        raise Unstructured
    try:
        line = SAID[step.word.text](Site([joined[0].application], writer.layout))[0]
    except Varies:
        raise Unstructured from None
    tensors = listed(parts)
    if step.crop is not None:
        writer.helpers.append("center_crop")
        writer.assign(target, _with(line.code, call("center_crop", *parts)))
    elif step.word.text == "subtract":
        if any(part.startswith("*") for part in parts):
            raise Unstructured
        writer.assign(target, " - ".join(parts))
    else:
        writer.assign(target, _with(line.code, tensors))
    return target


def _with(code: Expression, tensors: Code) -> Expression:
    """The layer of a join with other tensors."""
    assert isinstance(code, Group)
    return code._replace(items=(("", tensors),))


def _branch(writer: Writer, name: str, body: Body, current: str, write: Steps) -> str:
    """Writes a branch of a join. Returns the variable with its output."""
    if not body.steps:
        return current
    return write(writer, body, current, writer.names.new(identifier(name)))
