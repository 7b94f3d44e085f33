"""Faces of rooms whose names are imported when they are first used, so that a start pays for what it uses."""

TYPE_CHECKING = False
"""Type checkers treat it as true. Importing `typing` would slow each start down."""
if TYPE_CHECKING:
    from collections.abc import Callable


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
