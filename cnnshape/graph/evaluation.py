"""Evaluates values in a scope, and reports those that fail."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cnnshape.arithmetic import is_whole, pin, truncate
from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.graph.guess import UNKNOWN, Guess
from cnnshape.graph.scope import UNSETTLED, Current, Handle, Rounds, Scope, Uncertain
from cnnshape.language import (
    AXIS_NAMES,
    DYNAMIC,
    MAX_LIST,
    TOO_LONG,
    Expression,
    ExpressionProblem,
    ListValue,
    Reference,
    Setting,
    Unresolved,
    Value,
    describe,
    is_small,
)
from cnnshape.layers import Tensor
from cnnshape.program import Follower, Plan, unknown_name

_MOST_WRITTEN = 8
"""The length of a list up to which help writes it out."""


class Refused(Exception):
    """A step that can't be expanded; the diagnostic says why.

    `origin` is the value or reference at fault, `word` the undefined name in it, if that is the fault. `left` is the
    output of the step after the fault, if it is known.
    """

    def __init__(
        self,
        diagnostic: Diagnostic,
        origin: Value | Reference | None = None,
        left: Guess | None = None,
        word: str = "",
    ) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.origin = origin
        self.left = left
        self.word = word


class Unfit(Refused):
    """A layer that doesn't fit the tensors that enter it: other shapes may fit."""


class BadFollower(Refused):
    """The value of `norm` or `act` is wrong: what is left of the step is its layer without that follower."""

    def __init__(self, refused: Refused, follower: Follower) -> None:
        super().__init__(refused.diagnostic, refused.origin)
        self.follower = follower


class NoFollower(Refused):
    """The value of `norm` or `act` is a kind for neither, such as a pool: the step may have been meant to have any shape."""


class LayerValue:
    """The value of `{kind: arguments}`: a kind for `norm` or `act`, with the values of its arguments."""

    __slots__ = ("plan", "values")

    def __init__(self, plan: Plan, values: tuple[object, ...]) -> None:
        self.plan = plan
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LayerValue) and (self.plan, self.values) == (other.plan, other.values)

    def __hash__(self) -> int:
        return hash((self.plan, self.values))

    @property
    def arguments(self) -> dict[str, object]:
        """The values by the names of their arguments."""
        return dict(zip(self.plan.values, self.values, strict=True))

    @property
    def description(self) -> str:
        """The value as text for a message."""
        return f"the layer {self.plan.kind.name}"


Plans = Mapping[Setting, Plan | None]
"""The plan of each `{kind: arguments}` that is a value; None if it is wrong."""
_NO_PLANS: Plans = {}


def evaluate(
    value: Value,
    scope: Mapping[str, object],
    known: Mapping[str, object] | None = None,
    plans: Plans = _NO_PLANS,
) -> object:
    """The value in a scope, with lists as tuples. Raises Refused, or Uncertain if a param in it has no value.

    `known` are the names to suggest for a misspelt one, if these are more than the scope's.
    """
    if isinstance(value, Expression):
        try:
            result = value.run(scope)
        except ExpressionProblem as problem:
            if any(_is_uncertain(scope.get(name)) for name in value.names):
                raise Uncertain from None
            raise Refused(_problem_of(value, problem, known or scope), value, word=problem.word) from None
        if result is UNSETTLED or (type(result) is tuple and UNSETTLED in result):
            raise Uncertain
        return result
    if isinstance(value, ListValue):
        return _bounded(value, scope, known, plans)
    plan = plans[value]
    if plan is None:
        raise Uncertain
    return LayerValue(plan, tuple([evaluate(argument, scope, known) for argument in plan.values.values()]))


def _is_uncertain(value: object) -> bool:
    """Whether a fault left a name without a value: that of a step may have meant the tensors of rounds."""
    return value is UNSETTLED or (isinstance(value, Handle) and isinstance(value.value, Guess))


def _bounded(
    value: ListValue, scope: Mapping[str, object], known: Mapping[str, object] | None, plans: Plans
) -> tuple[object, ...]:
    """The list, if it is small including all lists in it."""
    items = () if len(value.items) > MAX_LIST else tuple([evaluate(item, scope, known, plans) for item in value.items])
    if len(value.items) <= MAX_LIST and is_small(items):
        return items
    raise Refused(diagnose("limit-exceeded", TOO_LONG, value.span), value)


def _problem_of(value: Expression, problem: ExpressionProblem, known: Mapping[str, object]) -> Diagnostic:
    """The diagnostic of an expression without a value."""
    if problem.word:
        return unknown_name(value, problem.word, known)
    return diagnose(problem.name, problem.message, value.place(problem), help=problem.help)


def settled(value: Value, result: object) -> object:
    """The value of a parameter: a bare word becomes an ordinary word. Lists in scope are settled already."""
    if isinstance(result, Unresolved):
        return str(result)
    if isinstance(value, ListValue) and isinstance(result, tuple):
        return tuple([settled(*pair) for pair in zip(value.items, result, strict=True)])
    if type(result) is tuple and not (isinstance(value, Expression) and value.word):
        return _without_unresolved(result)
    return result


def _without_unresolved(items: tuple[object, ...]) -> tuple[object, ...]:
    """The items of a list that an expression made, with bare words as ordinary words."""
    return tuple(
        [
            str(item) if isinstance(item, Unresolved) else _without_unresolved(item) if type(item) is tuple else item
            for item in items
        ]
    )


