"""An edit of the file: another value for an argument of a step. It is tried on the program that was resolved already."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from cnnshape.diagnostics import BY_CHOICE, Fix, Give, Replace
from cnnshape.graph import Node
from cnnshape.language import Expression, ListValue, Value, compile_expression
from cnnshape.program import BlockStep, Body, JoinStep, KindStep, LoopStep, Plan, Program, ResidualStep, ResolvedStep
from cnnshape.source import Span

Written = int | float | bool | str | tuple[int, ...]
"""What an edit writes: a number, a word, or a list of one number per axis."""


class Edit:
    """`argument: written` in a step, or a param in a use of a block; `first` if it is in the `first:` of the step."""

    __slots__ = ("argument", "first", "step", "written")

    def __init__(self, step: KindStep | BlockStep, argument: str, written: Written, *, first: bool = False) -> None:
        self.step = step
        self.argument = argument
        self.written = written
        self.first = first

    @property
    def text(self) -> str:
        """The argument as the file must write it: `padding: 2`."""
        return f"{self.argument}: {written_text(self.written)}"

    @property
    def at(self) -> Span:
        """The place of the value that it replaces, or the step's word if the argument is new."""
        step = self.step
        if isinstance(step, BlockStep):
            value = step.given.get(self.argument)
        else:
            plan = step.first if self.first else step.plan
            value = plan.values.get(self.argument) if plan else None
        return self.step.word.span if value is None else value.span


def fix_of(edits: Sequence[Edit]) -> Fix:
    """These edits as a fix. It is one of several ways, and changes the design: no option applies it by itself."""
    return Fix(tuple(map(_as_text, edits)), BY_CHOICE)


def _as_text(edit: Edit) -> Replace | Give:
    if edit.at is not edit.step.word.span:
        return Replace(edit.at, written_text(edit.written))
    if isinstance(edit.step, BlockStep):
        params = edit.step.block.params if edit.step.block else ()
        main = params[0].name.text if params else ""
    else:
        main = (edit.step.kind.main if edit.step.kind else None) or ""
    return Give(edit.at, edit.argument, written_text(edit.written), main)


def written_text(written: Written) -> str:
    """A value in the notation of specs."""
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, tuple):
        return f"[{', '.join(map(str, written))}]"
    return f"{written:g}" if isinstance(written, float) else str(written)


def kind_steps(program: Program) -> dict[tuple[int, int, int], KindStep]:
    """The steps of layers by the place of their words."""
    return {place(step.word.span): step for step in _every(program) if isinstance(step, KindStep)}


def block_steps(program: Program) -> dict[tuple[int, int, int], BlockStep]:
    """The uses of blocks by the place of their words."""
    return {place(step.word.span): step for step in _every(program) if isinstance(step, BlockStep)}


def _every(program: Program) -> Iterator[ResolvedStep]:
    for body in [program.layers, *[block.body for block in program.blocks.values()]]:
        yield from _walk(body)


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
    now = node.application.layer.values[argument]
    return Edit(step, argument, written, first=own and isinstance(value, Expression) and value.text == str(now))


@contextmanager
def applied(edits: Sequence[Edit]) -> Iterator[None]:
    """Applies these edits to the program, and undoes them at the end."""
    undo = [_apply(edit) for edit in edits]
    try:
        yield
    finally:
        for restore in reversed(undo):
            restore()


def _apply(edit: Edit) -> Callable[[], None]:
    """Applies an edit. Returns a function that undoes it."""
    return _apply_to_use(edit, edit.step) if isinstance(edit.step, BlockStep) else _apply_to_layer(edit, edit.step)


def _apply_to_use(edit: Edit, step: BlockStep) -> Callable[[], None]:
    given, first = step.given, step.first
    value = _value(edit.written, step.word.span)
    step.given = {**given, edit.argument: value}
    if first.get(edit.argument) is given.get(edit.argument):
        step.first = {**first, edit.argument: value}

    def restore() -> None:
        step.given, step.first = given, first

    return restore


def _apply_to_layer(edit: Edit, step: KindStep) -> Callable[[], None]:
    plan, first = step.plan, step.first
    if edit.first and first is not None:
        step.first = _changed(first, edit)
    elif plan is not None:
        step.plan = _changed(plan, edit)
        inherits = first is not None and first.values.get(edit.argument) is plan.values.get(edit.argument)
        step.first = step.plan if first is plan else _changed(first, edit) if first and inherits else first

    def restore() -> None:
        step.plan, step.first = plan, first

    return restore


def _changed(plan: Plan, edit: Edit) -> Plan:
    values = {**plan.values, edit.argument: _value(edit.written, plan.at)}
    names = {edit.argument: plan.at, **plan.names}
    return Plan(plan.kind, plan.at, values, names, plan.followers)


def _value(written: Written, at: Span) -> Value:
    if isinstance(written, tuple):
        return ListValue(tuple([compile_expression(str(item), at) for item in written]), at)
    return compile_expression(written_text(written), at)
