"""Bare words as values: those of the language, those that a file introduces, and unknown ones."""

from collections.abc import Iterable, Iterator, Mapping

from cnnshape.diagnostics import Diagnostic, Label, diagnose, did_you_mean, misspelt, nearest, respelled
from cnnshape.language import (
    Call,
    Expression,
    ListValue,
    Loop,
    Reference,
    Residual,
    Spec,
    Step,
    Value,
    all_steps,
    shown,
    walk,
)
from cnnshape.layers import BY_NAME
from cnnshape.source import Span

WORDS = frozenset(
    word for kind in BY_NAME.usual() for argument in kind.arguments.values() for word in argument.type.words
)
"""The words that arguments take: those of rare kinds are among them."""
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
    message, fixes = f"nothing is called `{word}` here", respelled(word, right, at)
    return diagnose("unknown-name", message, at, help=help, fixes=fixes)


def _name_advice(value: Value, word: str, known: Mapping[str, object]) -> str | None:
    """Help for a name that isn't misspelt, but can't be read here."""
    whole = value.text.strip() if isinstance(value, Expression) else ""
    if whole != word and whole in known:
        return f"`{whole}` has a `-` in it, which subtracts here: name the step with `_`"
    if word in _AXES_OF:
        return f"only a tensor with {_AXES_OF[word]} has it"
    return None


def unknown_tensor(
    reference: Reference, known: list[str], outside: Mapping[str, Span], *, in_block: bool
) -> Diagnostic:
    """The diagnostic of a reference to a step or input that doesn't exist (yet). `outside` are the names of the file's
    layers."""
    text = shown(reference.text)
    elsewhere = outside.get(reference.text)
    near = known if reference.text == "prev" else [*known, "prev"]
    help, fixes = did_you_mean(reference.text, near), misspelt(reference.text, near, reference.span)
    if reference.text in BY_NAME:
        help = f"`{text}` is a kind; write the name of a step, or branches of steps: `{{left: [{text}], ...}}`"
        fixes = ()
    if elsewhere and in_block:
        help = f"a block doesn't see outside names: pass the tensor, `params: {{{text}: required}}`"
        fixes = ()
    message = f"no step or input before this one is called `{text}`"
    related = [Label(elsewhere, "defined here: later, or in another scope")] if elsewhere else []
    return diagnose("unknown-tensor", message, reference.span, related=related, help=help, fixes=fixes)


OWN_WORDS = frozenset({"identity", "none", "center", *BY_NAME, *WORDS})
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
            words |= _words(_given(block.steps), own | _named(block.steps))
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
