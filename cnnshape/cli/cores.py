"""Work on many designs, on all cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
MANY = 24
"""Jobs that take longer than starting further processes does."""


def on_all_cores(work: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterator[Result]:
    """The result of each job, in order; in this process alone where the jobs are few, or no other can be started."""
    cores = os.cpu_count() or 1
    if len(jobs) < MANY or cores == 1:
        yield from map(work, jobs)
        return
    from concurrent.futures import ProcessPoolExecutor

    # What the first job imports, processes that are forked then have.
    yield work(jobs[0])
    try:
        pool = ProcessPoolExecutor()
    except (OSError, ImportError, NotImplementedError):
        # A system without shared semaphores, as some containers are.
        yield from map(work, jobs[1:])
        return
    with pool:
        yield from pool.map(work, jobs[1:], chunksize=max(1, min(32, len(jobs) // (4 * cores))))
