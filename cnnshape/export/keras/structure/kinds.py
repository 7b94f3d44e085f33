"""A layer of a spec in a function: its arguments stay expressions, and are checked where it ran."""

from collections.abc import Mapping, Sequence

from cnnshape.export.keras.network import say
from cnnshape.export.keras.site import Site, Varies
from cnnshape.export.keras.structure.runs import Unstructured
from cnnshape.export.keras.structure.scope import by_round, is_open, valued, written
from cnnshape.export.keras.structure.writer import Writer
from cnnshape.export.keras.text import applied, bound
from cnnshape.export.python import constant, names_of
from cnnshape.graph import Node
from cnnshape.graph.visits import Visited
from cnnshape.language import Expression, Value
from cnnshape.language.expression import Binary
from cnnshape.language.expression import Node as Tree
from cnnshape.layers import Layer
from cnnshape.program import Follower, KindStep, Plan

WORDS = frozenset(
    {
        "relu", "relu6", "selu", "gelu", "silu", "mish", "sigmoid", "hard_sigmoid", "hard_swish", "tanh", "softplus",
        "softsign", "none",
    }
)  # fmt: skip
"""Activations that Keras has by the same word."""
_WHOLE = frozenset({"int", "per_axis", "padding", "shape", "parts"})
"""The forms of arguments that hold whole numbers."""


def write_kind(writer: Writer, step: KindStep, current: str, target: str) -> str:
    """Writes a layer and those of its `norm` and `act`. Returns the variable with the output."""
    visits = writer.runs.of(step)
    plan, first = step.plan, step.first
    if plan is None or first is None or step.kind is None:
        raise Unstructured
    if [one.role for one in first.followers] != [one.role for one in plan.followers]:
        raise Unstructured
    nodes = [writer.runs.nodes(visited) for visited in visits]
    texts = _texts(writer, step, visits, [made[0] for made in nodes], current)
    reads = _reads(writer, step.kind, plan, current)
    result = _write(writer, step.kind, [made[0] for made in nodes], texts, (reads, target))
    rest = [list(made[1:]) for made in nodes]
    for follower in plan.followers:
        given = [made.pop(0) if made and follower.role in _roles(made[0], plan, made) else None for made in rest]
        if step.first_differs and not _same(first, follower):
            raise Unstructured
        result = _follow(writer, follower, visits, given, (result, target))
    if any(rest):
        raise Unstructured
    return result


def _roles(node: Node, plan: Plan, rest: Sequence[Node]) -> tuple[str, ...]:
    """The roles that the next of some layers may have."""
    follows: tuple[str, ...] = type(node.application.layer).follows
    if len(follows) > 1 and len(rest) < len(plan.followers):
        # An `identity` may be the one or the other.
        raise Unstructured
    return follows


def _same(first: Plan, follower: Follower) -> bool:
    own = next(other for other in first.followers if other.role == follower.role)
    return own.value is follower.value or own.value.span == follower.value.span


def _reads(writer: Writer, kind: type[Layer], plan: Plan, current: str) -> list[str]:
    """The variables that the layer reads: the tensor so far, and those that its arguments name."""
    if kind.name == "max_unpool":
        raise Unstructured
    reads = [] if kind.by_name else [current]
    for name, argument in kind.arguments.items():
        value = plan.values.get(name)
        if argument.type.form == "tensor" and value is not None:
            if not isinstance(value, Expression):
                raise Unstructured
            reads.append(writer.scope.tensor(value, current))
    return reads


def _texts(
    writer: Writer, step: KindStep, visits: Sequence[Visited], nodes: Sequence[Node], current: str
) -> dict[str, str]:
    """The arguments that aren't constant, as code."""
    assert step.plan is not None
    assert step.first is not None
    assert step.kind is not None
    texts: dict[str, str] = {}
    for name, argument in step.kind.arguments.items():
        if argument.type.form == "tensor":
            continue
        plain, other = (
            _argument(writer, plan.values.get(name), argument.default, visits[0], current)
            for plan in (step.plan, step.first)
        )
        tree = plain
        if step.first_differs and other is not plain and written(other, {}) != written(plain, {}):
            tree = by_round(other, writer.scope.values["i"], plain)
        if is_open(tree):
            whole = argument.type.form in _WHOLE or _all_whole(nodes, name)
            texts[name] = _checked(writer, tree, name, (visits, nodes, current), whole=whole)
    return texts


def _all_whole(nodes: Sequence[Node], name: str) -> bool:
    return all(type(node.application.layer.values[name]) is int for node in nodes)


def _argument(writer: Writer, value: Value | None, default: object, visited: Visited, current: str) -> Tree:
    if value is None:
        return constant(default)
    return writer.scope.tree(value, writer.scope.sizes(current, writer.runs.entering(visited)))


def _checked(
    writer: Writer, tree: Tree, name: str, ran: tuple[Sequence[Visited], Sequence[Node], str], *, whole: bool
) -> str:
    """The code of an argument, whose value is compared with that of each layer."""
    visits, nodes, current = ran
    known: dict[str, object] = {}
    if not names_of(tree).isdisjoint(writer.scope.unchecked):
        return written(tree, known, whole=whole)
    for visited, node in zip(visits, nodes, strict=True):
        known = writer.scope.known(visited.scope, writer.scope.sizes(current, writer.runs.entering(visited)))
        if valued(tree, known) != node.application.layer.values[name]:
            raise Unstructured
    return written(tree, known, whole=whole)


