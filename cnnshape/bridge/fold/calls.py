"""The calls of modules in a network, as a tree."""

from collections.abc import Iterator

from cnnshape.bridge.operations import Module, Network
from cnnshape.named_tuple import NamedTuple


class Call(NamedTuple):
    """A call of a module: its operations are those with values from `start` to `stop`, `stop` not included."""

    module: Module
    start: int
    stop: int
    items: "tuple[Call | int, ...]"


def calls_of(network: Network) -> tuple[Call | int, ...]:
    """The operations of a network as a tree of calls."""
    stacks = [(value, operation.modules) for value, operation in network.numbered()]
    split = _split_calls(stacks)
    if split:
        stacks = [(value, tuple(module for module in modules if module.call not in split)) for value, modules in stacks]
    joins = frozenset(value for value, operation in network.numbered() if operation.kind == "concat")
    return _without_leading(tuple(_nested(stacks, 0)), joins)


def _without_leading(items: "tuple[Call | int, ...]", joins: frozenset[int]) -> "tuple[Call | int, ...]":
    """The items with a `concat` that a call begins with before the call: what enters a block is one tensor."""
    listed: list[Call | int] = []
    for item in items:
        if isinstance(item, Call):
            inner = _without_leading(item.items, joins)
            first = inner[0]
            if len(inner) > 1 and isinstance(first, int) and first in joins:
                listed.append(first)
                inner = inner[1:]
                item = item._replace(start=first + 1)
            item = item._replace(items=inner)
        listed.append(item)
    return tuple(listed)


def _split_calls(stacks: list[tuple[int, tuple[Module, ...]]]) -> frozenset[int]:
    """The calls whose operations are not next to each other: they have no place in the tree."""
    last: dict[int, int] = {}
    split = set()
    for position, (_, modules) in enumerate(stacks):
        for module in modules:
            if last.get(module.call, position - 1) != position - 1:
                split.add(module.call)
            last[module.call] = position
    return frozenset(split)


def _nested(stacks: list[tuple[int, tuple[Module, ...]]], depth: int) -> Iterator[Call | int]:
    """The calls at a depth of the stacks, with what is in them."""
    position = 0
    while position < len(stacks):
        value, modules = stacks[position]
        if len(modules) <= depth:
            yield value
            position += 1
            continue
        call = modules[depth].call
        end = position + 1
        while end < len(stacks) and len(stacks[end][1]) > depth and stacks[end][1][depth].call == call:
            end += 1
        items = tuple(_nested(stacks[position:end], depth + 1))
        # A call of one operation is that operation.
        yield (
            items[0]
            if len(items) == 1 and isinstance(items[0], int)
            else Call(modules[depth], value, stacks[end - 1][0] + 1, items)
        )
        position = end


def all_calls(
    items: tuple[Call | int, ...], above: frozenset[str] = frozenset()
) -> Iterator[tuple[Call, frozenset[str]]]:
    """All calls with the classes that they run in."""
    for item in items:
        if isinstance(item, Call):
            yield item, above
            yield from all_calls(item.items, above | {item.module.type})


def height_of(call: Call) -> int:
    """How many calls of the same class are inside each other below a call."""
    inner = [other for other, _ in all_calls(call.items) if other.module.type == call.module.type]
    return 1 + max(map(height_of, inner)) if inner else 0
