"""Constants of a graph, and the arithmetic on sizes that exporters leave in it."""

import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import ceil, floor, prod

from cnnshape.bridge.onnx.model import MOST_READ, MOST_WHOLE, Node, Stored
from cnnshape.bridge.onnx.sizes import reshaped, squeezed, unsqueezed
from cnnshape.named_tuple import NamedTuple

Number = int | float


class NotFolded(Exception):
    """A constant whose values are not known, because they are many or can't be worked out."""


class Constant(NamedTuple):
    """A tensor that doesn't depend on the input. `name` is the weight that it comes from; `values` are None if unread."""

    shape: tuple[int, ...]
    values: tuple[Number, ...] | None
    real: bool = False
    name: str = ""

    @property
    def elements(self) -> int:
        """The number of values."""
        return prod(self.shape)

    @property
    def known(self) -> tuple[Number, ...]:
        """The values; raises NotFolded if they are not known."""
        if self.values is None:
            raise NotFolded
        return self.values

    @property
    def wholes(self) -> tuple[int, ...]:
        """The values as whole numbers; raises NotFolded."""
        return tuple(_whole(value) for value in self.known)

    @property
    def single(self) -> Number | None:
        """The value of a tensor that has only one; else None."""
        return self.values[0] if self.values is not None and len(self.values) == 1 else None


def of(stored: Stored) -> Constant:
    """The constant of a tensor in the file."""
    return Constant(stored.shape, stored.values, stored.real, stored.name)


def _whole(value: Number) -> int:
    try:
        return int(value)
    except (ValueError, OverflowError) as error:
        raise NotFolded from error


def listed(values: Sequence[Number], *, real: bool = False) -> Constant:
    """A constant of one axis."""
    return Constant((len(values),), tuple(values), real)


Operands = Sequence[Constant | None]
"""The inputs of a node; None for one that is left out."""


def folded(node: Node, operands: Operands) -> Constant:
    """The result of a node whose inputs are all constants. Raises NotFolded."""
    if node.domain:
        raise NotFolded
    try:
        if node.op == "Constant":
            result = _constant(node)
        elif node.op in _FOLDS_OF_VALUES:
            result = _FOLDS_OF_VALUES[node.op](operands)
        elif node.op in _FOLDS:
            result = _FOLDS[node.op](node, operands)
        else:
            raise NotFolded
    except (IndexError, ValueError, ZeroDivisionError, OverflowError, TypeError, AttributeError) as error:
        # The operands don't fit the operation.
        raise NotFolded from error
    if result.values is not None and len(result.values) > (MOST_READ if result.real else MOST_WHOLE):
        return result._replace(values=None)
    return result


def _operand(operands: Operands, index: int) -> Constant:
    operand = operands[index] if index < len(operands) else None
    if operand is None:
        raise NotFolded
    return operand


def _axes(node: Node, operands: Operands, index: int = 1) -> tuple[int, ...] | None:
    """Axes from an attribute or, in newer versions, from an input."""
    given = node.wholes("axes")
    if given is None and index < len(operands) and operands[index] is not None:
        given = _operand(operands, index).wholes
    return given


def _same(operands: Operands) -> Constant:
    return _operand(operands, 0)


def _cast(node: Node, operands: Operands) -> Constant:
    given = _operand(operands, 0)
    if node.whole("to", 1) not in (2, 3, 5, 6, 7, 12, 13) or given.values is None:
        return given
    return given._replace(values=given.wholes, real=False)


def _reshape(node: Node, operands: Operands) -> Constant:
    given = _operand(operands, 0)
    wanted = node.wholes("shape") or _operand(operands, 1).wholes
    return given._replace(shape=reshaped(given.shape, wanted, keeps_zero=bool(node.whole("allowzero", 0))))


def _squeeze(node: Node, operands: Operands) -> Constant:
    given = _operand(operands, 0)
    return given._replace(shape=squeezed(given.shape, _axes(node, operands)))


def _unsqueeze(node: Node, operands: Operands) -> Constant:
    given = _operand(operands, 0)
    return given._replace(shape=unsqueezed(given.shape, _axes(node, operands) or ()))


