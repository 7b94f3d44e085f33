"""Words of other frameworks, and what to write instead."""

from cnnshape.diagnostics import Diagnostic, diagnose, respelled
from cnnshape.language import grammar
from cnnshape.layers import Layer, bare
from cnnshape.source import Span

CONTROLS = {
    "shortcut": "residual", "skip": "residual", "foreach": "for", "loop": "for", "branch": "concat",
    "parallel": "concat",
}  # fmt: skip
"""Words for layers that are control words here."""

INFERRED = frozenset({
    "in", "inchannels", "infeatures", "channelsin", "inputchannels", "cin", "inch", "inchs", "indim", "inputdim",
    "inplanes", "numfeatures", "numchannels", "nin", "innc", "ninputplane", "nfin", "c1", "ninputs", "inputsize",
    "batchsize",
})  # fmt: skip
"""Arguments that state what comes in."""


def foreign_spelling(word: str, right: str, at: Span) -> Diagnostic:
    """The diagnostic of another framework's word that the language has under another name."""
    called = right.partition(":")[0]
    fixes = respelled(word, right, at) if called == right else ()
    return diagnose("foreign-spelling", f"`{word}` is called `{called}` here", at, help=f"write `{right}`", fixes=fixes)


def foreign_value(word: str, right: str, at: Span) -> Diagnostic:
    """The diagnostic of another framework's word for a value."""
    message, fixes = f"`{word}` is written `{right}` here", respelled(word, right, at)
    return diagnose("foreign-spelling", message, at, help=f"write `{right}`", fixes=fixes)


def follower_of(kind: type[Layer], word: str) -> str | None:
    """The help for another framework's word for `norm` or `act` of a kind."""
    from cnnshape.program.foreign_words import FOLLOWERS

    written = FOLLOWERS.get(bare(word))
    return written if written and written.partition(":")[0] in kind.followers else None


def argument_help(kind: type[Layer], word: str) -> str | None:
    """The help for an argument that a kind doesn't have."""
    from cnnshape.program.foreign_words import ARGUMENTS, HALVES

    if word in grammar.MODIFIERS:
        return f"`{word}:` goes next to the kind, not among its arguments"
    if "affine" in kind.arguments and bare(word) in HALVES:
        return HALVES[bare(word)]
    return ARGUMENTS.get(bare(word))


def is_superfluous(word: str) -> bool:
    """Whether an argument says nothing here, so that its help is to remove it."""
    from cnnshape.program.foreign_words import ARGUMENTS, SUPERFLUOUS

    return ARGUMENTS.get(bare(word)) in SUPERFLUOUS


def kind_help(word: str) -> str | None:
    """The help for a layer that is not a single kind here."""
    from cnnshape.program.foreign_words import KINDS

    return KINDS.get(bare(word))
