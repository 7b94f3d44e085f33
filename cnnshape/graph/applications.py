"""Layers applied to tensors: a step's kind and those that follow it, bound and their shapes inferred."""

from typing import NamedTuple

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.graph.binding import Refused, bind, check_follower, evaluate, follower_kind, layer_problem
from cnnshape.graph.scope import Handle, Rounds, Scope
from cnnshape.graph.values import Poisoned, Values
from cnnshape.graph.vocabulary import Plan, Vocabulary
from cnnshape.language import Name, Setting, Value
from cnnshape.layers import BY_NAME, Application, Layer, LayerProblem, Tensor, show
from cnnshape.source import Span

MAX_ELEMENTS = 10**15

Chain = tuple[Application, ...]


class _Follower(NamedTuple):
    plan: Plan
    values: tuple[object, ...]


class Applications:
    """Applies layers, each once: the same step with the same values on the same tensors gives the same chain."""

    def __init__(self, vocabulary: Vocabulary, values: Values, tensors: list[Tensor]) -> None:
        self._vocabulary = vocabulary
        self._values = values
        self._tensors = tensors
        self._applied: dict[object, Chain | Diagnostic] = {}
        self._bound: dict[object, tuple[Chain, list[object]]] = {}
        self._bare: dict[str, Plan] = {}

    def of_kind(self, plan: Plan, current: int, scope: Scope) -> tuple[Chain, tuple[int, ...]]:
        """A kind's layer and those that follow it on a tensor, and the further tensors that the layer takes."""
        # All that a layer of one input depends on: rounds seldom differ, and looking up is cheaper than working out.
        # The types belong to it too: `true` equals 1.
        given = [scope.get(name) for name in plan.variables]
        # A list counts by its identity, as it may be long; being kept, it can't be taken for a later one.
        marks = [id(value) if type(value) is tuple else value for value in given]
        key = (plan, self._tensors[current], self._values.shared, *marks, *map(type, given))
        bound = self._bound.get(key)
        if bound is not None:
            return bound[0], ()
        chain, extra = self._bind(plan, current, scope)
        if not extra:
            self._bound[key] = chain, given
        return chain, extra

    def of_layer(self, layer: Layer, inputs: tuple[int, ...], word: Name) -> Chain:
        """A layer that needs no binding, on its inputs."""
        tensors = tuple(self._tensors[index] for index in inputs)
        key = (layer, tensors)
        chain = self._applied.get(key)
        if chain is None:
            chain = self._applied[key] = (_application(Plan(type(layer), word.span), layer, tensors),)
        assert not isinstance(chain, Diagnostic)
        return chain

    def _bind(self, plan: Plan, current: int, scope: Scope) -> tuple[Chain, tuple[int, ...]]:
        values: tuple[object, ...] = ()
        extra: tuple[int, ...] = ()
        if not plan.constant:
            values = tuple([self._values.at(value, current, scope) for value in plan.values.values()])
            values, extra = self._tensor_arguments(plan, values)
        followers = tuple([self._follower(name, value, current, scope) for name, value in plan.followers.items()])
        inputs = (self._tensors[current], *[self._tensors[index] for index in extra])
        key = (plan, values, tuple(map(type, values)), followers, inputs)
        chain = self._applied.get(key)
        if chain is None:
            chain = self._applied[key] = _applied(plan, values, followers, inputs, scope)
        if isinstance(chain, Diagnostic):
            raise Refused(chain)
        return chain, extra

    def _tensor_arguments(self, plan: Plan, values: tuple[object, ...]) -> tuple[tuple[object, ...], tuple[int, ...]]:
        """Handles become tensors, and further inputs of the layer."""
        if not any(isinstance(value, Handle | Rounds) for value in values):
            return values, ()
        found: list[object] = []
        extra: list[int] = []
        for name, value in zip(plan.values, values, strict=True):
            if isinstance(value, Rounds):
                value = value[-1]
            if isinstance(value, Handle) and plan.kind.arguments[name].type.form == "tensor":
                if value.index is None:
                    raise Poisoned
                extra.append(value.index)
                value = self._tensors[value.index]
            found.append(value)
        return tuple(found), tuple(extra)

    def _follower(self, name: str, value: Value, current: int | None, scope: Scope) -> _Follower | None:
        """What `norm` or `act` brings along."""
        if isinstance(value, Setting):
            plan = self._vocabulary.follower(value)
            if plan is None:
                raise Poisoned
            check_follower(name, plan.kind, value.word.span)
            return _Follower(plan, tuple([self._values.at(each, current, scope) for each in plan.values.values()]))
        word = follower_kind(value, self._values.scope_at(current, scope, value.names))
        if word == "none":
            return None
        plan = self._plan_of(word, value.span)
        check_follower(name, plan.kind, value.span)
        return _Follower(plan, ())

    def _plan_of(self, word: str, at: Span) -> Plan:
        """The plan of a bare kind, which must do without arguments."""
        if word not in self._bare:
            if BY_NAME[word].joins:
                raise Refused(diagnose("bad-argument", f"{word} joins tensors, and can't follow a layer", at))
            needed = BY_NAME[word].required
            if needed:
                message = f"{word} needs {' and '.join(f'`{name}`' for name in needed)}"
                none = "; no activation is `none`" if word == "linear" else ""
                help = f"write `{{{word}: {{{needed[0]}: ...}}}}`{none}"
                raise Refused(diagnose("missing-argument", message, at, help=help))
            self._bare[word] = Plan(BY_NAME[word], at)
        return self._bare[word]


