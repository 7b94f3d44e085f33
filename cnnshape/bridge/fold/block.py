"""Makes the steps of a block from the slots of its calls: arguments as expressions, references by name."""

from collections.abc import Mapping, Sequence

from cnnshape.bridge import names
from cnnshape.bridge.draft import (
    FROZEN,
    DraftBlock,
    DraftCall,
    DraftJoin,
    DraftResidual,
    DraftStep,
    Marks,
    Steps,
    Value,
)
from cnnshape.bridge.flat import same
from cnnshape.bridge.fold.align import Slot, Unaligned, aligned, last_weighted
from cnnshape.bridge.fold.hints import branch_names, hint_of, purpose_of, word_of
from cnnshape.bridge.fold.nodes import Fork, Layer, Nodes, Use, own_weights, owned_weights
from cnnshape.bridge.fold.param import CHANNELS
from cnnshape.bridge.fold.params import Params
from cnnshape.bridge.fold.settings import with_settings
from cnnshape.bridge.fold.vectors import (
    COUNTS_CHANNELS,
    agree,
    layers_of,
    plain,
    truths_of,
    vector_of,
    window_of,
    without_defaults,
    word,
)
from cnnshape.bridge.operations import Network, Ref
from cnnshape.layers import BY_NAME
from cnnshape.named_tuple import NamedTuple

PREVIOUS = "prev"
"""The output of the step before a join."""


class Made(NamedTuple):
    """A block, the arguments of each of its calls, and the roles of its parameters."""

    draft: DraftBlock
    arguments: Mapping[int, dict[str, Value]]
    roles: Mapping[str, str]


class Calls(NamedTuple):
    """Bodies that become one block or the network: the modules' paths, what each reads from outside, and its nodes."""

    numbers: tuple[int, ...]
    paths: tuple[str, ...]
    sources: tuple[tuple[int, ...], ...]
    nodes: tuple[Nodes, ...]


def block_of(name: str, network: Network, calls: Calls, made: Mapping[str, Made]) -> Made:
    """A block of several calls; `made` are the blocks inside it. Raises Unaligned if they have no common form."""
    maker = _Maker(network, calls, made)
    maker.params.listed = [param for param in maker.params.listed if any(value is not None for value in param.vector)]
    params = maker.params.ordered()
    first = next(iter(params), "")
    arguments = dict(zip(calls.numbers, maker.params.arguments(), strict=True))
    for extra, parameter in enumerate(maker.extras, 1):
        params = {parameter: None, **params}
        for index, number in enumerate(calls.numbers):
            arguments[number] = {parameter: Ref(calls.sources[index][extra]), **arguments[number]}
    roles = {param.name: param.role for param in maker.params.listed}
    return Made(with_settings(DraftBlock(name, params, maker.steps, first)), arguments, roles)


def network_steps(network: Network, nodes: Nodes, made: Mapping[str, Made]) -> tuple[Steps, tuple[str, ...]]:
    """The steps of the network itself, and the names of its outputs if they are others than the last step's."""
    inputs = tuple(range(len(network.inputs)))
    maker = _Maker(network, Calls((0,), ("",), (inputs,), (nodes,)), made)
    return maker.steps, maker.outputs


