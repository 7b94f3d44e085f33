"""Questions about steps of a draft, with those inside of them."""

from collections.abc import Iterator, Mapping

from cnnshape.bridge.draft import DraftCall, DraftJoin, DraftLoop, DraftResidual, DraftStep, Steps, Value


def walk_steps(steps: Steps) -> Iterator[DraftStep]:
    """All steps, also those in branches, shortcuts and rounds."""
    for step in steps:
        yield step
        if isinstance(step, DraftResidual):
            yield from walk_steps(step.body)
            yield from walk_steps(step.shortcut if isinstance(step.shortcut, tuple) else ())
        elif isinstance(step, DraftJoin):
            for body in step.branches.values():
                yield from walk_steps(body)
        elif isinstance(step, DraftLoop):
            yield from walk_steps(step.body)


def calls_in(steps: Steps) -> Iterator[DraftCall]:
    """All kinds and blocks that steps use."""
    return (step for step in walk_steps(steps) if isinstance(step, DraftCall))


def is_named(step: DraftStep) -> bool:
    """Whether there are names inside of a step, which only one step can have, or weights of a step with a name."""
    return any(inner.marks.name or inner.marks.source or inner.marks.share for inner in walk_steps((step,)))


def is_row(step: DraftCall) -> bool:
    """Whether a step is on one line with all its modifiers: one with a bare value, or none."""
    return list(step.arguments) in ([], [step.main])


def unnamed(step: DraftStep) -> DraftStep:
    """The step without its name."""
    return step._replace(marks=step.marks._replace(name=""))


def size_of(steps: Steps) -> int:
    """The lines of steps, about."""
    return sum(
        1 + (step.marks.repeat != 1) + bool(step.marks.first) + bool(step.marks.when) for step in walk_steps(steps)
    )


def renamed(steps: Steps, names: Mapping[str, str]) -> Steps:
    """The steps with other references in place of some names."""
    return tuple(_renamed(step, names) for step in steps) if names else steps


def _renamed(step: DraftStep, names: Mapping[str, str]) -> DraftStep:
    marks = step.marks
    source, share = names.get(marks.source, marks.source), names.get(marks.share, marks.share)
    marks = marks._replace(source=source, share=share, first=_values(marks.first, names))
    if isinstance(step, DraftCall):
        return step._replace(arguments=_values(step.arguments, names), marks=marks)
    if isinstance(step, DraftResidual):
        shortcut = renamed(step.shortcut, names) if isinstance(step.shortcut, tuple) else step.shortcut
        return step._replace(body=renamed(step.body, names), shortcut=shortcut, marks=marks)
    if isinstance(step, DraftJoin):
        branches = {name: renamed(body, names) for name, body in step.branches.items()}
        operands = tuple(names.get(operand, operand) for operand in step.operands)
        return step._replace(branches=branches, operands=operands, marks=marks)
    return step._replace(body=renamed(step.body, names), marks=marks)


def _values(values: Mapping[str, Value], names: Mapping[str, str]) -> dict[str, Value]:
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in values.items()}
