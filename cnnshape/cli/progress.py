"""A counter on the terminal's standard error, while long work goes on."""

import sys
from collections.abc import Iterable, Iterator
from math import ceil
from time import monotonic
from types import TracebackType
from typing import TypeVar

from cnnshape.render.wrapping import rounded

Result = TypeVar("Result")
PATIENCE = 1.0
"""Seconds before the counter is shown."""
PAUSE = 0.1
"""Seconds between two of its lines."""


class Progress:
    """Shows `37 of 128 designs` once work takes long, and removes it at the end. A pipe gets nothing.

    A `timed` one shows the rate and the time left, too.
    """

    def __init__(self, total: int, what: str, *, timed: bool = False) -> None:
        self.total = total
        self.what = what
        self.done = 0
        self._terminal = sys.stderr.isatty()
        self._timed = timed
        self._start = monotonic()
        self._next = self._start + PATIENCE
        self._is_shown = False

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def step(self, number: int = 1) -> None:
        """Counts one more that is done, or several."""
        self.done += number
        if not self._terminal or monotonic() < self._next:
            return
        now = monotonic()
        self._next = now + PAUSE
        self._is_shown = True
        time = self._time(now - self._start) if self._timed else ""
        sys.stderr.write(f"\r{self.done:,} of {self.total:,} {self.what}{time}\x1b[K")
        sys.stderr.flush()

    def _time(self, seconds: float) -> str:
        """`, 812.00 k per second, 1:05 left`."""
        rate = self.done / seconds
        minutes, seconds = divmod(ceil((self.total - self.done) / rate), 60)
        hours, minutes = divmod(minutes, 60)
        left = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
        return f", {rounded(round(rate))} per second, {left} left"


def with_progress(results: Iterable[Result], total: int, what: str) -> Iterator[Result]:
    """The results, with a counter."""
    with Progress(total, what) as progress:
        for result in results:
            yield result
            progress.step()
