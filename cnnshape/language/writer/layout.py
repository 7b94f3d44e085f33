"""Nested texts, lists and mappings as lines of YAML, wrapped at 120 columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap

from cnnshape.language.writer.scalar import is_foldable, scalar

WIDTH = 120
_STEP = 2
_LEAST_SAVED = 2
"""The lines that brackets save at least over a line per item."""

Data = None | str | Sequence["Data"] | Mapping[str, "Data"]
"""Data to write. None is a key without a value."""


class Rows(list[Data]):
    """A list with one or more lines per item, unless it is empty."""


class Short(list[Data]):
    """A list in brackets after its key, if that is shorter than a line per item: `a: [conv: 3, relu]`."""


class Lines(dict[str, Data]):
    """A mapping with one or more lines per entry, unless it is empty."""


def lay_out(data: Mapping[str, Data], *, in_brackets: bool = True) -> str:
    """The text of a whole file. Without `in_brackets`, no `Short` list of several items is in brackets."""
    written = data if in_brackets else {key: _spread(value) for key, value in data.items()}
    return "".join(f"{line}\n" for line in _entries(written, 0))


def _spread(data: Data) -> Data:
    """The data with a line for each item of a `Short` list."""
    if data is None or isinstance(data, str):
        return data
    if isinstance(data, Mapping):
        entries = {key: _spread(value) for key, value in data.items()}
        return Lines(entries) if isinstance(data, Lines) else entries
    items = list(map(_spread, data))
    if isinstance(data, Rows) or (isinstance(data, Short) and len(data) > 1):
        return Rows(items)
    return Short(items) if isinstance(data, Short) else items


def _entries(data: Mapping[str, Data], indent: int) -> Iterator[str]:
    for key, value in data.items():
        yield from _headed(f"{scalar(key, flow=False)}:", value, indent)


def _items(data: Sequence[Data], indent: int) -> Iterator[str]:
    for item in data:
        yield from _headed("-", item, indent)


def _headed(head: str, value: Data, indent: int) -> Iterator[str]:
    """The lines of `key:` or `-` with its value: on one line if it fits there."""
    start = " " * indent + head
    line = _on_one_line(start, value)
    if line is not None and len(line) <= WIDTH:
        yield line
    elif isinstance(value, str):
        yield from _long_text(start, value, indent + _STEP)
    elif isinstance(value, Mapping):
        yield from _long_mapping(start, value, indent + _STEP)
    elif value is not None:
        yield from _long_list(start, value, indent + _STEP)


def _on_one_line(start: str, value: Data) -> str | None:
    """The head with its value; None if the value has lines of its own."""
    if value is None:
        return start
    text = scalar(value, flow=False) if isinstance(value, str) else _flow(value)
    return None if text is None else f"{start} {text}"


def _below(start: str, lines: Iterator[str]) -> Iterator[str]:
    """Lines below `key:`; those of an item begin next to its dash."""
    if start.endswith("-"):
        yield f"{start} {next(lines).lstrip()}"
    else:
        yield start
    yield from lines


def _long_text(start: str, text: str, indent: int) -> Iterator[str]:
    """A text that is longer than a line: folded between its words, if it has any."""
    if " " not in text or not is_foldable(text):
        yield f"{start} {scalar(text, flow=False)}"
        return
    yield f"{start} >-"
    yield from _filled(text.split(" "), " " * indent)


def _long_list(start: str, items: Sequence[Data], indent: int) -> Iterator[str]:
    """A list that is longer than a line: in brackets over several lines, or an item per line."""
    texts = list(map(_flow_step if isinstance(items, Short) else _flow, items))
    words = [f"{text}," for text in texts if text is not None]
    if isinstance(items, Rows) or len(words) < len(texts) or max(map(len, words)) > WIDTH - indent:
        yield from _below(start, _items(items, indent))
        return
    lines = list(_filled(_enclosed(f"{start} [", words, "]"), "", " " * indent))
    if isinstance(items, Short) and len(lines) > 1 + len(items) - _LEAST_SAVED:
        yield from _below(start, _items(items, indent))
    else:
        yield from lines


def _long_mapping(start: str, entries: Mapping[str, Data], indent: int) -> Iterator[str]:
    """A mapping that is longer than a line: in braces over several lines, or an entry per line as in a list of steps."""
    texts = [_flow_entry(key, value) for key, value in entries.items()]
    words = [f"{text}," for text in texts if text is not None]
    if (
        isinstance(entries, Lines)
        or start.endswith("-")
        or len(words) < len(texts)
        or max(map(len, words)) > WIDTH - indent - _STEP
    ):
        yield from _below(start, _entries(entries, indent))
        return
    yield from _filled(_enclosed(f"{start} {{", words, "}"), "", " " * (indent + _STEP))


def _enclosed(start: str, words: list[str], end: str) -> list[str]:
    """Words with a comma each, between what opens and what closes a list."""
    *others, last = words
    first, *others = [*others, f"{last[:-1]}{end}"]
    return [f"{start}{first}", *others]


def _filled(words: list[str], first: str, following: str | None = None) -> Iterator[str]:
    """Lines with as many words as fit, with a prefix each."""
    line = first + words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) <= WIDTH:
            line += f" {word}"
        else:
            yield line
            line = (first if following is None else following) + word
    yield line


def _flow(data: Data) -> str | None:
    """The data in brackets and braces; None if a part of it has lines of its own."""
    if data is None or isinstance(data, str):
        return scalar(data or "", flow=True)
    if isinstance(data, Rows | Lines) and data:
        return None
    if isinstance(data, Mapping):
        entries = _all_of(starmap(_flow_entry, data.items()))
        return None if entries is None else f"{{{', '.join(entries)}}}"
    items = _all_of(map(_flow_step if isinstance(data, Short) else _flow, data))
    return None if items is None else f"[{', '.join(items)}]"


def _all_of(texts: Iterable[str | None]) -> list[str] | None:
    """The texts; None, without a look at the others, where there is no text."""
    listed = []
    for text in texts:
        if text is None:
            return None
        listed.append(text)
    return listed


def _flow_step(item: Data) -> str | None:
    """An item in brackets. A mapping of one entry needs no braces there."""
    if isinstance(item, Lines) and len(item) == 1:
        ((key, value),) = item.items()
        return None if value is None else _flow_entry(key, value)
    return _flow(item)


def _flow_entry(key: str, value: Data) -> str | None:
    head = scalar(key, flow=True)
    if value is None:
        return head
    text = _flow(value)
    return None if text is None else f"{head}: {text}"
