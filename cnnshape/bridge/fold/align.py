"""Aligns the bodies of a class's calls: the same step of every call becomes one slot."""

from collections.abc import Sequence

from cnnshape.bridge.fold.nodes import Fork, Layer, Node, Nodes, Use
from cnnshape.named_tuple import NamedTuple

MOST_STEPS = 400
"""Steps of a body that is aligned with others; a longer one is no block."""

MOST_OPTIONAL = 2
"""Steps that some calls of a short body don't have."""


class Slot(NamedTuple):
    """One step of a block: its node in each call, None where a call doesn't have it.

    `branches` are the slots of a fork's branches. A residual that a call doesn't have is a plain body there: `plain`.
    """

    nodes: tuple[Node | None, ...]
    branches: "tuple[tuple[Slot, ...], ...]" = ()
    plain: tuple[bool, ...] = ()

    @property
    def node(self) -> Node:
        """The node of the first call that has one."""
        return next(node for node in self.nodes if node is not None)


class Unaligned(Exception):
    """Bodies that have no common form."""


def aligned(bodies: Sequence[Nodes]) -> tuple[Slot, ...]:
    """The slots of bodies; raises Unaligned."""
    if len(bodies) > 1 and max(map(len, bodies)) > MOST_STEPS:
        raise Unaligned("a body is too long")
    slots = _merged(bodies, [True] * len(bodies))
    optional = sum(None in slot.nodes for slot in slots)
    if optional > max(MOST_OPTIONAL, len(slots) // 3):
        raise Unaligned("most steps are not in every call")
    return slots


def _merged(bodies: Sequence[Nodes], present: Sequence[bool]) -> tuple[Slot, ...]:
    """The slots of those bodies that are present."""
    bodies, plain = _with_residuals(bodies, present)
    columns: list[list[Node | None]] = []
    for index, body in enumerate(bodies):
        columns = _inserted(columns, body, index, len(bodies)) if present[index] else columns
    return tuple(_slot(tuple(column), plain) for column in columns)


def _slot(nodes: tuple[Node | None, ...], plain: dict[int, frozenset[int]]) -> Slot:
    forks = [node if isinstance(node, Fork) else None for node in nodes]
    first = next((fork for fork in forks if fork is not None), None)
    if first is None:
        return Slot(nodes)
    if any(fork is not None and len(fork.branches) != len(first.branches) for fork in forks):
        raise Unaligned("joins of different numbers of branches")
    branches = tuple(
        _merged([fork.branches[index] if fork else () for fork in forks], [fork is not None for fork in forks])
        for index in range(len(first.branches))
    )
    return Slot(
        nodes, branches, tuple(node is not None and node.value in plain.get(i, ()) for i, node in enumerate(nodes))
    )


def _key(node: Node) -> tuple[str, str]:
    """What two nodes of one slot have in common."""
    if isinstance(node, Layer):
        return "layer", node.kind
    return ("use", node.type) if isinstance(node, Use) else ("fork", node.word)


def form_of(nodes: Nodes) -> tuple[object, ...]:
    """What bodies that differ in arguments alone have in common."""
    return tuple(
        (_key(node), tuple(map(form_of, node.branches))) if isinstance(node, Fork) else _key(node) for node in nodes
    )


def _likeness(one: Node, other: Node) -> int:
    """0 for nodes of different kinds; more for those with equal arguments and the same attribute."""
    if _key(one) != _key(other):
        return 0
    likeness = _BASE + (one.path.rpartition(".")[2] == other.path.rpartition(".")[2])
    if isinstance(one, Layer) and isinstance(other, Layer):
        likeness += 2 * (one.arguments.get("kernel") == other.arguments.get("kernel"))
        likeness += 2 * (_is_grouped(one) == _is_grouped(other))
        likeness += sum((key in one.arguments) == (key in other.arguments) for key in ("norm", "act"))
    return likeness


_BASE = 4
_OF_LAYERS = 6
"""The likeness of layers whose arguments agree."""


def _most_like(node: Node) -> int:
    """The likeness of a node and one that agrees with it in all that counts."""
    return _BASE + 1 + (_OF_LAYERS if isinstance(node, Layer) else 0)


def _is_grouped(layer: Layer) -> bool:
    return layer.arguments.get("groups", 1) != 1


def _inserted(columns: list[list[Node | None]], body: Nodes, index: int, count: int) -> list[list[Node | None]]:
    """The columns with one more body: the alignment with the most likeness (longest common subsequence)."""
    heads = [next(node for node in column if node is not None) for column in columns]
    if len(heads) == len(body) and all(
        _likeness(*pair) == _most_like(pair[0]) for pair in zip(heads, body, strict=True)
    ):
        # No other alignment has more.
        for column, node in zip(columns, body, strict=True):
            column[index] = node
        return columns
    best = [[0] * (len(body) + 1) for _ in range(len(heads) + 1)]
    for row in range(len(heads) - 1, -1, -1):
        for at in range(len(body) - 1, -1, -1):
            likeness = _likeness(heads[row], body[at])
            both = best[row + 1][at + 1] + likeness if likeness else 0
            best[row][at] = max(best[row + 1][at], best[row][at + 1], both)
    result: list[list[Node | None]] = []
    row = at = 0
    while row < len(heads) or at < len(body):
        likeness = _likeness(heads[row], body[at]) if row < len(heads) and at < len(body) else 0
        if likeness and best[row][at] == best[row + 1][at + 1] + likeness:
            column = columns[row]
            column[index] = body[at]
            row, at = row + 1, at + 1
        elif row < len(heads) and (at == len(body) or best[row][at] == best[row + 1][at]):
            column = columns[row]
            row += 1
        else:
            column = [None] * count
            column[index] = body[at]
            at += 1
        result.append(column)
    return result


def _with_residuals(bodies: Sequence[Nodes], present: Sequence[bool]) -> tuple[list[Nodes], dict[int, frozenset[int]]]:
    """The bodies with a residual around the steps that others have in one, and which of them are plain, by body.

    A block without its shortcut, such as the first of a stage, has the same steps as the others outside of a residual.
    """
    listed = list(bodies)
    plain: dict[int, frozenset[int]] = {}
    model = next((body for body, here in zip(bodies, present, strict=True) if here and _residuals(body) == 1), None)
    if model is None:
        return listed, plain
    at = next(index for index, node in enumerate(model) if isinstance(node, Fork) and node.word == "residual")
    after = len(model) - at - 1
    for index, body in enumerate(listed):
        if present[index] and not _residuals(body) and len(body) > at + after:
            inner = body[at : len(body) - after]
            fork = Fork(inner[-1].value, inner[0].sources[:1], inner[-1].path, "residual", (inner, ()))
            listed[index] = (*body[:at], fork, *body[len(body) - after :])
            plain[index] = frozenset((fork.value,))
    return listed, plain


def _residuals(body: Nodes) -> int:
    return sum(isinstance(node, Fork) and node.word == "residual" for node in body)


def last_weighted(slots: Sequence[Slot]) -> Slot | None:
    """The slot whose channels leave the block: the last layer with weights on the main path."""
    for slot in reversed(slots):
        node = slot.node
        if isinstance(node, Fork):
            if node.word != "residual":
                return None
            return last_weighted(slot.branches[0])
        if isinstance(node, Use) or node.weighted:
            return slot
    return None
