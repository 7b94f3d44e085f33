"""Questions about steps of a draft, with those inside of them."""

from collections.abc import Iterator

from cnnshape.bridge.draft import DraftCall, DraftJoin, DraftLoop, DraftResidual, DraftStep, Steps


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
    """Whether there are names inside of a step, which only one step can have."""
    return any(inner.marks.name or inner.marks.source for inner in walk_steps((step,)))


def size_of(steps: Steps) -> int:
    """The lines of steps, about."""
    return sum(
        1 + (step.marks.repeat != 1) + bool(step.marks.first) + bool(step.marks.when) for step in walk_steps(steps)
    )