def _transpose(node: Node, operands: Operands) -> Constant:
    given = _operand(operands, 0)
    order = node.wholes("perm") or tuple(reversed(range(len(given.shape))))
    if sorted(order) != list(range(len(given.shape))):
        raise NotFolded
    shape = tuple(given.shape[axis] for axis in order)
    values = None
    if given.values is not None:
        moved = product(*(range(size) for size in shape))
        steps = [_step(given.shape, axis) for axis in order]
        values = tuple(given.values[sum(map(operator.mul, place, steps))] for place in moved)
    return given._replace(shape=shape, values=values)


def _step(shape: Sequence[int], axis: int) -> int:
    """How far apart the values of an axis are in the row of all."""
    return prod(shape[axis + 1 :])


def _shape(node: Node, operands: Operands) -> Constant:
    return part_of_shape(node, _operand(operands, 0).shape)


def part_of_shape(node: Node, shape: Sequence[int]) -> Constant:
    """What Shape gives: all sizes, or those from `start` to `end`."""
    end = node.attributes.get("end")
    return listed(tuple(shape)[node.whole("start", 0) : end if isinstance(end, int) else None])


def _gather(operands: Operands) -> Constant:
    given, places = _operand(operands, 0), _operand(operands, 1)
    if len(given.shape) != 1 or len(places.shape) > 1:
        raise NotFolded
    values = given.known
    return given._replace(shape=places.shape, values=tuple(values[place] for place in places.wholes))


def _concat(operands: Operands) -> Constant:
    parts = [_operand(operands, index) for index in range(len(operands))]
    if any(len(part.shape) > 1 for part in parts):
        raise NotFolded
    return listed([value for part in parts for value in part.known], real=parts[0].real)


def _slice(node: Node, operands: Operands) -> Constant:
    given = _operand(operands, 0)
    for cut in cuts(node, operands, len(given.shape)):
        chosen = range(*slice(cut.start, cut.stop, cut.step).indices(given.shape[cut.axis]))
        shape = (*given.shape[: cut.axis], len(chosen), *given.shape[cut.axis + 1 :])
        whole, step = given.shape[cut.axis], _step(given.shape, cut.axis)
        rounds = range(prod(given.shape[: cut.axis]))
        places = [(turn * whole + place) * step + inner for turn in rounds for place in chosen for inner in range(step)]
        given = given._replace(shape=shape, values=tuple(given.known[place] for place in places))
    return given


class Cut(NamedTuple):
    """A slice of an axis, as ONNX states it: negative numbers count from the end, large ones mean the end."""

    axis: int
    start: int
    stop: int
    step: int


def cuts(node: Node, operands: Operands, rank: int) -> tuple[Cut, ...]:
    """The slices of a Slice, from its inputs or, in version 9 and before, its attributes. Raises NotFolded."""
    starts, ends = node.wholes("starts"), node.wholes("ends")
    axes, steps = node.wholes("axes"), None
    if starts is None or ends is None:
        starts, ends = _operand(operands, 1).wholes, _operand(operands, 2).wholes
        axes = _operand(operands, 3).wholes if len(operands) > 3 and operands[3] is not None else None
        steps = _operand(operands, 4).wholes if len(operands) > 4 and operands[4] is not None else None
    axes = tuple(range(len(starts))) if axes is None else axes
    steps = steps or (1,) * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or any(not -rank <= axis < rank for axis in axes):
        raise NotFolded
    return tuple(Cut(axis % rank, *rest) for axis, *rest in zip(axes, starts, ends, steps, strict=True))


def _elementwise(combine: Callable[[Number, Number], Number]) -> "FoldOfValues":
    def fold(operands: Operands) -> Constant:
        left, right = _operand(operands, 0), _operand(operands, 1)
        many = max(left, right, key=lambda side: (len(side.known), len(side.shape)))
        if min(len(left.known), len(right.known)) not in (1, len(many.known)):
            raise NotFolded
        pairs = zip(_spread(left, many), _spread(right, many), strict=True)
        return Constant(many.shape, tuple(combine(*pair) for pair in pairs), left.real or right.real)

    return fold


def _spread(side: Constant, many: Constant) -> tuple[Number, ...]:
    return side.known * len(many.known) if len(side.known) == 1 else side.known


