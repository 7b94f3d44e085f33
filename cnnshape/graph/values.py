"""Values at a step: expressions evaluated with the sizes of the tensor that enters it."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cnnshape.diagnostics import diagnose
from cnnshape.graph.binding import Refused, evaluate, unknown_name
from cnnshape.graph.scope import Handle, Scope, sizes_in_scope
from cnnshape.language import DYNAMIC, Expression, ListValue, Unresolved, Value, describe
from cnnshape.layers import Tensor


class Poisoned(Exception):
    """A step needs something that an earlier fault has left unknown."""


class Values:
    """Evaluates at a step. `current` is the index of the tensor that enters it, None after a fault.

    `previous` is what `prev` stands for beside a `from`, and `shared` the tensor that a shortcut's sizes are those of;
    each is None where the tensor that enters is meant.
    """

    def __init__(self, tensors: list[Tensor]) -> None:
        self._tensors = tensors
        self.previous: Handle | None = None
        self.shared: int | None = None

    @contextmanager
    def sharing(self, value: int | None) -> Iterator[None]:
        """Lets sizes be those of a value meanwhile, or again of the tensor that enters."""
        outer, self.shared = self.shared, value
        try:
            yield
        finally:
            self.shared = outer

    def at(self, value: Value, current: int | None, scope: Scope) -> object:
        """A value at a step; raises Refused, or Poisoned where it depends on a failed step."""
        return evaluate(value, self.scope_at(current, scope, value.names))

    def scope_at(self, current: int | None, scope: Scope, names: frozenset[str]) -> Mapping[str, object]:
        """The scope of an expression, with the sizes of the tensor that enters where it asks for them."""
        if names.isdisjoint(DYNAMIC):
            return scope
        if current is None:
            raise Poisoned
        sizes = sizes_in_scope(self._tensors[current if self.shared is None else self.shared])
        return ChainMap({**sizes, "prev": self.previous or Handle(current)}, scope)

    def truth(self, condition: Expression, what: str, current: int | None, scope: Scope) -> bool:
        """The truth of `when` or `frozen`, which `what` names."""
        found = self.at(condition, current, scope)
        if isinstance(found, bool):
            return found
        refuse_unresolved(condition, found, scope)
        message = f"`{what}` is true or false, got {describe(found)}"
        raise Refused(diagnose("bad-argument", message, condition.span, help="compare: `stride != 1`"))

    def count(self, expression: Expression, current: int | None, scope: Scope) -> int:
        """The number of times of a `repeat`."""
        found = self.at(expression, current, scope)
        if isinstance(found, int | float) and not isinstance(found, bool) and found == int(found) and found >= 0:
            return int(found)
        refuse_unresolved(expression, found, scope)
        message = f"`repeat` is a whole number, 0 or more, got {describe(found)}"
        raise Refused(diagnose("bad-argument", message, expression.span))

    def column(self, values: Value, current: int | None, scope: Scope) -> tuple[object, ...]:
        """The values that a `for` runs through."""
        if isinstance(values, ListValue):
            return tuple([settled(item, self.at(item, current, scope)) for item in values.items])
        found = self.at(values, current, scope)
        if isinstance(found, tuple):
            return found
        if isinstance(values, Expression):
            refuse_unresolved(values, found, scope)
        message = f"a column of `for` is a list, got {describe(found)}"
        raise Refused(diagnose("bad-argument", message, values.span, help="write `[64, 128]`, or the name of a list"))


def refuse_unresolved(expression: Expression, found: object, scope: Scope) -> None:
    """Raises Refused where a bare word was meant as a name, and nothing is called so."""
    if isinstance(found, Unresolved):
        raise Refused(unknown_name(expression, found, scope))


def settled(value: Value, found: object) -> object:
    """What a parameter of that value holds: a bare word becomes a word like any other. Lists in scope are settled."""
    if isinstance(found, Unresolved):
        return str(found)
    if isinstance(value, ListValue) and isinstance(found, tuple):
        return tuple([settled(*pair) for pair in zip(value.items, found, strict=True)])
    return found
