"""Applies layers to tensors: binds a step's kind and the layers that follow it, and infers their shapes."""

from contextlib import suppress

from cnnshape.diagnostics import diagnose
from cnnshape.graph.binding import Bound, bare_follower, bind, check_follower, converted, follower_kind, layer_problem
from cnnshape.graph.evaluation import BadFollower, LayerValue, NoFollower, Refused, Unfit, Values
from cnnshape.graph.guess import Guess
from cnnshape.graph.recovery import Outcome, failed, through
from cnnshape.graph.scope import Current, Handle, Rounds, Scope, Uncertain
from cnnshape.language import Name, Value
from cnnshape.layers import BY_NAME, Application, Layer, LayerProblem, Shape, Tensor, format_shape
from cnnshape.program import Follower, Plan, suggests_follower

MAX_ELEMENTS = 10**15
Chain = tuple[Application, ...]
_UNKNOWN = "unknown"
"""A `norm` or `act` of which nothing is known but that there is one."""


class BoundLayers:
    """A step's layer and those that follow it, with the plans that have the places of their arguments.

    It compares by identity, so that cache lookups are cheap.
    """

    __slots__ = ("bound",)

    def __init__(self, bound: tuple[Bound, ...]) -> None:
        self.bound = bound


class Memory:
    """The cache of bound and applied layers, for all expansions of one program. Do not use it for two programs."""

    __slots__ = ("bare", "bound", "chains", "layers", "outcomes", "partial")

    def __init__(self) -> None:
        self.chains: dict[object, Chain | Refused] = {}
        self.layers: dict[object, BoundLayers | Refused] = {}
        self.bound: dict[object, tuple[Chain, tuple[object, ...]]] = {}
        self.bare: dict[str, Plan] = {}
        self.outcomes: dict[object, Outcome] = {}
        self.partial: dict[tuple[Plan, Follower], Plan] = {}


_MANY_WEIGHTS = 8
"""The weights that take as much time and memory as a layer."""


