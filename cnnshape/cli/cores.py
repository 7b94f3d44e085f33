"""Runs jobs on all cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
MANY = 24
"""The number of jobs from which starting more processes pays off."""


def on_all_cores(work: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterator[Result]:
    """The result of each job, in order.

    This process does the work alone if there are few jobs, no other process can be started, or one of them dies.
    """
    cores = os.cpu_count() or 1
    if len(jobs) < MANY or cores == 1:
        yield from map(work, jobs)
        return
    # Fork after the first job, so that the processes have its imports.
    yield work(jobs[0])
    finished = 1
    for result in _in_pool(work, jobs[1:], max(1, min(32, len(jobs) // (4 * cores)))):
        yield result
        finished += 1
    yield from map(work, jobs[finished:])


def _in_pool(work: Callable[[Job], Result], jobs: Sequence[Job], chunk: int) -> Iterator[Result]:
    """The results of the first jobs, in order: of all, unless processes can't be started or die."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    try:
        pool = ProcessPoolExecutor(initializer=_ignore_interrupts)
    except (OSError, ImportError, NotImplementedError):
        # The system has no shared semaphores, as in some containers.
        return
    # What the work itself raises is raised again when the first process does it.
    with pool, suppress(BrokenProcessPool, OSError):
        yield from pool.map(work, jobs, chunksize=chunk)


def _ignore_interrupts() -> None:
    """Ignores interrupts, which all processes of a terminal get: only the first process handles them."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
