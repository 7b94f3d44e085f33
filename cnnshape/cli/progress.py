"""A counter on the terminal's standard error, while long work goes on."""

import sys
from collections.abc import Iterable, Iterator
from time import monotonic
from types import TracebackType
from typing import TypeVar

Result = TypeVar("Result")
PATIENCE = 1.0
"""Seconds before the counter is shown."""
PAUSE = 0.1
"""Seconds between two of its lines."""


class Progress:
    """Shows `37 of 128 designs` once work takes long, and removes it at the end. A pipe gets nothing."""

    def __init__(self, total: int, what: str) -> None:
        self.total = total
        self.what = what
        self.done = 0
        self._terminal = sys.stderr.isatty()
        self._next = monotonic() + PATIENCE
        self._is_shown = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def step(self) -> None:
        """Counts one more that is done."""
        self.done += 1
        if not self._terminal or monotonic() < self._next:
            return
        self._next = monotonic() + PAUSE
        self._is_shown = True
        sys.stderr.write(f"\r{self.done:,} of {self.total:,} {self.what}\x1b[K")
        sys.stderr.flush()


def with_progress(results: Iterable[Result], total: int, what: str) -> Iterator[Result]:
    """The results, with a counter."""
    with Progress(total, what) as progress:
        for result in results:
            yield result
            progress.step()
