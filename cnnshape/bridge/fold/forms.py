"""Keys of steps: equal for equal steps, or for steps that differ by values alone."""

from collections.abc import Hashable, Mapping

from cnnshape.bridge.draft import DraftCall, DraftJoin, DraftResidual, DraftStep, Marks, Steps, Value
from cnnshape.bridge.fold.rounds import Blocks, is_listable

_LISTED = 0
"""Takes the place of a value in a form: a column may have another one for each round."""


def form_of(step: DraftStep, blocks: Blocks) -> Hashable:
    """What steps have in common that differ by values alone. Only such steps can be rounds of a loop."""
    marks = _modifiers(step.marks)
    if isinstance(step, DraftCall):
        first = {**step.arguments, **step.marks.first}
        return step.word, marks, _listed(step, step.arguments, blocks), _listed(step, first, blocks)
    if isinstance(step, DraftResidual):
        shortcut = step.shortcut if isinstance(step.shortcut, str) else _forms(step.shortcut, blocks)
        return "residual", marks, _forms(step.body, blocks), shortcut
    if isinstance(step, DraftJoin):
        branches = tuple((name, _forms(body, blocks)) for name, body in step.branches.items())
        return step.word, marks, branches, step.operands, step.broadcast
    return "for", marks, tuple(step.columns.items()), tuple(map(content_of, step.body))


def _forms(steps: Steps, blocks: Blocks) -> Hashable:
    return tuple(form_of(step, blocks) for step in steps)


def _modifiers(marks: Marks) -> tuple[Hashable, ...]:
    return marks.name, marks.source, marks.when, marks.share


def _listed(step: DraftCall, values: Mapping[str, Value], blocks: Blocks) -> Hashable:
    """The arguments that a column can't have, in a form that is the same for a default that is left out."""
    pairs = ((key, _in_form(value), _in_form(blocks.default(step, key))) for key, value in values.items())
    return frozenset((key, value) for key, value, default in pairs if value != default)


def _in_form(value: Value | None) -> Value | None:
    return value if value is None or not is_listable(value) else _LISTED


def content_of(step: DraftStep) -> Hashable:
    """A value that equal steps have in common."""
    marks = (*_modifiers(step.marks), step.marks.repeat, *step.marks.first.items())
    if isinstance(step, DraftCall):
        return step.word, step.depthwise, marks, *step.arguments.items()
    if isinstance(step, DraftResidual):
        shortcut = step.shortcut if isinstance(step.shortcut, str) else tuple(map(content_of, step.shortcut))
        return "residual", marks, tuple(map(content_of, step.body)), shortcut
    if isinstance(step, DraftJoin):
        branches = tuple((name, tuple(map(content_of, body))) for name, body in step.branches.items())
        return step.word, marks, branches, step.operands, step.broadcast
    return "for", marks, tuple(step.columns.items()), tuple(map(content_of, step.body))
