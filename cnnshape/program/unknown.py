"""Diagnostics of undefined names, with suggestions."""

from collections.abc import Mapping

from cnnshape.diagnostics import Diagnostic, Label, diagnose, did_you_mean, misspelt, nearest, respelled
from cnnshape.language import Expression, Reference, Value, shown
from cnnshape.layers import BY_NAME, KINDS
from cnnshape.source import Span

WORDS = frozenset(word for kind in KINDS for argument in kind.arguments.values() for word in argument.type.words)
"""The words that arguments take."""
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