def _applied(
    plan: Plan, values: tuple[object, ...], followers: tuple[_Follower | None, ...], inputs: tuple[Tensor, ...],
    scope: Scope,
) -> Chain | Diagnostic:  # fmt: skip
    """A layer and those that follow it, applied; or what is wrong with them."""
    if plan.constant:
        values = tuple(evaluate(value, scope) for value in plan.values.values())
    given = dict(zip(plan.values, values, strict=True))
    if "norm" in plan.followers and followers[0] is not None:
        given.setdefault("bias", False)
    try:
        chain = [_apply(plan, given, inputs, scope)]
        for follower in followers:
            if follower is not None:
                following = dict(zip(follower.plan.values, follower.values, strict=True))
                chain.append(_apply(follower.plan, following, (chain[-1].output,), scope))
    except Refused as refused:
        return refused.diagnostic
    return tuple(chain)


def _apply(plan: Plan, values: dict[str, object], inputs: tuple[Tensor, ...], scope: Scope) -> Application:
    tensors = {name: value for name, value in values.items() if isinstance(value, Tensor)}
    layer = bind(plan, {name: value for name, value in values.items() if name not in tensors}, tensors, scope)
    return _application(plan, layer, inputs)


def _application(plan: Plan, layer: Layer, inputs: tuple[Tensor, ...]) -> Application:
    """A layer applied; raises Refused where it can't be, or where its output is beyond any memory."""
    try:
        output = layer.output(inputs)
    except LayerProblem as problem:
        raise Refused(layer_problem(plan, problem)) from None
    application = Application(layer, inputs, output)
    if output.elements > MAX_ELEMENTS or application.params + application.buffers > MAX_ELEMENTS:
        _check_size(plan, application)
    return application


def _check_size(plan: Plan, application: Application) -> None:
    """Raises Refused for an output or a weight beyond any memory."""
    output = application.output
    shapes = [weight.shape for weight in application.weights if weight.elements > MAX_ELEMENTS]
    if output.elements > MAX_ELEMENTS:
        shapes = [output.shape]
    if shapes:
        message = f"a tensor of {show(shapes[0])} is larger than any machine's memory"
        raise Refused(diagnose("size-limit", message, plan.at))
