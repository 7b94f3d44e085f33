"""One part as a job of any process: evaluated, and its rows written where they belong."""

from pathlib import Path

from cnnshape.named_tuple import NamedTuple
from cnnshape.study.sweep.folder import Folder
from cnnshape.study.sweep.part import Rows, Work
from cnnshape.study.sweep.plan import Plan
from cnnshape.study.sweep.tally import Tally


class Done(NamedTuple):
    """A part that is done. `rows` are those that aren't in the folder yet: arrays, or the bytes of a file."""

    number: int
    tally: Tally
    rows: Rows | bytes | None = None


class Job(NamedTuple):
    """What processes share: the plan, and the output whose folder has the parts."""

    plan: Plan
    output: Path | None = None

    @property
    def folder(self) -> Folder | None:
        """The folder of the parts."""
        return Folder(self.output, self.plan.described()) if self.output is not None else None

    def work(self) -> "Worker":
        """What does parts of it."""
        return Worker(self)


class Worker:
    """Does parts of a job, one after the other."""

    def __init__(self, job: Job) -> None:
        self.work = Work(job.plan)
        self._plan = job.plan
        folder = job.folder
        self._folder = folder if folder is not None and folder.is_seen() else None

    def do(self, number: int) -> Done:
        """Evaluates a part. Its rows go into the folder, or, if this machine doesn't see it, back with the tally."""
        tally, rows = self.work.part(number)
        if self._plan.rows in ("", "arrays"):
            return Done(number, tally, rows if self._plan.rows else None)
        from cnnshape.study.sweep.output import WRITERS

        data = WRITERS[self._plan.rows].rows(self._plan.axes, rows)
        if self._folder is None:
            return Done(number, tally, data)
        self._folder.add(number, tally, data)
        return Done(number, tally)
