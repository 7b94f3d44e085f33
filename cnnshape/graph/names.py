"""Names that nothing has, anywhere in a file: also in blocks that no design uses."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cnnshape.diagnostics import MOST_CANDIDATES, SLIP, Diagnostic, Label, nearest
from cnnshape.graph.binding import WORDS, unknown_name
from cnnshape.graph.foreign import foreign_spelling, foreign_value
from cnnshape.graph.scope import AXIS_NAMES
from cnnshape.graph.vocabulary import all_steps
from cnnshape.language import (
    DYNAMIC,
    Argument,
    Broken,
    Call,
    Expression,
    Join,
    ListValue,
    Loop,
    Param,
    Residual,
    Setting,
    Spec,
    Step,
    Value,
    walk,
)
from cnnshape.layers import BY_NAME, ArgumentType, Layer, foreign_kind
from cnnshape.source import Span

_WORDS = frozenset({"identity", "none", "center"})
MOST_LINES = 6
_FOLLOWER = ArgumentType("word", "a layer kind", words=(*BY_NAME, "none"))


class Unknown(NamedTuple):
    """Names that nothing has: `all` of their places, and those to report, each name `once` per block.

    `undeclared` are the names by block, `calls` the steps (by id) that give such a name to a block.
    """

    all: list[Diagnostic]
    once: list[Diagnostic]
    undeclared: dict[str, set[str]]
    calls: set[int]


def unknown_names(spec: Spec) -> Unknown:
    """The names in expressions that are neither in scope nor words of the language.

    A bare word that a file gives to a parameter is a word of its own making, and known everywhere, unless it is known
    for nothing else and close to a name in scope.
    """
    finder = _Finder(spec)
    undeclared = {}
    for block in (each for each in spec.blocks if each.sound):
        finder.enter(block.params)
        finder.defaults(block.params)
        finder.steps(block.steps, {*finder.declared, *_step_names(block.steps)})
        undeclared[block.name.text] = set(finder.first)
    finder.enter(spec.params)
    inputs = {given.name.text for given in spec.inputs}
    finder.steps(spec.layers, {*finder.declared, *inputs, *_step_names(spec.layers)})
    return Unknown(finder.found, finder.once(), undeclared, finder.calls)


_OWN_WORDS = frozenset({*_WORDS, *BY_NAME, *WORDS})


def _words_of(spec: Spec) -> set[str]:
    words = set(_OWN_WORDS)
    values: list[Value | None] = [param.default for param in spec.params]
    values += [setting.value for variant in spec.variants for setting in variant.params]
    values += [param.default for block in spec.blocks for param in block.params]
    for step in all_steps(spec):
        if isinstance(step, Loop):
            values += [column.values for column in step.columns]
        if isinstance(step, Call) and step.is_block:
            # `width: width` means a variable, never a word of that name
            given = (*step.arguments, *step.modifiers.first)
            values += [each.value for each in given if not _names_itself(each)]
            values.append(step.main)
    for value in values:
        words |= _bare_words(value)
    return words


def _tested_words(spec: Spec) -> set[str]:
    """The names that a file works with, or has as defaults: what may be given to a block without being a mistake."""
    words: set[str] = set()
    for block in spec.blocks:
        words.update(*(_bare_words(param.default) for param in block.params))
    for value in _values(spec):
        words |= value.names - _bare_words(value)
    return words


def _values(spec: Spec) -> Iterator[Value]:
    """The values that steps have."""
    for step in all_steps(spec):
        if isinstance(step, Broken):
            continue
        modifiers = step.modifiers
        yield from (each for each in (modifiers.when, modifiers.repeat, modifiers.frozen) if each is not None)
        if isinstance(step, Call):
            yield from (each.value for each in (*step.arguments, *modifiers.first))
        elif isinstance(step, Residual) and isinstance(step.shortcut, Expression):
            yield step.shortcut


def _names_itself(argument: Argument) -> bool:
    return isinstance(argument.value, Expression) and argument.value.text.strip() == argument.name.text


def _bare_words(value: Value | None) -> set[str]:
    if isinstance(value, Expression):
        return {value.text.strip()} if value.names == {value.text.strip()} else set()
    if isinstance(value, ListValue):
        return set().union(*(_bare_words(item) for item in value.items))
    return set()


def _step_names(steps: Iterable[Step]) -> set[str]:
    """The names that steps give themselves, also those that couldn't be read."""
    names = [
        name
        for step in walk(steps)
        for name in (step.names if isinstance(step, Broken) else (step.modifiers.name,))
        if name is not None and name.text
    ]
    return {name.text for name in names}


