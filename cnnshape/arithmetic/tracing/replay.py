"""Replays the steps of a trace on whole numbers, or on numpy arrays, without importing numpy."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnshape.arithmetic.tracing.operations import COMPARISONS, DIVISIONS, OPERATIONS, Bound
from cnnshape.named_tuple import NamedTuple

EXACT = 2.0**53
"""Up to here both int64 and float64 hold every whole number."""


class OutsideTrace(Exception):
    """Raised for values for which a comparison in the recorded computation has another answer."""


class Step(NamedTuple):
    """One step of a trace; `operands` are numbers of earlier steps.

    `value` is a constant, the name of a parameter, or the comparison of a guard with its answer. `whole` is True
    if the result is an int.
    """

    operation: str
    operands: tuple[int, ...] = ()
    value: Any = None
    whole: bool = True


class Replay(NamedTuple):
    """The results by name. `valid` is True, or for arrays an array that marks the elements whose results hold."""

    results: dict[str, Any]
    valid: Any


def replay(steps: Sequence[Step], given: Mapping[str, Any], wanted: Mapping[str, int]) -> Replay:
    """The results of the given steps for values of the parameters."""
    arrays = [value for value in given.values() if hasattr(value, "dtype")]
    whole = {step.value: step.whole for step in steps if step.operation == "parameter"}
    for name, value in given.items():
        if not _has_type(value, whole=whole[name]):
            raise TypeError(
                f"the parameter {name!r} takes {'whole numbers' if whole[name] else 'floats'}, got {value!r}"
            )
    if not arrays:
        return Replay(_on_numbers(steps, given, wanted), True)
    # Zeros of the common shape turn every parameter into an array of its own.
    zeros = (sum(arrays[1:], arrays[0]) * 0).astype("int64")
    if _exceeds(steps, given):
        return _one_by_one(steps, {name: zeros + value for name, value in given.items()}, wanted)
    types = {name: "int64" if whole[name] else "float64" for name in given}
    return _on_arrays(steps, {name: (zeros + value).astype(types[name]) for name, value in given.items()}, wanted)


def _has_type(value: Any, *, whole: bool) -> bool:
    if hasattr(value, "dtype"):
        return value.dtype.kind in ("iu" if whole else "f")
    return type(value) is (int if whole else float)


def _on_numbers(steps: Sequence[Step], given: Mapping[str, Any], wanted: Mapping[str, int]) -> dict[str, Any]:
    slots: list[Any] = []
    for step in steps:
        operands = [slots[index] for index in step.operands]
        if step.operation == "guard":
            sign, answer = step.value
            if COMPARISONS[sign](*operands) is not answer:
                raise OutsideTrace(f"{operands[0]} {sign} {operands[1]} is {not answer}")
        slots.append(_result(step, operands, given))
    return {name: slots[index] for name, index in wanted.items()}


def _result(step: Step, operands: list[Any], given: Mapping[str, Any]) -> Any:
    if step.operation == "parameter":
        return given[step.value]
    if step.operation in ("constant", "guard"):
        return step.value
    try:
        return OPERATIONS[step.operation].plain(*operands)
    except ZeroDivisionError:
        raise OutsideTrace("a division by zero") from None


def _on_arrays(steps: Sequence[Step], given: Mapping[str, Any], wanted: Mapping[str, int]) -> Replay:
    valid = next(iter(given.values())) == next(iter(given.values()))
    slots: list[Any] = []
    for step in steps:
        operands = [slots[index] for index in step.operands]
        if step.operation == "guard":
            sign, answer = step.value
            valid = valid & (COMPARISONS[sign](*operands) == answer)
        if step.operation in DIVISIONS:
            valid = valid & (operands[1] != 0)
        if step.operation in OPERATIONS:
            slots.append(OPERATIONS[step.operation].array(*operands))
        else:
            slots.append(given[step.value] if step.operation == "parameter" else step.value)
    return Replay({name: slots[index] for name, index in wanted.items()}, valid)


def _one_by_one(steps: Sequence[Step], given: Mapping[str, Any], wanted: Mapping[str, int]) -> Replay:
    """Each element by itself, in Python's unbounded numbers."""
    first = next(iter(given.values()))
    valid = first == first
    results = {name: first.astype(object) for name in wanted}
    for index in range(first.size):
        numbers = {name: array.flat[index].item() for name, array in given.items()}
        try:
            for name, number in _on_numbers(steps, numbers, wanted).items():
                results[name].flat[index] = number
        except OutsideTrace:
            valid.flat[index] = False
    return Replay(results, valid)


def _exceeds(steps: Sequence[Step], given: Mapping[str, Any]) -> bool:
    """Whether a number could become too large for exact arithmetic on arrays."""
    bounds: list[Bound] = []
    for step in steps:
        bounds.append(_bound(step, [bounds[index] for index in step.operands], given))
        # NaN, such as infinity times zero, counts as too large.
        if not bounds[-1].most <= EXACT:
            return True
    return False


def _bound(step: Step, operands: list[Bound], given: Mapping[str, Any]) -> Bound:
    if step.operation == "guard":
        return Bound(0, 0)
    if step.operation == "constant":
        return Bound(abs(step.value), abs(step.value))
    if step.operation == "parameter":
        return Bound(_largest(given[step.value]), 1 if step.whole else 0)
    return Bound(OPERATIONS[step.operation].most(*operands), 1 if step.whole else 0)


def _largest(value: Any) -> float:
    if isinstance(value, int | float):
        return abs(value)
    return max(abs(value.min().item()), abs(value.max().item())) if value.size else 0
