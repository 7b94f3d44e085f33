"""Runs a command line: without typer if it is plain."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from cnnshape.cli.command import BadParameter
from cnnshape.cli.plain import plain_command, plain_values
from cnnshape.cli.streams import flushed_output, prepare_streams, quiet_end


def main() -> None:
    """Runs the command line of the process. A reader that closes the pipe early ends it quietly, and so does an
    interrupt."""
    _tune_collector()
    prepare_streams()
    with flushed_output():
        run()


def _tune_collector() -> None:
    """Makes garbage collection rare, which still bounds long runs, and excludes everything imported."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


def run(words: Sequence[str] | None = None, program: str | None = None) -> NoReturn:
    """Runs a command line, by default that of the process, and exits. `program` is the name in usage messages."""
    refused = None
    given = sys.argv[1:] if words is None else words
    command = plain_command(given, os.environ)
    values = plain_values(command, given[1:]) if command else None
    if command and values is not None:
        try:
            with quiet_end():
                command.run(**values)
            sys.exit(0)
        except BadParameter as bad:
            refused = bad
    from cnnshape.cli.app import app

    sys.exit(app(words, prog_name=program, obj=refused))
