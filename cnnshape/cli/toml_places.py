"""Places in a TOML file. The standard library's reader knows none, so the text is searched for the keys."""

import re
from collections.abc import Iterator
from functools import cache

from cnnshape.source import SourceText, Span

Path = tuple[str, ...]
"""The keys from the top of the file down: `("tool", "cnnshape", "strict")`."""

MOST_LINES = 400
"""The most lines of a text in which to search for a broken statement: each line costs a reading of those above it."""
_WIDEST = 80


def place(source: SourceText, path: Path, value: str = "") -> Span | None:
    """The key at that path, or the text `value` of its list; else the closest table around it that has a place."""
    keys = dict(_keys(source))
    for length in range(len(path), 0, -1):
        if path[:length] in keys:
            key = keys[path[:length]]
            return (_text_after(source, key, value) if value else None) or key
    return None


def broken_statement(source: SourceText) -> Span | None:
    """The first line of the first statement that is not TOML; None for a text that is TOML, or too long to search.

    The statement starts after the longest beginning of the text, in whole lines, that is TOML.
    """
    lines = source.lines
    if not 0 < len(lines) <= MOST_LINES or _is_toml(source.text):
        return None
    sound = next(count for count in range(len(lines) - 1, -1, -1) if _is_toml("\n".join(lines[:count])))
    number = next((at for at in range(sound, len(lines)) if _states_something(lines[at])), sound)
    return Span(source, number + 1, 1, number + 1, max(2, min(len(lines[number]), _WIDEST) + 1))


def _is_toml(text: str) -> bool:
    import tomllib

    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _states_something(line: str) -> bool:
    return not re.fullmatch(r"\s*(?:#.*)?", line)


def _keys(source: SourceText) -> Iterator[tuple[Path, Span]]:
    """The path and place of each table and key that starts a line; if a path is stated twice, the first place."""
    table: Path = ()
    known: dict[Path, Span] = {}
    for number, line in enumerate(source.lines, 1):
        path, start, end = _key(line)
        if not path:
            continue
        is_table = line.lstrip().startswith("[")
        table, path = (path, path) if is_table else (table, (*table, *path))
        known.setdefault(path, Span(source, number, start + 1, number, end + 1))
    yield from known.items()


def _key(line: str) -> tuple[Path, int, int]:
    """The keys that a line states, and the columns of their text; none if it states no key."""
    match = re.match(r"""\s*(?:\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?\Z|((?:[\w. \t-]|"[^"]*"|'[^']*')+?)\s*=)""", line)
    if match is None:
        return (), 0, 0
    group = 1 if match[1] else 2
    return _path(match[group]), match.start(group), match.end(group)


@cache
def _path(key: str) -> Path:
    """The parts of a key with dots and quotes; none for what is no key."""
    import tomllib

    try:
        data: object = tomllib.loads(f"{key} = 0")
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    path: Path = ()
    while isinstance(data, dict):
        ((name, data),) = data.items()
        path = (*path, name)
    return path


def _text_after(source: SourceText, key: Span, value: str) -> Span | None:
    """The first place of a text in quotes from a key on."""
    for number in range(key.line, source.line_count + 1):
        line = source.line(number)
        start = key.end_column - 1 if number == key.line else 0
        match = re.compile(rf"""(["']){re.escape(value)}\1""").search(line, start)
        if match:
            return Span(source, number, match.start() + 1, number, match.end() + 1)
    return None
