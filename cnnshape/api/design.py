"""Loading a design, with garbage collection paused. Nothing is printed here."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from cnnshape.diagnostics import Diagnostic, Diagnostics, Label, Severity
from cnnshape.document import Mapping as Node
from cnnshape.document import decode, read_document, read_file_bytes
from cnnshape.language import Spec, read_spec
from cnnshape.lazy import Shown, brief
from cnnshape.source import SourceText, shipped_names, shipped_path


@contextmanager
def paused_collection() -> Iterator[None]:
    """Pauses the collector. If it is paused already, the outer pause decides when it continues.

    A design of many layers is many small objects, all of which stay alive: looking for garbage among them again and
    again takes up to half of the time, and finds none.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class DesignError(Exception):
    """A design that can't be analyzed; `diagnostics` say why. `str` is the first one on a line, and all as `check` prints them."""

    __module__ = "cnnshape"

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = Diagnostics(diagnostics)
        errors = [problem for problem in self.diagnostics if problem.severity is Severity.ERROR]
        first = errors[0]
        place = f"{first.path}:{first.at.span.line}:{first.at.span.column}: " if first.at else f"{first.path}: "
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{place}{first.message}{more}")

    def __str__(self) -> str:
        return f"{self.args[0]}\n\n{self.diagnostics}"

    def __reduce__(self) -> tuple[type, tuple[Diagnostics]]:
        return type(self), (self.diagnostics,)


class Design(Shown):
    """A spec that was read, with its diagnostics. `spec` is None if the text can't be read at all.

    `str` is the table of its layers, and its problems if it has any; a notebook shows the same.
    """

    __slots__ = ("diagnostics", "name", "source", "spec")

    def __init__(self, source: SourceText, spec: Spec | None, diagnostics: list[Diagnostic]) -> None:
        self.source = source
        self.spec = spec
        self.diagnostics = Diagnostics(diagnostics, (source.name,))
        self.name = spec.name if spec else source.name

    def __repr__(self) -> str:
        return f"Design({brief(self.name, 100)!r})"


DesignLike = Design | str | PathLike[str]
"""A design, or what `load` reads one from."""


def load(spec: str | PathLike[str], *, name: str = "") -> Design:
    """Reads a spec: a path, the name of a shipped architecture (`resnet50`), or a text with a line break in it.

    A file in the current folder comes before a shipped architecture. `name` is what diagnostics call a text. Problems
    of the spec are in the design's `diagnostics`; a file that can't be opened raises OSError.
    """
    if isinstance(spec, str) and "\n" in spec:
        return design_of(SourceText(name or "<text>", spec))
    path = Path(spec)
    if isinstance(spec, str) and not os.path.lexists(path):
        path = shipped_path(spec) or path
    try:
        data = read_file_bytes(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(error.errno, _missing(str(spec)), str(spec)) from None
    return design_of_bytes(name or str(path), data, path)


def loaded(design: DesignLike) -> Design:
    """The design, or the one that `load` reads."""
    return design if isinstance(design, Design) else load(design)


def _missing(spec: str) -> str:
    if os.sep in spec:
        return "no such file"
    from cnnshape.diagnostics import nearest

    close = nearest(spec.removesuffix(".yaml"), shipped_names())
    return "no such file, and no architecture of that name is shipped" + (f"; did you mean {close}?" if close else "")


def design_of_bytes(
    name: str, data: bytes, path: Path | None = None, read: Callable[[Path], bytes] = read_file_bytes
) -> Design:
    """The design of a file's bytes; `read` reads the files that it extends."""
    text = decode(name, data)
    if isinstance(text, str):
        return design_of(SourceText(name, text, path), read)
    return Design(SourceText(name, "", path), None, [text])


def design_of(source: SourceText, read: Callable[[Path], bytes] = read_file_bytes) -> Design:
    """The design of a text; `read` reads the files that it extends."""
    with paused_collection():
        spec, diagnostics = read_spec(source, read)
    return Design(source, spec, seen_from(source, diagnostics))


def seen_from(source: SourceText, diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics. One in an extended file also points at the line with `extends`."""
    elsewhere = [_elsewhere(source, diagnostic) for diagnostic in diagnostics]
    if not any(elsewhere):
        return diagnostics
    root = read_document(source).root
    extends = root.get("extends") if isinstance(root, Node) else None
    if extends is None:
        return diagnostics
    here = Label(extends.value.span, "extended here")
    return [
        diagnostic._replace(related=(*diagnostic.related, here)) if is_elsewhere else diagnostic
        for diagnostic, is_elsewhere in zip(diagnostics, elsewhere, strict=True)
    ]


def _elsewhere(source: SourceText, diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic is in another file. The text of an option is not a file."""
    if diagnostic.at is None:
        return diagnostic.file != source.name
    return diagnostic.at.span.source is not source and diagnostic.at.span.source.path is not None
