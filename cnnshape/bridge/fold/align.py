"""Aligns the bodies of a class's calls: the same step of every call becomes one slot."""

from collections.abc import Sequence
from operator import eq

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
    columns: list[_Column] = []
    # Bodies of equal traits take the same places, unless a column was added after the first of them.
    places: dict[tuple[_Traits, ...], tuple[int, list[_Column]]] = {}
    for index, body in enumerate(bodies):
        if not present[index]:
            continue
        traits = tuple(map(_traits_of, body))
        known, chosen = places.get(traits, (0, []))
        if not chosen or known < len(columns):
            columns, chosen = _inserted(columns, traits, len(bodies))
            places[traits] = len(columns), chosen
        for column, node in zip(chosen, body, strict=True):
            column.nodes[index] = node
    return tuple(_slot(tuple(column.nodes), plain) for column in columns)


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


class _Traits(NamedTuple):
    """What counts when a node is compared with others: its key, its attribute, and what a layer's arguments say."""

    key: tuple[str, str]
    attribute: str
    kernel: object = None
    grouped: bool = False
    followers: tuple[bool, ...] = ()


class _Column(NamedTuple):
    """The nodes of one slot while bodies are aligned, and the traits of the first of them."""

    traits: _Traits
    nodes: list[Node | None]


_BASE = 4
"""The likeness of nodes of one kind."""


def _traits_of(node: Node) -> _Traits:
    key, attribute = _key(node), node.path.rpartition(".")[2]
    if not isinstance(node, Layer):
        return _Traits(key, attribute)
    given = node.arguments
    followers = tuple(name in given for name in ("norm", "act"))
    return _Traits(key, attribute, given.get("kernel"), given.get("groups", 1) != 1, followers)


def _likeness(one: _Traits, other: _Traits) -> int:
    """0 for nodes of different kinds; more for those with equal arguments and the same attribute."""
    if one.key != other.key:
        return 0
    likeness = _BASE + (one.attribute == other.attribute)
    if one.followers:
        likeness += 2 * (one.kernel == other.kernel) + 2 * (one.grouped == other.grouped)
        likeness += sum(map(eq, one.followers, other.followers))
    return likeness


def _inserted(columns: list[_Column], body: Sequence[_Traits], count: int) -> tuple[list[_Column], list[_Column]]:
    """The columns with those for one more body, and its own: the alignment with the most likeness.

    It is a longest common subsequence.
    """
    heads = [column.traits for column in columns]
    if heads == [*body]:
        # No other alignment has more.
        return columns, columns
    best = [[0] * (len(body) + 1) for _ in range(len(heads) + 1)]
    for row in range(len(heads) - 1, -1, -1):
        for at in range(len(body) - 1, -1, -1):
            likeness = _likeness(heads[row], body[at])
            both = best[row + 1][at + 1] + likeness if likeness else 0
            best[row][at] = max(best[row + 1][at], best[row][at + 1], both)
    result: list[_Column] = []
    chosen: list[_Column] = []
    row = at = 0
    while row < len(heads) or at < len(body):
        likeness = _likeness(heads[row], body[at]) if row < len(heads) and at < len(body) else 0
        if likeness and best[row][at] == best[row + 1][at + 1] + likeness:
            result.append(columns[row])
            chosen.append(columns[row])
            row, at = row + 1, at + 1
        elif row < len(heads) and (at == len(body) or best[row][at] == best[row + 1][at]):
            result.append(columns[row])
            row += 1
        else:
            result.append(_Column(body[at], [None] * count))
            chosen.append(result[-1])
            at += 1
    return result, chosen


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
