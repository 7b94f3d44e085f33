"""Holding a spec against the vocabulary: which kind a step means, and which of its arguments.

This looks at every step of the file, expanded or not, so that one run reports every misspelt word.
"""

import re
from collections.abc import Iterator, Sequence

from cnnshape.diagnostics import Diagnostic, Label, diagnose, did_you_mean, nearest
from cnnshape.graph.foreign import CONTROLS, INFERRED, argument_help, follower_of, foreign_spelling, kind_help
from cnnshape.language import (
    Argument,
    Block,
    Broken,
    Call,
    Expression,
    ListValue,
    Name,
    Reference,
    Setting,
    Spec,
    Step,
    Unconfirmed,
    Value,
    shown,
    walk,
)
from cnnshape.layers import BY_FOREIGN_NAME, BY_NAME, Layer, bare, foreign_argument, foreign_kind
from cnnshape.source import Span

MOST_NAMED = 12
MOST_SHOWN = 60
_OWN_CONTROLS = ("residual", "for")
_RUN_TOGETHER = re.compile(r"([A-Za-z_][\w.]*) *([:(=, ])(.*)", re.DOTALL)


class Plan:
    """A step that means a kind: the values of its arguments, and of `norm` and `act`, by name.

    `at` is the kind's word, `names` are the places of the arguments' names. A plan stands for itself: two steps
    have two plans. `size` is how many values and variables it has.
    """

    __slots__ = ("at", "constant", "followers", "kind", "names", "size", "values", "variables")

    def __init__(
        self,
        kind: type[Layer],
        at: Span,
        values: dict[str, Value] | None = None,
        names: dict[str, Span] | None = None,
        followers: dict[str, Value] | None = None,
    ) -> None:
        self.kind = kind
        self.at = at
        self.values = values or {}
        self.names = names or {}
        self.followers = followers or {}
        self.constant = all(isinstance(value, Expression) and value.constant for value in self.values.values())
        used = [value.names for value in (*self.values.values(), *self.followers.values())]
        self.variables = tuple(sorted(frozenset().union(*used)))
        self.size = len(self.variables) + sum(value.size for value in (*self.values.values(), *self.followers.values()))


