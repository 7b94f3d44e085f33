"""Where a command's text goes."""

import sys
from pathlib import Path
from shutil import get_terminal_size

import typer


def terminal_width(output: Path | None = None) -> int | None:
    """The columns of the terminal that the text goes to; None where it goes elsewhere."""
    return get_terminal_size().columns if output is None and sys.stdout.isatty() else None


def write(text: str, output: Path | None) -> None:
    """Writes to standard output, or to a file; raises typer.BadParameter where that can't be written."""
    if output is None:
        sys.stdout.write(text)
        # What follows on standard error stands below it, in a log too.
        sys.stdout.flush()
        return
    try:
        output.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise typer.BadParameter(f"can't write {output}: {error.strerror}", param_hint="--output") from None
