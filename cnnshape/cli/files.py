"""Finds the files of a check: files, folders, globs, standard input, shipped architectures."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from glob import escape, glob, has_magic
from pathlib import Path

from cnnshape.cli.unmarked import unmarked_design
from cnnshape.diagnostics import Diagnostic
from cnnshape.document import read_file_bytes
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import shipped_path

STDIN = "-"
_ENDINGS = (".yaml", ".yml")
_SPEC_ENDINGS = (".cnn.yaml", ".cnn.yml")
_MARK = rb"^(?:\xef\xbb\xbf)?cnnshape[ \t]*:"
_ANY_DEPTH = r"(?<![^/])(?:\*\*(?:/+|\Z))+"
_SKIPPED = {"node_modules", "__pycache__"}


class Files(NamedTuple):
    """What patterns match. `files` are designs, sorted and without repetition; `unmatched` the patterns without any.

    `unmarked` are YAML files in folders without a `cnnshape:` line, each with a diagnostic if it looks like a design.
    """

    files: list[str]
    unmatched: list[str]
    unmarked: dict[str, Diagnostic | None]

    @property
    def doubtful(self) -> dict[str, Diagnostic]:
        """The files that look like designs but have no `cnnshape:` line."""
        return {name: finding for name, finding in self.unmarked.items() if finding is not None}


def find_files(patterns: Iterable[str]) -> Files:
    """The files that the patterns match."""
    files: dict[str, str] = {}
    unmarked: dict[str, tuple[str, Diagnostic | None]] = {}
    unmatched = []
    for pattern in patterns:
        empty = True
        for name, is_design in _matched(pattern):
            file = same_file(name)
            if is_design:
                files.setdefault(file, name)
            elif file not in unmarked:
                unmarked[file] = name, unmarked_design(name)
            empty = empty and not is_design and unmarked[file][1] is None
        if empty:
            unmatched.append(pattern)
    others = sorted((own for file, own in unmarked.items() if file not in files), key=lambda own: own[0])
    return Files(sorted(files.values()), unmatched, dict(others))


def same_file(name: str) -> str:
    """One name for all names of a file. A link is a file of its own, since `extends` is relative to it."""
    folder, own = os.path.split(name)
    return os.path.join(os.path.realpath(folder), own)  # noqa: PTH118 -- the name of anything, `<stdin>` too


def _matched(pattern: str) -> Iterator[tuple[str, bool]]:
    """The files of a pattern, each with whether it is a design; of those in folders, all YAML files."""
    if pattern == STDIN:
        yield pattern, True
    elif os.path.isdir(pattern):  # noqa: PTH112 -- a Path would normalize the name that the user gave
        yield from _in_folder(pattern)
    elif os.path.lexists(pattern):
        yield pattern, True
    elif has_magic(pattern):
        for name in _globbed(pattern):
            yield from _in_folder(name) if Path(name).is_dir() else [(name, True)]
    elif (shipped := shipped_path(pattern)) is not None:
        yield str(shipped), True


def _globbed(pattern: str) -> Iterator[str]:
    """The files that a pattern matches, as in a shell; `**` follows no links to folders, which may form a circle."""
    match = re.search(_ANY_DEPTH, pattern)
    if match is None:
        yield from glob(pattern)  # noqa: PTH207 -- keeps `./` and the like as the user gave it
        return
    before, after = pattern[: match.start()], pattern[match.end() :] or "*"
    for top in glob(before) if before else [""]:  # noqa: PTH207
        for folder, folders, _ in os.walk(top or "."):
            folders[:] = [name for name in folders if not name.startswith(".")]
            here = folder if top else folder.removeprefix(".").removeprefix("/")
            yield from _globbed(os.path.join(escape(here), after))  # noqa: PTH118


def _in_folder(folder: str) -> Iterator[tuple[str, bool]]:
    """The YAML files below a folder, each with whether it is a design; links to folders are not followed."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        for name in names:
            path = os.path.join(top, name)  # noqa: PTH118 -- keeps `./` and the like as the user gave it
            if name.endswith(_ENDINGS) and Path(path).is_file():
                yield path, is_spec(path, read_file_bytes)


def is_listed(path: str) -> bool:
    """Whether a folder's files include one with this path in it: a YAML file in no hidden or skipped folder."""
    *folders, name = path.split("/")
    return name.endswith(_ENDINGS) and not any(folder.startswith(".") or folder in _SKIPPED for folder in folders)


def is_spec(path: str, read: Callable[[Path], bytes]) -> bool:
    """Whether a file is a spec, by its name or a `cnnshape:` line. An unreadable file counts, and is reported later."""
    if path.endswith(_SPEC_ENDINGS):
        return True
    try:
        return re.search(_MARK, read(Path(path)), re.MULTILINE) is not None
    except OSError:
        return False
