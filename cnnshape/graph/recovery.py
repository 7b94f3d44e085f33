"""The guessed output of a step after a fault: its rank, the channels that it states, and sizes no larger than the
input's.

A failed `linear` may pass its input on or flatten it; after an unknown kind, everything is uncertain.
"""

from collections.abc import Callable, Sequence

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph.evaluation import Refused
from cnnshape.graph.guess import (
    ANY,
    UNKNOWN,
    Axis,
    Guess,
    Pattern,
    at_most,
    exact,
    hull,
    witnesses,
)
from cnnshape.layers import LARGEST, Layer, Shape, Tensor, format_shape
from cnnshape.named_tuple import NamedTuple

_REPORTABLE = frozenset({"window-too-large", "wrong-rank", "bad-argument", "indivisible-channels", "missing-argument"})
"""Faults that hold for every shape, or at least for the largest one."""
UNCERTAIN_INPUT = "an earlier error leaves the input uncertain: sizes named here are the largest that it may have"
Run = Callable[[Tensor], Tensor]


class Outcome(NamedTuple):
    """The possible outputs of a step on an uncertain tensor, and the problems that it has with every input."""

    left: Guess
    problem: Refused | None


def after_failure(kind: type[Layer], stated: int | None, entering: Guess, *, flat_fails: bool = False) -> Guess:
    """The guessed output of a failed layer. `stated` are the channels that the step states.

    `flat_fails` says that no flat tensor can come in, so none comes out either.
    """
    if kind.reshapes:
        return _reshaped(kind, stated, entering)
    channels = ANY if stated is None else exact(stated)
    patterns = [pattern for pattern in entering.patterns if len(pattern) > 1 or not flat_fails]
    return Guess((channels, *[_size(kind, axis) for axis in pattern[1:]]) for pattern in patterns or entering.patterns)


def _size(kind: type[Layer], axis: Axis) -> Axis:
    return ANY if kind.enlarges else at_most(axis[1])


def _reshaped(kind: type[Layer], stated: int | None, entering: Guess) -> Guess:
    """The guessed output of a layer that changes the rank: its stated channels as a flat tensor, or its input."""
    if "out" not in kind.arguments:
        return UNKNOWN
    passed_on = [
        (ANY, *[at_most(most) for _, most in pattern[1:]]) for pattern in entering.patterns if len(pattern) > 1
    ]
    return Guess([(ANY if stated is None else exact(stated),), *passed_on])


def after_join(shapes: Sequence[Guess]) -> Guess:
    """The guessed output of a failed join: the ranks of its inputs, with sizes no larger than theirs."""
    patterns = [pattern for guess in shapes for pattern in guess.patterns]
    return Guess((ANY, *[at_most(most) for _, most in pattern[1:]]) for pattern in patterns)


def through(run: Run, guess: Guess, numbers: Sequence[int]) -> Outcome | None:
    """The output of layers on an uncertain tensor; None if they work on none of its possible shapes."""
    results = []
    for pattern in guess.patterns:
        outputs = _outputs(run, pattern, numbers)
        if outputs:
            results.append(_result(pattern, outputs))
    return Outcome(Guess(results), None) if results else None


def failed(run: Run, guess: Guess, numbers: Sequence[int], kind: type[Layer], stated: int | None) -> Outcome:
    """What is left after layers that work on no shape. Reports the problem if all shapes have it."""
    refusals = {pattern: _refusal(run, pattern, numbers, guess.text(pattern)) for pattern in guess.patterns}
    problems = [refusal.diagnostic for refusal in refusals.values()]
    flat_fails = any(len(pattern) == 1 and refusals[pattern].diagnostic.name == "wrong-rank" for pattern in refusals)
    left = after_failure(kind, stated, guess, flat_fails=flat_fails)
    if any(problem.name not in _REPORTABLE for problem in problems):
        return Outcome(left, None)
    shown = [refusal for refusal in refusals.values() if refusal.diagnostic.name != "wrong-rank"]
    return Outcome(left, (shown or list(refusals.values()))[0])


def _outputs(run: Run, pattern: Pattern, numbers: Sequence[int]) -> dict[Shape, Shape]:
    """The output shapes for some shapes of a pattern, by input shape."""
    outputs = {}
    for shape in witnesses(pattern, numbers):
        try:
            outputs[shape] = run(Tensor(shape)).shape
        except Refused as refused:
            if refused.diagnostic.name == "wrong-rank":
                # All shapes of a pattern have one rank.
                break
    return outputs


def _refusal(run: Run, pattern: Pattern, numbers: Sequence[int], text: str) -> Refused:
    """The problem of layers with the largest shape of a pattern, shown as `text`.

    It has no help if that depends on the number of channels, and the number is uncertain.
    """
    shapes = witnesses(pattern, numbers)
    shape = next(shapes)
    refused = _refused(run, shape)
    problem = _uncertain(refused.diagnostic, shape, text)
    other = next(shapes, shape)
    if other[0] != shape[0] and _refused(run, other).diagnostic.help != problem.help:
        problem = problem._replace(help=None, fixes=())
    return Refused(problem, refused.origin)


def _refused(run: Run, shape: Shape) -> Refused:
    """The problem of layers that work on no shape with this one."""
    try:
        run(Tensor(shape))
    except Refused as refused:
        return refused
    raise AssertionError(f"{shape} is refused once, and then not")


def _result(pattern: Pattern, outputs: dict[Shape, Shape]) -> Pattern:
    """The pattern of some outputs. An axis is certain if they all agree, and bounded if the input's sizes are.

    The output sizes of a layer grow with the input sizes, so they are certain if the smallest and the largest input
    give the same.
    """
    smallest = tuple([least for least, _ in pattern[1:]])
    sized = any(shape[1:] == smallest for shape in outputs)
    bounded = all(most < LARGEST for _, most in pattern[1:])
    length = len(next(iter(outputs.values())))
    whole = hull([tuple(map(exact, shape)) for shape in outputs.values() if len(shape) == length])
    agreed = len(outputs) > 1 or all(least == most for least, most in pattern)
    channels = whole[0] if agreed and whole[0][0] == whole[0][1] else ANY
    return (channels, *[_spatial(axis, certain=sized, bounded=bounded) for axis in whole[1:]])


def _spatial(axis: Axis, *, certain: bool, bounded: bool) -> Axis:
    least, most = axis
    if certain and least == most:
        return axis
    return at_most(most) if bounded else ANY


def _uncertain(problem: Diagnostic, shape: Shape, text: str) -> Diagnostic:
    """The problem with uncertain sizes shown as `?`, in place of the shape that was tried."""
    message = problem.message.replace(format_shape(shape), text)
    return problem._replace(message=message, notes=(*problem.notes, UNCERTAIN_INPUT))
