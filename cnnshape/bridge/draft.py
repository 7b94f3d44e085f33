"""A spec before it is written: steps without places, and their text through the writer of `language`."""

from collections.abc import Mapping, Sequence

from cnnshape.language import (
    Argument,
    Block,
    Branch,
    Call,
    Column,
    Expectation,
    Expression,
    Input,
    Join,
    ListValue,
    Loop,
    Modifiers,
    Name,
    Param,
    Residual,
    Setting,
    Spec,
    Step,
    compile_expression,
)
from cnnshape.language import Value as SpecValue
from cnnshape.language.expression import compile_reference
from cnnshape.layers import BY_NAME
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText, Span

NOWHERE = Span(SourceText("", ""), 1, 1, 1, 1)
"""The place of everything in a spec that nobody wrote."""


class DraftSetting(NamedTuple):
    """A kind with arguments as a value: `{leaky_relu: 0.1}`."""

    kind: str
    arguments: "tuple[tuple[str, Value], ...]"


Value = int | float | bool | str | DraftSetting | tuple["Value", ...]
"""A value of an argument. A text is a word or an expression."""
Values = dict[str, Value]


FROZEN = "frozen"
"""The modifier that is an argument of kinds here, as blocks and loops may have other values of it."""


class Marks(NamedTuple):
    """The other modifiers of a step, as texts."""

    name: str = ""
    source: str = ""
    when: str = ""
    repeat: int | str = 1
    first: Mapping[str, Value] = {}
    share: str = ""


class DraftCall(NamedTuple):
    """A kind or a block with its arguments, in order. `main` is the argument that a bare value sets.

    `depthwise` says that `out` and `groups` are the channels that enter.
    """

    word: str
    arguments: Mapping[str, Value]
    marks: Marks = Marks()
    main: str = ""
    depthwise: bool = False


class DraftJoin(NamedTuple):
    """A join of branches by name, or of operands by reference."""

    word: str
    branches: "Mapping[str, tuple[DraftStep, ...]]"
    operands: tuple[str, ...] = ()
    broadcast: str = ""
    marks: Marks = Marks()


class DraftResidual(NamedTuple):
    """A residual. The shortcut is steps, or an expression such as `identity if stride == 1 else none`; empty for the identity."""

    body: "tuple[DraftStep, ...]"
    shortcut: "tuple[DraftStep, ...] | str" = ""
    marks: Marks = Marks()


class DraftLoop(NamedTuple):
    """A `for` with its columns."""

    columns: Mapping[str, Value]
    body: "tuple[DraftStep, ...]"
    marks: Marks = Marks()


DraftStep = DraftCall | DraftJoin | DraftResidual | DraftLoop
Steps = tuple[DraftStep, ...]


class DraftBlock(NamedTuple):
    """A block. A parameter without a default is required; the value is None then."""

    name: str
    params: Mapping[str, Value | None]
    body: Steps
    main: str = ""


class Draft(NamedTuple):
    """A whole spec."""

    name: str
    origin: str
    inputs: Mapping[str, tuple[int, ...]]
    blocks: tuple[DraftBlock, ...]
    layers: Steps
    outputs: tuple[str, ...] = ()
    params: Mapping[str, Value] = {}
    expect: Mapping[str, Value] = {}


def spec_of(draft: Draft) -> Spec:
    """The spec of a draft, as the language reads it."""
    return Spec(
        source=NOWHERE.source,
        name=draft.name,
        origin=draft.origin,
        family="",
        year=None,
        results=(),
        inputs=tuple(_input(name, shape) for name, shape in draft.inputs.items()),
        params=tuple(_param(name, value) for name, value in draft.params.items()),
        variants=(),
        blocks=tuple(map(_block, draft.blocks)),
        layers=_steps(draft.layers),
        outputs=tuple(compile_reference(output, NOWHERE) for output in draft.outputs),
        expectations=tuple(Expectation(_name(figure), _wanted(value)) for figure, value in draft.expect.items()),
        sound=True,
    )


