"""Equal steps become `repeat`, periodic ones `for`."""

from collections.abc import Sequence

from cnnshape.bridge.draft import DraftCall, DraftJoin, DraftResidual, DraftStep, Marks, Steps, Value
from cnnshape.bridge.flat import same
from cnnshape.bridge.fold.periods import Names, with_periods
from cnnshape.bridge.fold.rounds import Blocks
from cnnshape.bridge.fold.steps import is_named, renamed, unnamed, walk_steps

OUT = "out"
"""The parameter of a block that holds the channels that leave it."""


def with_loops(steps: Steps, blocks: Blocks, outputs: Sequence[str] = ()) -> Steps:
    """The steps with repeats and loops in place of equal and periodic ones, also in branches.

    A loop with names inside has one itself: `stage.0` is what its first round gives. `outputs` keep their names.
    """
    names = Names(frozenset(outputs), {step.marks.name for step in walk_steps(steps)}, {})
    return renamed(_looped(steps, blocks, names), names.rounds)


def _looped(steps: Steps, blocks: Blocks, names: Names) -> Steps:
    inner = tuple(_inside(step, blocks, names) for step in steps)
    return with_periods(_repeated(inner, blocks), blocks, names)


def _inside(step: DraftStep, blocks: Blocks, names: Names) -> DraftStep:
    if isinstance(step, DraftResidual):
        shortcut = step.shortcut if isinstance(step.shortcut, str) else _looped(step.shortcut, blocks, names)
        return step._replace(body=_looped(step.body, blocks, names), shortcut=shortcut)
    if isinstance(step, DraftJoin):
        return step._replace(branches={name: _looped(body, blocks, names) for name, body in step.branches.items()})
    return step


# Equal neighbours


def _repeated(steps: Steps, blocks: Blocks) -> Steps:
    """Runs of equal steps as one with `repeat`; the first of a run may have other arguments."""
    result: list[DraftStep] = []
    position = 0
    while position < len(steps):
        step = steps[position]
        end = position + 1
        # A first step that differs joins the run of the steps after it.
        model = steps[end] if end < len(steps) and _may_lead(step, steps[end], blocks) else step
        while end < len(steps) and _is_equal(steps[end], model):
            end += 1
        name = ""
        if end < len(steps) and not step.marks.name and not model.marks.name and _is_equal(unnamed(steps[end]), model):
            # The name of a repeated step is that of its last round.
            name = steps[end].marks.name
            end += 1
        count = end - position
        if count > 1 and not any(other.marks.name for other in steps[position : end - 1]):
            first = {} if _is_equal(step, model) else _first(step, model, blocks)
            result.append(model._replace(marks=Marks(name, step.marks.source, step.marks.when, count, first)))
            position = end
        else:
            result.append(step)
            position += 1
    return tuple(result)


def _is_equal(one: DraftStep, other: DraftStep) -> bool:
    """Whether two steps do the same and take the output of the step before them."""
    joins = isinstance(one, DraftJoin) and bool(one.operands)
    return type(one) is type(other) and one == other and not one.marks.source and not is_named(one) and not joins


def _may_lead(step: DraftStep, model: DraftStep, blocks: Blocks) -> bool:
    """Whether a use of a block differs from the next one by values that belong to the first of a stage.

    Such are the arguments that have a default, and the widths inside of a block that says what leaves it.
    """
    if not isinstance(step, DraftCall) or not isinstance(model, DraftCall) or step.word != model.word:
        return False
    if step.word not in blocks.defaults or model.marks != Marks() or step.marks._replace(source="") != Marks():
        return False
    first = _first(step, model, blocks)
    defaults = blocks.defaults[step.word]
    return bool(first) and OUT not in first and (OUT in defaults or all(defaults[name] is not None for name in first))


def _first(step: DraftStep, model: DraftStep, blocks: Blocks) -> dict[str, Value]:
    """The arguments of the first round alone."""
    assert isinstance(step, DraftCall)
    assert isinstance(model, DraftCall)
    defaults = blocks.defaults[step.word]
    first: dict[str, Value] = {}
    for name, default in defaults.items():
        own, others = step.arguments.get(name, default), model.arguments.get(name, default)
        if own is not None and not same(own, others):
            first[name] = own
    return first
