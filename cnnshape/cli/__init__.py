"""The command line."""

import gc
import signal
import sys

from cnnshape.cli.exit_codes import INTERRUPTED

__all__ = ["main"]


def main() -> None:
    """Runs the command line. An interrupt ends it with its own exit code, whatever becomes of it on the way."""
    # Imported objects live until the end: garbage collection in between only takes time.
    gc.disable()
    interrupts: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    # A shell that runs a program in the background may have it ignore interrupts.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        from cnnshape.cli.start import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BaseException:
        # Python makes another exception of an interrupt that comes while it imports a module, or drops it.
        if interrupts:
            sys.exit(INTERRUPTED)
        raise
    finally:
        # The process ends: its last search for garbage has nothing left to look at.
        gc.freeze()
