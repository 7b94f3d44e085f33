"""The command line."""

import gc
import sys

from cnnshape.cli.exit_codes import INTERRUPTED

__all__ = ["main"]


def main() -> None:
    """Runs the command line."""
    # Imported objects live until the end: garbage collection in between only takes time.
    gc.disable()
    try:
        from cnnshape.cli.start import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        # The process ends: its last search for garbage has nothing left to look at.
        gc.freeze()
