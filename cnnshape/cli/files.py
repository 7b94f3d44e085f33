"""Which files a check means: files, folders, globs, standard input, shipped architectures."""

import os
import re
from collections.abc import Iterable, Iterator
from glob import glob, has_magic
from pathlib import Path

from cnnshape.document import read_file_bytes
from cnnshape.source import shipped_path

STDIN = "-"
_ENDINGS = (".yaml", ".yml")
_SPEC_ENDINGS = (".cnn.yaml", ".cnn.yml")
_MARK = re.compile(rb"^(?:\xef\xbb\xbf)?cnnshape[ \t]*:", re.MULTILINE)
_SKIPPED = {"node_modules", "__pycache__"}


def find_files(patterns: Iterable[str]) -> tuple[list[str], list[str]]:
    """The files that the patterns name, sorted and each once; and the patterns that name nothing."""
    found: set[str] = set()
    nothing = []
    for pattern in patterns:
        matched = list(_matched(pattern))
        found.update(matched)
        if not matched:
            nothing.append(pattern)
    return sorted(found), nothing


def _matched(pattern: str) -> Iterator[str]:
    if pattern == STDIN:
        yield pattern
    elif os.path.isdir(pattern):  # noqa: PTH112 -- a Path would normalize the name that the user gave
        yield from _in_folder(pattern)
    elif os.path.lexists(pattern):
        yield pattern
    elif has_magic(pattern):
        for name in glob(pattern, recursive=True):  # noqa: PTH207 -- as the shell does it
            yield from _in_folder(name) if Path(name).is_dir() else [name]
    elif (shipped := shipped_path(pattern)) is not None:
        yield str(shipped)


def _in_folder(folder: str) -> Iterator[str]:
    """The specs below a folder; links to folders are not followed."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        for name in names:
            path = os.path.join(top, name)  # noqa: PTH118 -- keeps `./` and the like as the user gave it
            if name.endswith(_ENDINGS) and Path(path).is_file() and _is_spec(path):
                yield path


def _is_spec(path: str) -> bool:
    """A file that says so, by its name or by a `cnnshape:` line; one that can't be read is reported later."""
    if path.endswith(_SPEC_ENDINGS):
        return True
    try:
        return _MARK.search(read_file_bytes(Path(path))) is not None
    except OSError:
        return False
