"""Where a command's text goes."""

from __future__ import annotations

import sys
from pathlib import Path

import typer


def write(text: str, output: Path | None) -> None:
    """Writes to standard output, or to a file; raises typer.BadParameter where that can't be written."""
    if output is None:
        sys.stdout.write(text)
        # What follows on standard error stands below it, in a log too.
        sys.stdout.flush()
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"can't write {output}: {error.strerror}", param_hint="--output") from None
