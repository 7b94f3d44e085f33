"""A face: how the values of a class are shown."""

from collections.abc import Callable
from typing import Any

from cnnshape.render.table import Table


class Face:
    """How the values of a class are shown.

    `written` gives what the command prints, `html` what a notebook shows, `data` what JSON says, and `rows` a table of
    exact values. A value that isn't data has no `data` and no `rows`.
    """

    __slots__ = ("_rows", "_written", "data", "html")

    def __init__(
        self,
        written: Callable[[Any], str],
        html: Callable[[Any], str],
        data: Callable[[Any], dict[str, Any]] | None = None,
        rows: Callable[[Any], Table] | None = None,
    ) -> None:
        self.html = html
        self.data = data
        self._written = written
        self._rows = rows

    def text(self, value: object) -> str:
        """The value as text, without a line break at the end."""
        return self._written(value).rstrip("\n")

    def frame(self, value: object) -> Any:
        """The value as a DataFrame of pandas. Raises ImportError without it."""
        from cnnshape.render.table.frame import to_frame

        assert self._rows is not None
        return to_frame(self._rows(value))


def parsed(to_json: Callable[[Any], str]) -> Callable[[Any], dict[str, Any]]:
    """What a JSON document says: the same keys and values."""
    import json

    def data(value: object) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(to_json(value))
        return read

    return data
