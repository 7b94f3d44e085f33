"""Configuration: the closest `cnnshape.toml`, or `[tool.cnnshape]` in `pyproject.toml`, in a parent directory."""

import os
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from cnnshape.cli.toml_places import broken_statement, place
from cnnshape.device.target import DEVICE_BUDGETS, Target
from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.lint import BY_NAME, Selection
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import BUDGETS, parse_wanted
from cnnshape.source import SourceText

# A table `tool.cnnshape`, or a table `tool` that may hold one.
_OUR_TABLE = rb"""\btool["']?[ \t]*(?:\.[ \t]*["']?cnnshape\b|[\]=])"""
_LIMITS = {**BUDGETS, **DEVICE_BUDGETS}
_TARGET = ("runtime", "dtype", "pads", "kernels")
_KEYS = ("select", "ignore", "per-file-ignores", "strict", *_LIMITS, *_TARGET)


class Config(NamedTuple):
    """The settings of a configuration file. Its patterns are relative to `folder`, the folder of the file."""

    folder: Path = Path()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    budgets: tuple[tuple[str, str], ...] = ()
    strict: bool = False
    target: Target = Target()

    def ignored_in(self, path: Path) -> tuple[str, ...]:
        """The rules that this file ignores: everywhere, and by patterns that the path matches."""
        try:
            relative = _real(path).relative_to(_real(self.folder)).as_posix()
        except ValueError:
            relative = path.as_posix()
        hits = [names for pattern, names in self.per_file_ignores if fnmatch(relative, pattern)]
        return (*self.ignore, *(name for names in hits for name in names))


class BadConfig(Exception):
    """An invalid configuration; the diagnostics say why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(diagnostics[0].message)
        self.diagnostics = tuple(diagnostics)


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
            return _read(own, ()) or Config()
        if project.is_file() and _mentions_us(project):
            config = _read(project, ("tool", "cnnshape"))
            if config is not None:
                return config
    return Config()


def _mentions_us(path: Path) -> bool:
    """Whether a `pyproject.toml` may configure cnnshape. Others are not parsed, which saves time and avoids errors in
    them."""
    try:
        text = path.read_bytes()
    except OSError:
        return False
    return b"cnnshape" in text and re.search(_OUR_TABLE, text) is not None


def _read(path: Path, table: tuple[str, ...]) -> Config | None:
    """The configuration in that table of a file; None if there is no such table. Raises BadConfig."""
    reader = _Reader(path, table)
    data = reader.toml()
    for key in table:
        data = data.get(key) if isinstance(data, dict) else None
        if data is None:
            return None
    config = reader.config(data)
    if reader.problems:
        raise BadConfig(reader.problems)
    return config


class _Reader:
    """Reads the settings of one file, and collects their problems."""

    def __init__(self, path: Path, table: tuple[str, ...]) -> None:
        here = Path.cwd()
        self.path = path
        self.table = table
        self.name = str(path.relative_to(here) if path.is_relative_to(here) else path)
        self.source = SourceText(self.name, "", path)
        self.problems: list[Diagnostic] = []

    def toml(self) -> Any:
        """The data of the file; raises BadConfig if it can't be read."""
        import tomllib

        try:
            self.source = SourceText(self.name, self.path.read_text(encoding="utf-8"), self.path)
            return tomllib.loads(self.source.text)
        except RecursionError:
            error: object = "brackets are nested too deeply"
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as refusal:
            error = refusal
        except ValueError:
            error = "a number has too many digits"
        at = broken_statement(self.source)
        message = f"not readable as TOML: {error}"
        raise BadConfig([diagnose("bad-configuration", message, at, file="" if at else self.name)])

    def config(self, data: Any) -> Config:
        """The configuration that the data of our table states."""
        if not isinstance(data, dict):
            self._refuse((), "`tool.cnnshape` is a table")
            return Config()
        for key in data:
            if key not in _KEYS:
                self._refuse((key,), f"there is no setting `{key}`", did_you_mean(key, _KEYS))
        return Config(
            folder=self.path.parent,
            select=self._names((), data, "select"),
            ignore=self._names((), data, "ignore"),
            per_file_ignores=self._per_file(data.get("per-file-ignores", {})),
            budgets=tuple((_LIMITS[key], self._budget(key, data[key])) for key in _LIMITS if key in data),
            strict=self._flag(data, "strict"),
            target=self._target(data),
        )

    def _per_file(self, patterns: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
        key = "per-file-ignores"
        if not isinstance(patterns, dict):
            self._refuse((key,), f"`{key}` is a table of patterns", 'write `"legacy/*" = ["heavy-head"]`')
            return ()
        return tuple((pattern, self._names((key,), patterns, pattern)) for pattern in patterns)

    def _names(self, table: tuple[str, ...], data: Mapping[str, Any], key: str) -> tuple[str, ...]:
        names = data.get(key, [])
        path = (*table, key)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._refuse(path, f"`{key}` is a list of rules", f'write `{_key(key)} = ["heavy-head", "CS706"]`')
            return ()
        selection = Selection(select=tuple(names)) if key == "select" else Selection(ignore=tuple(names))
        for unknown in selection.unknown():
            self._refuse(path, f"`{key}`: there is no rule `{unknown}`", unknown_rule_help(unknown), unknown)
        return tuple(names)

    def _budget(self, key: str, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, int | str) or parse_wanted(f"<= {value}") is None:
            self._refuse((key,), f"`{key}` is a number, got {value!r}", f'write `{key} = "26M"`')
        return str(value)

    def _target(self, data: Mapping[str, Any]) -> Target:
        """The runtime that budgets of a device are about."""
        words = {key: data[key] for key in _TARGET if key in data}
        for key, value in words.items():
            if not isinstance(value, str):
                self._refuse((key,), f"`{key}` is a word, got {value!r}")
                return Target()
        target = Target(**words)
        try:
            target.check()
        except Refusal as refusal:
            self._refuse((refusal.option,), f"`{refusal.option}`: {refusal.reason}")
            return Target()
        limit = next((key for key in DEVICE_BUDGETS if key in data), "")
        if limit and not target.runtime:
            self._refuse((limit,), f"`{limit}` is about a runtime", 'write `runtime = "tflm"` next to it')
        return target

    def _flag(self, data: Mapping[str, Any], key: str) -> bool:
        value = data.get(key, False)
        if not isinstance(value, bool):
            self._refuse((key,), f"`{key}` is true or false")
        return value is True

    def _refuse(self, path: tuple[str, ...], message: str, help: str | None = None, value: str = "") -> None:
        at = place(self.source, (*self.table, *path), value)
        self.problems.append(diagnose("bad-configuration", message, at, file="" if at else self.name, help=help))


def unknown_rule_help(name: str) -> str:
    """What to write instead of a rule that doesn't exist."""
    return did_you_mean(name, BY_NAME) or "`cnnshape rule` lists all rules"


def _key(text: str) -> str:
    """A TOML key, in quotes unless it is a plain word."""
    import json

    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else json.dumps(text, ensure_ascii=False)
