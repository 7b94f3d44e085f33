"""Fixes the files of a check one by one, checks the files that extend each, and writes or shows the result."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from shutil import copymode
from tempfile import NamedTemporaryFile

from cnnshape.api import design_of_bytes
from cnnshape.api.fixing import fix_text
from cnnshape.cli.command import BadParameter
from cnnshape.cli.files import STDIN
from cnnshape.diagnostics import BY_FIX, BY_UPDATE, Diagnostic
from cnnshape.document import decode, read_file_bytes
from cnnshape.source import SourceText

_MARK = b"\xef\xbb\xbf"
"""The byte order mark, which a file with fixes keeps."""
Read = Callable[[Path], bytes]
CheckBytes = Callable[[str, bytes, Read], list[Diagnostic]]
"""The findings of a file by its name and bytes, and of the files that it extends as they are read."""

MostTries = Callable[[Iterable[str]], int]
"""How often some files may be checked."""


class Fixing:
    """The files of a run while they are fixed. Nothing is written before all fixes are made.

    `changed` are the bytes of the files with fixes, `count` the problems that these fixed, and `findings` the findings of
    all files whose findings changed. `complete` says whether all fixes were tried.
    """

    def __init__(
        self, given: Mapping[str, bytes | None], check: CheckBytes, kept: Iterable[str], most: MostTries
    ) -> None:
        self._check = check
        self._most = most
        self._kept = frozenset(kept)
        self._original: dict[str, bytes] = {}
        self._paths = {Path(file).resolve(): file for file in given if file != STDIN}
        self._below: dict[str, list[str]] = {}
        self.changed: dict[str, bytes] = {}
        self.findings: dict[str, list[Diagnostic]] = {}
        self.count = 0
        self.complete = True
        for file, data in given.items():
            self._keep(file, data)

    def _keep(self, file: str, data: bytes | None) -> None:
        """Keeps a file's bytes, and records which files it extends. A file that can't be read gets no fixes."""
        try:
            data = read_file_bytes(Path(file)) if data is None else data
        except OSError:
            return
        self._original[file] = data
        if b"extends" in data:
            design_of_bytes(_name(file), data, _path(file), lambda path: self._noted(file, path))

    def _noted(self, file: str, path: Path) -> bytes:
        base = self._paths.get(path.resolve())
        if base is not None:
            self._below.setdefault(base, []).append(file)
        return read_file_bytes(path)

    def read(self, path: Path) -> bytes:
        """The bytes of a file with its fixes."""
        file = self._paths.get(path.resolve(), "")
        return self.changed[file] if file in self.changed else read_file_bytes(path)

    def data(self, file: str) -> bytes:
        """The bytes of a file of the run with its fixes."""
        return self.changed.get(file, self._original.get(file, b""))

    def fix(self, checked: Mapping[str, list[Diagnostic]], applied_by: Iterable[str]) -> None:
        """Applies the fixes of all files that have findings with fixes."""
        options = [option for option in (BY_FIX, BY_UPDATE) if option in applied_by]
        for file, findings in checked.items():
            if file in self._original and file not in self._kept and any(finding.fixes for finding in findings):
                for option in options:
                    self._fix_file(file, option, _pardoned(option, options))
        affected = [*self.changed, *(below for file in self.changed for below in self._below.get(file, ()))]
        for file in dict.fromkeys(affected):
            self.findings[file] = self._check(file, self.data(file), self.read)

    def _fix_file(self, file: str, option: str, pardoned: Sequence[str]) -> None:
        data = self.data(file)
        text = decode(_name(file), data)
        if not isinstance(text, str):
            return
        mark = _MARK if data.startswith(_MARK) else b""
        before = self.changed.get(file)
        checked = (file, *self._below.get(file, ()))
        most = self._most(checked)
        if not most:
            self.complete = False
            return

        def check(changed: str) -> list[list[Diagnostic]]:
            self.changed[file] = mark + changed.encode()
            return [self._check(name, self.data(name), self.read) for name in checked]

        try:
            fixed = fix_text(SourceText(_name(file), text, _path(file)), check, {option}, pardoned, most)
        finally:
            self.changed.pop(file, None)
            self.changed.update({file: before} if before is not None else {})
        self.count += fixed.number
        self.complete = self.complete and fixed.complete
        if fixed.number:
            self.changed[file] = mark + fixed.text.encode()

    # Results

    @property
    def reads_stdin(self) -> bool:
        """Whether standard input is one of the files."""
        return STDIN in self._original

    def described(self) -> str:
        """How many problems the fixes fix, as a line; empty if there are none."""
        problems = "problem" if self.count == 1 else "problems"
        files = "file" if len(self.changed) == 1 else "files"
        return f"fixes {self.count:,} {problems} in {len(self.changed):,} {files}\n" if self.count else ""

    def write(self) -> None:
        """Writes the files with fixes; raises BadParameter if one can't be written."""
        for file, data in self.changed.items():
            if file != STDIN:
                _write(Path(file).resolve(), data)

    def print_stdin(self) -> None:
        """Prints the text of standard input with its fixes, byte for byte."""
        sys.stdout.flush()
        sys.stdout.buffer.write(self.data(STDIN))
        sys.stdout.buffer.flush()

    def diff(self) -> str:
        """The fixes as a unified diff."""
        # Most runs show no differences.
        from difflib import unified_diff

        lines: list[str] = []
        for file, data in self.changed.items():
            # Split lines at the breaks of Unix and Windows only, as other tools that read diffs do.
            before, after = (StringIO(text.decode(), newline="\n").readlines() for text in (self._original[file], data))
            lines += unified_diff(before, after, _name(file), _name(file))
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _pardoned(option: str, options: Sequence[str]) -> tuple[str, ...]:
    """Problems that a fix may add: missed figures, if the same run also updates `expect:`."""
    return ("expectation-missed",) if option == BY_FIX and BY_UPDATE in options else ()


def _name(file: str) -> str:
    return "<stdin>" if file == STDIN else file


def _path(file: str) -> Path | None:
    return None if file == STDIN else Path(file)


def _write(path: Path, data: bytes) -> None:
    """Writes a file as a whole or not at all, so that no reader sees half of it."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(data)
        copymode(path, file.name)
        Path(file.name).replace(path)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise BadParameter(f"can't write {path}: {reason}", param_hint=BY_FIX) from None
