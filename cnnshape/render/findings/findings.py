"""The result of a run of `check`, which all formats print."""

from collections.abc import Iterator
from pathlib import PurePath

from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.named_tuple import NamedTuple


class Findings(NamedTuple):
    """Sorted diagnostics, and the names of all checked files, also those without findings.

    `fixed` is the number of problems that the run fixed; None if it wasn't to fix any.
    """

    diagnostics: tuple[Diagnostic, ...]
    checked: tuple[str, ...]
    fixed: int | None = None

    def of(self, severity: Severity) -> tuple[Diagnostic, ...]:
        """The diagnostics of a severity."""
        return tuple(finding for finding in self.diagnostics if finding.severity is severity)

    @property
    def fixable(self) -> int:
        """How many problems have a fix that the option `--fix` of a further run may apply."""
        if self.fixed is not None:
            return 0
        return sum(
            any(fix.applied_by == "--fix" for fix in finding.fixes) and finding.path in self.checked
            for finding in self.diagnostics
        )

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all checked files, and of other files with findings."""
        return tuple(dict.fromkeys([*self.checked, *(finding.path for finding in self.diagnostics)]))


def forge_path(name: str) -> str:
    """A file's name as GitHub and GitLab write paths: slashes, no `./`."""
    return PurePath(name).as_posix() if name else ""


def advice(diagnostic: Diagnostic) -> Iterator[str]:
    """The notes and the help, one per line."""
    yield from (f"note: {note}" for note in diagnostic.notes)
    if diagnostic.help:
        yield f"help: {diagnostic.help}"
