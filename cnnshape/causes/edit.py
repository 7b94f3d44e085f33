"""An edit of the file: another value for an argument of a step. It is tried on the program that was resolved already."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cnnshape.graph import Node
from cnnshape.language import Expression, ListValue, Value, compile_expression
from cnnshape.program import Body, JoinStep, KindStep, LoopStep, Plan, Program, ResidualStep, ResolvedStep
from cnnshape.source import Span

Written = int | float | bool | str | tuple[int, ...]
"""What an edit writes: a number, a word, or a list of one number per axis."""


class Edit:
    """`argument: written` in a step; `first` where it is in the `first:` of the step."""

    __slots__ = ("argument", "first", "step", "written")

    def __init__(self, step: KindStep, argument: str, written: Written, *, first: bool = False) -> None:
        self.step = step
        self.argument = argument
        self.written = written
        self.first = first

    @property
    def text(self) -> str:
        """The argument as it is to be written: `padding: 2`."""
        return f"{self.argument}: {written_text(self.written)}"

    @property
    def at(self) -> Span:
        """The place of the value that it replaces, or the step's word where the argument is new."""
        plan = self.step.first if self.first else self.step.plan
        value = plan.values.get(self.argument) if plan else None
        return self.step.word.span if value is None else value.span


def written_text(written: Written) -> str:
    """A value as a spec has it."""
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, tuple):
        return f"[{', '.join(map(str, written))}]"
    return f"{written:g}" if isinstance(written, float) else str(written)


def kind_steps(program: Program) -> dict[tuple[int, int, int], KindStep]:
    """The steps of layers by the place of their words."""
    bodies = [program.layers, *[block.body for block in program.blocks.values()]]
    steps = (step for body in bodies for step in _walk(body) if isinstance(step, KindStep))
    return {place(step.word.span): step for step in steps}


def place(span: Span) -> tuple[int, int, int]:
    """A place as a key."""
    return id(span.source), span.line, span.column


def _walk(body: Body) -> Iterator[ResolvedStep]:
    for step in body.steps:
        yield step
        for inner in _bodies(step):
            yield from _walk(inner)


def _bodies(step: ResolvedStep) -> list[Body]:
    if isinstance(step, LoopStep):
        return [step.do]
    if isinstance(step, JoinStep):
        return [body for _, body in step.branches]
    if isinstance(step, ResidualStep):
        return [step.body, *([step.shortcut] if isinstance(step.shortcut, Body) else [])]
    return []


def edit_of(step: KindStep, node: Node, argument: str, written: Written) -> Edit:
    """The edit of a step that changes the argument of this node, which `first:` may have set."""
    first, plan = step.first, step.plan
    if first is None or plan is None or first is plan:
        return Edit(step, argument, written)
    value = first.values.get(argument)
    own = value is not None and value is not plan.values.get(argument)
    now = getattr(node.application.layer, argument)
    return Edit(step, argument, written, first=own and isinstance(value, Expression) and value.text == str(now))


@contextmanager
def applied(edits: Sequence[Edit]) -> Iterator[None]:
    """Lets the program have these edits meanwhile."""
    kept = {id(edit.step): (edit.step, edit.step.plan, edit.step.first) for edit in edits}
    for edit in edits:
        _apply(edit)
    try:
        yield
    finally:
        for step, plan, first in kept.values():
            step.plan, step.first = plan, first


def _apply(edit: Edit) -> None:
    step = edit.step
    plan, first = step.plan, step.first
    if plan is None:
        return
    if edit.first and first is not None:
        step.first = _changed(first, edit)
        return
    step.plan = _changed(plan, edit)
    inherits = first is not None and first.values.get(edit.argument) is plan.values.get(edit.argument)
    if first is plan or first is None:
        step.first = step.plan if first is plan else None
    elif inherits:
        step.first = _changed(first, edit)


def _changed(plan: Plan, edit: Edit) -> Plan:
    values = {**plan.values, edit.argument: _value(edit.written, plan.at)}
    names = {edit.argument: plan.at, **plan.names}
    return Plan(plan.kind, plan.at, values, names, plan.followers)


def _value(written: Written, at: Span) -> Value:
    if isinstance(written, tuple):
        return ListValue(tuple([compile_expression(str(item), at) for item in written]), at)
    return compile_expression(written_text(written), at)
