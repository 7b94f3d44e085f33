"""Binds each value of a step to an argument of its kind."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean, misspelt
from cnnshape.language import Argument, Call, Expression, ListValue, Name, Setting, Value, shown
from cnnshape.layers import BY_NAME, Layer, bare, foreign_argument, foreign_kind
from cnnshape.program.foreign import (
    SWITCHES,
    argument_help,
    follower_of,
    foreign_spelling,
    inferred_argument,
    is_inferred,
    is_superfluous,
    removed,
    switched,
)
from cnnshape.program.plan import Follower, Plan
from cnnshape.program.vocabulary import Vocabulary
from cnnshape.program.words import in_words, suggests_follower, unfollowing
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix

MOST_SHOWN = 60


class Arguments:
    """Makes the plans of steps, and reports unknown and missing arguments."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._harmless: list[Diagnostic] = []
        """Problems of the current step that leave it a plan."""
        self.settings: dict[Setting, Plan | None] = {}
        """The plan of each `{kind: arguments}` that is the value of a param or a variable; None if it is wrong."""

    def plan(self, call: Call, kind: type[Layer], *, first: bool = False) -> Plan | None:
        """The plan of a kind's step, or of its first repeat; None if its arguments are wrong."""
        arguments = call.arguments
        if first:
            given = {argument.text for argument in call.modifiers.first}
            kept = [argument for argument in arguments if argument.text not in given]
            arguments = (*kept, *call.modifiers.first)
        plan = self._arranged(kind, call.word, arguments, call.main)
        for problem in self._harmless:
            self._vocabulary.report(problem)
        self._harmless = []
        return plan

    def settle(self, value: Value) -> None:
        """Makes the plans of all `{kind: arguments}` in the value of a param or a variable."""
        if isinstance(value, Setting):
            self.settings[value] = self._set_follower("", value).plan
        elif isinstance(value, ListValue):
            for item in value.items:
                self.settle(item)

    def _follower(self, role: str, argument: Argument) -> Follower:
        """The value of `norm` or `act`; a `{kind: args}` gets a plan. What is wrong with it leaves the step a plan."""
        value, key = argument.value, argument.span
        if not isinstance(value, Setting):
            return Follower(role, value, None, is_setting=False, key=key)
        before = len(self._vocabulary.problems)
        follower = self._set_follower(role, value, key)
        problems = self._vocabulary.problems[before:]
        if all(suggests_follower(problem, follower.plan) for problem in problems):
            self._harmless += problems
            del self._vocabulary.problems[before:]
        return follower

    def _set_follower(self, role: str, value: Setting, key: Span | None = None) -> Follower:
        word = value.word
        meant = BY_NAME.get(word.text) or foreign_kind(word.text)
        if meant is not None and not meant.follows:
            self._vocabulary.report(unfollowing(role, meant, word.span))
            return Follower(role, value, None, is_setting=True, key=key)
        kind = self._vocabulary.meant_kind(word)
        plan = self._arranged(kind, word, value.arguments, value.main) if kind else None
        return Follower(role, value, plan, is_setting=True, key=key)

    def _arranged(
        self, kind: type[Layer], word: Name, arguments: tuple[Argument, ...], main: Value | None
    ) -> Plan | None:
        values: dict[str, Value] = {}
        names: dict[str, Span] = {}
        followers: dict[str, Follower] = {}
        inferred: list[Argument] = []
        before = len(self._vocabulary.problems)
        if main is not None:
            self._place_main(kind, main, values, names)
        for argument in arguments:
            text = self._meant(kind, argument, arguments) or argument.text
            if text in kind.followers:
                followers[text] = self._follower(text, argument)
            elif text in kind.arguments:
                values[text], names[text] = argument.value, argument.span
                self._refuse_setting(kind, text, argument.value)
            elif is_inferred(kind, text):
                inferred.append(argument)
                self._harmless.append(inferred_argument(kind, argument))
            else:
                self._unknown_argument(kind, argument)
        if len(self._vocabulary.problems) == before:
            self._check_required(kind, word, values)
        if len(self._vocabulary.problems) > before:
            return None
        ordered = tuple([followers[role] for role in kind.followers if role in followers])
        return Plan(kind, word.span, values, names, ordered, tuple(inferred))

    def _meant(self, kind: type[Layer], name: Name, arguments: tuple[Argument, ...]) -> str | None:
        """The argument that another framework's word means, after it is reported; None for any other word, and where
        that argument is given too."""
        if name.text in kind.arguments or name.text in kind.followers:
            return None
        meant = foreign_argument(kind, name.text) or follower_of(kind, name.text)
        if meant not in (*kind.arguments, *kind.followers):
            return None
        rivals = [argument.text for argument in arguments if argument is not name]
        if any(meant in (rival, foreign_argument(kind, rival), follower_of(kind, rival)) for rival in rivals):
            return None
        self._harmless.append(foreign_spelling(name.text, meant, name.span))
        return meant

    def _place_main(self, kind: type[Layer], main: Value, values: dict[str, Value], names: dict[str, Span]) -> None:
        name = kind.main
        if name is None:
            known = ", ".join(f"`{argument}`" for argument in kind.arguments)
            help = f"name it: {known}" if known else f"write `- {kind.name}`"
            help = _instead_of_pool(kind, main) or help
            if kind.normalizes and isinstance(main, Expression) and main.text.strip().isdigit():
                help = f"channels are inferred from the input: write `- {kind.name}`"
            self._report("unknown-argument", f"{kind.name} takes no bare value", main.span, help)
            return
        values[name], names[name] = main, main.span
        self._refuse_setting(kind, name, main)

    def _refuse_setting(self, kind: type[Layer], name: str, value: Value) -> None:
        """Reports a `{kind: args}` that is given to anything but `norm` and `act`."""
        if isinstance(value, Setting):
            message = f"`{name}` of {kind.name} is {kind.arguments[name].type.expected}, found a mapping"
            self._report("bad-argument", message, value.span)

    def _check_required(self, kind: type[Layer], word: Name, values: dict[str, Value]) -> None:
        missing = [name for name in kind.required if name not in values]
        if not missing:
            return
        listed = in_words(missing)
        given = [f"{name}: {_text(value)}" for name, value in values.items()]
        whole = ", ".join([*given, *(f"{name}: ..." for name in missing)])
        help = "; ".join(f"`{name}`: {kind.arguments[name].doc}" for name in missing)
        help += f"; write `{kind.name}: {{{whole}}}`" if len(whole) <= MOST_SHOWN else ""
        self._report("missing-argument", f"{kind.name} needs {listed}", word.span, help)

    def _unknown_argument(self, kind: type[Layer], argument: Argument) -> None:
        known = foreign_argument(kind, argument.text) or follower_of(kind, argument.text)
        if known is not None:
            problem = foreign_spelling(argument.text, known, argument.span)
            if ":" in known:
                problem = problem._replace(fixes=switched(argument.span, argument.value.span, known))
            self._vocabulary.report(problem)
            return
        if is_inferred(kind, argument.text):
            self._vocabulary.report(inferred_argument(kind, argument))
            return
        words = [*kind.arguments, *kind.followers]
        message, advice = f"{kind.name} has no argument `{shown(argument.text)}`", argument_help(kind, argument.text)
        fixes = misspelt(argument.text, words, argument.span)
        if advice is not None:
            fixes = removed(argument.span) if is_superfluous(argument.text) else ()
            switch = SWITCHES.get(bare(argument.text))
            if switch and "bias" in kind.arguments:
                fixes = switched(argument.span, argument.value.span, switch)
        help = advice or did_you_mean(argument.text, words) or f"{kind.name} takes no arguments"
        self._report("unknown-argument", message, argument.span, help, fixes)

    def _report(
        self, name: str, message: str, at: Span, help: str | None = None, fixes: "tuple[Fix, ...]" = ()
    ) -> None:
        self._vocabulary.report(diagnose(name, message, at, help=help, fixes=fixes))


def _instead_of_pool(kind: type[Layer], main: Value) -> str | None:
    # Only a wrong step needs it.
    from cnnshape.program.foreign_joins import instead_of_pool

    return instead_of_pool(kind.name, main)


def settings_of(values: Iterable[Value]) -> tuple[dict[Setting, Plan | None], list[Diagnostic]]:
    """The plan of each `{kind: arguments}` in some values from outside the file, and the problems of these."""
    vocabulary = Vocabulary({})
    arguments = Arguments(vocabulary)
    for value in values:
        arguments.settle(value)
    return arguments.settings, vocabulary.problems


def _text(value: Value) -> str:
    """A value as it was written, if it is short."""
    if isinstance(value, Expression):
        return shown(value.text)
    return f"[{', '.join(map(_text, value.items))}]" if isinstance(value, ListValue) else "..."
