"""From operations to a spec with blocks and loops."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from cnnshape.bridge import names
from cnnshape.bridge.draft import Draft, Steps, Value
from cnnshape.bridge.fold.align import Unaligned, form_of
from cnnshape.bridge.fold.block import Calls, Made, block_of, network_steps
from cnnshape.bridge.fold.calls import Call
from cnnshape.bridge.fold.nodes import Fork, Layer, Nodes, Use, walk
from cnnshape.bridge.fold.rounds import Blocks
from cnnshape.bridge.fold.runs import with_loops
from cnnshape.bridge.fold.settings import with_file_settings
from cnnshape.bridge.fold.steps import calls_in
from cnnshape.bridge.fold.tree import Bodies, Body, Tree
from cnnshape.bridge.fold.units import LEAST_OPERATIONS, LEAST_UNITS, with_units
from cnnshape.bridge.operations import Network
from cnnshape.layers import BY_NAME
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import role_of

FORMS = 2
"""Forms that make several blocks of a class."""
MOST_FORMS = 8
"""Forms of a class that are tried together."""
FOLLOWERS = 2
"""The arguments that may follow a layer: a norm and an activation."""


class Folded(NamedTuple):
    """A folded spec, the classes that became blocks with the names of these, and the classes that have no common form.

    `calls` has how often the network calls each of the classes.
    """

    draft: Draft
    classes: Mapping[str, str]
    misfits: tuple[str, ...]
    calls: Mapping[str, int]


class Folding:
    """Folds a network, once or many times: what one time finds out is kept for the others.

    `units` are classes that the source doesn't name.
    """

    def __init__(self, network: Network, expect: dict[str, Value]) -> None:
        tree = Tree(network)
        self.network, self.units = with_units(network, _outside_of_classes(tree))
        self.expect = expect
        self.tree = Tree(self.network) if self.units else tree
        self.blocks: dict[tuple[object, ...], Made | Unaligned] = {}
        self.kept: list[object] = []
        self.looped: list[tuple[Steps, Blocks, Sequence[str], Steps]] = []

    def draft(self, dissolved: Collection[str] = (), split: Collection[str] = ()) -> Folded:
        """The folded spec. `dissolved` are classes that may not become blocks.

        `split` are classes that may become several blocks, one for each form that their calls have. Raises Unaligned
        if a step of the network itself reads what no name reaches.
        """
        state = _State(set(dissolved), {}, frozenset(split), [])
        while True:
            bodies = _without_plain(self.tree, state.apart, state.variants)
            made = self._blocks(bodies, state)
            if made is not None:
                break
        steps, outputs = network_steps(self.network, bodies.root, made)
        known = Blocks({block.draft.name: block.draft.params for block in made.values()})
        blocks = tuple(block.draft._replace(body=self._with_loops(block.draft.body, known)) for block in made.values())
        draft = Draft(
            names.title(self.network.name),
            self.network.origin,
            {given.name: given.shape for given in self.network.inputs},
            blocks,
            self._with_loops(steps, known, outputs),
            outputs,
            expect=self.expect,
        )
        return Folded(
            with_file_settings(draft),
            {name: block.draft.name for name, block in made.items()},
            tuple(state.misfits),
            {name: len(block.arguments) for name, block in made.items()},
        )

    def _with_loops(self, steps: Steps, blocks: Blocks, outputs: Sequence[str] = ()) -> Steps:
        """The steps with loops. Equal questions are asked once: most forms of a network have the same steps."""
        used = Blocks(
            {call.word: blocks.defaults[call.word] for call in calls_in(steps) if call.word in blocks.defaults}
        )
        for *question, answer in self.looped:
            if question == [steps, used, outputs]:
                return answer
        answer = with_loops(steps, used, outputs)
        self.looped.append((steps, used, outputs, answer))
        return answer

    def _blocks(self, bodies: Bodies, state: "_State") -> dict[str, Made] | None:
        """The blocks, those that others use first.

        None if a class has no common form: then its calls become several classes, or it is no block.
        """
        made: dict[str, Made] = {}
        taken: list[str] = []
        ordered = _inner_first(bodies)
        if len(ordered) < len(bodies.by_class):
            state.apart.update(set(bodies.by_class) - set(ordered))
            return None
        for name in ordered:
            title = names.block(name, taken)
            calls = bodies.by_class[name]
            try:
                made[name] = self._block(title, calls, made)
                taken.append(title)
            except Unaligned:
                groups = self._groups(calls, made) if name in state.split else []
                for number, group in enumerate(groups, 1):
                    state.variants.update({call.call.module.call: f"{name}/{number}" for call in group})
                if len(groups) < FORMS:
                    state.apart.add(name)
                    state.misfits.append(name)
                return None
        return made

    def _block(self, title: str, bodies: Sequence[Body], made: Mapping[str, Made]) -> Made:
        """A block of several calls; raises Unaligned if they have no common form. Equal questions are asked once."""
        used = {node.type for body in bodies for node in walk(body.nodes) if isinstance(node, Use)}
        # Bodies and blocks are kept, so that nothing else has their identity.
        parts = [*bodies, *[made[name] for name in sorted(used)]]
        key = (title, *map(id, parts))
        if key not in self.blocks:
            self.kept += parts
            try:
                self.blocks[key] = block_of(title, self.network, _calls(bodies), made)
            except Unaligned as problem:
                self.blocks[key] = problem
        answer = self.blocks[key]
        if isinstance(answer, Unaligned):
            raise answer
        return answer

    def _groups(self, bodies: Sequence[Body], made: Mapping[str, Made]) -> list[list[Body]]:
        """The bodies of a class in groups that have a common form each, the largest first."""
        forms: dict[object, list[Body]] = defaultdict(list)
        for body in bodies:
            forms[len(body.sources), form_of(body.nodes)].append(body)
        groups: list[list[Body]] = []
        for alike in sorted(forms.values(), key=len, reverse=True)[:MOST_FORMS]:
            for group in groups:
                try:
                    self._block("Block", [*group, *alike], made)
                except Unaligned:
                    continue
                group += alike
                break
            else:
                groups.append(alike)
        return groups


class _State(NamedTuple):
    """What is known of classes while they become blocks: see `Folding.draft`. `variants` has the class of split calls."""

    apart: set[str]
    variants: dict[int, str]
    split: frozenset[str]
    misfits: list[str]


def _without_plain(tree: Tree, apart: set[str], variants: Mapping[int, str]) -> Bodies:
    """The bodies of the classes that are worth a block. The others join those `apart`."""
    while True:
        bodies = tree.read(apart, variants)
        plain = _plain_classes(bodies)
        if not plain:
            return bodies
        apart.update(plain)


def _outside_of_classes(tree: Tree) -> Nodes:
    """The nodes of the network, where classes that become blocks are uses; none if nearly all are in such classes.

    A class of few operations says less of the structure than these operations do.
    """
    calls: dict[str, list[Call]] = defaultdict(list)
    for call in tree.fit:
        calls[tree.class_of(call, {})].append(call)
    small = {
        name for name, listed in calls.items() if all(call.stop - call.start < LEAST_OPERATIONS for call in listed)
    }
    inside = {
        value
        for name, listed in calls.items()
        if name not in small and len(listed) > 1
        for call in listed
        for value in range(call.start, call.stop)
    }
    if len(tree.network.operations) - len(inside) < LEAST_UNITS * LEAST_OPERATIONS:
        return ()
    return _without_plain(tree, small, {}).root


def _plain_classes(bodies: Bodies) -> set[str]:
    """Classes whose calls are one step each, or could be: once norms and activations belong to a layer before them."""
    return {name for name, calls in bodies.by_class.items() if all(_is_plain(call.nodes) for call in calls)}


def _is_plain(nodes: Nodes) -> bool:
    """Whether a body is one step, or a norm and an activation: arguments of the layer before them."""
    if len(nodes) == 1:
        return not isinstance(nodes[0], Fork)
    return len(nodes) == FOLLOWERS and all(isinstance(node, Layer) and role_of(BY_NAME[node.kind]) for node in nodes)


def _calls(bodies: Sequence[Body]) -> Calls:
    return Calls(
        tuple(body.call.module.call for body in bodies),
        tuple(body.call.module.path for body in bodies),
        tuple(body.sources for body in bodies),
        tuple(body.nodes for body in bodies),
    )


def _inner_first(bodies: Bodies) -> list[str]:
    """The classes in an order in which each comes after those that it uses; without those that use each other."""
    uses = {
        name: {node.type for call in calls for node in walk(call.nodes) if isinstance(node, Use)}
        for name, calls in bodies.by_class.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(uses):
        ready = [name for name in uses if name not in ordered and uses[name] <= set(ordered)]
        if not ready:
            break
        ordered += ready
    return ordered
