"""JSON text in the layout of all commands: two spaces per level, lists of plain values on one line.

Values of the same key in many objects are written together, so that a long report takes few calls.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from json.encoder import encode_basestring
from typing import Any

_encode = json.JSONEncoder(ensure_ascii=False).encode
_INTEGERS = {int}
_STRINGS = {str}
_LISTS = {list}
_WORDS = {str, bool, type(None)}
"""Types of values that are equal only if they are the same: no number is one of them, as `1` equals `true`."""


Columns = Mapping[Any, Sequence[Any]]
"""The values of each key in a list of objects. Keys that many objects share the values of may have one column of objects
with these keys: such an object is written once."""


class Records:
    """A list of objects that have the same keys, as columns of values."""

    __slots__ = ("columns",)

    def __init__(self, columns: Columns) -> None:
        self.columns = columns


def document(data: Mapping[str, Any]) -> str:
    """An object as a JSON document, which ends with a line break."""
    # Join all parts once: copying a long text takes as long as making it.
    parts: list[str] = []
    for key, value in data.items():
        parts += (f",\n  {encode_basestring(key)}: ", *_parts(value, "  "))
    # The first key has no comma before it.
    return "".join(["{", parts[0][1:], *parts[1:], "\n}\n"]) if parts else "{}\n"


def written(data: Any, indent: str = "") -> str:
    """Data as JSON text: dicts with keys of text, lists, Records, plain values."""
    return "".join(_parts(data, indent))


def _texts(values: Sequence[Any], indent: str) -> Iterable[object]:
    """The text of each value; an integer is its own text."""
    types = set(map(type, values))
    if types == _INTEGERS:
        return values
    if types == _STRINGS:
        return map(encode_basestring, values)
    if types <= _WORDS:
        return map({value: _encode(value) for value in set(values)}.__getitem__, values)
    distinct = dict(zip(map(id, values), values, strict=True))
    texts = _list_texts(distinct) if types == _LISTS else None
    if texts is None:
        texts = _distinct_texts(distinct, indent)
    return map(texts.__getitem__, map(id, values))


def _list_texts(lists: dict[int, list[Any]]) -> dict[int, str] | None:
    """The text of each list by its identity, if all hold strings, integers, or lists of integers; else None."""
    items = list(chain.from_iterable(lists.values()))
    types = set(map(type, items))
    if types == _STRINGS:
        # Most layers read one tensor.
        return {
            identity: f"[{encode_basestring(*value) if len(value) == 1 else ', '.join(map(encode_basestring, value))}]"
            for identity, value in lists.items()
        }
    if types == _LISTS:
        types = set(map(type, chain.from_iterable(items)))
    # Python writes lists of integers as JSON does.
    return dict(zip(lists, map(str, lists.values()), strict=True)) if types <= _INTEGERS else None


def _distinct_texts(values: dict[int, Any], indent: str) -> dict[int, str]:
    """The text of each value, by its identity; objects with the same keys are written together."""
    texts: dict[int, str] = {}
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for identity, value in values.items():
        if isinstance(value, dict) and value:
            groups.setdefault(tuple(value), []).append(value)
        else:
            texts[identity] = "".join(_parts(value, indent))
    for keys, members in groups.items():
        columns = zip(*[member.values() for member in members], strict=True)
        written_members = _record_texts(dict(zip(keys, columns, strict=True)), indent)
        texts.update(zip(map(id, members), written_members, strict=True))
    return texts


def _record_texts(columns: Columns, indent: str, before: str = "") -> list[str]:
    """The text of each object of these columns, with `before` in front of it."""
    return _filled(before + "{\n", columns, indent + "  ", f"\n{indent}}}")


def _filled(before: str, columns: Columns, inner: str, after: str) -> list[str]:
    """The keys and values of each object of these columns, between two texts."""
    heads = [
        "" if isinstance(key, tuple) else f"{inner}{encode_basestring(key)}: ".replace("%", "%%") for key in columns
    ]
    template = before + ",\n".join([f"{head}%s" for head in heads]) + after
    texts = [
        _shared_texts(key, column, inner) if isinstance(key, tuple) else _texts(column, inner)
        for key, column in columns.items()
    ]
    return list(map(template.__mod__, zip(*texts, strict=True)))


def _shared_texts(keys: tuple[str, ...], values: Sequence[Any], inner: str) -> Iterable[object]:
    """The text of these keys of each object, made once for each distinct object."""
    distinct = dict(zip(map(id, values), values, strict=True))
    columns = {key: [value[key] for value in distinct.values()] for key in keys}
    texts = dict(zip(distinct, _filled("", columns, inner, ""), strict=True))
    return map(texts.__getitem__, map(id, values))


def _parts(value: Any, indent: str) -> list[str]:
    """The text of a value in parts, one for each of the objects in a list."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        return _record_texts({key: [item] for key, item in value.items()}, indent)
    if isinstance(value, Records):
        parts = _record_texts(value.columns, inner, f",\n{inner}")
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        parts = [f",\n{inner}{text}" for text in _texts(value, inner)]
    else:
        return [_encode(value)]
    if not parts:
        return ["[]"]
    # The first object has no comma before it.
    return ["[", parts[0][1:], *parts[1:], f"\n{indent}]"]
