"""Makes the steps of a block from the slots of its calls: arguments as expressions, references by name."""

from collections.abc import Mapping, Sequence

from cnnshape.bridge import names
from cnnshape.bridge.draft import DraftBlock, DraftCall, DraftJoin, DraftResidual, DraftSetting, DraftStep, Marks, Steps, Value
from cnnshape.bridge.flat import same
from cnnshape.bridge.fold.align import Slot, Unaligned, aligned
from cnnshape.bridge.fold.nodes import Fork, Given, Layer, Node, Nodes, Use
from cnnshape.bridge.fold.params import CHANNELS, Params, Vector
from cnnshape.bridge.operations import Network, Ref
from cnnshape.layers import BY_NAME
from cnnshape.named_tuple import NamedTuple

_COUNTS_CHANNELS = {
    "conv": ("out", "groups"),
    "conv_transpose": ("out", "groups"),
    "linear": ("out",),
    "group_norm": ("groups",),
    "slice": ("start", "stop"),
    "pad_channels": ("before", "after"),
    "channel_shuffle": ("groups",),
}
"""Arguments that count channels."""
_DULL = frozenset(("", "conv", "bn", "norm", "act", "relu", "fc", "linear", "convs", "block", "blocks", "layers", "layer", "features", "body", "net", "op", "ops", "proj", "module"))
"""Attributes that say nothing of the module that they hold."""
_BRANCHES = {"multiply": "gate", "concat": "new"}
"""The branch of a join whose other branch is the input itself."""


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
    maker = _made_twice(network, calls, made)
    maker.params.listed = [param for param in maker.params.listed if any(value is not None for value in param.vector)]
    params = maker.params.ordered()
    first = next(iter(params), "")
    arguments = {number: maker.params.arguments(index) for index, number in enumerate(calls.numbers)}
    for extra, parameter in enumerate(maker.extras, 1):
        params = {parameter: None, **params}
        for index, number in enumerate(calls.numbers):
            arguments[number] = {parameter: Ref(calls.sources[index][extra]), **arguments[number]}  # type: ignore[dict-item]
    roles = {param.name: param.role for param in maker.params.listed}
    return Made(DraftBlock(name, params, maker.steps, first), arguments, roles)


def network_steps(network: Network, nodes: Nodes, made: Mapping[str, Made]) -> tuple[Steps, tuple[str, ...]]:
    """The steps of the network itself, and the names of its outputs if they are others than the last step's."""
    inputs = tuple(range(len(network.inputs)))
    maker = _made_twice(network, Calls((0,), ("",), (inputs,), (nodes,)), made)
    return maker.steps, maker.outputs


def _made_twice(network: Network, calls: Calls, made: Mapping[str, Made]) -> "_Maker":
    """Makes the steps a second time with the names that the first time needed."""
    slots = aligned(calls.nodes)
    first = _Maker(network, calls, made, {})
    first.make(slots)
    second = _Maker(network, calls, made, first.needed)
    second.make(slots)
    return second


