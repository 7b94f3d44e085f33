"""Steps as written, not yet checked against the layer kinds and blocks.

Each type of step provides its own values, references and lists of steps, so a walk over steps needs no list of types.
"""

from collections.abc import Iterable, Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.language.dtypes import Dtypes
from cnnshape.language.expression import Expression, Reference
from cnnshape.language.values import Argument, Name, Value
from cnnshape.source import Span

Steps = tuple["Step", ...]


class Contract:
    """The shapes that must enter and leave a step, as written; None for one that is not stated."""

    __slots__ = ("input", "output")

    def __init__(self, input: Value | None, output: Value | None) -> None:
        self.input = input
        self.output = output

    @property
    def shapes(self) -> list[Value]:
        """Those that are stated."""
        return [shape for shape in (self.input, self.output) if shape is not None]


class Modifiers:
    """The keys next to the head of a step.

    `values` are the expressions of `when`, `repeat` and `frozen`, and `references` those of `from` and `share`, if given.
    """

    __slots__ = (
        "dtypes", "expect", "first", "frozen", "name", "references", "repeat", "share", "source", "values", "when",
    )  # fmt: skip

    def __init__(
        self,
        name: Name | None = None,
        source: Reference | None = None,
        when: Expression | None = None,
        repeat: Expression | None = None,
        first: tuple[Argument, ...] = (),
        share: Reference | None = None,
        frozen: Expression | None = None,
        expect: Contract | None = None,
        dtypes: Dtypes | None = None,
    ) -> None:
        self.dtypes = dtypes
        self.expect = expect
        self.name = name
        self.source = source
        self.when = when
        self.repeat = repeat
        self.first = first
        self.share = share
        self.frozen = frozen
        self.values = tuple([value for value in (when, repeat, frozen) if value is not None])
        self.references = tuple([reference for reference in (source, share) if reference is not None])


PLAIN = Modifiers()
"""The modifiers of a step that has none: a large design has thousands of such steps, which share this object."""


class Step:
    """A step of a list. `span` is all of it, `word` the kind, block or control word that names it."""

    __slots__ = ("modifiers", "span", "word")

    def __init__(self, word: Name, modifiers: Modifiers, span: Span) -> None:
        self.word = word
        self.modifiers = modifiers
        self.span = span

    @property
    def bodies(self) -> tuple[Steps, ...]:
        """The lists of steps inside this step."""
        return ()

    @property
    def values(self) -> list[Value]:
        """Its own values, without those of its modifiers."""
        return []

    @property
    def references(self) -> tuple[Reference, ...]:
        """Its own references, without those of its modifiers."""
        return ()

    @property
    def given_names(self) -> tuple[Name, ...]:
        """The names that the step gives to tensors."""
        return (self.modifiers.name,) if self.modifiers.name is not None else ()


class Call(Step):
    """A layer kind (`conv`) or a block (`Bottleneck`), applied."""

    __slots__ = ("arguments", "main")

    def __init__(
        self, word: Name, arguments: tuple[Argument, ...], main: Value | None, modifiers: Modifiers, span: Span
    ) -> None:
        super().__init__(word, modifiers, span)
        self.arguments = arguments
        self.main = main

    @property
    def is_block(self) -> bool:
        """Blocks are CamelCase, kinds are lower case: they never collide."""
        return self.word.text[:1].isupper()

    @property
    def values(self) -> list[Value]:
        values = [argument.value for argument in (*self.arguments, *self.modifiers.first)]
        return values if self.main is None else [*values, self.main]


class Column:
    """One loop variable and the values that it takes."""

    __slots__ = ("name", "values")

    def __init__(self, name: Name, values: Value) -> None:
        self.name = name
        self.values = values


class Loop(Step):
    """`for`: the columns are walked together, one round per row."""

    __slots__ = ("columns", "do")

    def __init__(self, word: Name, columns: tuple[Column, ...], do: Steps, modifiers: Modifiers, span: Span) -> None:
        super().__init__(word, modifiers, span)
        self.columns = columns
        self.do = do

    @property
    def bodies(self) -> tuple[Steps, ...]:
        return (self.do,)

    @property
    def values(self) -> list[Value]:
        return [column.values for column in self.columns]


class Residual(Step):
    """A body and a shortcut, added. `shortcut` is None for the identity, an expression for a chosen word."""

    __slots__ = ("body", "shortcut", "shortcut_span")

    def __init__(
        self,
        word: Name,
        body: Steps,
        shortcut: Steps | Expression | None,
        shortcut_span: Span | None,
        modifiers: Modifiers,
        span: Span,
    ) -> None:
        super().__init__(word, modifiers, span)
        self.body = body
        self.shortcut = shortcut
        self.shortcut_span = shortcut_span

    @property
    def bodies(self) -> tuple[Steps, ...]:
        return (self.body, self.shortcut) if isinstance(self.shortcut, tuple) else (self.body,)

    @property
    def values(self) -> list[Value]:
        return [self.shortcut] if isinstance(self.shortcut, Expression) else []


class Branch:
    """One named path of a join; no steps means the input itself."""

    __slots__ = ("name", "steps")

    def __init__(self, name: Name, steps: Steps) -> None:
        self.name = name
        self.steps = steps


class Join(Step):
    """`concat` or an element-wise join, of branches that share the input or of tensors that exist already."""

    __slots__ = ("branches", "broadcast", "crop", "operands")

    def __init__(
        self,
        word: Name,
        branches: tuple[Branch, ...],
        operands: tuple[Reference, ...],
        crop: Name | None,
        broadcast: Name | None,
        modifiers: Modifiers,
        span: Span,
    ) -> None:
        super().__init__(word, modifiers, span)
        self.branches = branches
        self.broadcast = broadcast
        self.operands = operands
        self.crop = crop

    @property
    def bodies(self) -> tuple[Steps, ...]:
        return tuple([branch.steps for branch in self.branches])

    @property
    def references(self) -> tuple[Reference, ...]:
        return self.operands


class Unconfirmed:
    """The problems of a step whose word may be a misspelt control word. They count only if the word is right."""

    __slots__ = ("problems", "word")

    def __init__(self, word: Name, problems: tuple[Diagnostic, ...]) -> None:
        self.word = word
        self.problems = problems


class Broken(Step):
    """A step that failed to parse. Its names stay defined so that uses of them are not reported again.

    Its fault has been reported, unless it is `unconfirmed`.
    """

    __slots__ = ("names", "unconfirmed")

    def __init__(self, span: Span, names: tuple[Name, ...] = (), unconfirmed: Unconfirmed | None = None) -> None:
        super().__init__(Name("", span), PLAIN, span)
        self.names = names
        self.unconfirmed = unconfirmed

    @property
    def given_names(self) -> tuple[Name, ...]:
        return self.names


def of_scope(steps: Iterable[Step]) -> Iterator[Step]:
    """Every step whose name is in the scope of the list: those in branches and residuals too, but not those in rounds."""
    for step in steps:
        yield step
        if not isinstance(step, Loop) and step.modifiers.repeat is None:
            for body in step.bodies:
                yield from of_scope(body)


def walk(steps: Iterable[Step]) -> Iterator[Step]:
    """Every step with the steps inside it, in the order of the text. The depth of YAML bounds the recursion."""
    for step in steps:
        yield step
        for body in step.bodies:
            yield from walk(body)
