"""Removes an entry of a mapping: the text from its key to the end of its value, and what belongs to it alone."""

from cnnshape.diagnostics import Replace
from cnnshape.document.node import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText, Span


class Home(NamedTuple):
    """An entry in its mapping, and whether it is in brackets."""

    mapping: Mapping
    number: int
    flow: bool

    @property
    def entry(self) -> Entry:
        """The entry."""
        return self.mapping.entries[self.number]


def end_of(entry: Entry) -> tuple[int, int]:
    """The line and the column after the last character of an entry."""
    value = entry.value
    if isinstance(value, Scalar) and not value.text and value.plain:
        # An empty value starts after the colon, if there is one.
        return max((entry.key.span.end_line, entry.key.span.end_column), (value.span.line, value.span.column))
    return value.span.end_line, value.span.end_column


def removal(source: SourceText, homes: tuple[Home, ...], *, whole: bool) -> Replace | None:
    """The removal of the innermost of nested entries; with `whole`, of the outermost one that would become empty.

    None if the entry shares its lines with something that stays.
    """
    home = homes[-1]
    if len(home.mapping.entries) == 1:
        if whole and len(homes) > 1:
            return removal(source, homes[:-1], whole=whole)
        if _in_braces(home.mapping):
            return Replace(home.mapping.span, "{}")
    if _in_braces(home.mapping):
        return _of_flow(source, home)
    return None if home.flow else _of_block(source, home)


def _in_braces(mapping: Mapping) -> bool:
    return mapping.span.text.startswith("{")


# In braces


def _of_flow(source: SourceText, home: Home) -> Replace:
    """The entry with its comma, and the line if nothing else is on it."""
    key = home.entry.key.span
    line, column = end_of(home.entry)
    before = source.line(key.line)[: key.column - 1]
    after = source.line(line)[column - 1 :]
    rest = after.lstrip()
    last = home.number == len(home.mapping.entries) - 1
    if rest.startswith(","):
        column += len(after) - len(rest) + 1
        rest = source.line(line)[column - 1 :].lstrip()
    if not before.strip() and (not rest or rest.startswith("#")):
        return _lines(source, key.line, line)
    if last and home.number and (previous := end_of(home.mapping.entries[home.number - 1]))[0] == key.line:
        return Replace(Span(source, key.line, previous[1], line, end_of(home.entry)[1]), "")
    column = len(source.line(line)) - len(rest) + 1
    return Replace(Span(source, key.line, key.column, line, column), "")


# By indentation


def _of_block(source: SourceText, home: Home) -> Replace | None:
    """The lines of the entry, and the comments that can only be about it."""
    key = home.entry.key.span
    if source.line(key.line)[: key.column - 1].strip():
        return None
    last = _after_comments(source, _last_line(home.entry), key.column)
    first = _before_comments(source, home, last)
    blank_above = home.number == 0 or not source.line(first - 1).strip()
    while blank_above and last < source.line_count - 1 and not source.line(last + 1).strip():
        last += 1
    return _lines(source, first, last)


def _last_line(entry: Entry) -> int:
    return max(entry.key.span.end_line, _deepest(entry.value))


def _deepest(node: Node) -> int:
    """The last line of a value; that of an empty value is the line of its key."""
    if isinstance(node, Mapping):
        return max([node.span.line, *map(_last_line, node.entries)])
    if isinstance(node, Sequence):
        return max([node.span.end_line, *map(_deepest, node.items)])
    return node.span.end_line if node.text else node.span.line


def _after_comments(source: SourceText, line: int, column: int) -> int:
    """The last of the comments below an entry that are indented further than its key."""
    while _is_comment(text := source.line(line + 1)) and len(text) - len(text.lstrip()) >= column:
        line += 1
    return line


def _before_comments(source: SourceText, home: Home, last: int) -> int:
    """The first comment above an entry, if the text after it shows that the comments are about the entry alone."""
    first = line = home.entry.key.span.line
    indent = home.entry.key.span.column - 1
    while _is_comment(text := source.line(line - 1)) and len(text) - len(text.lstrip()) == indent:
        line -= 1
    below = source.line(last + 1)
    alone = not below.strip() or _is_comment(below) or len(below) - len(below.lstrip()) < indent
    return line if alone else first


def _is_comment(text: str) -> bool:
    return text.lstrip().startswith("#")


def _lines(source: SourceText, first: int, last: int) -> Replace:
    """Whole lines, with their breaks."""
    if last < source.line_count:
        return Replace(Span(source, first, 1, last + 1, 1), "")
    return Replace(Span(source, first, 1, last, len(source.line(last)) + 1), "")
