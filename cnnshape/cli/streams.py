"""The standard streams: how they are prepared, and how a program ends quietly whose reader is gone."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from cnnshape.cli.exit_codes import BAD_USAGE, CLOSED_PIPE, INTERRUPTED


def prepare_streams() -> None:
    """Replaces streams that were closed before the start, which are None, and escapes characters that stdout lacks."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 -- it stays open until the end
    if sys.stdout is None:
        sys.exit(_refused("standard output is closed"))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def quiet_end() -> Iterator[None]:
    """Exits quietly when the output is closed or the user interrupts."""
    try:
        yield
    except BrokenPipeError:
        _end_quietly(CLOSED_PIPE)
    except KeyboardInterrupt:
        _end_quietly(INTERRUPTED)


@contextmanager
def flushed_output() -> Iterator[None]:
    """Flushes the output at the end, and exits with a message if it can't be written."""
    try:
        with quiet_end():
            try:
                yield
            finally:
                sys.stdout.flush()
    except OSError as error:
        # Errors of files have a name and are handled there: an error without a name comes from standard output.
        if error.filename is not None:
            raise
        _drop_output()
        sys.exit(_refused(f"can't write to standard output: {(error.strerror or 'unknown').lower()}"))


def _end_quietly(code: int) -> NoReturn:
    _drop_output()
    sys.exit(code)


def _drop_output() -> None:
    """Discards the remaining output, so that the interpreter doesn't try to write it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(message: str) -> int:
    sys.stderr.write(f"cnnshape: {message}\n")
    return BAD_USAGE
