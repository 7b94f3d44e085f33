"""What is imported when it is first used, so that a start pays for what it uses: the names of rooms, and the faces of
values."""

TYPE_CHECKING = False
"""Type checkers treat it as true. Importing `typing` would slow each start down."""
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def names_of(face: str, **modules: str) -> "Callable[[str], object]":
    """The `__getattr__` of a face (PEP 562): each module below it with the names that it exports, separated by spaces.

    Raises AttributeError for a name that the face doesn't have.
    """
    homes = {name: f"{face}.{module}" for module, names in modules.items() for name in names.split()}

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {face!r} has no attribute {name!r}")
        import sys
        from importlib import import_module

        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[face], name, value)
        return value

    return get


class Shown:
    """A value that shows itself as text and as HTML, and on one line where it is part of another.

    Its room doesn't know how. `faces` names the module whose `face_of` does; `cnnshape/__init__`, which is above all
    rooms, sets it.
    """

    __slots__ = ()
    faces = ""

    def __str__(self) -> str:
        return str(self._face().text(self))

    def _repr_html_(self) -> str:
        return str(self._face().html(self))

    def _face(self) -> "Any":
        from importlib import import_module

        return import_module(self.faces).face_of(type(self))


class Data(Shown):
    """A value that can be shown, and is data for other programs too."""

    __slots__ = ()

    def to_dict(self) -> "dict[str, Any]":
        """The value as the command prints it with `--format json`: all numbers exact."""
        data: dict[str, Any] = self._face().data(self)
        return data

    def to_pandas(self) -> "Any":
        """The rows of the value as a `pandas.DataFrame`, all numbers exact. Raises ImportError without pandas."""
        return self._face().frame(self)


MOST_SIGNS = 160
"""The most characters that `brief` keeps."""


def brief(text: str, most: int = MOST_SIGNS) -> str:
    """The text on one line: signs that can't be printed are escaped, and the end of a long text is cut off."""
    line = "".join([sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text[: most + 1]])
    return line if len(line) <= most else f"{line[: most - 3]}..."