class _Maker:
    def __init__(self, network: Network, calls: Calls, made: Mapping[str, Made], named: Mapping[int, str]) -> None:
        self.network = network
        self.calls = calls
        self.made = made
        self.named = named
        self.is_root = calls.numbers == (0,)
        self.needed: dict[int, str] = {}
        self.gives: dict[int, tuple[int, ...]] = {}
        self.slots: dict[int, Slot] = {}
        self.steps: Steps = ()
        self.outputs: tuple[str, ...] = ()
        self.extras: tuple[str, ...] = tuple(f"other_{index}" if index > 1 else "other" for index in range(1, len(calls.sources[0])))
        leaving = tuple(network.shape(nodes[-1].value)[0] for nodes in calls.nodes) if calls.nodes[0] else ()
        self.params = Params([network.shape(sources[0])[0] for sources in calls.sources], leaving)
        if not self.is_root and len({len(sources) for sources in calls.sources}) > 1:
            raise Unaligned("calls with different numbers of inputs")

    def make(self, slots: Sequence[Slot]) -> None:
        entering = tuple(sources[0] for sources in self.calls.sources)
        self.final = _last_weighted(slots)
        self.steps, leaving = self._steps(slots, entering)
        if self.is_root:
            wanted = [output.value for output in self.network.outputs]
            if wanted != list(leaving):
                self.outputs = tuple(self._reference((value,)) for value in wanted)

    def _steps(self, slots: Sequence[Slot], previous: tuple[int, ...]) -> tuple[Steps, tuple[int, ...]]:
        """The steps of a list of slots, and the values that leave them."""
        steps: list[DraftStep] = []
        for slot in slots:
            number = len(self.slots)
            self.slots[number] = slot
            marks = Marks(
                name=self.named.get(number, ""),
                source=self._source(slot, previous),
            )
            entering = tuple(
                before if node is None or not node.sources else node.sources[0]
                for node, before in zip(slot.nodes, previous, strict=True)
            )
            step = self._step(slot, marks, entering)
            if None in slot.nodes:
                truths = tuple(node is not None for node in slot.nodes)
                width = step.arguments.get("out", "") if isinstance(step, DraftCall) else ""
                wanted = ("expand" if "* in_channels" in str(width) else "", self._hint(slot, _word_of(slot.node)))
                condition = self.params.condition(truths, wanted, self._channels(entering), width)
                step = step._replace(marks=step.marks._replace(when=condition))
            previous = tuple(
                before if node is None else node.value for node, before in zip(slot.nodes, previous, strict=True)
            )
            self.gives[number] = previous
            steps.append(step)
        return tuple(steps), previous

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

    def _reference(self, wanted: tuple[int | None, ...]) -> str:
        """The name of what gives a value in each call; raises Unaligned if that is no single step."""
        sources = list(zip(*self.calls.sources, strict=True)) if not self.is_root else [(value,) for value in self.calls.sources[0]]
        for index, values in enumerate(sources):
            if _agree(wanted, values):
                if self.is_root:
                    return self.network.inputs[index].name
                return self.extras[index - 1] if index else "input"
        for number, values in self.gives.items():
            if _agree(wanted, values):
                return self._name(number)
        raise Unaligned("a value comes from different steps")

    def _name(self, number: int) -> str:
        if number not in self.needed:
            slot = self.slots[number]
            outputs = {output.value: output.name for output in self.network.outputs} if self.is_root else {}
            node = slot.node
            wanted = outputs.get(node.value) or self._hint(slot) or _word_of(node)
            taken = [*self.needed.values(), *[param.name for param in self.params.listed], *self.extras]
            self.needed[number] = self.named.get(number) or names.variable(wanted, taken, "step")
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
            operands = zip(*[other.sources if other else node.sources for other in slot.nodes], strict=True)
            present = [other is not None for other in slot.nodes]
            references = tuple(
                self._reference(tuple(value if here else None for value, here in zip(values, present, strict=True)))
                for values in operands
            )
            return DraftJoin(node.kind, {}, references, str(node.arguments.get("broadcast") or ""), marks)
        return DraftCall(node.kind, self._arguments(slot, node, entering), marks, BY_NAME[node.kind].main or "")

    def _fork(self, slot: Slot, fork: Fork, marks: Marks, entering: tuple[int, ...]) -> DraftStep:
        bodies = []
        for branch in slot.branches:
            steps, _ = self._steps(branch, entering)
            bodies.append(steps)
        if fork.word == "residual":
            shortcut: Steps | str = bodies[1]
            if any(slot.plain):
                if bodies[1]:
                    raise Unaligned("a residual with steps in its shortcut, and none in other calls")
                kept = tuple(None if node is None else not plain for node, plain in zip(slot.nodes, slot.plain, strict=True))
                condition = self.params.condition(kept, ("shortcut", "residual"), self._channels(entering))
                shortcut = f"identity if {condition} else none"
            return DraftResidual(bodies[0], shortcut, marks)
        named = zip(_branch_names(fork, self._prefix(slot)), bodies, strict=True)
        # The order of factors means nothing; the tensor itself reads best before its gate.
        branches = dict(sorted(named, key=lambda branch: bool(branch[1])) if fork.word == "multiply" else named)
        return DraftJoin(fork.word, branches, (), fork.broadcast, marks)

    def _prefix(self, slot: Slot) -> str:
        """The path of the module whose call the first node of a slot is in."""
        return next(path for path, node in zip(self.calls.paths, slot.nodes, strict=True) if node is not None)

    def _hint(self, slot: Slot, default: str = "") -> str:
        """What the source calls a step: an attribute of its module's path that says something."""
        said = _said(slot.node, self._prefix(slot))
        return names.variable(said[0], ()) if said else default

    def _use(self, slot: Slot, use: Use, marks: Marks, entering: tuple[int, ...]) -> DraftStep:
        made = self.made[use.type]
        given = [made.arguments[node.call] if isinstance(node, Use) else None for node in slot.nodes]
        arguments: dict[str, Value] = {}
        for name, default in made.draft.params.items():
            vector = tuple(None if values is None else values.get(name) for values in given)
            if all(value is None for value in vector):
                continue
            if any(isinstance(value, Ref) for value in vector):
                arguments[name] = self._reference(tuple(value.value if isinstance(value, Ref) else None for value in vector))
                continue
            role = made.roles.get(name, name)
            filled = tuple(default if value is None and values is not None else value for value, values in zip(vector, given, strict=True))
            value = self.params.expression(filled, role, self._wanted(slot, name), self._channels(entering))
            if default is None or not same(value, default):
                arguments[name] = value
        return DraftCall(made.draft.name, arguments, marks, made.draft.main)

    def _arguments(self, slot: Slot, layer: Layer, entering: tuple[int, ...]) -> dict[str, Value]:
        nodes = [node if isinstance(node, Layer) else None for node in slot.nodes]
        kind = BY_NAME[layer.kind]
        arguments: dict[str, Value] = {}
        channels = self._channels(entering)
        for name in kind.arguments:
            vector = _vector(nodes, name)
            if all(value is None for value in vector):
                continue
            if any(isinstance(value, Ref) for value in vector):
                arguments[name] = self._reference(tuple(value.value if isinstance(value, Ref) else None for value in vector))
                continue
            values = _plain(nodes, vector)
            role = CHANNELS if name in _COUNTS_CHANNELS.get(layer.kind, ()) else name
            kernels = _plain(nodes, _vector(nodes, "kernel")) if name == "padding" and "kernel" in kind.arguments else None
            arguments[name] = self.params.expression(values, role, self._wanted(slot, name), channels, kernels)
        for key in kind.followers:
            settings = _vector(nodes, key)
            if any(value is not None for value in settings):
                filled = tuple(
                    None if node is None else "none" if value is None else _word(value)
                    for node, value in zip(nodes, settings, strict=True)
                )
                arguments[key] = self.params.expression(filled, key, self._wanted(slot, key), channels)
        return _without_defaults(layer.kind, arguments)

    def _wanted(self, slot: Slot, argument: str) -> tuple[str, ...]:
        """Names for a parameter that an argument of a step needs, the best first."""
        hint = self._hint(slot)
        if argument == "out":
            return ("out" if slot is self.final else "", hint, f"{hint}_2" if hint else "", "width")
        return (argument, f"{hint}_{argument}" if hint else "")


