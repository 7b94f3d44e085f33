"""Bare words as values: those of the language, those that a file introduces, and unknown ones."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cnnshape.diagnostics import SLIP, Diagnostic, Label, diagnose, did_you_mean, misspelt, nearest, respelled, slip_of
from cnnshape.language import (
    Argument,
    Block,
    Call,
    Expression,
    ListValue,
    Loop,
    Name,
    Reference,
    Residual,
    Spec,
    Step,
    Value,
    all_steps,
    grammar,
    shown,
    walk,
)
from cnnshape.layers import BY_NAME, Layer, foreign_kind
from cnnshape.program.plan import Plan
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix

WORDS = frozenset(
    word for kind in BY_NAME.usual() for argument in kind.arguments.values() for word in argument.type.words
)
"""The words that arguments take: those of rare kinds are among them."""
MOST_LINES = 6
"""So many lines of a name are listed."""
_ARGUMENTS = frozenset(name for kind in BY_NAME.usual() for name in kind.arguments)
_TRUTH = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
_AXES_OF = {
    "in_length": "one spatial axis",
    "in_height": "two or three spatial axes",
    "in_width": "two or three spatial axes",
    "in_depth": "three spatial axes",
}


def unknown_name(value: Value, word: str, known: Mapping[str, object], otherwise: str | None = None) -> Diagnostic:
    """The diagnostic of an undefined name in a value. `otherwise` is the help if no known name is similar."""
    at = next((span for name, span in value.uses() if name == word), value.span)
    truth = _TRUTH.get(word.lower())
    advice = f"write `{truth}`" if truth else _name_advice(value, word, known)
    right = truth or (None if advice else nearest(word, known))
    help = advice or (otherwise if right is None else None) or did_you_mean(word, known) or "declare it under `params:`"
    message, fixes = f"nothing is called `{word}` here", respelled(word, truth or slip_of(word, right), at)
    return diagnose("unknown-name", message, at, help=help, fixes=fixes)


def _name_advice(value: Value, word: str, known: Mapping[str, object]) -> str | None:
    """Help for a name that isn't misspelt, but can't be read here."""
    whole = value.text.strip() if isinstance(value, Expression) else ""
    if whole != word and whole in known and "-" in whole:
        return f"`{whole}` has a `-` in it, which subtracts here: name the step with `_`"
    if whole.startswith(f"{word}.") and word[:1].isupper():
        return _block_help(word)
    if grammar.ANY in known and word.lower() in ("none", "null", "all"):
        return "a size that may be anything is `any`"
    if word in _AXES_OF:
        return f"only a tensor with {_AXES_OF[word]} has it"
    if word in _ARGUMENTS and whole != word and nearest(word, known) is None:
        return f"an argument can't be read by another one: write its value, or make `{word}` a param: `params: {{{word}: ...}}`"
    return None


def unknown_tensor(
    reference: Reference, known: list[str], outside: Mapping[str, Span], *, in_block: bool, inside: Sequence[str] = ()
) -> Diagnostic:
    """The diagnostic of a reference to a step or input that doesn't exist (yet). `outside` are the names of the file's
    layers, `inside` the blocks and rounds in which a step has the name."""
    text = shown(reference.text)
    elsewhere = outside.get(reference.text)
    near = known if reference.text == "prev" else [*known, "prev"]
    help, fixes = did_you_mean(reference.text, near), misspelt(reference.text, near, reference.span)
    if reference.text in BY_NAME:
        help = f"`{text}` is a kind; write the name of a step, or branches of steps: `{{left: [{text}], ...}}`"
        fixes = ()
    stem, dot, word = reference.text.rpartition(".")
    if dot and (word in grammar.RESERVED or re.fullmatch(r"-\d+", word)):
        help, fixes = _item_help(shown(stem), word), ()
    if text[:1].isupper():
        help, fixes = _block_help(text.partition(".")[0]), ()
    if elsewhere and in_block:
        help = f"a block doesn't see outside names: pass the tensor, `params: {{{text}: required}}`"
        fixes = ()
    if inside:
        help, fixes = f"in {inside[-1]} a step has the name: `{shown(inside[-1])}.{text}`", ()
    message = f"no step or input before this one is called `{text}`"
    related = [Label(elsewhere, "defined here: later, or in another scope")] if elsewhere else []
    return diagnose("unknown-tensor", message, reference.span, related=related, help=help, fixes=fixes)


def _item_help(items: str, word: str) -> str | None:
    """Help for an item or a round by a word or a number below 0."""
    if word in ("last", "-1"):
        return f"the last round of a loop is its name: `{items.removesuffix('.all')}`; an item has a number from 0 on"
    if word.startswith("-"):
        return f"an item has a number from 0 on: `{items}.(len({items}) {word[0]} {word[1:]})`"
    return None if word in ("prev", grammar.ENTERING) else f"an item by its number is written `{items}.({word})`"


def _block_help(block: str) -> str:
    """Help for the name of a block as a tensor."""
    name = block.lower()
    return f"name the step that uses a block, as in `{{{block}: ..., name: {name}}}`; its output is `{name}`"


def in_words(words: Sequence[str]) -> str:
    """`a`, `b` and `c`"""
    *first, last = [f"`{word}`" for word in words]
    return f"{', '.join(first)} and {last}" if first else last


def role_of(kind: type[Layer]) -> str:
    """`norm` or `act`, where a kind belongs to one of them alone; else empty."""
    return "norm" if kind.normalizes else "act" if kind.activation else ""


def fits_role(role: str, kind: type[Layer]) -> bool:
    """Whether a kind may be the value of `norm` or `act`, or of one of them if `role` is empty."""
    return role in kind.follows if role else bool(kind.follows)


def follower_words() -> list[str]:
    """The words of the kinds that `norm` or `act` may name, and `none`."""
    return [*[name for name in BY_NAME if BY_NAME[name].follows], "none"]


def unfollowing(role: str, kind: type[Layer], at: Span) -> Diagnostic:
    """The diagnostic of a kind that can be neither `norm` nor `act`. An empty `role` is one of the two."""
    sorts = {"norm": "`norm` is a normalization", "act": "`act` is an activation"}
    message = f"{sorts.get(role, '`norm` and `act` are a normalization and an activation')}, got {kind.name}"
    return diagnose("bad-argument", message, at, help="write it as a step of its own, after this one")


def misspelt_unfollowing(role: str, word: str, at: Span, names: Iterable[str]) -> Diagnostic | None:
    """The diagnostic of a word for `norm` or `act` that is closest to a kind that can be neither, such as a pool."""
    kind = None if nearest(word, [*names, *follower_words()]) else _nearest_kind(word)
    if kind is None or kind.follows:
        return None
    meant = unfollowing(role, kind, at)
    return diagnose(
        "unknown-name", f"nothing is called `{word}` here", at, help=f"`{kind.name}` can't be `{role}`: {meant.help}"
    )


def _nearest_kind(word: str) -> type[Layer] | None:
    close = nearest(word, BY_NAME, SLIP)
    return BY_NAME[close] if close else None


def suggests_follower(problem: Diagnostic, plan: Plan | None) -> bool:
    """Whether the kind that `norm` or `act` is to have, by its plan or by the fix of its problem, is `none` or one for
    these that keeps the shape."""
    # A sound design needs no fixes.
    from cnnshape.diagnostics import Replace

    words = [edit.text for fix in problem.fixes for edit in fix.edits if isinstance(edit, Replace)]
    words += [problem.at.span.text] if problem.at and words != ["none"] else []
    kinds = [
        plan.kind if plan else None,
        *[BY_NAME.get(word) or foreign_kind(word) or _nearest_kind(word) for word in words],
    ]
    return all(kind is None or role_of(kind) or (kind.follows and kind.view) for kind in kinds)


def unknown_output(output: Name, block: Block, known: Iterable[str]) -> Diagnostic:
    """The diagnostic of an output of a block that none of the known names of its steps is."""
    text, names = shown(output.text), list(known)
    message, fixes = f"no step of {block.name.text} is called `{text}`", misspelt(output.text, names, output.span)
    help = did_you_mean(output.text, names) or f"give the step the name: `name: {text}`"
    if (step := output.text.partition(".")[0]) in names and step != output.text:
        help, fixes = f"list `{step}`; outside, what is `{text}` here is `id.{text}`", ()
    if output.text in {name.text for step in walk(block.steps) for name in step.given_names}:
        message, fixes = f"`{text}` is the name of a step in rounds: each round has its own", ()
        help = f"give the `for` a name, such as `loop`, and list that; outside, `id.loop.all.{text}` has those of all rounds"
    return diagnose("unknown-tensor", message, output.span, help=help, fixes=fixes)


def with_lines(problem: Diagnostic, further: list[Diagnostic]) -> Diagnostic:
    """A problem with a note that lists the other lines of the same name, and with a fix for all of them."""
    if not further:
        return problem
    fixes = _fixed_together([problem, *further])
    own = problem.at.span.line if problem.at else 0
    lines = sorted({other.at.span.line for other in further if other.at} - {own})
    if not lines:
        return problem._replace(fixes=fixes)
    listed = ", ".join(map(str, lines[:MOST_LINES])) + (", ..." if len(lines) > MOST_LINES else "")
    return problem._replace(notes=(f"also on line{'s' * (len(lines) > 1)} {listed}",), fixes=fixes)


def _fixed_together(problems: list[Diagnostic]) -> "tuple[Fix, ...]":
    """The fix of several problems of one name, if all of them have one."""
    fixes = [problem.fixes[0] for problem in problems if problem.fixes]
    edits = tuple(dict.fromkeys(edit for fix in fixes for edit in fix.edits))
    return (fixes[0]._replace(edits=edits),) if len(fixes) == len(problems) else ()


OWN_WORDS = frozenset({"identity", "none", "center", grammar.ANY, *BY_NAME, *WORDS})
"""The words of the language."""


def bare_words(value: Value | None) -> set[str]:
    """The bare words in a value: the value itself, or items of it."""
    if isinstance(value, Expression):
        return {value.word} if value.word else set()
    if isinstance(value, ListValue):
        return set().union(*(bare_words(item) for item in value.items))
    return set()


class FileWords:
    """The words that a file uses. Each set is computed on first use, which most files never need."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._own: set[str] | None = None
        self._tested: set[str] | None = None

    def knows(self, word: str) -> bool:
        """Whether a word is a word of the language, or one that the file passes to a param, a variable or a block."""
        if word in OWN_WORDS:
            return True
        if self._own is None:
            self._own = self._made_own()
        return word in self._own

    def is_tested(self, word: str) -> bool:
        """Whether the file compares a word, or has it as a default. Then passing it to a block is not a mistake."""
        if self._tested is None:
            self._tested = self._made_tested()
        return word in self._tested

    def _made_own(self) -> set[str]:
        """The words that the file passes to a param, a variable or a block, except names in scope."""
        spec = self._spec
        params = {param.name.text for param in spec.params}
        settings = [setting.value for variant in spec.variants for setting in variant.params]
        words = _words((*[param.default for param in spec.params], *settings), params)
        for block in spec.blocks:
            own = {param.name.text for param in block.params}
            words |= _words([param.default for param in block.params], own)
            words |= _words(_given(block.steps), own | _named(block.steps) | {grammar.ENTERING})
        inputs = {given.name.text for given in spec.inputs}
        return words | _words(_given(spec.layers), params | inputs | _named(spec.layers))

    def _made_tested(self) -> set[str]:
        words: set[str] = set()
        for block in self._spec.blocks:
            words.update(*(bare_words(param.default) for param in block.params))
        for step in all_steps(self._spec):
            for value in (*step.modifiers.values, *_worked_with(step)):
                words |= value.names - bare_words(value)
        return words


