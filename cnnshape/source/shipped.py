"""Finds the files that ship with the package: inside an installed one, or next to it in a checkout."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def shipped_folder() -> Path:
    """The folder of the shipped architectures."""
    inside = _PACKAGE / "architectures"
    return inside if inside.is_dir() else _PACKAGE.parent / "architectures"


def shipped_names() -> list[str]:
    """The bare names of all shipped architectures, sorted."""
    files = os.listdir(shipped_folder())  # noqa: PTH208 -- names are enough: a path for each takes long
    return sorted(name.removesuffix(".yaml") for name in files if name.endswith(".yaml"))


def shipped_path(name: str) -> Path | None:
    """The path of a shipped architecture, by its name with or without `.yaml`; None if it does not exist."""
    stem = name.removesuffix(".yaml")
    return shipped_folder() / f"{stem}.yaml" if stem in shipped_names() else None


def shipped_page(name: str) -> Path:
    """The path of a page of the documentation that ships with the package: `errors.md` or `rules.md`."""
    inside = _PACKAGE / name
    return inside if inside.is_file() else _PACKAGE.parent / "docs" / name
