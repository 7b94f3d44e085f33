"""Recorded numbers: a computation runs once on an example, and is replayed for other values.

A recorded number has the value of the example and the operation that made it. A comparison answers for the example and
records a guard: a replay fails for values for which the comparison has another answer. What can't be recorded
(`int()`, `float()`, `range()`, an index) raises TypeError and never becomes a constant. For this reason a recorded
number is not an `int`. Its text is that of the example.

Recorded numbers compare in caches by identity: the same operation on the same numbers is one object. So a cache may
miss, but never mixes designs. Do not use sets to compare sizes: two operations with equal results are two members.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from cnnshape.arithmetic.numbers import Recordable
from cnnshape.arithmetic.tracing.operations import COMPARISONS, OPERATIONS
from cnnshape.arithmetic.tracing.replay import Replay, Step, replay

Operator = Callable[[Any, Any], Any]


class Unrecordable(TypeError):
    """A computation did with a recorded number what can't be recorded; `number` is that number."""

    def __init__(self, number: "Recorded") -> None:
        super().__init__("a recorded number has no single value")
        self.number = number


class Trace:
    """The operations and guards of one computation, in the order in which they ran."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._recorded: dict[tuple[object, ...], Recorded] = {}
        self._guarded: set[tuple[str, int, int]] = set()
        self._parameters: dict[str, Recorded] = {}

    def parameter(self, name: str, example: float) -> Any:
        """A recorded number, for which a replay sets other values of its type. Typed Any, as it replaces a number."""
        if name in self._parameters:
            raise ValueError(f"the parameter {name!r} is recorded already")
        step = Step("parameter", value=name, whole=isinstance(example, int))
        number = self._parameters[name] = self._append(step, example)
        return number

    @property
    def steps(self) -> Sequence[Step]:
        """The operations and guards, in the order in which they ran."""
        return self._steps

    @property
    def guards(self) -> int:
        """The number of comparisons that limit the values for which the trace is valid."""
        return len(self._guarded)

    def replay(self, results: Mapping[str, Any], values: Mapping[str, Any]) -> Replay:
        """The results for other values of the parameters: numbers, or numpy arrays of them of one shape.

        Numbers that don't satisfy a guard raise OutsideTrace; of arrays, `valid` marks the elements that do. Raises
        KeyError for a missing parameter, and TypeError for a value that doesn't have the type of its parameter.
        """
        given = {name: values[name] for name in self._parameters}
        wanted = {name: self.operand(number).step for name, number in results.items()}
        return replay(self._steps, given, wanted)

    def apply(self, operation: str, *operands: Any) -> "Recorded":
        """The result of an operation. The same operation on the same numbers is recorded once."""
        numbers = [self.operand(operand) for operand in operands]
        key = (operation, *[number.step for number in numbers])
        made = self._recorded.get(key)
        if made is None:
            made = self._recorded[key] = self._applied(operation, numbers)
        return made

    def _applied(self, operation: str, numbers: "list[Recorded]") -> "Recorded":
        known = OPERATIONS[operation]
        # Compute the example first: if it raises, nothing is recorded.
        result = known.plain(*[number.example for number in numbers])
        whole = known.whole
        if whole is None:
            # Depends on the types of the operands: the smaller of an int and a float is an int for some values only.
            whole = all(number.is_integer for number in numbers)
        return self._append(Step(operation, tuple([number.step for number in numbers]), None, whole), result)

    def compare(self, comparison: str, a: Any, b: Any) -> bool:
        """The answer for the example, recorded as a guard."""
        left, right = self.operand(a), self.operand(b)
        holds: bool = COMPARISONS[comparison](left.example, right.example)
        key = (comparison, left.step, right.step)
        if key not in self._guarded and left is not right:
            self._guarded.add(key)
            self._steps.append(Step("guard", (left.step, right.step), value=(comparison, holds)))
        return holds

    def operand(self, value: Any) -> "Recorded":
        """A number as an operand of this trace; a plain one is recorded as a constant."""
        if isinstance(value, Recorded):
            if value.trace is not self:
                raise ValueError("a number of another trace")
            return value
        key = (type(value), value)
        constant = self._recorded.get(key)
        if constant is None:
            constant = self._append(Step("constant", (), value, isinstance(value, int)), value)
            self._recorded[key] = constant
        return constant

    def _append(self, step: Step, example: Any) -> "Recorded":
        self._steps.append(step)
        return Recorded(self, len(self._steps) - 1, example, whole=step.whole)


def _is_plain(value: object) -> bool:
    return type(value) in (int, float) or isinstance(value, Recorded)


def _operator(operation: str, neutral: int | None = None, *, reflected: bool = False) -> Operator:
    """The method of an operator; if it is `reflected`, the other number is the left operand.

    A whole `neutral` as the other number changes nothing and is not recorded.
    """

    def apply(self: Any, other: Any) -> Any:
        if not _is_plain(other):
            return NotImplemented
        if type(other) is int and other == neutral:
            return self
        return self.trace.apply(operation, *((other, self) if reflected else (self, other)))

    return apply


def _operators(operation: str, neutral: int | None = None) -> tuple[Operator, Operator]:
    """The methods of an operator whose neutral number changes nothing on both sides."""
    return _operator(operation, neutral), _operator(operation, neutral, reflected=True)


def _comparison(sign: str) -> Callable[[Any, Any], bool]:
    def compare(self: Any, other: Any) -> bool:
        return self.trace.compare(sign, self, other) if _is_plain(other) else NotImplemented

    return compare


class Recorded(Recordable):
    """A number of a trace. `example` is its value in the run that was recorded, `step` the step that made it."""

    __slots__ = ("example", "is_integer", "step", "trace")

    def __init__(self, trace: Trace, step: int, example: Any, *, whole: bool) -> None:
        self.trace = trace
        self.step = step
        self.example = example
        self.is_integer = whole

    __add__, __radd__ = _operators("+", 0)
    __sub__, __rsub__ = _operator("-", 0), _operator("-", reflected=True)
    __mul__, __rmul__ = _operators("*", 1)
    __truediv__, __rtruediv__ = _operators("/")
    __floordiv__, __rfloordiv__ = _operators("//")
    __mod__, __rmod__ = _operators("%")
    __lt__, __le__ = _comparison("<"), _comparison("<=")
    __gt__, __ge__ = _comparison(">"), _comparison(">=")

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __neg__(self) -> Any:
        return self.trace.apply("negative", self)

    def __pow__(self, exponent: object) -> Any:
        # A float's power isn't the product of its factors to the last bit.
        if not self.is_integer or type(exponent) is not int or exponent < 0:
            return NotImplemented
        result: Any = 1
        for _ in range(exponent):
            result = result * self
        return result

    def __eq__(self, other: object) -> bool:
        return self.trace.compare("==", self, other) if _is_plain(other) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return self.trace.compare("!=", self, other) if _is_plain(other) else NotImplemented

    def __bool__(self) -> bool:
        holds: bool = self.trace.compare("!=", self, 0)
        return holds

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __repr__(self) -> str:
        return repr(self.example)

    def __format__(self, spec: str) -> str:
        return format(self.example, spec)

    def __int__(self) -> NoReturn:
        raise Unrecordable(self)

    __float__ = __round__ = __floor__ = __ceil__ = __trunc__ = __index__ = __int__
