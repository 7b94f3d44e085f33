"""References: the tensor that a name stands for at a step, and whether a new name is free there."""

from cnnshape.diagnostics import MOST_CANDIDATES, diagnose
from cnnshape.graph.binding import Refused
from cnnshape.graph.scope import Handle, Rounds, Scope
from cnnshape.graph.vocabulary import Vocabulary
from cnnshape.language import Reference, describe, shown


def tensor_of(name: Reference, scope: Scope, vocabulary: Vocabulary, *, in_block: bool = False) -> Handle:
    """The tensor of that name; raises Refused where there is none."""
    found = scope.get(name.text)
    if found is None and "." in name.text:
        found = _round(name, scope)
    if isinstance(found, Rounds):
        found = found[-1] if found else Handle(None)
    if isinstance(found, Handle):
        return found
    if found is not None:
        message = f"`{shown(name.text)}` is {describe(found)}, not a tensor"
        raise Refused(diagnose("unknown-tensor", message, name.span))
    few = scope if len(scope) <= MOST_CANDIDATES else {}
    tensors = [known for known, value in few.items() if isinstance(value, Handle | Rounds)]
    raise Refused(vocabulary.no_tensor(name, tensors, in_block=in_block))


def _round(name: Reference, scope: Scope) -> object:
    stem, _, number = name.text.rpartition(".")
    rounds = scope.get(stem)
    if isinstance(rounds, Handle) and rounds.index is None and number.isdigit():
        return rounds
    if not isinstance(rounds, Rounds) or not (number.isascii() and number.isdigit()):
        return None
    if int(number[:9]) >= len(rounds):
        message = f"`{stem}` has {len(rounds)} rounds, counted from 0; there is no round {number[:9]}"
        raise Refused(diagnose("unknown-tensor", message, name.span))
    return rounds[int(number)]


def conflict(name: str, rounds: Rounds | None, scope: Scope) -> str:
    """The name, or the round of a loop, that a new name would stand for as well; empty where there is none."""
    if name in scope:
        return name
    stem, _, number = name.rpartition(".")
    if number.isdigit() and isinstance(scope.get(stem), Rounds):
        return name
    return next((f"{name}.{index}" for index in range(len(rounds or ())) if f"{name}.{index}" in scope), "")
