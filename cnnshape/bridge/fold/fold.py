"""From operations to a spec with blocks and loops."""

from collections import Counter
from collections.abc import Collection, Mapping

from cnnshape.bridge import names
from cnnshape.bridge.draft import Draft, Value
from cnnshape.bridge.fold.align import Unaligned
from cnnshape.bridge.fold.block import Calls, Made, block_of, network_steps
from cnnshape.bridge.fold.nodes import Fork, Use, walk
from cnnshape.bridge.fold.rounds import Blocks
from cnnshape.bridge.fold.runs import with_loops
from cnnshape.bridge.fold.settings import calls_in
from cnnshape.bridge.fold.tree import Bodies, bodies_of
from cnnshape.bridge.operations import Network


def folded_draft(
    network: Network, expect: dict[str, Value], dissolved: Collection[str] = ()
) -> tuple[Draft, dict[str, str]]:
    """The folded spec, and the classes that became blocks with the names of these. `dissolved` are classes that may not."""
    apart = set(dissolved)
    while True:
        bodies = bodies_of(network, apart)
        plain = _plain_classes(bodies)
        if plain:
            apart |= plain
            continue
        made = _blocks(network, bodies, apart)
        if made is not None:
            break
    steps, outputs = network_steps(network, bodies.root, made)
    known = Blocks({block.draft.name: block.draft.params for block in made.values()})
    blocks = tuple(block.draft._replace(body=with_loops(block.draft.body, known)) for block in made.values())
    draft = Draft(
        names.title(network.name),
        network.origin,
        {given.name: given.shape for given in network.inputs},
        blocks,
        with_loops(steps, known),
        outputs,
        expect=expect,
    )
    return draft, {name: block.draft.name for name, block in made.items()}


def used_once(draft: Draft, classes: Mapping[str, str]) -> list[str]:
    """The classes whose block a single step of another block uses."""
    inner = Counter(call.word for block in draft.blocks for call in calls_in(block.body))
    outer = {call.word for call in calls_in(draft.layers)}
    return [name for name, title in classes.items() if inner[title] == 1 and title not in outer]


def _plain_classes(bodies: Bodies) -> set[str]:
    """Classes whose calls are one step each, once norms and activations belong to it."""
    return {
        name
        for name, calls in bodies.by_class.items()
        if all(len(call.nodes) == 1 and not isinstance(call.nodes[0], Fork) for call in calls)
    }


def _blocks(network: Network, bodies: Bodies, apart: set[str]) -> dict[str, Made] | None:
    """The blocks, those that others use first; None if a class has no common form: it is added to `apart`."""
    made: dict[str, Made] = {}
    taken: list[str] = []
    for name in _inner_first(bodies):
        calls = bodies.by_class[name]
        numbers = tuple(call.call.module.call for call in calls)
        paths = tuple(call.call.module.path for call in calls)
        grouped = Calls(numbers, paths, tuple(call.sources for call in calls), tuple(call.nodes for call in calls))
        try:
            title = names.block(name, taken)
            made[name] = block_of(title, network, grouped, made)
            taken.append(title)
        except Unaligned:
            apart.add(name)
            return None
    return made


def _inner_first(bodies: Bodies) -> list[str]:
    """The classes in an order in which each comes after those that it uses."""
    uses = {
        name: {node.type for call in calls for node in walk(call.nodes) if isinstance(node, Use)}
        for name, calls in bodies.by_class.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(uses):
        ready = [name for name in uses if name not in ordered and uses[name] <= set(ordered)]
        if not ready:
            raise ValueError("classes that use each other")
        ordered += ready
    return ordered
