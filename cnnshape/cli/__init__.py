"""The command line."""

import gc
import sys

from cnnshape.cli.exit_codes import INTERRUPTED

__all__ = ["main"]


def main() -> None:
    """Runs the command line."""
    # What is imported lives until the end: looking for garbage in between takes time for nothing.
    gc.disable()
    try:
        from cnnshape.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