def _write(
    writer: Writer, kind: type[Layer], nodes: Sequence[Node], texts: Mapping[str, str], place: tuple[list[str], str]
) -> str:
    """Writes the lines of a layer. Returns the variable with the output."""
    reads, target = place
    frozen = {node.frozen for node in nodes}
    if len(frozen) > 1:
        raise Unstructured
    indices = [writer.network.index[node] for node in nodes] if kind.name == "flatten" else []
    site = Site(
        [node.application for node in nodes],
        writer.layout,
        texts,
        frozen=frozen.pop(),
        any_order=all(map(writer.network.any_order, indices)),
    )
    try:
        lines = say(kind.name, site)
    except Varies:
        raise Unstructured(f"the layers of a `{kind.name}` differ") from None
    if len(lines) > 1 and _sized(writer, texts):
        raise Unstructured
    for line in lines:
        writer.assign(target, bound(line.code, reads))
        writer.helpers += line.helpers
        reads = [target, *reads[1:]]
    return reads[0] if lines else place[0][0]


def _sized(writer: Writer, texts: Mapping[str, str]) -> bool:
    """Whether arguments ask for sizes other than the channels, which the first of several lines may change."""
    axis = f".shape[{writer.layout.axis}]"
    return any(".shape[" in text.replace(axis, "") for text in texts.values())


def _follow(
    writer: Writer,
    follower: Follower,
    visits: Sequence[Visited],
    given: Sequence[Node | None],
    place: tuple[str, str],
) -> str:
    """Writes the layer of a `norm` or `act`."""
    current, target = place
    present = [node for node in given if node is not None]
    if not present:
        return current
    kinds = {node.application.layer.name for node in present}
    if isinstance(follower.value, Expression) and not follower.value.constant:
        opened = _open(writer, follower, visits, given)
        if opened is not None:
            return _activated(writer, opened, place, always=len(present) == len(given))
    if len(kinds) > 1:
        raise Unstructured
    kind = type(present[0].application.layer)
    if len(present) < len(given):
        return _optional(writer, follower, visits, given, place)
    texts: dict[str, str] = {}
    if follower.plan is not None:
        for name, value in follower.plan.values.items():
            tree = writer.scope.tree(value, {})
            if is_open(tree):
                form = kind.arguments[name].type.form
                texts[name] = _checked(writer, tree, name, (visits, present, current), whole=form in _WHOLE)
    return _write(writer, kind, present, texts, ([current], target))


def _optional(
    writer: Writer,
    follower: Follower,
    visits: Sequence[Visited],
    given: Sequence[Node | None],
    place: tuple[str, str],
) -> str:
    """Writes a layer that some calls leave out, where its word is `none`."""
    current, target = place
    if not isinstance(follower.value, Expression):
        raise Unstructured
    tree = writer.scope.tree(follower.value, {})
    for visited, node in zip(visits, given, strict=True):
        known = writer.scope.known(visited.scope, {})
        if valued(tree, known) != ("none" if node is None else node.application.layer.name):
            raise Unstructured
    present = [node for node in given if node is not None]
    writer.assign(target, current)
    with writer.condition(written(Binary("!=", 0, tree, constant("none")), {})):
        _write(writer, type(present[0].application.layer), present, {}, ([target], target))
    return target


def _open(writer: Writer, follower: Follower, visits: Sequence[Visited], given: Sequence[Node | None]) -> str | None:
    """The code of a word for an activation; None for other values."""
    kinds = {"none" if node is None else node.application.layer.name for node in given}
    assert isinstance(follower.value, Expression)
    if follower.role != "act" or not kinds <= WORDS or not writer.scope.closed.isdisjoint(follower.value.names):
        return None
    sizes = {name: (f"x.{name}", size) for name, (_, size) in _sizes_of(writer, visits[0]).items()}
    tree = writer.scope.tree(follower.value, sizes)
    if any(name.sign.startswith("x.in_") for name in tree.names()):
        # It asks for what entered the layer before.
        raise Unstructured
    for visited, node in zip(visits, given, strict=True):
        known = writer.scope.known(visited.scope, {})
        if valued(tree, known) != ("none" if node is None else node.application.layer.name):
            return None
    return written(tree, {}) if is_open(tree) else None


def _sizes_of(writer: Writer, visited: Visited) -> dict[str, tuple[str, int]]:
    return writer.scope.sizes("x", writer.runs.entering(visited))


def _activated(writer: Writer, word: str, place: tuple[str, str], *, always: bool) -> str:
    current, target = place
    code = bound(applied("layers.Activation", word), [current])
    if always:
        writer.assign(target, code)
        return target
    writer.assign(target, current)
    asked = f"({word})" if " " in word else word
    with writer.condition(f'{asked} != "none"'):
        writer.assign(target, bound(applied("layers.Activation", word), [target]))
    return target