class _Finder:
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.words = _words_of(spec)
        self.tested: set[str] = set()
        self.params = {param.name.text for param in spec.params}
        self.blocks = {block.name.text for block in spec.blocks}
        axes = {each for given in spec.inputs for each in AXIS_NAMES.get(len(given.shape), ())}
        self.sizes = frozenset({"prev", "in_channels", *axes})
        self.found: list[Diagnostic] = []
        self.calls: set[int] = set()
        self.declared: dict[str, Span] = {}
        self.first: dict[str, int] = {}
        self.again: dict[int, list[int]] = {}

    def enter(self, params: Iterable[Param]) -> None:
        """Goes into a block, or to the file's layers: names are counted anew."""
        self.declared = {param.name.text: param.name.span for param in params}
        self.first = {}

    def once(self) -> list[Diagnostic]:
        """What was found, with the further lines of a name in place of further diagnostics."""
        repeated = {index for indices in self.again.values() for index in indices}
        return [
            self._with_lines(index, diagnostic) for index, diagnostic in enumerate(self.found) if index not in repeated
        ]

    def _with_lines(self, index: int, diagnostic: Diagnostic) -> Diagnostic:
        own = diagnostic.at.span.line if diagnostic.at else 0
        places = [self.found[each].at for each in self.again.get(index, ())]
        lines = sorted({place.span.line for place in places if place} - {own})
        if not lines:
            return diagnostic
        listed = ", ".join(map(str, lines[:MOST_LINES])) + (", ..." if len(lines) > MOST_LINES else "")
        return diagnostic._replace(notes=(f"also on line{'s' * (len(lines) > 1)} {listed}",))

    def defaults(self, params: Iterable[Param]) -> None:
        """The defaults of a block's params, each worked out with those before it in scope."""
        names: set[str] = set()
        for param in params:
            self.value(param.default, names)
            names.add(param.name.text)

    def steps(self, steps: Iterable[Step], names: set[str]) -> None:
        for step in steps:
            if not isinstance(step, Broken):
                self.step(step, names)

    def step(self, step: Step, names: set[str]) -> None:
        modifiers = step.modifiers
        inside = names | {"i", "last"} if modifiers.repeat is not None else names
        for condition in (modifiers.when, modifiers.repeat, modifiers.frozen):
            self.value(condition, names)
        if isinstance(step, Call):
            self.call(step, inside)
        elif isinstance(step, Loop):
            for column in step.columns:
                self.value(column.values, inside)
            self.steps(step.do, inside | {column.name.text for column in step.columns} | {"i", "last"})
        elif isinstance(step, Residual):
            self.residual(step, inside)
        elif isinstance(step, Join):
            for branch in step.branches:
                self.steps(branch.steps, inside)

    def residual(self, step: Residual, names: set[str]) -> None:
        self.steps(step.body, names)
        if isinstance(step.shortcut, tuple):
            self.steps(step.shortcut, names)
        elif step.shortcut is not None and not _bare_words(step.shortcut):
            self.value(step.shortcut, names)

    def call(self, step: Call, names: set[str]) -> None:
        kind = BY_NAME.get(step.word.text)
        if kind is None and step.word.text not in self.blocks:
            return
        if kind is None or kind.main is not None:
            self.value(step.main, names, _type_of(kind, kind.main) if kind and kind.main else None)
        self.arguments((*step.arguments, *step.modifiers.first), names, kind)
        if kind is None:
            self.given(step, names)

    def given(self, step: Call, names: set[str]) -> None:
        """Refuses a word that is given to a block, and means nothing but a name in scope that is misspelt."""
        values = [each.value for each in (*step.arguments, *step.modifiers.first) if not _names_itself(each)]
        for value in values if step.main is None else [*values, step.main]:
            for word in sorted(_bare_words(value) - names - DYNAMIC - _OWN_WORDS):
                if nearest(word, names, SLIP) and not self.is_tested(word):
                    self.calls.add(id(step))
                    self.unknown(value, word, names, None)

    def is_tested(self, word: str) -> bool:
        """Whether the file works with a word; this is asked seldom."""
        self.tested = self.tested or _tested_words(self.spec)
        return word in self.tested

    def arguments(self, arguments: Iterable[Argument], names: set[str], kind: type[Layer] | None) -> None:
        """The values of arguments; what the kind doesn't have has been reported by its name."""
        for argument in arguments:
            text = argument.name.text
            if kind is None or text in kind.arguments:
                self.value(argument.value, names, _type_of(kind, text))
            elif text in kind.followers:
                self.follower(argument.value, names)

    def follower(self, value: Value, names: set[str]) -> None:
        """The value of `norm` or `act`: a kind's word, often one of another framework."""
        for word in _bare_words(value) - names - self.words:
            foreign = foreign_kind(word)
            if foreign is not None:
                self.found.append(foreign_spelling(word, foreign.name, value.span))
                return
        self.value(value, names, _FOLLOWER)

    def value(self, value: Value | None, names: set[str], type: ArgumentType | None = None) -> None:
        """Reports the first unknown name of a value; `type` is that of the argument which gets it."""
        if isinstance(value, Expression):
            unknown = sorted(value.names - names - DYNAMIC - self.words)
            if unknown:
                self.unknown(value, unknown[0], names, type)
        elif isinstance(value, ListValue):
            for item in value.items:
                self.value(item, names, type)
        elif isinstance(value, Setting):
            kind = BY_NAME.get(value.word.text)
            if kind is not None:
                self.value(value.main, names)
                self.arguments(value.arguments, names, kind)

    def unknown(self, value: Value, word: str, names: set[str], type: ArgumentType | None) -> None:
        found = self.diagnostic(value, word, names, type)
        if found.name == "unknown-name":
            first = self.first.setdefault(word, len(self.found))
            if first < len(self.found):
                self.again.setdefault(first, []).append(len(self.found))
        close = nearest(word, self.declared)
        if close is not None and found.help == f"did you mean `{close}`?":
            found = found._replace(related=(Label(self.declared[close], f"`{close}` is declared here"),))
        self.found.append(found)

    def diagnostic(self, value: Value, word: str, names: set[str], type: ArgumentType | None) -> Diagnostic:
        written = type.native(word) if type else None
        if written is not None and _bare_words(value) == {word}:
            return foreign_value(word, written, value.span)
        known = set(type.words) if type else set()
        known |= set() if len(names) > MOST_CANDIDATES else names
        known |= set() if type and type.form == "word" else self.sizes
        in_block = (
            f"a block sees its own params alone: declare `{word}` there, and hand it over where the block is used"
        )
        return unknown_name(value, word, dict.fromkeys(known), in_block if word in self.params else None)


def _type_of(kind: type[Layer] | None, argument: str) -> ArgumentType | None:
    return kind.arguments[argument].type if kind is not None and argument in kind.arguments else None
