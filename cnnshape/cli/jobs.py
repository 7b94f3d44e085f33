"""The check of one file, as a process of its own can do it."""

from collections.abc import Callable
from pathlib import Path

from cnnshape.api import design_of, design_of_bytes
from cnnshape.api.verdict import Checks, Verdict, check_design, verdict_on
from cnnshape.cli.config import Config
from cnnshape.cli.files import STDIN
from cnnshape.cli.reading import NETWORKS, importable, read_stdin, unreadable
from cnnshape.device.target import Target
from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.document import read_file_bytes
from cnnshape.graph import Options
from cnnshape.lint import Selection
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText


class Work(NamedTuple):
    """The most work of tries for each file and for all files together, in steps that are expanded."""

    of_file: int
    together: int


WORK_TO_SHOW = Work(of_file=40_000, together=200_000)
"""For a run that only counts the possible fixes: about a second."""
WORK_TO_FIX = Work(of_file=2_000_000, together=1_000_000_000)


class Request(NamedTuple):
    """The options of the command line, without the files. `tries_fixes` limits fixes to those that were tried. `target` is
    the runtime that budgets of a device are about; without one, that of the configuration."""

    options: Options
    selection: Selection
    budgets: dict[str, str]
    tries_fixes: bool = False
    target: Target = Target()


class Job(NamedTuple):
    """A file to check; `data` are its bytes if they were read already."""

    file: str
    config: Config
    request: Request
    data: bytes | None = None


def check_file(job: Job) -> Verdict:
    """The findings of one file."""
    if job.data is None and job.file.lower().endswith(NETWORKS):
        return Verdict([importable(job.file)], 0)
    try:
        data = (
            job.data if job.data is not None else read_stdin() if job.file == STDIN else read_file_bytes(Path(job.file))
        )
    except OSError as error:
        return Verdict([unreadable(job.file, error)], 0)
    return check_data(job, data)


def died(job: Job) -> Verdict:
    """The finding of a file whose process died."""
    help = "the system ended it, as it does when memory runs out; `cnnshape check` on this file alone shows more"
    return Verdict([diagnose("unreadable-file", "the process that checked it died", file=job.file, help=help)], 0)


def check_data(job: Job, data: bytes, read: Callable[[Path], bytes] = read_file_bytes) -> Verdict:
    """The findings of a file with these bytes; `read` reads the files that it extends."""
    path = None if job.file == STDIN else Path(job.file)
    request, config = job.request, job.config
    design = design_of_bytes("<stdin>" if path is None else job.file, data, path, read)
    ignore = (*request.selection.ignore, *config.ignored_in(path or Path()))
    selection = Selection(request.selection.select or config.select, ignore)
    target = request.target if request.target.runtime else config.target
    checks = Checks(selection, {**dict(config.budgets), **request.budgets}, target)
    verdict = verdict_on(design, request.options, checks)
    if not request.tries_fixes or not any(problem.fixes for problem in verdict.problems):
        return verdict
    # Other formats don't show fixes.
    from cnnshape.api.fixing import most_tries, passing

    def check(text: str) -> list[list[Diagnostic]]:
        other = design_of(SourceText(design.source.name, text, path), read)
        return [check_design(other, request.options, checks)]

    most = most_tries(WORK_TO_SHOW.of_file, verdict.cost)
    return verdict._replace(problems=passing(design.source, verdict.problems, check, most))
