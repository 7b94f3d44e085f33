"""Names that nothing has, anywhere in a file: also in blocks that no design uses."""

from collections.abc import Iterable

from cnnshape.diagnostics import MOST_CANDIDATES, Diagnostic
from cnnshape.graph.binding import WORDS, unknown_name
from cnnshape.graph.foreign import foreign_spelling, foreign_value
from cnnshape.graph.scope import DYNAMIC
from cnnshape.graph.vocabulary import walk
from cnnshape.layers import BY_NAME, ArgumentType, Layer, foreign_kind
from cnnshape.spec import (
    Argument,
    Broken,
    Call,
    Expression,
    Join,
    ListValue,
    Loop,
    Residual,
    Setting,
    Spec,
    Step,
    Value,
)

_WORDS = frozenset({"identity", "none", "center"})
_FOLLOWER = ArgumentType("word", "a layer kind", words=(*BY_NAME, "none"))


def unknown_names(spec: Spec) -> list[Diagnostic]:
    """A diagnostic for each expression with a name that is neither in scope nor a word of the language.

    A bare word that a file gives to a parameter is a word of its own making, and known everywhere.
    """
    finder = _Finder(spec, _words_of(spec))
    top = {param.name.text for param in spec.params} | {given.name.text for given in spec.inputs}
    for block in (each for each in spec.blocks if each.sound):
        finder.steps(block.steps, {param.name.text for param in block.params} | _step_names(block.steps))
    finder.steps(spec.layers, top | _step_names(spec.layers))
    return finder.found


def _words_of(spec: Spec) -> set[str]:
    words = {*_WORDS, *BY_NAME, *WORDS}
    values: list[Value | None] = [param.default for param in spec.params]
    values += [setting.value for variant in spec.variants for setting in variant.params]
    values += [param.default for block in spec.blocks for param in block.params]
    for steps in (*(block.steps for block in spec.blocks), spec.layers):
        for step in walk(steps):
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


def _names_itself(argument: Argument) -> bool:
    return isinstance(argument.value, Expression) and argument.value.text.strip() == argument.name.text


def _bare_words(value: Value | None) -> set[str]:
    if isinstance(value, Expression):
        return {value.text.strip()} if value.names == {value.text.strip()} else set()
    if isinstance(value, ListValue):
        return set().union(*(_bare_words(item) for item in value.items))
    return set()


def _step_names(steps: Iterable[Step]) -> set[str]:
    return {step.modifiers.name.text for step in walk(steps) if not isinstance(step, Broken) and step.modifiers.name}


class _Finder:
    def __init__(self, spec: Spec, words: set[str]) -> None:
        self.blocks = {block.name.text for block in spec.blocks}
        self.params = {param.name.text for param in spec.params}
        self.words = words
        self.found: list[Diagnostic] = []

    def steps(self, steps: Iterable[Step], names: set[str]) -> None:
        for step in steps:
            if not isinstance(step, Broken):
                self.step(step, names)

    def step(self, step: Call | Loop | Residual | Join, names: set[str]) -> None:
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
        else:
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
        main = next((name for name, argument in kind.arguments.items() if argument.main), "") if kind else ""
        if main or kind is None:
            self.value(step.main, names, _type_of(kind, main))
        self.arguments((*step.arguments, *step.modifiers.first), names, kind)

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
                self.found.append(self.unknown(value, unknown[0], names, type))
        elif isinstance(value, ListValue):
            for item in value.items:
                self.value(item, names, type)
        elif isinstance(value, Setting):
            kind = BY_NAME.get(value.word.text)
            if kind is not None:
                self.value(value.main, names)
                self.arguments(value.arguments, names, kind)

    def unknown(self, value: Expression, word: str, names: set[str], type: ArgumentType | None) -> Diagnostic:
        """The diagnostic of a name that nothing has."""
        written = type.native(word) if type else None
        if written is not None and value.text.strip() == word:
            return foreign_value(word, written, value.span)
        words = type.words if type else ()
        few = names if len(names) <= MOST_CANDIDATES else set()
        known = {*words, *few} if type and type.form == "word" else {*words, *few, *DYNAMIC}
        found = unknown_name(value, word, dict.fromkeys(known))
        if word in self.params and (found.help is None or found.help.startswith("known here")):
            help = (
                f"a block sees its own params alone: declare `{word}` there, and hand it over where the block is used"
            )
            return found._replace(help=help)
        return found


def _type_of(kind: type[Layer] | None, argument: str) -> ArgumentType | None:
    return kind.arguments[argument].type if kind is not None and argument in kind.arguments else None
