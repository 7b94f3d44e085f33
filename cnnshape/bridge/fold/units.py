"""Blocks of networks without classes: steps that come again in the same form are calls of one class.

Many files name single operations at most. A residual with an activation after its sum is two steps of a spec, and two steps
have no `repeat`: as calls of a module they become a block, whose parameters are what differs.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from itertools import chain, pairwise, takewhile
from typing import TypeGuard

from cnnshape.bridge.fold.nodes import Fork, Layer, Node, Nodes, Use, walk
from cnnshape.bridge.operations import Module, Network, Operation
from cnnshape.layers import BY_NAME
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import role_of

LEAST_UNITS = 2
"""Units of a class."""
LEAST_OPERATIONS = 6
"""Operations of a fork that is a unit with nothing after it. Fewer read well where they are."""
LEAST_ROUNDS = 3
"""Rounds of layers that are units without a fork."""
LONGEST_ROUND = 4
"""Layers of such a round."""
MOST_FAMILIES = 50
"""Forms of residuals that others may be a part of."""
RESIDUAL = "residual"
SUMS = (RESIDUAL, "add")

Form = tuple[Hashable, ...]


class _Unit(NamedTuple):
    """The operations of a unit: those with values from `start` to `stop`, `stop` not included.

    Units of one word and form are alike. `inner` are the units inside, which count where this one is no call.
    """

    word: str
    form: Form
    start: int
    stop: int
    inner: "tuple[_Unit, ...]" = ()


def with_units(network: Network, root: Nodes) -> tuple[Network, frozenset[str]]:
    """The network with a module call around each unit of its own nodes, and the names of the classes of these."""
    units = tuple(_units(network, root))
    listed = list(_all_units(units))
    families = _families({unit.form for unit in listed if unit.word == RESIDUAL})

    def class_of(unit: _Unit) -> tuple[str, Form]:
        return unit.word, families[unit.form] if unit.word == RESIDUAL else unit.form

    counts = Counter(map(class_of, listed))
    names: dict[tuple[str, Form], str] = {}
    operations = list(network.operations)
    first = len(network.inputs)
    call = max((module.call for operation in operations for module in operation.modules), default=0)
    waiting = list(reversed(units))
    while waiting:
        unit = waiting.pop()
        own = class_of(unit)
        if counts[own] < LEAST_UNITS:
            waiting.extend(reversed(unit.inner))
            continue
        alike = sum(word == unit.word for word, _ in names)
        name = names.setdefault(own, f"{unit.word.title()}Unit{alike + 1 if alike else ''}")
        call += 1
        inside = slice(unit.start - first, unit.stop - first)
        operations[inside] = _called(operations[inside], Module("", name, call))
    return network._replace(operations=tuple(operations)), frozenset(names.values())


def _all_units(units: Sequence[_Unit]) -> Iterator[_Unit]:
    for unit in units:
        yield unit
        yield from _all_units(unit.inner)


def _families(forms: Collection[Form]) -> dict[Form, Form]:
    """The longest form of which each is a part: some residuals lack an expansion or a gate that others have."""
    families: dict[Form, Form] = {}
    longest: list[Form] = []
    for form in sorted(forms, key=lambda form: (-len(form), str(form))):
        families[form] = next((other for other in longest[:MOST_FAMILIES] if _is_part(form, other)), form)
        if families[form] == form:
            longest.append(form)
    return families


def _is_part(form: Form, other: Form) -> bool:
    """Whether all steps of a form come in the other one, in the same order."""
    rest = iter(other)
    return all(step in rest for step in form)


# Units


def _units(network: Network, nodes: Nodes) -> Iterator[_Unit]:
    """The units of a list of nodes, and those in the branches of its other forks."""
    spans = _spans(network, nodes)
    index = 0
    while index < len(nodes):
        stop, word = spans.get(index, (index + 1, None))
        part = nodes[index:stop]
        inner = tuple(chain.from_iterable(_units(network, branch) for node in part for branch in _branches(node)))
        if word is None:
            yield from inner
        else:
            values = list(_values(network, part))
            yield _Unit(word, _form_of(part), min(values), max(values) + 1, inner)
        index = stop


def _branches(node: Node) -> Sequence[Nodes]:
    return node.branches if isinstance(node, Fork) else ()


def _spans(network: Network, nodes: Nodes) -> dict[int, tuple[int, str]]:
    """The units in a list of nodes: where each starts, where it stops, and its word."""
    forks = {index: _end(nodes, index) for index, node in enumerate(nodes) if isinstance(node, Fork)}
    forks = {start: stop for start, stop in forks.items() if _is_unit(network, nodes[start:stop])}
    plain = dict(_plain_residuals(network, nodes, forks))
    inside = _indices(plain)
    spans = {start: (stop, RESIDUAL) for start, stop in plain.items()}
    for start, stop in forks.items():
        node = nodes[start]
        if start not in inside and isinstance(node, Fork):
            spans[start] = stop, node.word
    taken = _indices({start: stop for start, (stop, _) in spans.items()})
    return {**spans, **{start: (stop, "") for start, stop in _rounds(network, nodes, taken)}}


def _indices(spans: Mapping[int, int]) -> set[int]:
    return {index for start, stop in spans.items() for index in range(start, stop)}


def _end(nodes: Nodes, fork: int) -> int:
    """Where the unit of a fork stops: after the activation of a sum. A norm after a join begins the unit after it."""
    node = nodes[fork]
    is_sum = isinstance(node, Fork) and node.word in SUMS
    return fork + 1 + (len(list(takewhile(_follows, nodes[fork + 1 :]))) if is_sum else 0)


def _follows(node: Node) -> bool:
    return isinstance(node, Layer) and role_of(BY_NAME[node.kind]) == "act"


def _is_unit(network: Network, nodes: Nodes) -> bool:
    """Whether a fork and what follows it are worth a block."""
    enough = len(nodes) > 1 or sum(1 for _ in _values(network, nodes)) >= LEAST_OPERATIONS
    return enough and _is_one_piece(network, nodes)


def _is_one_piece(network: Network, nodes: Nodes) -> bool:
    """Whether the operations of nodes are next to each other in the list of operations."""
    values = list(_values(network, nodes))
    return bool(values) and max(values) - min(values) < len(values)


def _values(network: Network, nodes: Nodes) -> Iterator[int]:
    """The values that operations of nodes give; none if blocks are among them."""
    listed = list(walk(nodes))
    if any(isinstance(node, Use) for node in listed):
        return
    for node in listed:
        value = node.value
        yield value
        # A layer may have a norm and an activation as arguments: they came after it.
        while isinstance(node, Layer) and (operation := network.operation(value)) and operation.kind != node.kind:
            value = operation.inputs[0]
            yield value


def _plain_residuals(network: Network, nodes: Nodes, forks: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Steps like the body of the residual next to them, where its sum has no place: they change the shape.

    Such are the first of a stage in networks whose shortcuts have no layers.
    """
    residuals = {start: stop for start, stop in forks.items() if _is_residual(nodes[start])}
    taken = _indices(residuals)
    for start, stop in residuals.items():
        form = _form_of(nodes[start:stop])
        length = len(form)
        for at, step in ((start - length, -length), (stop, length)):
            while 0 <= at <= len(nodes) - length and taken.isdisjoint(range(at, at + length)):
                part = nodes[at : at + length]
                if tuple(map(_form, part)) != form or not _is_chain(part) or not _is_one_piece(network, part):
                    break
                if network.shape(part[0].sources[0]) == network.shape(part[-1].value):
                    break
                taken.update(range(at, at + length))
                yield at, at + length
                at += step


