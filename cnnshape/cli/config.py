"""Configuration: the closest `cnnshape.toml`, or `[tool.cnnshape]` in `pyproject.toml`, in a parent directory."""

import os
import re
from collections.abc import Mapping
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean
from cnnshape.lint import Selection
from cnnshape.report import BUDGETS, parse_wanted

# A table `tool.cnnshape`, or a table `tool` that may hold one.
_OUR_TABLE = rb"""\btool["']?[ \t]*(?:\.[ \t]*["']?cnnshape\b|[\]=])"""
_KEYS = ("select", "ignore", "per-file-ignores", "strict", *BUDGETS)


class Config(NamedTuple):
    """The settings of a configuration file. Its patterns are relative to `folder`, the folder of the file."""

    folder: Path = Path()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    budgets: tuple[tuple[str, str], ...] = ()
    strict: bool = False

    def ignored_in(self, path: Path) -> tuple[str, ...]:
        """The rules that this file ignores: everywhere, and by patterns that the path matches."""
        try:
            relative = _real(path).relative_to(_real(self.folder)).as_posix()
        except ValueError:
            relative = path.as_posix()
        hits = [names for pattern, names in self.per_file_ignores if fnmatch(relative, pattern)]
        return (*self.ignore, *(name for names in hits for name in names))


class BadConfig(Exception):
    """An invalid configuration; the diagnostic says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def config_for(path: Path) -> Config:
    """The configuration that applies to a file; raises BadConfig."""
    return _nearest(_real(path).parent)


def _real(path: Path) -> Path:
    """The path without links; unlike Path.resolve it accepts links that form a circle."""
    return Path(os.path.realpath(path))


@cache
def _nearest(folder: Path) -> Config:
    for candidate in (folder, *folder.parents):
        own, project = candidate / "cnnshape.toml", candidate / "pyproject.toml"
        if own.is_file():
            return _read(own, _toml(own))
        if project.is_file() and _mentions_us(project):
            tool = _toml(project).get("tool")
            if isinstance(tool, dict) and "cnnshape" in tool:
                return _read(project, tool["cnnshape"])
    return Config()


def _mentions_us(path: Path) -> bool:
    """Whether a `pyproject.toml` may configure cnnshape. Others are not parsed, which saves time and avoids errors in
    them."""
    try:
        text = path.read_bytes()
    except OSError:
        return False
    return b"cnnshape" in text and re.search(_OUR_TABLE, text) is not None


def _toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(path, f"not readable as TOML: {error}") from None


def _read(path: Path, data: Any) -> Config:
    if not isinstance(data, dict):
        raise _bad(path, "`tool.cnnshape` is a table")
    for key in data:
        if key not in _KEYS:
            raise _bad(path, f"there is no setting `{key}`", did_you_mean(key, _KEYS))
    per_file = data.get("per-file-ignores", {})
    if not isinstance(per_file, dict):
        raise _bad(path, "`per-file-ignores` is a table of patterns", 'write `"legacy/*" = ["heavy-head"]`')
    return Config(
        folder=path.parent,
        select=_names(path, data, "select"),
        ignore=_names(path, data, "ignore"),
        per_file_ignores=tuple((pattern, _names(path, per_file, pattern)) for pattern in per_file),
        budgets=tuple((BUDGETS[key], _budget(path, key, data[key])) for key in BUDGETS if key in data),
        strict=_flag(path, data, "strict"),
    )


def _names(path: Path, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = data.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _bad(path, f"`{key}` is a list of rules", f'write `{_key(key)} = ["heavy-head", "CS706"]`')
    selection = Selection(select=tuple(names)) if key == "select" else Selection(ignore=tuple(names))
    unknown = selection.unknown()
    if unknown:
        raise _bad(path, f"`{key}`: there is no rule `{unknown[0]}`", "`cnnshape rule` lists all rules")
    return tuple(names)


def _key(text: str) -> str:
    """A TOML key, in quotes unless it is a plain word."""
    import json

    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else json.dumps(text, ensure_ascii=False)


def _budget(path: Path, key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str) or parse_wanted(f"<= {value}") is None:
        raise _bad(path, f"`{key}` is a number, got {value!r}", f'write `{key} = "26M"`')
    return str(value)


def _flag(path: Path, data: Mapping[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise _bad(path, f"`{key}` is true or false")
    return value


def _bad(path: Path, message: str, help: str | None = None) -> BadConfig:
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return BadConfig(diagnose("bad-configuration", message, file=str(shown), help=help))
