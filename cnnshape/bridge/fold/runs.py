"""Equal steps become `repeat`, periodic ones `for`."""

from collections.abc import Iterator, Sequence

from cnnshape.bridge.draft import DraftCall, DraftJoin, DraftLoop, DraftResidual, DraftStep, Marks, Steps, Value
from cnnshape.bridge.flat import same
from cnnshape.bridge.fold.rounds import Blocks, merged
from cnnshape.named_tuple import NamedTuple

LONGEST_PERIOD = 12
"""Steps of a round."""
ROUNDS = 2
"""Rounds of the shortest loop."""
MOST_SHORTENED = 16
"""How often a loop is tried with one round less."""
SHORT_HEAD = 2
"""Lines of `for` and `do`."""
SHORT_COLUMNS = 100
"""Characters of columns that fit on the line of their `for`."""


def with_loops(steps: Steps, blocks: Blocks) -> Steps:
    """The steps with repeats and loops in place of equal and periodic ones, also in branches."""
    inner = tuple(_inside(step, blocks) for step in steps)
    return _periodic(_repeated(inner, blocks), blocks)


def _inside(step: DraftStep, blocks: Blocks) -> DraftStep:
    if isinstance(step, DraftResidual):
        shortcut = step.shortcut if isinstance(step.shortcut, str) else with_loops(step.shortcut, blocks)
        return step._replace(body=with_loops(step.body, blocks), shortcut=shortcut)
    if isinstance(step, DraftJoin):
        return step._replace(branches={name: with_loops(body, blocks) for name, body in step.branches.items()})
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
        if end < len(steps) and not step.marks.name and not model.marks.name and _is_equal(_unnamed(steps[end]), model):
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
    return type(one) is type(other) and one == other and not one.marks.name and not one.marks.source and not _named(one)


def _unnamed(step: DraftStep) -> DraftStep:
    return step._replace(marks=step.marks._replace(name=""))


def _named(step: DraftStep) -> bool:
    """Whether there are names inside of a step, which only one step can have."""
    return any(inner.marks.name or inner.marks.source for inner in _walk(step))


def _walk(step: DraftStep) -> Iterator[DraftStep]:
    yield step
    bodies: list[Steps] = []
    if isinstance(step, DraftResidual):
        bodies = [step.body, *([step.shortcut] if isinstance(step.shortcut, tuple) else [])]
    if isinstance(step, DraftJoin):
        bodies = list(step.branches.values())
    if isinstance(step, DraftLoop):
        bodies = [step.body]
    for body in bodies:
        for inner in body:
            yield from _walk(inner)


def _may_lead(step: DraftStep, model: DraftStep, blocks: Blocks) -> bool:
    """Whether a use of a block differs from the next one by arguments that have a default."""
    if not isinstance(step, DraftCall) or not isinstance(model, DraftCall) or step.word != model.word:
        return False
    if step.word not in blocks.defaults or model.marks != Marks() or step.marks._replace(source="") != Marks():
        return False
    first = _first(step, model, blocks)
    return bool(first) and all(blocks.defaults[step.word][name] is not None for name in first)


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


# Periods


def _periodic(steps: Steps, blocks: Blocks) -> Steps:
    """The loop that saves most steps, then those before and after it."""
    if len(steps) < ROUNDS:
        return steps
    forms = list(map(_form, steps))
    best: _Candidate | None = None
    for period in range(1, min(LONGEST_PERIOD, len(steps) // ROUNDS) + 1):
        covered: dict[int, int] = {}
        for start in range(len(steps) - ROUNDS * period + 1):
            if start < covered.get(start % period, 0):
                continue
            count = _rounds(forms, start, period)
            loop = _loop(steps, start, period, count, blocks) if count >= ROUNDS else None
            if loop is None:
                continue
            if best is None or loop.saved > best.saved:
                best = loop
            if loop.stop == start + count * period and _head(loop.step) == SHORT_HEAD:
                # A loop of the last of these rounds alone saves less.
                covered[start % period] = loop.stop
    if best is None:
        return steps
    return (*_periodic(steps[: best.start], blocks), best.step, *_periodic(steps[best.stop :], blocks))


class _Candidate(NamedTuple):
    """A loop in place of steps from `start` to `stop`, and about how many lines it saves."""

    saved: int
    start: int
    stop: int
    step: DraftLoop


def _rounds(forms: Sequence[object], start: int, period: int) -> int:
    """How many rounds of a period have the same form from a start; 0 for steps that only one round can have."""
    first = forms[start : start + period]
    if None in first:
        return 0
    at = start + period
    while at + period <= len(forms) and forms[at : at + period] == first:
        at += period
    return (at - start) // period


def _loop(steps: Steps, start: int, period: int, count: int, blocks: Blocks) -> _Candidate | None:
    """The longest loop of at most so many rounds, if it saves lines."""
    rounds = [steps[start + index * period : start + (index + 1) * period] for index in range(count)]
    if all(other == rounds[0] for other in rounds):
        # Rounds without a value that differs give no column.
        return None
    for _ in range(min(MOST_SHORTENED, len(rounds) - 1)):
        loop = merged(rounds, blocks)
        if loop is not None:
            saved = sum(map(size_of, rounds)) - size_of(loop.body) - _head(loop)
            return _Candidate(saved, start, start + len(rounds) * period, loop) if saved > 0 else None
        rounds.pop()
    return None


def _head(loop: DraftLoop) -> int:
    """The lines of a loop besides its body: its columns on one line if they fit there, and `do`."""
    words = sum(len(name) + len(str(values)) + 2 for name, values in loop.columns.items())
    return SHORT_HEAD if words < SHORT_COLUMNS else SHORT_HEAD + len(loop.columns)


def size_of(steps: Steps) -> int:
    """The lines of steps, about."""
    return sum(
        1 + (step.marks.repeat != 1) + bool(step.marks.first) + bool(step.marks.when)
        for top in steps
        for step in _walk(top)
    )


def _form(step: DraftStep) -> object:
    """What two steps have in common that may be the same step of two rounds; None for one that has names inside."""
    return None if _named(step) else (type(step), step.word if isinstance(step, DraftCall | DraftJoin) else "")