class Vocabulary:
    """The plans of all steps of a spec, and what is wrong with their words. `size` counts the steps and params."""

    def __init__(self, spec: Spec, undeclared: dict[str, set[str]], bad_calls: set[int]) -> None:
        self.problems: list[Diagnostic] = []
        self.blocks: dict[str, Block] = {}
        self.params = {param.name.text: param.name.span for param in spec.params}
        named = [step.modifiers.name for step in walk(spec.layers) if not isinstance(step, Broken)]
        names = (*(given.name for given in spec.inputs), *(name for name in named if name))
        self.outside = {name.text: name.span for name in reversed(names)}
        self._plans: dict[int, Plan | None] = {}
        self._undeclared = undeclared
        self._bad_calls = bad_calls
        for block in spec.blocks:
            self.blocks.setdefault(block.name.text, block)
        self.size = len(spec.params)
        for step in all_steps(spec):
            self.size += 1
            if isinstance(step, Call):
                self._check(step)
            elif isinstance(step, Broken) and step.unconfirmed is not None:
                self._check_unconfirmed(step.unconfirmed)
        self._check_cycles(spec)

    def plan(self, call: Call, first: bool = False) -> Plan | None:
        """The plan of a kind's step (of its first repeat); None where its words are wrong."""
        key = id(call) * 2 + first
        if key not in self._plans:
            self._plans[key] = self._plan(call, first)
        return self._plans[key]

    def block(self, call: Call) -> Block | None:
        """The block that a step uses; None where its name, its arguments or the block's own params are wrong."""
        block = self.blocks.get(call.word.text)
        return None if block is None or not block.sound or id(call) in self._bad_calls else block

    def no_tensor(self, name: Reference, known: list[str], *, in_block: bool) -> Diagnostic:
        """The diagnostic of a reference to a step or input that there is not, or not yet."""
        text = shown(name.text)
        elsewhere = self.outside.get(name.text)
        help = did_you_mean(name.text, known if name.text == "prev" else [*known, "prev"])
        if name.text in BY_NAME:
            help = f"`{text}` is a kind; write the name of a step, or branches of steps: `{{left: [{text}], ...}}`"
        if elsewhere and in_block:
            help = f"a block doesn't see outside: hand the tensor over, `params: {{{text}: required}}`"
        message = f"no step or input before this one is called `{text}`"
        related = [Label(elsewhere, "named here: later, or out of sight")] if elsewhere else []
        return diagnose("unknown-tensor", message, name.span, related=related, help=help)

    def _check(self, call: Call) -> None:
        if self.is_block(call):
            if not self._fits_block(call):
                self._bad_calls.add(id(call))
            return
        self.plan(call)
        if call.modifiers.first:
            self.plan(call, first=True)

    def _check_unconfirmed(self, step: Unconfirmed) -> None:
        """Reports a word that doesn't exist, or else what is wrong with its step."""
        before = len(self.problems)
        if not self._names_block(step.word):
            self.kind(step.word)
        elif step.word.text not in self.blocks:
            self._unknown_block(step.word)
        if len(self.problems) == before:
            self.problems += step.problems

    def is_block(self, call: Call) -> bool:
        """Whether a step means a block; `Conv2d` means a kind, unless a block has that name."""
        return self._names_block(call.word)

    def _names_block(self, word: Name) -> bool:
        return word.text[:1].isupper() and (word.text in self.blocks or foreign_kind(word.text) is None)

    def _fits_block(self, call: Call) -> bool:
        block = self.blocks.get(call.word.text)
        if block is None:
            self._unknown_block(call.word)
            return False
        params = [param.name.text for param in block.params]
        strange = [
            argument.name
            for argument in (*call.arguments, *call.modifiers.first)
            if block.sound and argument.name.text not in params
        ]
        for name in strange:
            self._unknown_param(name, block, params)
        if call.main is not None and block.sound and not params:
            message = f"`{block.name.text}` has no params, but a value is given"
            self._report("unknown-param", message, call.main.span, "declare it: `params: {width: required}`")
            return False
        return not strange

    def _unknown_param(self, name: Name, block: Block, params: list[str]) -> None:
        """Reports an argument that a block doesn't have, unless its steps were found to lack the param."""
        if name.text in self._undeclared.get(block.name.text, ()):
            return
        message = f"`{shown(name.text)}` is not a param of `{block.name.text}`"
        help = did_you_mean(name.text, params) or "the block has no params"
        self._report("unknown-param", message, name.span, help)

    def _unknown_block(self, word: Name) -> None:
        plain = bare(word.text)
        control = plain if plain in _OWN_CONTROLS else CONTROLS.get(plain)
        if control is not None:
            self.problems.append(foreign_spelling(word.text, control, word.span))
            return
        message = f"no block is called `{shown(word.text)}`"
        self._report("unknown-block", message, word.span, self._block_help(word))

    def _block_help(self, word: Name) -> str:
        if slip := self._slip(word):
            return slip
        if nearest(word.text, self.blocks) is None and (advice := kind_help(word.text)):
            return advice
        close = nearest(word.text, (*self.blocks, *_OWN_CONTROLS))
        return f"did you mean `{close}`?" if close else "define it under `blocks:`"

    def _slip(self, word: Name) -> str | None:
        """Help for a step whose arguments, or whose next line, ran into its kind: `conv:64`, `conv(64, 3)`."""
        match = _RUN_TOGETHER.fullmatch(word.text)
        if word.span.end_line > word.span.line:
            return f"line {word.span.end_line} is read as more of it: indent the items of a list alike"
        if match is None:
            return None
        name, sign, rest = match.groups()
        if sign == ":":
            quoted = rest.startswith(" ")
            return f"{'remove the quotes' if quoted else 'a space belongs behind the colon'}: `{name}: {shown(rest.strip())}`"
        if sign == "," or not rest:
            return f"remove the `{sign}`" if not rest else "one step per item"
        needed = self._required(name)
        if needed is None:
            return None
        if sign == "(" and needed:
            return f"arguments stand in braces: `- {name}: {{{', '.join(f'{each}: ...' for each in needed)}}}`"
        return f"write `- {name}: {shown(rest.strip(' )'))}`" if needed else f"write `- {name}`"

    def _required(self, name: str) -> Sequence[str] | None:
        """The arguments that a kind or block can't do without; None where there is none of that name."""
        kind = BY_NAME.get(name)
        if kind is not None:
            return kind.required
        block = self.blocks.get(name)
        return None if block is None else [each.name.text for each in block.params if each.default is None]

    def _plan(self, call: Call, first: bool) -> Plan | None:
        kind = self.kind(call.word)
        if kind is None:
            self._check_foreign(call)
            return None
        arguments = call.arguments
        if first:
            given = {argument.name.text for argument in call.modifiers.first}
            arguments = tuple(each for each in arguments if each.name.text not in given) + call.modifiers.first
        return self._arranged(kind, call.word, arguments, call.main)

    def _check_foreign(self, call: Call) -> None:
        """The arguments of a kind under another framework's word: a writer of one such word writes more of them."""
        kind = foreign_kind(call.word.text)
        if kind is None:
            return
        for argument in call.arguments:
            if argument.name.text not in (*kind.arguments, *kind.followers):
                self._unknown_argument(kind, argument.name)

    def follower(self, setting: Setting) -> Plan | None:
        """The plan of a `{kind: args}` under `norm` or `act`."""
        key = id(setting) * 2
        if key not in self._plans:
            kind = self.kind(setting.word)
            arranged = self._arranged(kind, setting.word, setting.arguments, setting.main) if kind else None
            if arranged is not None and (arranged.followers or arranged.kind.joins):
                what = "joins tensors, and" if arranged.kind.joins else f"with `{next(iter(arranged.followers))}`"
                message = f"{arranged.kind.name} {what} can't follow a layer"
                self._report("bad-argument", message, setting.word.span, "write it as a step of its own")
                arranged = None
            self._plans[key] = arranged
        return self._plans[key]

    def _arranged(
        self, kind: type[Layer], word: Name, arguments: tuple[Argument, ...], main: Value | None
    ) -> Plan | None:
        values: dict[str, Value] = {}
        names: dict[str, Span] = {}
        followers: dict[str, Value] = {}
        before = len(self.problems)
        if main is not None:
            self._place_main(kind, main, values, names)
        for argument in arguments:
            text = argument.name.text
            if text in kind.followers:
                followers[text] = argument.value
                if isinstance(argument.value, Setting):
                    self.follower(argument.value)
            elif text in kind.arguments:
                values[text], names[text] = argument.value, argument.name.span
                self._check_literal(kind, text, argument.value)
            else:
                self._unknown_argument(kind, argument.name)
        if len(self.problems) == before:
            self._check_required(kind, word, values)
        if len(self.problems) > before:
            return None
        ordered = {follower: followers[follower] for follower in kind.followers if follower in followers}
        return Plan(kind, word.span, values, names, ordered)

    def _place_main(self, kind: type[Layer], main: Value, values: dict[str, Value], names: dict[str, Span]) -> None:
        name = kind.main
        if name is None:
            known = ", ".join(f"`{each}`" for each in kind.arguments)
            help = f"name it: {known}" if known else f"write `- {kind.name}`"
            self._report("unknown-argument", f"{kind.name} takes no bare value", main.span, help)
            return
        values[name], names[name] = main, main.span
        self._check_literal(kind, name, main)

    def _check_literal(self, kind: type[Layer], name: str, value: Value) -> None:
        """A `{kind: args}` fits `norm` and `act` alone."""
        if isinstance(value, Setting):
            message = f"`{name}` of {kind.name} is {kind.arguments[name].type.expected}, found a mapping"
            self._report("bad-argument", message, value.span)

    def _check_required(self, kind: type[Layer], word: Name, values: dict[str, Value]) -> None:
        missing = [name for name in kind.required if name not in values]
        if not missing:
            return
        listed = " and ".join(f"`{name}`" for name in missing)
        given = [f"{name}: {_text(value)}" for name, value in values.items()]
        whole = ", ".join([*given, *(f"{name}: ..." for name in missing)])
        help = "; ".join(f"`{name}`: {kind.arguments[name].doc}" for name in missing)
        help += f"; write `{kind.name}: {{{whole}}}`" if len(whole) <= MOST_SHOWN else ""
        self._report("missing-argument", f"{kind.name} needs {listed}", word.span, help)

    def kind(self, word: Name) -> type[Layer] | None:
        """The kind of that word; reports the right word for a foreign or misspelt one."""
        found = BY_NAME.get(word.text)
        if found is not None:
            return found
        foreign = foreign_kind(word.text)
        if foreign is not None:
            self.problems.append(foreign_spelling(word.text, foreign.name, word.span))
        elif word.text in CONTROLS:
            self.problems.append(foreign_spelling(word.text, CONTROLS[word.text], word.span))
        else:
            self._unknown_kind(word)
        return None

    def _unknown_kind(self, word: Name) -> None:
        if word.text in self.blocks:
            return
        words = [*BY_NAME, *_OWN_CONTROLS, *self.blocks]
        close = nearest(word.text, words)
        by_foreign = None if close else nearest(word.text, BY_FOREIGN_NAME)
        meant = close or (BY_FOREIGN_NAME[by_foreign].name if by_foreign else None)
        help = f"did you mean `{meant}`?" if meant else "`cnnshape layers` lists all kinds"
        if close not in self.blocks:
            help = self._slip(word) or kind_help(word.text) or help
        self._report("unknown-kind", f"no layer kind is called `{shown(word.text)}`", word.span, help)

    def _unknown_argument(self, kind: type[Layer], name: Name) -> None:
        known = foreign_argument(kind, name.text) or follower_of(kind, name.text)
        if known is not None:
            self.problems.append(foreign_spelling(name.text, known, name.span))
            return
        if bare(name.text) in INFERRED:
            message = f"{kind.name} takes no `{name.text}`: channels are inferred from the input"
            self._report("foreign-spelling", message, name.span, "remove it")
            return
        words = [*kind.arguments, *kind.followers]
        help = argument_help(kind, name.text) or did_you_mean(name.text, words) or f"{kind.name} takes no arguments"
        self._report("unknown-argument", f"{kind.name} has no argument `{shown(name.text)}`", name.span, help)

    def _check_cycles(self, spec: Spec) -> None:
        uses = {block.name.text: _used_blocks(block) for block in spec.blocks}
        cycles = list(_cycles(uses))
        for path in cycles:
            name, call = path[0], uses[path[0]][path[1]]
            message = "a block contains itself: " + " > ".join(path[:MOST_NAMED])
            related = [Label(self.blocks[name].name.span, f"`{name}` is defined here")]
            self.problems.append(diagnose("block-cycle", message, call.span, related=related))
        self.cyclic = bool(cycles)

    def _report(self, name: str, message: str, at: Span, help: str | None = None) -> None:
        self.problems.append(diagnose(name, message, at, help=help))


