"""The garbage collector, paused while a design is worked on.

A design of many layers is many small objects, all of which stay alive: looking for garbage among them again and again
takes up to half of the time, and finds none.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Pauses the collector. If it is paused already, the outer pause decides when it continues."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