def _rounds(network: Network, nodes: Nodes, taken: set[int]) -> Iterator[tuple[int, int]]:
    """Layers in rounds of the same kinds, such as the two convolutions of a separable one."""
    forms = [_form(node) if isinstance(node, Layer) and at not in taken else None for at, node in enumerate(nodes)]
    start = 0
    while start < len(nodes):
        rounds = {length: _round_count(network, nodes, forms, start, length) for length in range(2, LONGEST_ROUND + 1)}
        length = max(rounds, key=lambda length: (rounds[length] * length, -length))
        if rounds[length] < LEAST_ROUNDS:
            start += 1
            continue
        for _ in range(rounds[length]):
            yield start, start + length
            start += length


def _round_count(network: Network, nodes: Nodes, forms: Sequence[Form | None], start: int, length: int) -> int:
    """The rounds of so many layers from a start; 0 for layers of one form, which have a `repeat` of their own."""
    first = forms[start : start + length]
    if None in first or len(set(first)) == 1:
        return 0
    count = 0
    while True:
        at = start + count * length
        part = nodes[at : at + length]
        alike = forms[at : at + length] == first and len(part) == length
        if not alike or not _is_chain(part) or not _is_one_piece(network, part):
            return count
        count += 1


def _is_chain(nodes: Nodes) -> bool:
    return all(node.sources == (before.value,) for before, node in pairwise(nodes))


# Forms


def _is_residual(node: Node) -> TypeGuard[Fork]:
    return isinstance(node, Fork) and node.word == RESIDUAL


def _form_of(nodes: Nodes) -> Form:
    """What units of a class have in common. The shortcut of a residual doesn't count."""
    first, *others = nodes
    body = first.branches[0] if _is_residual(first) else (first,)
    return tuple(map(_form, (*body, *others)))


def _form(node: Node) -> Form:
    """What steps that differ by numbers have in common."""
    if isinstance(node, Fork):
        return node.word, *(tuple(map(_form, branch)) for branch in node.branches)
    if isinstance(node, Use):
        return (node.type,)
    given = node.arguments
    return node.kind, given.get("groups", 1) != 1, _is_one(given.get("kernel")), "act" in given, "norm" in given


def _is_one(kernel: object) -> bool:
    return kernel == 1 or (isinstance(kernel, tuple) and set(kernel) == {1})


# Calls


def _called(operations: Sequence[Operation], module: Module) -> list[Operation]:
    """Operations in a call of a module, inside of the calls that they have in common."""
    stacks = [operation.modules for operation in operations]
    shared = sum(1 for _ in takewhile(lambda calls: len(set(calls)) == 1, zip(*stacks, strict=False)))
    return [
        operation._replace(modules=(*calls[:shared], module, *calls[shared:]))
        for operation, calls in zip(operations, stacks, strict=True)
    ]
