"""Runs a sweep: what is asked for, as a plan; its parts, by one process or many; the result."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from math import prod
from time import monotonic

import numpy as np

from cnnshape.api import Design
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.report import Settings
from cnnshape.study.sweep.axes import bound_axes
from cnnshape.study.sweep.goals import Points, read_bounds, read_goal, read_goals
from cnnshape.study.sweep.job import Done, Job
from cnnshape.study.sweep.order import Order
from cnnshape.study.sweep.outcome import figure_names
from cnnshape.study.sweep.output import ending_of, join_parts
from cnnshape.study.sweep.part import Rows
from cnnshape.study.sweep.plan import Plan, part_size
from cnnshape.study.sweep.result import Listed, Sweep
from cnnshape.study.sweep.space_text import AxisText
from cnnshape.study.sweep.tally import Tally, added
from cnnshape.study.sweep.texts import texts_of
from cnnshape.study.sweep.wanted import LISTED, Wanted

ALONE = 1.0
"""Seconds that one process works alone, before others are started: most spaces are done then."""
_TOGETHER = 16
"""The tallies that are added at once."""


class SweepRun:
    """A sweep that can be run. Raises DesignError and Refusal for what can't be.

    `plan.order` has the size of the space, and how many of its designs are evaluated; `finished` is how many of them are
    done. `spec` is what command lines call the design; with `arrays` the result has the rows of all kept designs.
    """

    def __init__(
        self,
        design: Design,
        axes: Sequence[AxisText],
        settings: Settings | None = None,
        wanted: Wanted | None = None,
        *,
        spec: str = "",
        arrays: bool = False,
    ) -> None:
        self.wanted = wanted = wanted or Wanted()
        self._figures = figures = figure_names(design.spec)
        bound = bound_axes(design, axes)
        for option, least in (("top", 1), ("jobs", 1), ("seed", 0)):
            number = getattr(wanted, option)
            if number is not None and number < least:
                raise Refusal(option, f"{number} is out of range; write {least} or more")
        if wanted.resume and wanted.output is None:
            raise Refusal("resume", "needs `--output`, next to which the finished parts are")
        self.name = design.name
        self.spec = spec or design.source.name
        order = _order(prod(len(axis.values) for axis in bound), wanted)
        self.plan = Plan(
            texts_of(design),
            bound,
            settings or Settings(),
            order,
            part_size(order.size),
            read_bounds(wanted.where, figures),
            read_goals(wanted.pareto, figures),
            read_goal("objective", wanted.objective, figures) if wanted.objective else None,
            LISTED if wanted.top is None else wanted.top,
            ending_of(wanted.output) if wanted.output is not None else "arrays" if arrays else "",
        )
        self.finished = 0
        self._tallies: list[Tally] = []
        self._rows: dict[int, Rows] = {}

    @property
    def can_be_resumed(self) -> bool:
        """Whether parts are finished that a later run needn't do."""
        folder = Job(self.plan, self.wanted.output).folder
        return folder is not None and folder.has_parts()

    def run(self, step: Callable[[int], object] = lambda _: None) -> Sweep:
        """Evaluates all designs; `step` is called with the number of designs of every part, when it is done.

        Raises DesignError if the design can't be evaluated at all, Refusal for what can't go on, OSError for a file that
        can't be written. Parts that are done stay in the folder of the output.
        """
        job = Job(self.plan, self.wanted.output)
        folder = job.folder
        left: Sequence[int] = range(self.plan.parts)
        if folder is not None:
            folder.open(resume=self.wanted.resume)
            known = set()
            for number, tally in folder.finished(self.plan.parts):
                self._add(tally, step)
                known.add(number)
            left = [number for number in left if number not in known]
        for done in self._done(job, left):
            if isinstance(done.rows, bytes) and folder is not None:
                folder.add(done.number, done.tally, done.rows)
            elif isinstance(done.rows, Rows):
                self._rows[done.number] = done.rows
            self._add(done.tally, step)
        result = self._result(job)
        if folder is not None:
            join_parts(folder, self.plan, self._figures)
        return result

    def _add(self, tally: Tally, step: Callable[[int], object]) -> None:
        self._tallies.append(tally)
        if len(self._tallies) == _TOGETHER:
            self._tallies = [added(self._tallies, self.plan.top)]
        self.finished += tally.designs
        step(tally.designs)

    def _done(self, job: Job, numbers: Sequence[int]) -> Iterator[Done]:
        """The parts, as they are done."""
        wanted = self.wanted
        if wanted.scheduler:
            from cnnshape.study.sweep.cluster import on_cluster

            yield from on_cluster(job, numbers, wanted.scheduler)
            return
        jobs = wanted.jobs or os.cpu_count() or 1
        alone = float("inf") if jobs == 1 else 0 if wanted.jobs else ALONE
        start, place = monotonic(), 0
        worker = job.work() if alone else None
        while worker is not None and place < len(numbers) and monotonic() - start < alone:
            yield worker.do(numbers[place])
            place += 1
        if place < len(numbers):
            from cnnshape.study.sweep.processes import in_processes

            yield from in_processes(job, numbers[place:], jobs)

    def _result(self, job: Job) -> Sweep:
        plan = self.plan
        tally = added(self._tallies, plan.top)
        listed = self._listed(tally)
        rows = job.work().work.rows(listed.positions) if len(listed.positions) else None
        whole = [self._rows[number] for number in sorted(self._rows)]
        return Sweep(
            self.name,
            self.spec,
            plan,
            tally,
            Listed(rows, tuple(listed.counts.tolist())),
            Rows.joined(whole) if whole else None,
        )

    def _listed(self, tally: Tally) -> Points:
        """The designs to list: the front, or the best ones; without an objective the first ones."""
        if tally.front is None:
            return tally.best
        front = tally.front
        objective = self.plan.objective
        if objective in self.plan.goals:
            column = self.plan.goals.index(objective)
            order = np.argsort(front.costs[:, column], kind="stable")
            front = Points(*[part[order] for part in front])
        return front if self.wanted.top is None else Points(*[part[: self.wanted.top] for part in front])


def _order(total: int, wanted: Wanted) -> Order:
    if wanted.sample is None:
        return Order(total, total)
    size = _size(wanted.sample)
    # A sample of the whole space is the space.
    return Order(total, total) if size >= total else Order(total, size, wanted.seed)


def _size(sample: str | int) -> int:
    """The number of designs that `1e6`, `100k` or `1,000,000` states; raises Refusal."""
    from cnnshape.report import parse_quantity

    text = str(sample).strip()
    power = re.fullmatch(r"([1-9][0-9]?)[eE]\+?([0-9]{1,2})", text)
    quantity = None if power else parse_quantity(text)
    size = int(power[1]) * 10 ** int(power[2]) if power else quantity.value if quantity else 0
    if size < 1 or size != int(size):
        raise Refusal("sample", f"{text!r} is not a number of designs; write 10000, 1e6 or 1M")
    return int(size)
