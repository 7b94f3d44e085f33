"""References: the tensors that an expression gives at a step, and whether a new name is free there."""

from collections.abc import Mapping, Sequence

from cnnshape.diagnostics import MOST_CANDIDATES, diagnose
from cnnshape.graph.evaluation import Refused, Values
from cnnshape.graph.faults import Frame
from cnnshape.graph.scope import UNSETTLED, Current, Finished, Handle, Rounds, Scope, Uncertain, names_inside
from cnnshape.language import Expression, Reference, Unresolved, describe, dotted, shown
from cnnshape.program import unknown_tensor
from cnnshape.source import Span


class References:
    """Evaluates references.

    `outside` are the names that the steps and inputs of the file's layers give, `trace` leads to the current step.
    """

    def __init__(self, values: Values, outside: Mapping[str, Span], trace: Sequence[Frame]) -> None:
        self._values = values
        self._outside = outside
        self._trace = trace

    def value(self, reference: Reference, current: Current | None, scope: Scope) -> object:
        """The value of a reference. `current` is the tensor of `prev`; None where there is none.

        A name of a step may look like an expression, so it comes first. Raises Refused if there is no value, Uncertain
        for a param without one.
        """
        value = scope.get(reference.text)
        if value is None:
            value = self._computed(reference, current, scope)
        if value is UNSETTLED:
            raise Uncertain
        return value

    def tensor(self, reference: Reference, current: Current | None, scope: Scope) -> Handle:
        """The tensor of a reference. Raises Refused if it gives none or several."""
        value = self.value(reference, current, scope)
        if isinstance(value, Handle):
            return value
        if isinstance(value, Rounds) and value:
            return value[-1]
        help = None
        if type(value) is tuple:
            help = "name one of its tensors, or join them: `- concat: ...` or `- add: ...`"
        raise _no_tensor(reference, value, help)

    def tensors(self, reference: Reference, current: Current, scope: Scope) -> tuple[list[Handle], bool]:
        """The tensors of a reference in a join, and whether it gives a list."""
        value = self.value(reference, current, scope)
        handles: list[Handle] = []
        _splice(reference, value, handles)
        return handles, type(value) is tuple

    def _computed(self, reference: Reference, current: Current | None, scope: Scope) -> object:
        expression = reference.expression
        if expression is None:
            raise self._unknown(reference, reference.text, scope)
        try:
            value = self._values.referred(expression, current, scope)
        except Refused as refused:
            if refused.word and _stands_for_tensor(expression, refused.word):
                raise self._unknown(reference, refused.word, scope) from None
            raise
        if isinstance(value, Unresolved):
            raise self._unknown(reference, value, scope)
        return value

    def _unknown(self, reference: Reference, word: str, scope: Scope) -> Refused:
        """The problem of a word that names no tensor."""
        few = scope if len(scope) <= MOST_CANDIDATES else {}
        tensors = [name for name, known in few.items() if isinstance(known, Handle | Rounds)]
        # A dash without blanks is rarely a minus here, so that the whole text is probably a misspelt name.
        at = reference if "-" in reference.text and " " not in reference.text else _place_of(reference, word)
        in_block = any(frame.closed for frame in self._trace)
        inner = [name for name in tensors if word in names_inside(few[name])]
        return Refused(unknown_tensor(at, tensors, self._outside, in_block=in_block, inside=inner), reference)


def _stands_for_tensor(expression: Expression, word: str) -> bool:
    """Whether an undefined name in a reference should be that of a tensor: it is none in an index or a condition."""
    return word == expression.word or word in dotted(expression.tree)


def _place_of(reference: Reference, word: str) -> Reference:
    """The part of a reference that is this word."""
    span = next((span for name, span in reference.uses() if name == word), reference.span)
    return Reference(word, span)


def _splice(reference: Reference, value: object, handles: list[Handle]) -> None:
    """Adds the tensors of a value: one, or those of a list with all lists in it."""
    if isinstance(value, Handle):
        handles.append(value)
    elif isinstance(value, Rounds) and value:
        handles.append(value[-1])
    elif type(value) is tuple:
        for item in value:
            if not isinstance(item, Handle | Rounds | tuple):
                message = f"`{shown(reference.text)}` has {describe(item)} in it, which is not a tensor"
                raise Refused(diagnose("unknown-tensor", message, reference.span), reference)
            _splice(reference, item, handles)
    else:
        raise _no_tensor(reference, value)


def _no_tensor(reference: Reference, value: object, help: str | None = None) -> Refused:
    text = shown(reference.text)
    message = f"`{text}` is {describe(value)}, not a tensor"
    if text.removeprefix("-").isdigit():
        message = f"`{text}` is a number, not a tensor"
        before = "the step before is `prev`; " if value == -1 else ""
        help = f"{before}steps have no numbers: give one a name, `name: x`, and write `x`"
    if isinstance(value, Finished):
        message = f"no round of `{text}` is finished yet"
    return Refused(diagnose("unknown-tensor", message, reference.span, help=help), reference)


def conflict(name: str, rounds: Rounds | None, scope: Scope) -> str:
    """The existing name, or round of a loop, with which a new name collides; empty if there is none."""
    if name in scope and not isinstance(scope[name], Finished):
        return name
    stem, _, number = name.rpartition(".")
    if number.isdigit() and isinstance(scope.get(stem), Rounds) and not isinstance(scope[stem], Finished):
        return name
    return next((f"{name}.{index}" for index in range(len(rounds or ())) if f"{name}.{index}" in scope), "")