def constant_rounds(first: Iterable[Argument]) -> Iterator[Diagnostic]:
    """Arguments of `first` that read `i`, which is always 0 there: as a rule the round of a `for` around is meant."""
    for argument in first:
        at = next((span for name, span in argument.value.uses() if name == "i"), None)
        if at is not None:
            message = "`i` is always 0 in `first`: it counts the repeats of this step"
            name = argument.text
            help = f"write the value; or give the `for` around it a column of values, and here `{name}: that_column`"
            yield diagnose("bad-argument", message, at, help=help)


def _words(values: Iterable[Value | None], names: set[str]) -> set[str]:
    """The bare words among values, in a scope that has these names."""
    return set().union(*map(bare_words, values)) - names


def _named(steps: Iterable[Step]) -> set[str]:
    """The names that steps give to tensors and to variables."""
    listed = list(walk(steps))
    tensors = {name.text for step in listed for name in step.given_names}
    return tensors | {column.name.text for step in listed if isinstance(step, Loop) for column in step.columns}


def _given(steps: Iterable[Step]) -> Iterator[Value | None]:
    """The values that steps give to variables and to the params of blocks."""
    for step in walk(steps):
        if isinstance(step, Loop):
            yield from step.values
        elif isinstance(step, Call) and step.is_block:
            given = (*step.arguments, *step.modifiers.first)
            yield from (argument.value for argument in given if not argument.names_itself)
            yield step.main


def _worked_with(step: Step) -> list[Value]:
    if isinstance(step, Call):
        return [argument.value for argument in (*step.arguments, *step.modifiers.first)]
    return step.values if isinstance(step, Residual) else []