class Applications:
    """Applies layers. The same step with the same values on the same tensors returns the same chain."""

    def __init__(self, values: Values, tensors: list[Tensor], memory: Memory) -> None:
        self._values = values
        self._tensors = tensors
        self.made = 0
        """The layers that were applied, each distinct one once, and one of many weights several times."""
        self._chains = memory.chains
        self._layers = memory.layers
        self._bound = memory.bound
        self._bare = memory.bare
        self._outcomes = memory.outcomes
        self._partial = memory.partial

    def of_kind(self, plan: Plan, current: int, scope: Scope) -> tuple[Chain, tuple[int, ...]]:
        """The layer of a kind and those that follow it, applied; and the tensors that enter the layer.

        Raises Refused, BadFollower if `partial` still has a layer, or Uncertain if a value or another tensor is
        uncertain.
        """
        # Everything that a layer of one input depends on. Rounds rarely differ, and a lookup is cheaper than
        # evaluation.
        # The key includes the types: `true` equals 1.
        if not plan.variables:
            return self._bind(plan, current, scope)
        given = tuple([scope.get(name) for name in plan.variables])
        # A list counts by its identity, as it may be long. It is kept, so no other list can have the same identity.
        marks = [id(value) if isinstance(value, tuple) else value for value in given]
        shared = self._values.shared
        entering = self._tensors[shared] if isinstance(shared, int) else shared
        key = (plan, self._tensors[current], entering, *marks, *map(type, given))
        bound = self._bound.get(key)
        if bound is not None:
            return bound[0], (current,)
        chain, inputs = self._bind(plan, current, scope)
        if inputs == (current,):
            self._bound[key] = chain, given
        return chain, inputs

    def partial(self, plan: Plan, failed: Follower) -> Plan:
        """A plan without one of its followers; the same for each visit of its step."""
        key = (plan, failed)
        if key not in self._partial:
            self._partial[key] = plan.without(failed)
        return self._partial[key]

    def of_layer(self, layer: Layer, inputs: tuple[int, ...], word: Name) -> Chain:
        """A bound layer, applied to its inputs."""
        tensors = tuple([self._tensors[index] for index in inputs])
        key = (layer, tensors)
        chain = self._chains.get(key)
        if chain is None:
            chain = self._chains[key] = (apply(Plan(type(layer), word.span), layer, tensors),)
            self.made += 1
        assert not isinstance(chain, Refused)
        return chain

    def of_guess(self, plan: Plan, current: Guess, scope: Scope) -> Outcome:
        """The output of a kind's layer on an uncertain tensor, and its problems that hold for every input.

        Raises Refused or Uncertain if there is no layer.
        """
        layers, further = self._layers_and_tensors(plan, current, scope)
        if isinstance(layers, Refused):
            raise Refused(layers.diagnostic, layers.origin)
        if further:
            raise Uncertain
        key = (layers, current)
        if key not in self._outcomes:
            self._outcomes[key] = _outcome(layers, current)
        return self._outcomes[key]

    def stated_channels(self, plan: Plan, current: Current, scope: Scope) -> int | None:
        """The channels that a step states in `out`, if they can be evaluated."""
        value = plan.values.get("out")
        try:
            channels = None if value is None else self._values.at(value, current, scope)
        except (Refused, Uncertain):
            return None
        return channels if type(channels) is int and channels > 0 else None

    def of_named(self, plan: Plan, current: Current, scope: Scope) -> tuple[Chain, tuple[int, ...]]:
        """The same for a kind that reads named tensors alone: the tensor before the step may be uncertain."""
        layers, inputs = self._layers_and_tensors(plan, current, scope)
        return self._chain(layers, inputs), inputs

    def _bind(self, plan: Plan, current: int, scope: Scope) -> tuple[Chain, tuple[int, ...]]:
        further: tuple[int, ...] = ()
        layers = None if plan.variables else self._layers.get(plan)
        if layers is None:
            layers, further = self._layers_and_tensors(plan, current, scope)
        inputs = (current, *further)
        return self._chain(layers, inputs), inputs

    def _chain(self, layers: BoundLayers | Refused, inputs: tuple[int, ...]) -> Chain:
        """Bound layers, applied to tensors."""
        if isinstance(layers, Refused):
            raise Refused(layers.diagnostic, layers.origin)
        tensors = tuple([self._tensors[index] for index in inputs])
        key = (layers, tensors)
        chain = self._chains.get(key)
        if chain is None:
            chain = self._chains[key] = _applied(layers, tensors)
            if not isinstance(chain, Refused):
                self.made += sum([1 + len(application.layer.owned) // _MANY_WEIGHTS for application in chain])
        if isinstance(chain, Refused):
            raise Unfit(chain.diagnostic, chain.origin)
        return chain

    def _layers_and_tensors(
        self, plan: Plan, current: Current, scope: Scope
    ) -> tuple[BoundLayers | Refused, tuple[int, ...]]:
        """The layers of a step, and the other tensors that the first of them takes."""
        try:
            values, further = self._arguments(plan, current, scope)
            followers = tuple([self._follower(plan, follower, current, scope) for follower in plan.followers])
        except Uncertain:
            self._check_certain(plan, current, scope)
            raise
        key: object = (plan, values, tuple(map(type, values)), followers) if plan.variables else plan
        layers = self._layers.get(key)
        if layers is None:
            layers = self._layers[key] = _bound(plan, values, followers, scope)
        return layers, further

    def _arguments(self, plan: Plan, current: Current, scope: Scope) -> tuple[tuple[object, ...], tuple[int, ...]]:
        """The values of a plan's arguments, and the tensors among them, in the order of the kind's declaration."""
        values = tuple([self._values.at(value, current, scope) for value in plan.values.values()])
        types = set(map(type, values))
        if Handle not in types and Rounds not in types:
            return values, ()
        further: dict[str, int] = {}
        arguments: list[object] = []
        for name, value in zip(plan.values, values, strict=True):
            last = value[-1] if isinstance(value, Rounds) else value
            if isinstance(last, Handle) and plan.kind.arguments[name].type.form == "tensor":
                if isinstance(last.value, Guess):
                    raise Uncertain
                further[name] = last.value
                last = self._tensors[last.value]
            arguments.append(last)
        return tuple(arguments), tuple([further[name] for name in plan.kind.arguments if name in further])

    def _check_certain(self, plan: Plan, current: Current, scope: Scope) -> None:
        """Raises Refused if a value of a plan is wrong for any choice of its uncertain values."""
        certain: dict[str, object] = {}
        for name, value in plan.values.items():
            with suppress(Uncertain):
                certain[name] = self._values.at(value, current, scope)
        # As in a step without uncertain values, a value that can't be evaluated comes first.
        converted(plan, {name: value for name, value in certain.items() if type(value) not in (Handle, Rounds)}, scope)
        for follower in plan.followers:
            if follower.plan is not None:
                self._check_certain(follower.plan, current, scope)
            with suppress(Uncertain):
                self._follower(plan, follower, current, scope)

    def _follower(self, plan: Plan, follower: Follower, current: Current, scope: Scope) -> LayerValue | str | None:
        """The plan and values of `norm` or `act`; raises BadFollower, or Uncertain."""
        if follower.is_unknown:
            return _UNKNOWN
        try:
            return self._stated(plan, follower, current, scope)
        except NoFollower:
            raise
        except Refused as refused:
            # Any other kind, such as a pool, may give the step another shape.
            if suggests_follower(refused.diagnostic, follower.plan):
                raise BadFollower(refused, follower) from None
            raise

    def _stated(self, plan: Plan, follower: Follower, current: Current, scope: Scope) -> LayerValue | None:
        value, own = follower.value, follower.plan
        if own is not None:
            check_follower(plan, follower, own.kind, own.at)
            return LayerValue(own, tuple([self._values.at(given, current, scope) for given in own.values.values()]))
        given = self._values.at(value, current, scope)
        if isinstance(given, LayerValue):
            check_follower(plan, follower, given.plan.kind, value.span)
            return given
        word = follower_kind(plan, follower, given)
        if word == "none":
            return None
        check_follower(plan, follower, BY_NAME[word], value.span)
        return LayerValue(self._bare_plan(word, value), ())

    def _bare_plan(self, word: str, value: Value) -> Plan:
        if word not in self._bare:
            self._bare[word] = bare_follower(word, value.span, value)
        return self._bare[word]


def _bound(
    plan: Plan, values: tuple[object, ...], followers: tuple[LayerValue | str | None, ...], scope: Scope
) -> BoundLayers | Refused:
    """A layer and those that follow it, bound; or their diagnostic."""
    given = dict(zip(plan.values, values, strict=True))
    if followers and followers[0] is not None and plan.followers[0].role == "norm":
        given.setdefault("bias", False)
    try:
        layers = [(plan, bind(plan, given, scope))]
        for follower in followers:
            if isinstance(follower, LayerValue):
                layers.append((follower.plan, bind(follower.plan, follower.arguments, scope)))
    except Refused as refused:
        return refused.with_traceback(None)
    return BoundLayers(tuple(layers))


def _applied(layers: BoundLayers, inputs: tuple[Tensor, ...]) -> Chain | Refused:
    """Bound layers applied one after the other; or their diagnostic."""
    chain = []
    try:
        for plan, layer in layers.bound:
            application = apply(plan, layer, inputs)
            chain.append(application)
            inputs = (application.output,)
    except Refused as refused:
        return refused.with_traceback(None)
    return tuple(chain)


def apply(plan: Plan, layer: Layer, inputs: tuple[Tensor, ...]) -> Application:
    """The application of a layer. Raises Refused if it doesn't fit, or if its output is larger than any memory."""
    try:
        output = layer.output(inputs)
    except LayerProblem as problem:
        raise layer_problem(plan, problem) from None
    application = Application(layer, inputs, output)
    if output.elements > MAX_ELEMENTS:
        raise _too_large(plan, output.shape)
    if sum(application.counts) > MAX_ELEMENTS:
        for weight in application.weights:
            if weight.elements > MAX_ELEMENTS:
                raise _too_large(plan, weight.shape)
    return application


def _too_large(plan: Plan, shape: Shape) -> Refused:
    message = f"a tensor of {format_shape(shape)} is larger than any machine's memory"
    return Refused(diagnose("size-limit", message, plan.at))


def _outcome(layers: BoundLayers, entering: Guess) -> Outcome:
    """The output of bound layers on an uncertain tensor, and their problems that hold for every input."""

    def run(tensor: Tensor) -> Tensor:
        for plan, layer in layers.bound:
            try:
                tensor = layer.output((tensor,))
            except LayerProblem as problem:
                raise layer_problem(plan, problem) from None
        return tensor

    layer = layers.bound[0][1]
    numbers = [number for _, bound in layers.bound for number in _numbers(bound)]
    return through(run, entering, numbers) or failed(run, entering, numbers, type(layer), getattr(layer, "out", None))


def _numbers(layer: Layer) -> list[int]:
    """The whole numbers among a layer's arguments."""
    values: list[object] = list(layer.values.values())
    numbers: list[int] = []
    while values:
        value = values.pop()
        if type(value) is int:
            numbers.append(value)
        elif isinstance(value, tuple):
            values += value
    return numbers[::-1]
