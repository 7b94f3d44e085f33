"""What `commands.md` takes from the commands: the arguments and options of each, as their declarations have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, get_args, get_origin

from tables import table
from typer.main import get_command

from cnnshape.cli import options
from cnnshape.cli.app import app
from cnnshape.cli.page import ColorOption
from cnnshape.render.layer_table import COLUMNS

# A parameter is of typer's own copy of click, or of click itself, by typer's version: no type fits both.
_GROUP: Any = get_command(app)
COMMANDS: dict[str, Sequence[Any]] = {name: _GROUP.get_command(None, name).params for name in _GROUP.commands}
_SHARED = [
    get_args(value)[1].help for value in (*vars(options).values(), ColorOption) if get_origin(value) is Annotated
]
_HEADINGS = ("", "value", "default", "meaning")


def own_options(name: str) -> str:
    """What a command takes that is its own, and the names of what many commands take."""
    own = [_row(param) for param in COMMANDS[name] if param.help not in _SHARED]
    shared = [f"`{_names(param)[0]}`" for param in COMMANDS[name] if param.help in _SHARED]
    listed = f"[Shared options](#shared-options): {', '.join(shared)}." if shared else ""
    return "\n\n".join(part for part in (table(_HEADINGS, own) if own else "", listed) if part)


def shared_options() -> str:
    """What many commands take."""
    rows = {param.help: _row(param) for params in COMMANDS.values() for param in params}
    return table(_HEADINGS, (rows[help] for help in _SHARED))


def columns() -> str:
    """The columns of a summary."""
    rows = [(f"`{name}`", column.column.heading, column.doc) for name, column in COLUMNS.items()]
    return table(("name", "heading", "what it shows"), rows)


def _row(param: Any) -> tuple[str, ...]:
    names = ", ".join(f"`{name}`" for name in _names(param))
    return names, _value(param), "required" if param.required else _default(param), param.help


def _names(param: Any) -> list[str]:
    return param.opts if _is_option(param) else [param.metavar or param.name.upper()]


def _is_option(param: Any) -> bool:
    return param.param_type_name == "option"


def _value(param: Any) -> str:
    if not _is_option(param) or param.is_flag:
        return ""
    return f"`{param.metavar}`" + (", repeatable" if param.multiple else "")


def _default(param: Any) -> str:
    value = getattr(param.default, "value", param.default)
    if value is None or value is False or value == "":
        return ""
    return f"{value:,}" if isinstance(value, int) else f"`{value}`"
