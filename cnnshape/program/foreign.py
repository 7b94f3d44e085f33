"""Words of other frameworks, and what to write instead."""

from typing import TYPE_CHECKING

from cnnshape.arithmetic import is_whole, pin, truncate
from cnnshape.diagnostics import Diagnostic, diagnose, respelled
from cnnshape.language import Expression, Name, grammar
from cnnshape.layers import Layer, Shape, bare, foreign_argument, foreign_kind, format_shape
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix

CONTROLS = {
    "shortcut": "residual", "skip": "residual", "foreach": "for", "loop": "for", "branch": "concat",
    "parallel": "concat",
}  # fmt: skip
"""Words for layers that are control words here."""

INFERRED = frozenset({
    "in", "inchannels", "infeatures", "channelsin", "inputchannels", "cin", "inch", "inchs", "indim", "inputdim",
    "inplanes", "numfeatures", "numchannels", "nin", "innc", "ninputplane", "nfin", "c1", "ninputs", "inputsize",
    "inchannel", "inputchannel", "infeature", "inputfeatures", "infilters", "inputplanes", "inputunits", "batchsize",
    "normalizedshape",
})  # fmt: skip
"""Arguments that state what comes in."""
_NO_CHANNELS = frozenset({"inputsize", "batchsize"})
"""Those among them that need not be a number of channels."""


def foreign_spelling(word: str, right: str, at: Span) -> Diagnostic:
    """The diagnostic of another framework's word that the language has under another name."""
    called = right.partition(":")[0]
    fixes = respelled(word, right, at) if called == right else ()
    return diagnose("foreign-spelling", f"`{word}` is called `{called}` here", at, help=f"write `{right}`", fixes=fixes)


def foreign_value(word: str, right: str, at: Span, remark: str = "") -> Diagnostic:
    """The diagnostic of another framework's word for a value. With a `remark`, the word may also mean something else."""
    message, fixes = f"`{word}` is written `{right}` here", respelled(word, right, at)
    help = f"write `{right}`; {remark}" if remark else f"write `{right}`"
    return diagnose("foreign-spelling", message, at, help=help, fixes=() if remark else fixes)


def of_module(value: Expression) -> Diagnostic | None:
    """The diagnostic of a kind after the name of a framework's module, `nn.ReLU`; None for any other value."""
    module, _, word = value.text.strip().rpartition(".")
    kind = foreign_kind(word) if module else None
    if kind is None:
        return None
    name, at = next(value.uses(), ("", value.span))
    fixes = respelled(value.text, kind.name, value.span)
    return diagnose("unknown-name", f"nothing is called `{name}` here", at, help=f"write `{kind.name}`", fixes=fixes)


def is_inferred(kind: type[Layer], word: str) -> bool:
    """Whether an argument gives the size of the input, and no argument of the kind has such a name."""
    return (
        bare(word) in INFERRED
        and word not in (*kind.arguments, *kind.followers)
        and not (foreign_argument(kind, word) or follower_of(kind, word))
    )


def inferred_argument(kind: type[Layer], name: Name) -> Diagnostic:
    """The diagnostic of an argument that states what comes in."""
    message = f"{kind.name} takes no `{name.text}`: channels are inferred from the input"
    # Channels that are stated may be right and the network wrong: they are compared before they are removed.
    fixes = removed(name.span) if bare(name.text) in _NO_CHANNELS else ()
    help = "remove it; `axes: all` takes the whole sample" if bare(name.text) == "normalizedshape" else "remove it"
    return diagnose("foreign-spelling", message, name.span, help=help, fixes=fixes)


def removed(key: Span) -> "tuple[Fix, ...]":
    """The fix that removes the argument with this key."""
    # A sound design needs no fixes.
    from cnnshape.diagnostics import Fix, Remove

    return (Fix((Remove(key),)),)


def switched(key: Span, value: Span, written: str) -> "tuple[Fix, ...]":
    """The fix that writes `key: value` for a switch that is on, as `use_bn: true`, and removes one that is off."""
    # A sound design needs no fixes.
    from cnnshape.diagnostics import Fix, Replace

    right, _, word = written.partition(": ")
    text = value.text.lower()
    if text in ("false", "0"):
        return removed(key)
    return (Fix((Replace(key, right), Replace(value, word))),) if text in ("true", "1") else ()


SWITCHES = {"nobias": "bias: false", "withoutbias": "bias: false"}
"""Switches that take something away; `foreign_words` has the help."""


def compared_argument(kind: type[Layer], name: Name, stated: object, shape: Shape) -> Diagnostic | None:
    """The same diagnostic with the channels that really come in, those of a `shape`; None if the value can't be a number
    of channels."""
    plain = inferred_argument(kind, name)
    if bare(name.text) == "normalizedshape" and isinstance(stated, tuple):
        if stated == shape and len(shape) > 1:
            message = f"{plain.message}, {format_shape(shape)} here, as stated"
            return plain._replace(message=message, help="write `axes: all` instead, which normalizes the whole sample")
        stated = stated[0] if len(stated) == 1 else stated
    if not is_whole(stated) or bare(name.text) in _NO_CHANNELS:
        return None
    real = shape[0]
    stated = pin(truncate(stated))
    if stated == real:
        return plain._replace(
            message=f"{plain.message}, {real:,} here, as stated", fixes=removed(name.span), help="remove it"
        )
    help = (
        f"correct what comes before if {stated:,} should come in, such as by a `concat` that is missing; then remove it"
    )
    return plain._replace(message=f"{plain.message}, {real:,} here, not {stated:,}", help=help)


def follower_of(kind: type[Layer], word: str) -> str | None:
    """The help for another framework's word for `norm` or `act` of a kind."""
    from cnnshape.program.foreign_words import FOLLOWERS

    written = FOLLOWERS.get(bare(word))
    return written if written and written.partition(":")[0] in kind.followers else None


def argument_help(kind: type[Layer], word: str) -> str | None:
    """The help for an argument that a kind doesn't have."""
    from cnnshape.program.foreign_words import ARGUMENTS, AXIS_WORDS, GLOBAL_AXES, HALVES, OF_SLICE

    if word in ("norm", "act"):
        return f"{kind.name} has none; write the layer as a step of its own, after this one"
    if word in grammar.MODIFIERS:
        return f"`{word}:` goes next to the kind, not among its arguments"
    if "affine" in kind.arguments and kind.arguments["affine"].type.words and bare(word) in HALVES:
        return HALVES[bare(word)]
    if "axes" in kind.arguments and bare(word) in ("axis", "dim"):
        allowed = " or ".join(f"`axes: {axes}`" for axes in kind.arguments["axes"].type.words)
        return f"write {allowed}"
    if kind.name == "slice" and bare(word) in OF_SLICE:
        return OF_SLICE[bare(word)]
    if kind.name in GLOBAL_AXES and bare(word) in AXIS_WORDS:
        return GLOBAL_AXES[kind.name]
    return ARGUMENTS.get(bare(word))


def is_superfluous(word: str) -> bool:
    """Whether an argument has no meaning here, so the help is to remove it."""
    from cnnshape.program.foreign_words import ARGUMENTS, SUPERFLUOUS

    return ARGUMENTS.get(bare(word)) in SUPERFLUOUS


def kind_help(word: str) -> str | None:
    """The help for a layer that is not a single kind here."""
    from cnnshape.program.foreign_words import KINDS

    return KINDS.get(bare(word))