def refuse_unresolved(value: Value, result: object, scope: Mapping[str, object]) -> None:
    """Raises Refused if a bare word is probably an undefined name."""
    if isinstance(result, Unresolved):
        raise Refused(unknown_name(value, result, scope), value)


class Values:
    """Evaluates at a step, whose entering tensor is `current`.

    `previous` is the tensor of `prev` in a step with `from`. `shared` is the tensor whose sizes the steps of a shortcut
    use. Each is None if it is the entering tensor.
    """

    def __init__(self, tensors: list[Tensor], plans: Plans = _NO_PLANS) -> None:
        self._tensors = tensors
        self._plans = plans
        self._constants: dict[Value, object] = {}
        self.previous: Handle | None = None
        self.shared: Current | None = None

    @contextmanager
    def sharing(self, value: Current | None) -> Iterator[None]:
        """Takes sizes from a value for a while, or from the entering tensor again."""
        outer, self.shared = self.shared, value
        try:
            yield
        finally:
            self.shared = outer

    def at(self, value: Value, current: Current, scope: Scope) -> object:
        """A value at a step. Raises Refused, or Uncertain if it depends on something uncertain."""
        if value.constant:
            if value not in self._constants:
                self._constants[value] = evaluate(value, scope)
            return self._constants[value]
        if not value.dynamic:
            return evaluate(value, scope, None, self._plans)
        asked = value.names & DYNAMIC
        sizes = self._sizes(current, asked)
        seen = {name: scope[name] for name in value.names if name in scope}
        return evaluate(value, {**seen, **sizes}, ChainMap(sizes, scope), self._plans)

    def referred(self, expression: Expression, current: Current | None, scope: Scope) -> object:
        """The value of a reference at a step, or where no tensor enters. Raises Refused or Uncertain."""
        if current is None or not expression.dynamic:
            return evaluate(expression, scope)
        return self.at(expression, current, scope)

    def _sizes(self, current: Current, asked: frozenset[str]) -> dict[str, object]:
        """The sizes of the entering tensor for expressions, if they are certain."""
        sizes: dict[str, object] = {"prev": self.previous or Handle(current)}
        tensor = current if self.shared is None else self.shared
        if isinstance(tensor, Guess):
            sizes.update(_certain_sizes(tensor))
            if not asked <= sizes.keys():
                raise Uncertain
            return sizes
        shape = self._tensors[tensor].shape
        sizes["in_channels"] = shape[0]
        sizes.update(zip(AXIS_NAMES.get(len(shape), ()), shape[1:], strict=False))
        return sizes

    def truth(self, condition: Expression, what: str, current: Current, scope: Scope) -> bool:
        """The value of `when` or `frozen`; `what` is its name."""
        result = self.at(condition, current, scope)
        if isinstance(result, bool):
            return result
        refuse_unresolved(condition, result, scope)
        message = f"`{what}` is true or false, got {describe(result)}"
        raise Refused(diagnose("bad-argument", message, condition.span, help="compare: `stride != 1`"), condition)

    def count(self, expression: Expression, current: Current, scope: Scope) -> int:
        """The number of times of a `repeat`."""
        result = self.at(expression, current, scope)
        if is_whole(result) and result >= 0:
            return pin(truncate(result))
        refuse_unresolved(expression, result, scope)
        message = f"`repeat` is a whole number, 0 or more, got {describe(result)}"
        raise Refused(diagnose("bad-argument", message, expression.span), expression)

    def column(self, values: Value, current: Current, scope: Scope) -> tuple[object, ...]:
        """The values of a column of a `for`."""
        if isinstance(values, ListValue):
            return tuple([settled(item, self.at(item, current, scope)) for item in values.items])
        result = self.at(values, current, scope)
        if type(result) is tuple:
            return _without_unresolved(result) if not (isinstance(values, Expression) and values.word) else result
        if _is_uncertain(result):
            raise Uncertain
        refuse_unresolved(values, result, scope)
        message = f"a column of `for` is a list, got {describe(result)}"
        help = "write `[64, 128]`, or the name of a list"
        if isinstance(result, Handle | Rounds) and isinstance(values, Expression):
            rounds = isinstance(result, Rounds)
            help = f"the list of its rounds is `{values.text}.all`" if rounds else f"as a list it is `[{values.text}]`"
        if is_whole(result) and 1 < result <= _MOST_WRITTEN:
            help = f"write `{list(range(int(result)))}`; without a column, `repeat: {result}` next to the kind"
        raise Refused(diagnose("bad-argument", message, values.span, help=help), values)


def _certain_sizes(tensor: Guess) -> dict[str, object]:
    """The sizes of an uncertain tensor that are certain."""
    sizes: dict[str, object] = {}
    channels = tensor.size(0)
    if channels is not None:
        sizes["in_channels"] = channels
    lengths = {len(pattern) for pattern in tensor.patterns}
    if tensor == UNKNOWN or len(lengths) > 1:
        return sizes
    for axis, name in enumerate(AXIS_NAMES.get(lengths.pop(), ()), 1):
        size = tensor.size(axis)
        if size is not None:
            sizes[name] = size
    return sizes
