"""The result of a run of `check`, which all formats print."""

from collections.abc import Iterator
from pathlib import PurePath

from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.named_tuple import NamedTuple

MOST_SHOWN = 50
"""Findings of a file that people are shown."""


class Fixable(NamedTuple):
    """How many problems a run with `--fix` would fix; there may be more if not all were tried."""

    number: int = 0
    complete: bool = True


class Findings(NamedTuple):
    """Sorted diagnostics, and the names of all checked files, also those without findings.

    `fixed` is the number of problems that the run fixed, and `fixable` says what a run with `--fix` would fix.
    """

    diagnostics: tuple[Diagnostic, ...]
    checked: tuple[str, ...]
    fixed: int = 0
    fixable: Fixable = Fixable()

    def of(self, severity: Severity) -> tuple[Diagnostic, ...]:
        """The diagnostics of a severity."""
        return tuple(finding for finding in self.diagnostics if finding.severity is severity)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all checked files, and of other files with findings."""
        return tuple(dict.fromkeys([*self.checked, *(finding.path for finding in self.diagnostics)]))

    def shown(self) -> Iterator[tuple[Diagnostic, ...]]:
        """The findings that people are shown, in order, by file: of a file with very many, errors before warnings."""
        for own in self._by_file().values():
            errors = [finding for finding in own if finding.severity is Severity.ERROR][:MOST_SHOWN]
            others = [finding for finding in own if finding.severity is not Severity.ERROR]
            chosen = {id(finding) for finding in (*errors, *others[: MOST_SHOWN - len(errors)])}
            yield tuple(finding for finding in own if id(finding) in chosen)

    def left_out(self) -> dict[str, int]:
        """How many findings of each file `shown` leaves out, if any."""
        return {file: len(own) - MOST_SHOWN for file, own in self._by_file().items() if len(own) > MOST_SHOWN}

    def _by_file(self) -> dict[str, list[Diagnostic]]:
        files: dict[str, list[Diagnostic]] = {}
        for finding in self.diagnostics:
            files.setdefault(finding.path, []).append(finding)
        return files


def forge_path(name: str) -> str:
    """A file's name as GitHub and GitLab write paths: slashes, no `./`."""
    return PurePath(name).as_posix() if name else ""


def advice(diagnostic: Diagnostic) -> Iterator[str]:
    """The notes and the help, one per line."""
    yield from (f"note: {note}" for note in diagnostic.notes)
    if diagnostic.help:
        yield f"help: {diagnostic.help}"