def _divided(left: Number, right: Number) -> Number:
    """Whole numbers are divided towards zero."""
    if isinstance(left, int) and isinstance(right, int):
        return abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return left / right


def _single(convert: Callable[[Number], Number]) -> "FoldOfValues":
    def fold(operands: Operands) -> Constant:
        given = _operand(operands, 0)
        return given._replace(values=tuple(convert(value) for value in given.known), name="")

    return fold


def _filled(node: Node, operands: Operands) -> Constant:
    shape = _operand(operands, 0).wholes
    value = node.attributes.get("value")
    count = prod(shape)
    if any(size < 0 for size in shape) or count > MOST_READ:
        raise NotFolded
    given = of(value) if isinstance(value, Stored) else Constant((1,), (0.0,), real=True)
    return Constant(shape, given.known * count, given.real)


def _range(operands: Operands) -> Constant:
    start, stop, step = (_operand(operands, index).wholes[0] for index in range(3))
    if len(range(start, stop, step)) > MOST_READ:
        raise NotFolded
    return listed(range(start, stop, step))


def _expand(operands: Operands) -> Constant:
    given, shape = _operand(operands, 0), _operand(operands, 1).wholes
    if given.elements != 1 or any(size < 0 for size in shape) or prod(shape) > MOST_READ:
        raise NotFolded
    return given._replace(shape=shape, values=given.known * prod(shape))


def _where(operands: Operands) -> Constant:
    which, left, right = (_operand(operands, index) for index in range(3))
    triples = zip(which.known, _spread(left, which), _spread(right, which), strict=True)
    return left._replace(shape=which.shape, values=tuple(one if flag else other for flag, one, other in triples))


def _reduced_product(node: Node, operands: Operands) -> Constant:
    value = prod(_operand(operands, 0).known)
    return Constant((1,) if node.whole("keepdims", 1) else (), (value,))


def _clip(operands: Operands) -> Constant:
    given = _operand(operands, 0)
    low, high = (operands[index] if index < len(operands) else None for index in (1, 2))
    values = given.known
    if low is not None:
        values = tuple(max(value, low.known[0]) for value in values)
    if high is not None:
        values = tuple(min(value, high.known[0]) for value in values)
    return given._replace(values=values, name="")


def _size(operands: Operands) -> Constant:
    return Constant((), (_operand(operands, 0).elements,))


def _constant(node: Node) -> Constant:
    """The value of a Constant node: a tensor, or one of the short forms."""
    for value in node.attributes.values():
        if isinstance(value, Stored):
            return of(value)._replace(name=node.outputs[0] if node.outputs else "")
        if isinstance(value, int | float):
            return Constant((), (value,), isinstance(value, float))
        if isinstance(value, tuple):
            numbers = [item for item in value if isinstance(item, int | float)]
            return listed(numbers, real=any(isinstance(item, float) for item in numbers))
    raise NotFolded


Fold = Callable[[Node, Operands], Constant]
FoldOfValues = Callable[[Operands], Constant]
_FOLDS: Mapping[str, Fold] = {
    "Cast": _cast,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": _transpose,
    "Shape": _shape,
    "Slice": _slice,
    "ConstantOfShape": _filled,
    "ReduceProd": _reduced_product,
}
"""Operations whose result depends on attributes."""
_FOLDS_OF_VALUES: Mapping[str, FoldOfValues] = {
    "Identity": _same,
    "DequantizeLinear": _same,
    "QuantizeLinear": _same,
    "Size": _size,
    "Clip": _clip,
    "Gather": _gather,
    "Concat": _concat,
    "Range": _range,
    "Expand": _expand,
    "Where": _where,
    "Add": _elementwise(operator.add),
    "Sub": _elementwise(operator.sub),
    "Mul": _elementwise(operator.mul),
    "Div": _elementwise(_divided),
    "Mod": _elementwise(operator.mod),
    "Max": _elementwise(max),
    "Min": _elementwise(min),
    "Equal": _elementwise(operator.eq),
    "Not": _single(operator.not_),
    "Neg": _single(operator.neg),
    "Abs": _single(abs),
    "Floor": _single(floor),
    "Ceil": _single(ceil),
    "Sqrt": _single(lambda value: value**0.5),
}
