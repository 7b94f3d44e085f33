"""Reads the command lines that users write most, without typer, whose import takes longer than a report.

A line is plain if it states a command and words that can mean one thing only: `--name value`, `--name=value`, `-n value`,
flags, and arguments. Everything else is left to typer: help, completion, errors of usage, `--`, joined short options, an
empty word, an option that is given twice. For a plain line both give the same values.
"""

import os
from collections.abc import Mapping, Sequence
from enum import EnumType
from pathlib import Path
from typing import Any

from cnnshape.cli.command import REQUIRED, Argument, BadParameter, Command, Option, Parameter
from cnnshape.cli.commands import COMMANDS, command_of


class _NotPlain(Exception):
    """What the words mean is left to typer."""


def plain_command(words: Sequence[str], environment: Mapping[str, str]) -> Command | None:
    """The command that a plain line starts with, if it may be one.

    Windows has no expansion of `*` and `~` by the shell, and typer does it there. A shell that asks for completion sets
    `_CNNSHAPE_COMPLETE`, or what it calls the program.
    """
    completing = any(name.endswith("_COMPLETE") for name in environment)
    return command_of(words[0]) if words and words[0] in COMMANDS and os.name != "nt" and not completing else None


def plain_values(command: Command, words: Sequence[str]) -> dict[str, Any] | None:
    """A value for each parameter of a command, from the words after its name; None if they are not plain."""
    try:
        return _values(command, words)
    except (_NotPlain, BadParameter):
        # typer prints what is wrong, with the usage.
        return None


def _values(command: Command, words: Sequence[str]) -> dict[str, Any]:
    values, positional = _options(command, words)
    for parameter in command.parameters:
        if isinstance(parameter.declared, Argument):
            taken = positional if parameter.type == list[str] else positional[:1]
            positional = positional[len(taken) :]
            for text in taken:
                _give(values, parameter, text)
        values.setdefault(parameter.name, parameter.default)
    if positional or REQUIRED in values.values():
        raise _NotPlain
    return values


def _options(command: Command, words: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """The values of the options that are given, and the words between them."""
    options = {
        name: parameter
        for parameter in command.parameters
        if isinstance(parameter.declared, Option)
        for name in parameter.declared.names
    }
    values: dict[str, Any] = {}
    positional: list[str] = []
    remaining = iter(words)
    for word in remaining:
        if word == "-" or word[:1] != "-":
            positional.append(word)
            continue
        name, equals, text = word.partition("=")
        option = options.get(name)
        if option is None or (equals and (option.type is bool or name[:2] != "--")):
            raise _NotPlain
        if option.type is bool:
            _give(values, option, True)
        else:
            _give(values, option, _value(option, text if equals else next(remaining, "")))
    if "" in positional:
        raise _NotPlain
    return values, positional


def _value(option: Parameter, text: str) -> Any:
    """The value that a text states."""
    if not text:
        raise _NotPlain
    parser = option.declared.parser if isinstance(option.declared, Option) else None
    if parser is not None:
        return parser(text)
    if isinstance(option.type, EnumType):
        try:
            return option.type(text)
        except ValueError:
            raise _NotPlain from None
    if option.type is Path:
        # typer refuses a file that can't be read.
        if os.path.lexists(text) and not os.access(text, os.R_OK):
            raise _NotPlain
        return Path(text)
    return text


def _give(values: dict[str, Any], parameter: Parameter, value: Any) -> None:
    """Adds a value. Only a list is given several times."""
    if parameter.type == list[str]:
        values.setdefault(parameter.name, []).append(value)
    elif parameter.name in values:
        raise _NotPlain
    else:
        values[parameter.name] = value
