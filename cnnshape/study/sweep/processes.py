"""Does the parts of a job in other processes of this machine.

They are started as programs of their own, not as copies of this one: a program that calls `cnnshape.sweep` needs no
guard, and no thread is copied. A process that dies is replaced, and its part is done again.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator
from queue import SimpleQueue
from signal import SIG_IGN, SIGINT, signal
from threading import Lock, Thread
from typing import IO

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.study.sweep.job import Done, Job

_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from cnnshape.study.sweep.processes import serve; serve()"
)
_DEATHS = 2
"""A part whose process dies that often is not tried again."""


def in_processes(job: Job, numbers: Iterable[int], jobs: int) -> Iterator[Done]:
    """The parts of these numbers as they are done, by `jobs` processes. Raises Refusal if the process of a part dies again,
    and what a part raises."""
    numbers = list(numbers)
    tasks = _Tasks(numbers)
    results: SimpleQueue[Done | BaseException] = SimpleQueue()
    processes = [_Process(job, tasks, results) for _ in range(min(jobs, len(numbers)))]
    for process in processes:
        process.start()
    try:
        for _ in numbers:
            result = results.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        tasks.stop()
        for process in processes:
            process.end()


class _Tasks:
    """The numbers of the parts that no process has begun."""

    def __init__(self, numbers: list[int]) -> None:
        self._numbers = numbers[::-1]
        self._lock = Lock()

    def next(self) -> int | None:
        """The next part; None if there are no more."""
        with self._lock:
            return self._numbers.pop() if self._numbers else None

    def stop(self) -> None:
        """Leaves no part for any process."""
        with self._lock:
            self._numbers = []


class _Process:
    """A process, and the thread that gives it parts."""

    def __init__(self, job: Job, tasks: _Tasks, results: "SimpleQueue[Done | BaseException]") -> None:
        self._job = job
        self._tasks = tasks
        self._results = results
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._ended = False

    def start(self) -> None:
        """Starts the thread, which starts the process."""
        self._thread.start()

    def end(self) -> None:
        """Ends the process, even in the middle of a part, and waits for the thread."""
        self._ended = True
        process = self._process
        if process is not None:
            process.kill()
        self._thread.join()
        self._close()

    def _run(self) -> None:
        try:
            while not self._ended and (number := self._tasks.next()) is not None:
                self._results.put(self._done(number))
        except BaseException as error:  # noqa: BLE001 -- the thread that waits for results raises it
            self._results.put(error)

    def _done(self, number: int) -> Done:
        """The part, done by the process, or by another one if that dies."""
        for _ in range(_DEATHS):
            if self._ended:
                break
            try:
                process = self._process or self._started()
                assert process.stdin is not None
                assert process.stdout is not None
                _send(process.stdin, number)
                done: Done | Exception = pickle.load(process.stdout)
            except (EOFError, BrokenPipeError, pickle.UnpicklingError):
                self._close()
                continue
            if isinstance(done, Exception):
                raise done
            return done
        first, end = self._job.plan.span(number)
        reason = f"the process that evaluates designs {first:,} to {end - 1:,} died twice"
        raise Refusal("jobs", f"{reason}, as it does when memory runs out; fewer processes need less")

    def _started(self) -> "subprocess.Popen[bytes]":
        try:
            process = subprocess.Popen([sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as error:
            raise Refusal("jobs", f"can't start another process: {error.strerror}; write `--jobs 1`") from None
        self._process = process
        if self._ended:
            process.kill()
        assert process.stdin is not None
        _send(process.stdin, sys.path)
        _send(process.stdin, self._job)
        return process

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    _close_quietly(stream)


def _send(stream: IO[bytes], value: object) -> None:
    pickle.dump(value, stream)
    stream.flush()


def _close_quietly(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except OSError:
        # What was not sent is lost with the process.
        return


def serve() -> None:
    """Does the parts whose numbers come on standard input; only the first process handles interrupts."""
    signal(SIGINT, SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    # What anything else prints is no answer.
    os.dup2(2, 1)
    questions = sys.stdin.buffer
    worker = None
    try:
        job: Job = pickle.load(questions)
        while True:
            number: int = pickle.load(questions)
            try:
                worker = worker or job.work()
                answer: Done | Exception = worker.do(number)
            except Exception as error:  # noqa: BLE001 -- the first process raises it
                answer = error
            _send(answers, answer)
    except (EOFError, BrokenPipeError):
        return