class _Maker:
    """Makes the steps. `needed` are the names of the slots that others refer to, and `numbers` the slots of the steps by identity.

    `gives` has for each slot the value that it gives in each call; where a call leaves it out, that is what enters it.
    """

    def __init__(self, network: Network, calls: Calls, made: Mapping[str, Made]) -> None:
        self.network = network
        self.calls = calls
        self.made = made
        self.is_root = calls.numbers == (0,)
        self.output_names = {output.value: output.name for output in network.outputs} if self.is_root else {}
        self.needed: dict[int, str] = {}
        self.numbers: dict[int, int] = {}
        self.gives: dict[int, tuple[int, ...]] = {}
        self.first_giving: dict[tuple[int | None, ...], int] = {}
        self.makers: dict[tuple[object, ...], int] = {}
        self.taken = names.Taken()
        self.slots: dict[int, Slot] = {}
        self.steps: Steps = ()
        self.previous: tuple[int, ...] = ()
        self.outputs: tuple[str, ...] = ()
        self.extras: tuple[str, ...] = tuple(
            f"other_{index}" if index > 1 else "other" for index in range(1, len(calls.sources[0]))
        )
        leaving = tuple(network.shape(nodes[-1].value)[0] for nodes in calls.nodes) if calls.nodes[0] else ()
        self.params = Params([network.shape(sources[0])[0] for sources in calls.sources], leaving)
        if not self.is_root and len({len(sources) for sources in calls.sources}) > 1:
            raise Unaligned("calls with different numbers of inputs")
        self._make(aligned(calls.nodes))

    def _make(self, slots: Sequence[Slot]) -> None:
        entering = tuple(sources[0] for sources in self.calls.sources)
        self.final = last_weighted(slots)
        steps, leaving = self._steps(slots, entering, (True,) * len(entering))
        if self.is_root:
            wanted = [output.value for output in self.network.outputs]
            if wanted != list(leaving):
                self.outputs = tuple(self._reference((value,)) for value in wanted)
        self.steps = self._named(steps)

    def _named(self, steps: Steps) -> Steps:
        """The steps with the names that are needed: it turns out at the end which are."""
        return tuple(map(self._with_name, steps)) if self.needed else steps

    def _with_name(self, step: DraftStep) -> DraftStep:
        marks = step.marks._replace(name=self.needed.get(self.numbers[id(step)], ""))
        if isinstance(step, DraftJoin):
            branches = {name: self._named(body) for name, body in step.branches.items()}
            return step._replace(branches=branches, marks=marks)
        if isinstance(step, DraftResidual):
            shortcut = self._named(step.shortcut) if isinstance(step.shortcut, tuple) else step.shortcut
            return step._replace(body=self._named(step.body), shortcut=shortcut, marks=marks)
        return step._replace(marks=marks) if marks.name else step

    def _steps(
        self, slots: Sequence[Slot], previous: tuple[int, ...], present: tuple[bool, ...]
    ) -> tuple[Steps, tuple[int, ...]]:
        """The steps of a list of slots, and the values that leave them. `present` says which calls have the list."""
        steps: list[DraftStep] = []
        for slot in slots:
            number = len(self.slots)
            self.slots[number] = slot
            marks = Marks(source=self._source(slot, previous), share=self._share(slot))
            entering = tuple(
                before if node is None or not node.sources else node.sources[0]
                for node, before in zip(slot.nodes, previous, strict=True)
            )
            truths = tuple(node is not None if here else None for node, here in zip(slot.nodes, present, strict=True))
            optional = False in truths
            self.previous = previous if steps else ()
            step = self._optional(slot, marks, entering, truths) if optional else self._step(slot, marks, entering)
            previous = tuple(
                before if node is None else node.value for node, before in zip(slot.nodes, previous, strict=True)
            )
            self.gives[number] = previous
            self.first_giving.setdefault(previous, number)
            self.makers.update(
                ((index, *own_weights(node)), number) for index, node in enumerate(slot.nodes) if node is not None
            )
            steps.append(step)
            self.numbers[id(step)] = number
        return tuple(steps), previous

    def _optional(
        self, slot: Slot, marks: Marks, entering: tuple[int, ...], truths: tuple[bool | None, ...]
    ) -> DraftStep:
        """A step of some calls: those where the condition is true."""
        channels = self._channels(entering)
        if isinstance(slot.node, Layer) and "out" in COUNTS_CHANNELS.get(slot.node.kind, ()):
            widths = plain(layers_of(slot.nodes), vector_of(layers_of(slot.nodes), "out"))
            self.params.tell_apart(widths, truths, channels, self._wanted(slot, "out"))
        step = self._step(slot, marks, entering)
        width = step.arguments.get("out", "") if isinstance(step, DraftCall) else ""
        expand = "expand" if "* in_channels" in str(width) else ""
        wanted = (expand, self._hint(slot), purpose_of(slot.node))
        condition = self.params.condition(truths, wanted, channels, width)
        return step._replace(marks=step.marks._replace(when=condition))

    def _source(self, slot: Slot, previous: tuple[int, ...]) -> str:
        """The `from` of a step; empty if it takes the output of the step before it."""
        node = slot.node
        if isinstance(node, Layer) and (BY_NAME[node.kind].joins or BY_NAME[node.kind].by_name):
            return ""
        wanted = tuple(
            before if other is None or not other.sources else other.sources[0]
            for other, before in zip(slot.nodes, previous, strict=True)
        )
        return "" if wanted == previous else self._reference(wanted)

    def _share(self, slot: Slot) -> str:
        """The name of the step whose weights a step uses; empty if they are its own. Raises Unaligned if calls differ."""
        owned = [(index, *owned_weights(node)) for index, node in enumerate(slot.nodes) if node is not None]
        if not any(key[1] for key in owned):
            return ""
        numbers = {self.makers.get(key) for key in owned}
        number = numbers.pop()
        if numbers or number is None:
            raise Unaligned("weights of different steps")
        return self._name(number)

    def _reference(self, wanted: tuple[int | None, ...]) -> str:
        """The name of what gives a value in each call; raises Unaligned if that is no single step."""
        sources = (
            list(zip(*self.calls.sources, strict=True))
            if not self.is_root
            else [(value,) for value in self.calls.sources[0]]
        )
        for index, values in enumerate(sources):
            if agree(wanted, values):
                if self.is_root:
                    return self.network.inputs[index].name
                return self.extras[index - 1] if index else "input"
        if None not in wanted:
            number = self.first_giving.get(wanted)
        else:
            number = next((number for number, values in self.gives.items() if agree(wanted, values)), None)
        if number is None:
            raise Unaligned("a value comes from different steps")
        return self._name(number)

    def _tensor(self, vector: Sequence[object]) -> str:
        """The name of the tensor that an argument refers to in each call."""
        return self._reference(tuple(value.value if isinstance(value, Ref) else None for value in vector))

    def _name(self, number: int) -> str:
        if number not in self.needed:
            slot = self.slots[number]
            node = slot.node
            wanted = self.output_names.get(node.value) or self._hint(slot) or word_of(node)
            self.taken.update((*(param.name for param in self.params.listed), *self.extras))
            self.needed[number] = names.variable(wanted, self.taken, "step")
            self.taken.add(self.needed[number])
        return self.needed[number]

    def _channels(self, values: tuple[int, ...]) -> list[int]:
        return [self.network.shape(value)[0] for value in values]

    # One step

    def _step(self, slot: Slot, marks: Marks, entering: tuple[int, ...]) -> DraftStep:
        node = slot.node
        if isinstance(node, Fork):
            return self._fork(slot, node, marks, entering)
        if isinstance(node, Use):
            return self._use(slot, node, marks, entering)
        if BY_NAME[node.kind].joins:
            listed = [other.sources if other else node.sources for other in slot.nodes]
            if len(set(map(len, listed))) > 1:
                raise Unaligned("joins of different numbers of tensors")
            operands = zip(*listed, strict=True)
            present = [other is not None for other in slot.nodes]
            wanted = [
                tuple(value if here else None for value, here in zip(values, present, strict=True))
                for values in operands
            ]
            references = tuple(PREVIOUS if values == self.previous else self._reference(values) for values in wanted)
            return DraftJoin(node.kind, {}, references, str(node.arguments.get("broadcast") or ""), marks)
        arguments = self._arguments(slot, node, entering)
        own = {arguments.get("out"), arguments.get("groups")} if self.is_root else set()
        return DraftCall(node.kind, arguments, marks, BY_NAME[node.kind].main or "", own == {*self._channels(entering)})

    def _fork(self, slot: Slot, fork: Fork, marks: Marks, entering: tuple[int, ...]) -> DraftStep:
        bodies = []
        for branch in slot.branches:
            steps, _ = self._steps(branch, entering, tuple(node is not None for node in slot.nodes))
            bodies.append(steps)
        if fork.word == "residual":
            shortcut: Steps | str = bodies[1] or ""
            if any(slot.plain):
                if bodies[1]:
                    raise Unaligned("a residual with steps in its shortcut, and none in other calls")
                kept = tuple(
                    None if node is None else not plain for node, plain in zip(slot.nodes, slot.plain, strict=True)
                )
                condition = self.params.condition(kept, ("shortcut", "residual"), self._channels(entering))
                shortcut = f"identity if {condition} else none"
            return DraftResidual(bodies[0], shortcut, marks)
        named = zip(branch_names(fork, self._prefix(slot)), bodies, strict=True)
        # The order of factors means nothing; the tensor itself reads best before its gate.
        branches = dict(sorted(named, key=lambda branch: bool(branch[1])) if fork.word == "multiply" else named)
        return DraftJoin(fork.word, branches, (), fork.broadcast, marks)

    def _prefix(self, slot: Slot) -> str:
        """The path of the module whose call the first node of a slot is in."""
        return next(path for path, node in zip(self.calls.paths, slot.nodes, strict=True) if node is not None)

    def _hint(self, slot: Slot) -> str:
        """What the source calls a step: an attribute of its module's path that says something."""
        return hint_of(slot.node.path, self._prefix(slot))

    def _use(self, slot: Slot, use: Use, marks: Marks, entering: tuple[int, ...]) -> DraftStep:
        made = self.made[use.type]
        given = [made.arguments[node.call] if isinstance(node, Use) else None for node in slot.nodes]
        arguments: dict[str, Value] = {}
        for name, default in made.draft.params.items():
            vector = tuple(None if values is None else values.get(name) for values in given)
            if all(value is None for value in vector):
                continue
            if any(isinstance(value, Ref) for value in vector):
                arguments[name] = self._tensor(vector)
                continue
            role = made.roles.get(name, name)
            filled = tuple(
                default if value is None and values is not None else value
                for value, values in zip(vector, given, strict=True)
            )
            value = self.params.expression(filled, role, self._wanted(slot, name), self._channels(entering))
            if default is None or not same(value, default):
                arguments[name] = value
        return DraftCall(made.draft.name, arguments, marks, made.draft.main)

    def _arguments(self, slot: Slot, layer: Layer, entering: tuple[int, ...]) -> dict[str, Value]:
        nodes = layers_of(slot.nodes)
        kind = BY_NAME[layer.kind]
        arguments: dict[str, Value] = {}
        channels = self._channels(entering)
        # A padding may depend on the kernel and the dilation.
        for name in sorted(kind.arguments, key="padding".__eq__):
            vector = vector_of(nodes, name)
            if all(value is None for value in vector):
                continue
            if any(isinstance(value, Ref) for value in vector):
                arguments[name] = self._tensor(vector)
                continue
            values = plain(nodes, vector)
            role = CHANNELS if name in COUNTS_CHANNELS.get(layer.kind, ()) else name
            window = window_of(nodes, kind.arguments) if name == "padding" else None
            arguments[name] = self.params.expression(values, role, self._wanted(slot, name), channels, window)
        arguments = {name: arguments[name] for name in kind.arguments if name in arguments}
        for key in kind.followers:
            settings = vector_of(nodes, key)
            if any(value is not None for value in settings):
                filled = tuple(
                    None if node is None else "none" if value is None else word(value)
                    for node, value in zip(nodes, settings, strict=True)
                )
                arguments[key] = self.params.expression(filled, key, self._wanted(slot, key), channels)
        if frozen := truths_of(nodes, FROZEN):
            arguments[FROZEN] = self.params.expression(frozen, FROZEN, self._wanted(slot, FROZEN), channels)
        return without_defaults(layer.kind, arguments)

    def _wanted(self, slot: Slot, argument: str) -> tuple[str, ...]:
        """Names for a parameter that an argument of a step needs, the best first."""
        hint = self._hint(slot)
        if argument == "out":
            return ("out" if slot is self.final else "", hint, f"{hint}_2" if hint else "", "width")
        return (argument, f"{hint}_{argument}" if hint else "")
