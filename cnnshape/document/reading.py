"""From bytes to nodes: YAML's event stream, composed iteratively and within limits.

PyYAML's own `compose` recurses in C and can bring the interpreter down on nested brackets, resolves aliases
before anyone can refuse them, and loses where things stood. Its event stream does none of that.
"""

import re
from pathlib import Path
from typing import Any

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.document.node import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.document.syntax import printable, syntax_error
from cnnshape.source import SourceText, Span

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_NODES = 100_000

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")


def read_file_bytes(path: Path) -> bytes:
    """The bytes of a file, one more than the limit at most; raises OSError, also for what is no regular file."""
    if path.exists() and not path.is_file():
        raise IsADirectoryError(None, "not a file") if path.is_dir() else OSError(None, "not a regular file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def decode(name: str, data: bytes) -> str | Diagnostic:
    """The text of a file's bytes (UTF-8, a byte order mark is dropped), or what is wrong with them."""
    if len(data) > MAX_BYTES:
        return diagnose(
            "limit-exceeded", f"the file is larger than {MAX_BYTES:,} bytes, the most that a spec may have", file=name
        )
    if data[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return diagnose("not-utf8", "the file is UTF-32; a spec is UTF-8", file=name, help="save it as UTF-8")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return diagnose("not-utf8", "the file is UTF-16; a spec is UTF-8", file=name, help="save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8", "replace")
        line, _ = SourceText(name, good).place(len(good))
        return diagnose(
            "not-utf8",
            f"byte 0x{data[error.start]:02x} on line {line} is not UTF-8 text",
            file=name,
            help="save the file as UTF-8",
        )


def read_document(source: SourceText) -> tuple[Node | None, list[Diagnostic]]:
    """The root node of a text, and what is wrong with it; without a root, at least one diagnostic."""
    if len(source.text) > MAX_BYTES:
        message = f"the text has {len(source.text):,} characters; a spec has at most {MAX_BYTES:,}"
        return None, [diagnose("limit-exceeded", message, file=source.name)]
    found = _FORBIDDEN.search(source.text)
    if found:
        return None, [_control_character(source, found.start())]
    # Importing PyYAML takes as long as half of cnnshape; much that isn't reading a spec never needs it.
    import yaml

    composer = _Composer(source)
    try:
        composer.run()
    except yaml.MarkedYAMLError as error:
        composer.problems.append(syntax_error(source, error))
        return None, composer.problems
    except yaml.YAMLError as error:
        composer.problems.append(diagnose("yaml-syntax", _one_line(str(error)), file=source.name))
        return None, composer.problems
    except _Refused as refusal:
        composer.problems.append(refusal.diagnostic)
        return None, composer.problems
    if composer.root is None or (isinstance(composer.root, Scalar) and composer.root.empty):
        return None, [diagnose("empty-file", "the file is empty", file=source.name, help=_START_HELP)]
    return composer.root, composer.problems


_START_HELP = "start from a known network: `cnnshape show resnet50 > mine.yaml`"


class _Refused(Exception):
    """The file can't be read any further."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class _Open:
    """A collection that is being read."""

    __slots__ = ("collection", "key", "keys", "place")

    def __init__(self, collection: Sequence | Mapping, place: Span) -> None:
        self.collection = collection
        self.place = place
        self.key: Scalar | None = None
        self.keys: dict[str, Scalar] = {}


class _Composer:
    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.problems: list[Diagnostic] = []
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.count = 0

    def run(self) -> None:
        import yaml

        loader = getattr(yaml, "CLoader", yaml.SafeLoader)(self.source.text)
        handlers = {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._open_sequence,
            yaml.MappingStartEvent: self._open_mapping,
            yaml.SequenceEndEvent: self._close,
            yaml.MappingEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        try:
            while loader.check_event():
                event = loader.get_event()
                handler = handlers.get(type(event))
                if handler is not None:
                    handler(event)
        finally:
            loader.dispose()

    def _span(self, event: Any) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.source, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _count(self, event: Any) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            message = f"the file has more than {MAX_NODES:,} values"
            raise _Refused(diagnose("limit-exceeded", message, self._span(event)))
        if event.anchor is not None:
            self._feature(event, f"an anchor (`&{event.anchor}`)", "define a block once and use it by its name")
        if event.tag is not None:
            self._feature(event, "a tag", "quote a value that starts with `!`; to negate, write `not`")

    def _feature(self, event: Any, what: str, help: str) -> None:
        raise _Refused(diagnose("yaml-feature", f"{what} is not part of the language", self._span(event), help=help))

    def _document(self, event: Any) -> None:
        if self.root is not None:
            self._feature(event, "a second document (`---`)", "one design per file")

    def _alias(self, event: Any) -> None:
        self._feature(event, f"an alias (`*{event.anchor}`)", "define a block once and use it by its name")

    def _scalar(self, event: Any) -> None:
        self._count(event)
        self._place(Scalar(event.value, not event.style, self._span(event)))

    def _open_sequence(self, event: Any) -> None:
        self._open(Sequence([], self._span(event)), event)

    def _open_mapping(self, event: Any) -> None:
        self._open(Mapping([], self._span(event)), event)

    def _open(self, collection: Sequence | Mapping, event: Any) -> None:
        self._count(event)
        if len(self.stack) >= MAX_DEPTH:
            message = f"nested more than {MAX_DEPTH} levels deep"
            raise _Refused(diagnose("limit-exceeded", message, self._span(event)))
        self.stack.append(_Open(collection, collection.span))

    def _close(self, event: Any) -> None:
        opened = self.stack.pop()
        end = self._end_of(opened, event)
        span = opened.place._replace(end_line=end.end_line, end_column=end.end_column)
        self._place(opened.collection._replace(span=span))

    def _end_of(self, opened: _Open, event: Any) -> Span:
        """Where a collection ends: the mark of a block collection runs on to the next token."""
        here = self._span(event)
        if here.column != here.end_column or here.line != here.end_line:
            return here
        if isinstance(opened.collection, Mapping):
            return opened.collection.entries[-1].value.span if opened.collection.entries else opened.place
        return opened.collection.items[-1].span if opened.collection.items else opened.place

    def _place(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        opened = self.stack[-1]
        if isinstance(opened.collection, Sequence):
            opened.collection.items.append(node)
        elif opened.key is None:
            opened.key = self._key(node)
        else:
            self._entry(opened, opened.collection, opened.key, node)

    def _key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            what = "list" if isinstance(node, Sequence) else "mapping"
            message = f"a {what} can't be a key"
            help = "quote a text that starts with a bracket"
            if isinstance(node, Mapping) and len(node.entries) == 1:
                help = f"a name stands for itself, without braces: `{_shown(node.entries[0].key.text)}`"
            raise _Refused(diagnose("bad-key", message, node.span, help=help))
        if node.empty:
            raise _Refused(diagnose("bad-key", "a key is empty", node.span, help="write a word before the colon"))
        if node.text == "<<" and node.plain:
            message = "a merge key (`<<`) is not part of the language"
            raise _Refused(diagnose("yaml-feature", message, node.span, help="use `extends`, or a block with params"))
        return node

    def _entry(self, opened: _Open, mapping: Mapping, key: Scalar, value: Node) -> None:
        opened.key = None
        first = opened.keys.setdefault(key.text, key)
        # what follows a comma of an expression is no key that could stand twice
        leftover = isinstance(value, Scalar) and value.empty and key.text.count(")") > key.text.count("(")
        if first is not key and not leftover:
            message = f"the key `{_shown(key.text)}` stands twice"
            related = [Label(first.span, "first defined here")]
            self.problems.append(diagnose("duplicate-key", message, key.span, label="defined again", related=related))
            return
        mapping.entries.append(Entry(key, value))


def _shown(text: str) -> str:
    plain = printable(text)
    return plain if len(plain) <= 40 else plain[:37] + "..."


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _control_character(source: SourceText, offset: int) -> Diagnostic:
    line, column = source.place(offset)
    message = f"control character U+{ord(source.text[offset]):04X} in the text"
    span = Span(source, line, column, line, column + 1)
    return diagnose("control-character", message, span, help="remove it; a spec is printable text")