def word_of(value: Value) -> str:
    """A single value as a spec has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _name(text: str) -> Name:
    return Name(text, NOWHERE)


def _value(value: Value) -> SpecValue:
    if isinstance(value, DraftSetting):
        main, arguments = _arguments(dict(value.arguments), BY_NAME[value.kind].main or "")
        return Setting(_name(value.kind), arguments, main, NOWHERE) if value.arguments else _value(value.kind)
    if isinstance(value, tuple):
        return ListValue(tuple(map(_value, value)), NOWHERE)
    return compile_expression(word_of(value), NOWHERE)


def _wanted(value: Value) -> Name | ListValue:
    return ListValue(tuple(map(_value, value)), NOWHERE) if isinstance(value, tuple) else _name(word_of(value))


def _input(name: str, shape: Sequence[int]) -> Input:
    return Input(_name(name), tuple(compile_expression(str(size), NOWHERE) for size in shape), None, NOWHERE)


def _param(name: str, value: Value | None) -> Param:
    return Param(_name(name), None if value is None else _value(value))


def _block(block: DraftBlock) -> Block:
    params = tuple(_param(name, value) for name, value in block.params.items())
    return Block(_name(block.name), params, _steps(block.body))


def _steps(steps: Steps) -> tuple[Step, ...]:
    return tuple(map(_step, steps))


def _step(step: DraftStep) -> Step:
    modifiers = _modifiers(step.marks)
    if isinstance(step, DraftCall):
        given = dict(step.arguments)
        if step.word in BY_NAME and FROZEN in given:
            modifiers = _modifiers(step.marks, given.pop(FROZEN))
        main, arguments = _arguments(given, step.main)
        return Call(_name(step.word), arguments, main, modifiers, NOWHERE)
    if isinstance(step, DraftJoin):
        branches = tuple(Branch(_name(name), _steps(body)) for name, body in step.branches.items())
        operands = tuple(compile_reference(operand, NOWHERE) for operand in step.operands)
        broadcast = _name(step.broadcast) if step.broadcast else None
        return Join(_name(step.word), branches, operands, None, broadcast, modifiers, NOWHERE)
    if isinstance(step, DraftResidual):
        return Residual(_name("residual"), _steps(step.body), _shortcut(step.shortcut), None, modifiers, NOWHERE)
    columns = tuple(Column(_name(name), _value(values)) for name, values in step.columns.items())
    return Loop(_name("for"), columns, _steps(step.body), modifiers, NOWHERE)


def _shortcut(shortcut: Steps | str) -> tuple[Step, ...] | Expression | None:
    if isinstance(shortcut, str):
        return compile_expression(shortcut, NOWHERE) if shortcut else None
    return _steps(shortcut)


def _arguments(arguments: Mapping[str, Value], main: str) -> tuple[SpecValue | None, tuple[Argument, ...]]:
    """The main value alone if it is the only argument; else all arguments by name."""
    if main and list(arguments) == [main] and not isinstance(arguments[main], DraftSetting):
        return _value(arguments[main]), ()
    return None, tuple(Argument(name, NOWHERE, _value(value)) for name, value in arguments.items())


def _modifiers(marks: Marks, frozen: Value = False) -> Modifiers:
    return Modifiers(
        name=_name(marks.name) if marks.name else None,
        source=compile_reference(marks.source, NOWHERE) if marks.source else None,
        when=compile_expression(marks.when, NOWHERE) if marks.when else None,
        repeat=None if marks.repeat == 1 else compile_expression(str(marks.repeat), NOWHERE),
        first=_arguments(marks.first, "")[1],
        share=compile_reference(marks.share, NOWHERE) if marks.share else None,
        frozen=compile_expression(word_of(frozen), NOWHERE) if frozen else None,
    )
