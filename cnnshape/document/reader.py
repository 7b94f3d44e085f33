"""Reads a text into its tree."""

import re
from functools import cache

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.document.blocks import BlockReader
from cnnshape.document.document import Document
from cnnshape.document.fault import Fault, LimitExceeded, Unsupported
from cnnshape.document.files import MAX_BYTES
from cnnshape.document.node import Mapping, Node, Scalar
from cnnshape.document.recovery import independent
from cnnshape.source import SourceText, Span

_MARKS = ("---", "...")
_START_HELP = "start from a known network: `cnnshape show resnet50 > mine.yaml`"


def read_document(source: SourceText) -> Document:
    """The tree of a text, with its diagnostics. Takes time linear in the size of the text."""
    if len(source.text) > MAX_BYTES:
        message = f"the text has {len(source.text):,} characters; a spec has at most {MAX_BYTES:,}"
        return Document(None, [diagnose("limit-exceeded", message, file=source.name)], [])
    if (offset := _control_character(source.text)) is not None:
        return Document(None, [_not_printable(source, offset)], [])
    reader = BlockReader(source)
    try:
        root = _read(reader)
    except LimitExceeded as limit:
        if reader.faults:
            return _broken(reader, None)
        return Document(None, [*reader.problems, limit.diagnostic], _comments(reader))
    if reader.faults:
        return _broken(reader, root)
    if root is None or (isinstance(root, Scalar) and root.empty):
        reader.problems = [diagnose("empty-file", "the file is empty", file=source.name, help=_START_HELP)]
        root = None
    return Document(root, reader.problems, _comments(reader))


def _read(reader: BlockReader) -> Node | None:
    """The tree of the one document in the text."""
    fresh = True
    try:
        fresh = not _skip_start(reader)
        marks = _marks(reader.lines, reader.row + (not fresh))
        reader.end = marks[0] if marks else reader.end
        root = reader.tree(fresh=fresh)
        if marks:
            _refuse_second(reader, marks)
    except Unsupported as fault:
        line = fault.diagnostic.at.span.line if fault.diagnostic.at else 1
        reader.record(fault, line - 1, line - 1)
        return None
    return root


def _marks(lines: list[str], first: int) -> list[int]:
    """The rows from `first` on that begin or end a document."""
    return [row for row in range(first, len(lines)) if lines[row][:3] in _MARKS and lines[row][3:4] in ("", " ", "\t")]


def _skip_start(reader: BlockReader) -> bool:
    """Moves past directives and the mark that starts a document. Returns whether there is one."""
    rows = _marks(reader.lines, 0)[:1]
    if not rows or reader.lines[rows[0]][:3] != "---":
        return False
    head = [text for text in reader.lines[: rows[0]] if text.strip(" \t") and not text.lstrip(" ").startswith("#")]
    if any(text[0] != "%" for text in head):
        return False
    for row in range(rows[0]):
        _check_directive(reader, row)
    reader.move(rows[0], 3)
    return True


def _check_directive(reader: BlockReader, row: int) -> None:
    text = reader.lines[row]
    if not text.startswith("%"):
        col = text.find("#")
        reader.comments += [(row, col)] if col >= 0 else []
    elif not text.startswith("%YAML 1."):
        span = reader.span((row, 0), (row, len(text.rstrip())))
        from cnnshape.document.features import refuse

        refuse("a directive", span, "remove the line")


def _refuse_second(reader: BlockReader, marks: list[int]) -> None:
    """Records a fault if anything follows the first document."""
    from cnnshape.document.features import refuse

    for row in range(marks[0], len(reader.lines)):
        text = reader.lines[row]
        rest = text[3:] if text.startswith("...") and row in marks[:1] else text
        rest = rest.strip(" \t")
        if rest.startswith("---"):
            refuse("a second document (`---`)", reader.span((row, 0), (row, 3)), "one design per file")
        if rest and rest[0] != "#":
            refuse("a second document", reader.span((row, 0), (row, len(text))), "one design per file")


def _broken(reader: BlockReader, root: Node | None) -> Document:
    """The document of a text with faults."""
    # Few texts are broken, so the advice is imported only for those.
    from cnnshape.document.advice import advise, whole_problem

    if whole := whole_problem(reader.source):
        return Document(None, [whole], _comments(reader), reader.repaired)
    document = Document(root if isinstance(root, Mapping) else None, [], _comments(reader), reader.repaired)
    kept = [problem for problem in reader.problems if problem.at and not document.is_repaired(problem.at.span)]
    faults = independent(reader.faults)
    document.problems = [
        *(advise(reader.source, fault) if isinstance(fault, Fault) else fault.diagnostic for fault in faults),
        *kept,
    ]
    return document


def _comments(reader: BlockReader) -> list[Span]:
    places = sorted(set(reader.comments))
    return [reader.span(place, (place[0], len(reader.lines[place[0]]))) for place in places]


def _control_character(text: str) -> int | None:
    """The offset of the first control character; None if there is none."""
    # Most texts are printable except for line breaks, and compiling the pattern takes longer than reading them.
    if text.replace("\n", "").isprintable():
        return None
    match = _control_characters().search(text)
    return match.start() if match else None


@cache
def _control_characters() -> re.Pattern[str]:
    return re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")


def _not_printable(source: SourceText, offset: int) -> Diagnostic:
    line, column = source.place(offset)
    message = f"control character U+{ord(source.text[offset]):04X} in the text"
    span = Span(source, line, column, line, column + 1)
    return diagnose("control-character", message, span, help="remove it; a spec has only printable text")
