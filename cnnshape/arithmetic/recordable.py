"""What the helpers on numbers know of a recorded one, without importing what records it."""

from typing import Any


class Recordable:
    """A number that keeps the operation that made it: `tracing.Recorded`.

    `trace` records further operations, `example` is its value in the run that is recorded, and `is_integer` says
    whether it is whole by its type.
    """

    __slots__ = ()

    trace: Any
    example: Any

    @property
    def is_integer(self) -> bool:
        """Whether the number is a whole one by its type, for every value of the parameters."""
        return isinstance(self.example, int)
