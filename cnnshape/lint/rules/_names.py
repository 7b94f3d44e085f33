"""Where a spec reads which names: expressions by name, references by the name of a tensor."""

from collections.abc import Iterable, Iterator

from cnnshape.language import (
    Argument,
    Broken,
    Call,
    Expression,
    Join,
    ListValue,
    Loop,
    Reference,
    Residual,
    Setting,
    Step,
    Value,
)

_Place = Value | Reference | None


def read_by(value: _Place) -> Iterator[str]:
    """The names that one value reads; a reference to a round, `stage.2`, reads `stage`."""
    if isinstance(value, Expression):
        yield from value.names
    elif isinstance(value, Reference):
        yield value.text
        yield value.text.rpartition(".")[0]
    elif isinstance(value, ListValue):
        for item in value.items:
            yield from read_by(item)
    elif isinstance(value, Setting):
        yield from _read_by_all(value.arguments)
        yield from read_by(value.main)


def _read_by_all(arguments: Iterable[Argument]) -> Iterator[str]:
    for argument in arguments:
        yield from read_by(argument.value)


def read_in(steps: Iterable[Step]) -> set[str]:
    """The names that steps read from around them: a loop's variables hide others of their name."""
    return {name for step in steps if not isinstance(step, Broken) for name in _read_in(step)}


def _read_in(step: Step) -> Iterator[str]:
    modifiers = step.modifiers
    for value in (modifiers.source, modifiers.when, modifiers.repeat, modifiers.share, modifiers.frozen):
        yield from read_by(value)
    yield from _read_by_all(modifiers.first)
    if isinstance(step, Call):
        yield from read_by(step.main)
        yield from _read_by_all(step.arguments)
    elif isinstance(step, Loop):
        for column in step.columns:
            yield from read_by(column.values)
        yield from read_in(step.do) - {column.name.text for column in step.columns}
    elif isinstance(step, Residual):
        yield from read_in(step.body)
        yield from read_in(step.shortcut) if isinstance(step.shortcut, tuple) else read_by(step.shortcut)
    elif isinstance(step, Join):
        for reference in step.operands:
            yield from read_by(reference)
        for branch in step.branches:
            yield from read_in(branch.steps)