def _agree(wanted: Sequence[int | None], values: Sequence[int]) -> bool:
    return all(want is None or want == value for want, value in zip(wanted, values, strict=True))


def _vector(nodes: Sequence[Layer | None], name: str) -> tuple[Given, ...]:
    return tuple(None if node is None else node.arguments.get(name) for node in nodes)


def _plain(nodes: Sequence[Layer | None], vector: tuple[Given, ...]) -> Vector:
    """The values of an argument; raises Unaligned if only some calls leave it out."""
    values: list[Value | None] = []
    for node, value in zip(nodes, vector, strict=True):
        if isinstance(value, Ref) or (value is None and node is not None):
            raise Unaligned("an argument that some calls leave out")
        values.append(_value(value))
    return tuple(values)


def _value(value: Given) -> Value | None:
    if isinstance(value, tuple) and not isinstance(value, DraftSetting | Ref):
        return tuple(item for item in map(_value, value) if item is not None)
    assert not isinstance(value, Ref)
    return value


def _word(value: Given) -> Value:
    """A norm or an activation: its word alone, if it has no arguments."""
    assert isinstance(value, DraftSetting)
    return value if value.arguments else value.kind


def _without_defaults(word: str, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments that a spec must state. A bias is the default unless a norm follows."""
    kind = BY_NAME[word]
    defaults = {name: argument.default for name, argument in kind.arguments.items()}
    norm = arguments.get("norm", "none")
    if "bias" in defaults and norm != "none":
        is_parameter = isinstance(norm, str) and norm not in BY_NAME
        defaults["bias"] = None if is_parameter else False
    stated = {
        name: value
        for name, value in arguments.items()
        if kind.arguments.get(name) is None or kind.arguments[name].required or not same(value, defaults[name])
    }
    return stated


def _last_weighted(slots: Sequence[Slot]) -> Slot | None:
    """The slot whose channels leave the block: the last layer with weights on the main path."""
    for slot in reversed(slots):
        node = slot.node
        if isinstance(node, Fork):
            if node.word != "residual":
                return None
            return _last_weighted(slot.branches[0])
        if isinstance(node, Use) or node.weighted:
            return slot
    return None


def _word_of(node: Node) -> str:
    """The kind, class or join of a node."""
    return node.kind if isinstance(node, Layer) else node.type if isinstance(node, Use) else node.word


def _said(node: Node, prefix: str) -> list[str]:
    """The attributes of a node's path below a module that say something of what they hold."""
    inner = node.path[len(prefix) :] if node.path.startswith(prefix) else node.path
    return [part for part in inner.split(".") if not _is_dull(part)]


def _is_dull(attribute: str) -> bool:
    """Whether an attribute says nothing of what it holds."""
    return attribute.rstrip("0123456789").rstrip("_").lower() in _DULL


def _branch_names(fork: Fork, prefix: str) -> list[str]:
    """A name for each branch: the attribute that its modules share, or what the join makes of it."""
    if len(fork.branches) == 2 and not all(fork.branches):
        inner = _BRANCHES.get(fork.word, "new")
        return [inner if branch else "features" if fork.word == "multiply" else "input" for branch in fork.branches]
    chosen: list[str] = []
    for index, branch in enumerate(fork.branches):
        stems = {tuple(_said(node, prefix)[:1]) for node in branch if node.path}
        stem = stems.pop() if len(stems) == 1 else ()
        wanted = stem[0] if stem else f"branch{index + 1}" if branch else "input"
        chosen.append(wanted if wanted == "input" else names.variable(wanted, chosen, "branch"))
    return chosen
