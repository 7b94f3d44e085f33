"""The interface of recorded numbers for the helpers on numbers, which do not import the tracing module."""

from typing import Any


class Recordable:
    """A number that keeps the operation that made it: `tracing.Recorded`.

    `trace` records further operations, `example` is its value in the run that is recorded, and `is_integer` says
    whether it is an int for all values of the parameters.
    """

    __slots__ = ()

    trace: Any
    example: Any
    is_integer: bool
