"""Resolved steps: each has its kind or block, and everything that the file says about it."""

from collections.abc import Iterable, Mapping

from cnnshape.language import (
    Block,
    Broken,
    Call,
    Column,
    Expression,
    Join,
    ListValue,
    Loop,
    Name,
    Reference,
    Residual,
    Setting,
    Step,
    Value,
    dotted,
    walk,
)
from cnnshape.layers import Layer
from cnnshape.program.plan import Plan
from cnnshape.source import Span


class Body:
    """A list of resolved steps, and the names of the steps in its scope."""

    __slots__ = ("names", "steps")

    def __init__(self, steps: "tuple[ResolvedStep, ...]", names: frozenset[str] = frozenset()) -> None:
        self.steps = steps
        self.names = names


class BlockProgram:
    """A block with its steps resolved. `usable` is false if its params couldn't be read, or if it contains itself.

    `outputs` are the names in it that can be read from outside.
    """

    __slots__ = ("body", "name", "outputs", "params", "usable")

    def __init__(self, block: Block, *, usable: bool) -> None:
        self.name = block.name
        self.params = block.params
        self.outputs = block.outputs
        self.usable = usable
        self.body = Body(())


class ResolvedStep:
    """The parts of all steps: the step as written, and its modifiers. `plain` says that it has none but a name.

    `lists` is the number of operations on lists in its modifiers. `chooses` says that a part of a value of the step may not
    be computed.
    """

    __slots__ = (
        "chooses",
        "dtypes",
        "expect",
        "frozen",
        "lists",
        "name",
        "plain",
        "repeat",
        "share",
        "source",
        "span",
        "when",
        "word",
    )

    def __init__(self, step: Step) -> None:
        modifiers = step.modifiers
        self.word = step.word
        self.span = step.span
        self.name = modifiers.name
        self.source: Reference | None = modifiers.source
        self.when: Expression | None = modifiers.when
        self.repeat: Expression | None = modifiers.repeat
        self.share: Reference | None = modifiers.share
        self.frozen: Expression | None = modifiers.frozen
        self.dtypes = modifiers.dtypes
        self.expect = modifiers.expect
        stated: list[Reference | Expression] = [*modifiers.references, *modifiers.values]
        self.plain = not stated and modifiers.dtypes is None
        self.lists: int = sum([value.lists for value in stated])
        self.chooses = any(value.chooses for value in (*modifiers.values, *step.values))


class KindStep(ResolvedStep):
    """A layer kind. `plan` is None if its arguments are wrong; `first` is the plan of the first repeat.

    `kind` is None if its word is not a kind.
    """

    __slots__ = ("first", "kind", "plan")

    def __init__(self, call: Call, kind: type[Layer] | None, plan: Plan | None, first: Plan | None) -> None:
        super().__init__(call)
        self.kind = kind
        self.plan = plan
        self.first = first

    @property
    def first_differs(self) -> bool:
        """Whether the first repeat has arguments of its own."""
        return self.first is not self.plan


class BlockStep(ResolvedStep):
    """A use of a block, with its arguments, and those of the first repeat.

    `block` is None if the block doesn't exist or doesn't accept the arguments.
    """

    __slots__ = ("block", "first", "given")

    def __init__(
        self, call: Call, block: BlockProgram | None, given: Mapping[str, Value], first: Mapping[str, Value]
    ) -> None:
        super().__init__(call)
        self.block = block
        self.given = given
        self.first = first
        self.lists += sum(value.lists for value in (*given.values(), *first.values()))

    @property
    def first_differs(self) -> bool:
        """Whether the first repeat has arguments of its own."""
        return self.first != self.given


class LoopStep(ResolvedStep):
    """A `for`. `reads_itself` says that a round reads earlier ones by the name of the `for`."""

    __slots__ = ("columns", "do", "reads_itself", "size")

    def __init__(self, loop: Loop, do: Body) -> None:
        super().__init__(loop)
        self.columns: tuple[Column, ...] = loop.columns
        self.do = do
        self.size: int = sum(column.values.size for column in loop.columns)
        self.lists += sum(column.values.lists for column in loop.columns)
        self.reads_itself = loop.modifiers.name is not None and _has_dot(loop.do, loop.modifiers.name.text)


def _has_dot(steps: Iterable[Step], name: str) -> bool:
    """Whether an expression in some steps has this name with a dot after it."""
    for step in walk(steps):
        modifiers = step.modifiers
        read: list[Value | Reference] = [*step.values, *modifiers.values, *step.references, *modifiers.references]
        if any(name in value.names and _reads(value, name) for value in read):
            return True
    return False


def _reads(value: Value | Reference, name: str) -> bool:
    if isinstance(value, ListValue):
        return any(_reads(item, name) for item in value.items)
    if isinstance(value, Setting):
        return any(_reads(item, name) for item in value.values)
    expression = value.expression if isinstance(value, Reference) else value
    return expression is not None and name in dotted(expression.tree)


class ResidualStep(ResolvedStep):
    """A `residual`; its shortcut is None for the identity, an expression for a chosen word."""

    __slots__ = ("body", "conditions", "shortcut", "shortcut_span")

    def __init__(self, residual: Residual, body: Body, shortcut: Body | Expression | None) -> None:
        super().__init__(residual)
        self.body = body
        self.shortcut = shortcut
        self.shortcut_span: Span | None = residual.shortcut_span
        steps = residual.shortcut if isinstance(residual.shortcut, tuple) else ()
        whens = [step.modifiers.when for step in steps if isinstance(step, Call)]
        self.conditions = [when.text for when in whens if when is not None]


class JoinStep(ResolvedStep):
    """A join of branches, or of tensors that exist already."""

    __slots__ = ("branches", "broadcast", "crop", "operands")

    def __init__(self, join: Join, branches: tuple[tuple[Name, Body], ...]) -> None:
        super().__init__(join)
        self.branches = branches
        self.operands = join.operands
        self.lists += sum(operand.lists for operand in join.operands)
        self.crop = join.crop
        self.broadcast = join.broadcast


class BrokenStep(ResolvedStep):
    """A step that failed to parse. Its names stay defined so that uses of them are not reported again."""

    __slots__ = ("names",)

    def __init__(self, step: Broken) -> None:
        super().__init__(step)
        self.names = step.names