def _text(value: Value) -> str:
    """A value as it was written, if it is short."""
    if isinstance(value, Expression):
        return shown(value.text)
    return f"[{', '.join(map(_text, value.items))}]" if isinstance(value, ListValue) else "..."


def _used_blocks(block: Block) -> dict[str, Name]:
    used: dict[str, Name] = {}
    for step in walk(block.steps):
        if isinstance(step, Call) and step.is_block:
            used.setdefault(step.word.text, step.word)
    return used


def _cycles(uses: dict[str, dict[str, Name]]) -> Iterator[list[str]]:
    """A path from a block back to it, for each circle that a walk through all blocks closes."""
    done: set[str] = set()
    for start in uses:
        path, following = [start], [iter(uses[start])]
        on_path = {start}
        while path and start not in done:
            name = next(following[-1], None)
            if name is None:
                done.add(path[-1])
                on_path.discard(path.pop())
                following.pop()
            elif name in on_path:
                yield [*path[path.index(name) :], name]
                done.add(name)
            elif name in uses and name not in done:
                path.append(name)
                on_path.add(name)
                following.append(iter(uses[name]))


def all_steps(spec: Spec) -> Iterator[Step]:
    """Every step of the file, those of blocks first."""
    for block in spec.blocks:
        yield from walk(block.steps)
    yield from walk(spec.layers)
