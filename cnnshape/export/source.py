"""What is exported, and the line in every exported file that says what it came from."""

import re
from collections.abc import Iterable
from hashlib import sha256

from cnnshape.api import Examination
from cnnshape.diagnostics import Diagnostic
from cnnshape.language import write
from cnnshape.named_tuple import NamedTuple
from cnnshape.version import __version__

_DIGITS = 16
"""The hexadecimal digits of a digest that a header states."""
_HEADER = re.compile(rb"Exported by cnnshape \S+ from [^\n]* \(sha256 ([0-9a-f]{%d})\)" % _DIGITS)


class Inexpressible(Exception):
    """Layers that a target can't express: a diagnostic for each, with the reason, at its place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = list(diagnostics)
        super().__init__(f"{len(self.diagnostics)} layers that the target can't express")


class Source(NamedTuple):
    """A design without errors. `header` says from which file, in which state, and by which version it is exported.

    `class_name` is what the user calls the network in code; None for a name made from the design's.
    """

    examination: Examination
    header: str
    class_name: str | None = None


class Code(NamedTuple):
    """Code of a design; `is_flat` for code layer by layer, without blocks, loops and params."""

    text: str
    is_flat: bool


def digest_of(examination: Examination, settings: str = "") -> str:
    """The digest of a design: of its spec after `extends`, in one layout and without comments, and of all options.

    `settings` are the options of the export as text. Raises ValueError for a text that isn't a spec.
    """
    if examination.program is None:
        raise ValueError("a text that isn't a spec has no digest")
    options = examination.options
    given = [f"{name}={value.span.text}" for name, value in sorted(options.params.items())]
    shapes = [f"{name}:{shape}" for name, shape in sorted(options.inputs.items())]
    # A spec is sound if it was expanded.
    parts = [write(examination.program.spec), options.variant, *given, *shapes, settings]
    return sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:_DIGITS]


def header_of(file: str, digest: str) -> str:
    """The header of an exported file, on one line. `file` is the name of the spec's file."""
    name = "".join(sign if sign.isprintable() and sign not in "\\\"'" else "_" for sign in file)
    return f"Exported by cnnshape {__version__} from {name} (sha256 {digest})"


def recorded_digest(content: bytes) -> str | None:
    """The digest in the header of an exported file; None for any other file."""
    header = _HEADER.search(content)
    return header.group(1).decode() if header else None
