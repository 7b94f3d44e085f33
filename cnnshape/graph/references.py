"""References: the tensor of a name at a step, and whether a new name is free there."""

from collections.abc import Mapping

from cnnshape.diagnostics import MOST_CANDIDATES, diagnose
from cnnshape.graph.evaluation import Refused, Uncertain
from cnnshape.graph.guess import UNKNOWN, Guess
from cnnshape.graph.scope import UNSETTLED, Handle, Rounds, Scope
from cnnshape.language import Reference, describe, shown
from cnnshape.program import unknown_tensor
from cnnshape.source import Span


def tensor_of(reference: Reference, scope: Scope, outside: Mapping[str, Span], *, in_block: bool = False) -> Handle:
    """The tensor of a reference. Raises Refused if there is none, Uncertain for a param without a value."""
    value = scope.get(reference.text)
    if value is None and reference.round is not None:
        value = _round(reference, reference.round, scope)
    if isinstance(value, Rounds):
        value = value[-1] if value else Handle(UNKNOWN)
    if isinstance(value, Handle):
        return value
    if value is UNSETTLED or (value is None and scope.get(reference.stem) is UNSETTLED):
        raise Uncertain
    if value is not None:
        message = f"`{shown(reference.text)}` is {describe(value)}, not a tensor"
        raise Refused(diagnose("unknown-tensor", message, reference.span), reference)
    few = scope if len(scope) <= MOST_CANDIDATES else {}
    tensors = [name for name, known in few.items() if isinstance(known, Handle | Rounds)]
    raise Refused(unknown_tensor(reference, tensors, outside, in_block=in_block), reference)


def _round(reference: Reference, number: int, scope: Scope) -> Handle | None:
    """The output of a round of a named `for` or `repeat`."""
    rounds = scope.get(reference.stem)
    if isinstance(rounds, Handle) and isinstance(rounds.value, Guess):
        return rounds
    if not isinstance(rounds, Rounds):
        return None
    if number >= len(rounds):
        message = f"`{reference.stem}` has {len(rounds)} rounds, counted from 0; there is no round {number}"
        raise Refused(diagnose("unknown-tensor", message, reference.span), reference)
    return rounds[number]


def conflict(name: str, rounds: Rounds | None, scope: Scope) -> str:
    """The existing name, or round of a loop, with which a new name collides; empty if there is none."""
    if name in scope:
        return name
    stem, _, number = name.rpartition(".")
    if number.isdigit() and isinstance(scope.get(stem), Rounds):
        return name
    return next((f"{name}.{index}" for index in range(len(rounds or ())) if f"{name}.{index}" in scope), "")
