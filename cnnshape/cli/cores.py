"""Runs jobs on all cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
MANY = 24
"""The number of jobs from which starting more processes pays off."""


def on_all_cores(
    work: Callable[[Job], Result], jobs: Sequence[Job], died: Callable[[Job], Result] | None = None
) -> Iterator[Result]:
    """The result of each job, in order.

    This process does the work alone if there are few jobs, or no other process can be started. If a process dies, each
    job that is left is done in a process of its own; `died` gives the result of one whose process dies again. Without
    it, this process does what is left.
    """
    cores = os.cpu_count() or 1
    if len(jobs) < MANY or cores == 1:
        yield from map(work, jobs)
        return
    # Fork after the first job, so that the processes have its imports.
    yield work(jobs[0])
    finished = 1
    try:
        for result in _in_pool(work, jobs[1:], max(1, min(32, len(jobs) // (4 * cores)))):
            yield result
            finished += 1
    except _Died:
        yield from map(work, jobs[finished:]) if died is None else _apart(work, jobs[finished:], died)
    else:
        yield from map(work, jobs[finished:])


class _Died(Exception):
    """A process ended before its work."""


def _in_pool(
    work: Callable[[Job], Result], jobs: Sequence[Job], chunk: int, processes: int | None = None
) -> Iterator[Result]:
    """The results of the first jobs, in order: of all, unless processes can't be started. Raises _Died."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    try:
        pool = ProcessPoolExecutor(max_workers=processes, initializer=_ignore_interrupts)
    except (OSError, ImportError, NotImplementedError):
        # The system has no shared semaphores, as in some containers.
        return
    # What the work itself raises is raised again when the first process does it.
    with pool, suppress(OSError):
        try:
            yield from pool.map(work, jobs, chunksize=chunk)
        except BrokenProcessPool:
            raise _Died from None


def _apart(work: Callable[[Job], Result], jobs: Sequence[Job], died: Callable[[Job], Result]) -> Iterator[Result]:
    """Runs one job at a time in another process, so that it is known which job ends its process. Results are in order."""
    finished = 0
    while finished < len(jobs):
        try:
            for result in _in_pool(work, jobs[finished:], 1, processes=1):
                yield result
                finished += 1
        except _Died:
            yield died(jobs[finished])
            finished += 1
        else:
            yield from map(work, jobs[finished:])
            return


def _ignore_interrupts() -> None:
    """Ignores interrupts, which all processes of a terminal get: only the first process handles them."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
