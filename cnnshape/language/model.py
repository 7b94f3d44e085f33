"""The syntax tree of a spec. Nothing here is checked against the vocabulary of layers yet."""

from typing import NamedTuple

from cnnshape.diagnostics import Diagnostic
from cnnshape.language.expression import Expression
from cnnshape.source import SourceText, Span


class Name(NamedTuple):
    """A word with its place: a name given, or a reference to one."""

    text: str
    span: Span


class ListValue(NamedTuple):
    """`[a, b]`: values per axis, pairs of paddings, the columns of a `for`."""

    items: "tuple[Value, ...]"
    span: Span


class Setting(NamedTuple):
    """`{kind: args}` as a value, for `norm` and `act`."""

    word: Name
    arguments: "tuple[Argument, ...]"
    main: "Value | None"
    span: Span


Value = Expression | ListValue | Setting


class Argument(NamedTuple):
    """`name: value` of a layer or a block."""

    name: Name
    value: Value


class Modifiers(NamedTuple):
    """What may stand beside the head of a step."""

    name: Name | None = None
    source: Name | None = None
    when: Expression | None = None
    repeat: Expression | None = None
    first: tuple[Argument, ...] = ()
    share: Name | None = None
    frozen: Expression | None = None


class Call(NamedTuple):
    """A layer kind (`conv`) or a block (`Bottleneck`), applied."""

    word: Name
    arguments: tuple[Argument, ...]
    main: Value | None
    modifiers: Modifiers

    @property
    def is_block(self) -> bool:
        """Blocks are CamelCase, kinds are lower case: they never collide."""
        return self.word.text[:1].isupper()


class Column(NamedTuple):
    """One loop variable and the values that it takes."""

    name: Name
    values: Value


class Loop(NamedTuple):
    """`for`: the columns are walked together, one round per row."""

    word: Name
    columns: tuple[Column, ...]
    do: "tuple[Step, ...]"
    modifiers: Modifiers


class Residual(NamedTuple):
    """A body and a shortcut, added. `shortcut` is None for the identity, an expression for a chosen word."""

    word: Name
    body: "tuple[Step, ...]"
    shortcut: "tuple[Step, ...] | Expression | None"
    shortcut_span: Span | None
    modifiers: Modifiers


class Branch(NamedTuple):
    """One named path of a join; no steps means the input itself."""

    name: Name
    steps: "tuple[Step, ...]"


class Join(NamedTuple):
    """`concat`, `add` or `multiply`, of branches that share the input or of tensors that exist already."""

    word: Name
    branches: tuple[Branch, ...]
    references: tuple[Name, ...]
    crop: Name | None
    modifiers: Modifiers


class Doubt(NamedTuple):
    """What is wrong with a step if its word is what it seems to be; a misspelt control word is fault enough."""

    word: Name
    problems: tuple[Diagnostic, ...]


class Broken(NamedTuple):
    """A step that couldn't be read, and the names that it was to give; without a doubt the fault has been reported."""

    span: Span
    names: tuple[Name, ...] = ()
    doubt: Doubt | None = None


Step = Call | Loop | Residual | Join | Broken


class Param(NamedTuple):
    """A declared parameter; without a default it is required."""

    name: Name
    default: Value | None


class Block(NamedTuple):
    """A named group of steps with parameters of its own; `sound` if these could be read."""

    name: Name
    params: tuple[Param, ...]
    steps: tuple[Step, ...]
    sound: bool = True


class Variant(NamedTuple):
    """A named set of parameter values."""

    name: Name
    params: tuple[Argument, ...]


class Input(NamedTuple):
    """A tensor from outside: `shape` (channels first) for an image-like input, `boxes` for a number of regions."""

    name: Name
    shape: tuple[Expression, ...]
    boxes: Expression | None
    span: Span


class Expectation(NamedTuple):
    """A line of `expect:`: a figure and what it shall be, as written."""

    figure: Name
    wanted: Name | ListValue


class Spec(NamedTuple):
    """A whole file, after `extends`. It is `sound` if all of it could be read, its steps apart.

    `repaired` are the lines that are not YAML, `comments` all comments; both of the files that it extends, too.
    """

    source: SourceText
    name: str
    origin: str
    family: str
    year: int | None
    inputs: tuple[Input, ...]
    params: tuple[Param, ...]
    variants: tuple[Variant, ...]
    blocks: tuple[Block, ...]
    layers: tuple[Step, ...]
    outputs: tuple[Name, ...]
    expectations: tuple[Expectation, ...]
    sound: bool
    repaired: tuple[Span, ...] = ()
    comments: tuple[Span, ...] = ()
