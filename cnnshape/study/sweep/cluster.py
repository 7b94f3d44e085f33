"""Does the parts of a job on a cluster of Dask that exists already."""

from collections.abc import Iterable, Iterator
from threading import local
from typing import Any

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.study.sweep.job import Done, Job, Worker
from cnnshape.version import __version__

SECONDS = 10
"""How long the scheduler may take to answer."""
_workers = local()
"""The worker of each thread of a cluster's process: its traces are kept from one part to the next."""


def on_cluster(job: Job, numbers: Iterable[int], address: str) -> Iterator[Done]:
    """The parts of these numbers, in order. Raises Refusal without Dask, and if the cluster doesn't answer or is lost."""
    client = _client(address)
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    try:
        # The functions of a part are pure, so that Dask may do a part of a lost worker again.
        futures = client.map(do_part, list(numbers), job=job, release=__version__, pure=False)
        while futures:
            # A future that is kept keeps its result in the memory of the cluster.
            yield futures.pop(0).result()
    except (CancelledError, KilledWorker, CommClosedError, OSError) as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise
        help = "; `--resume` continues" if job.output is not None else ""
        raise Refusal("scheduler", f"the cluster at {address} is lost: {_reason(error)}{help}") from None
    except ModuleNotFoundError:
        raise Refusal("scheduler", f"the workers at {address} have no cnnshape; install {__version__} there") from None
    finally:
        client.close(timeout=1)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise Refusal("scheduler", "needs Dask; install the extra `cnnshape[sweep]`") from None
    try:
        return Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Refusal("scheduler", f"no cluster answers at {address!r}: {_reason(error)}") from None


def _reason(error: BaseException) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


def do_part(number: int, job: Job, release: str) -> Done:
    """A part, done on a worker of the cluster. Raises Refusal if the worker has another release than the client."""
    if release != __version__:
        raise Refusal(
            "scheduler", f"a worker has cnnshape {__version__}, and this machine {release}; install one of them"
        )
    known: tuple[Job, Worker] | None = getattr(_workers, "known", None)
    if known is None or known[0] != job:
        known = _workers.known = job, job.work()
    return known[1].do(number)
