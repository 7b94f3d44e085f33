"""The formats of a command, and the output of its text."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

from cnnshape.cli.command import BadParameter, Option, OptionGroup, Parameter, parameter_of
from cnnshape.cli.options import OutputOption
from cnnshape.cli.page import page_of
from cnnshape.render.formats import Formats, Page
from cnnshape.render.wrapping import BOLD, NAME, paint

Value = TypeVar("Value")


class Screen(OptionGroup, Generic[Value]):
    """The option `--format`, as `Annotated[Screen[Value], FORMATS]`; a text after the formats is the option's help.

    The first format is the default.
    """

    def __init__(self, formats: Formats[Value], format: str) -> None:
        self.formats = formats
        self.format = format

    @classmethod
    def parameters(cls, formats: Formats[Any], help: str = "How to print it: {formats}.", *_: Any) -> list[Parameter]:
        """`--format` with the names of the formats, which `{formats}` in the help becomes."""
        make: Any = StrEnum
        names = make("Format", {name: name for name in formats})
        help = help.format(formats=", ".join(formats))
        # typer's own list of choices has no spaces, so that `--help` would break it within a word.
        option = Option("--format", "-f", help=help, metavar="FORMAT")
        return [Parameter("format", names, option, next(iter(names)))]

    @classmethod
    def from_options(cls, values: dict[str, Any], *settings: Any) -> "Screen[Value]":
        """The standard output, in the format that the user chose."""
        return cls(settings[0], str(values["format"]))

    def write(self, value: Value) -> None:
        """Writes the value to standard output."""
        write(self.formats[self.format].write(value, page_for()), None)


class Output(Screen[Value]):
    """The options `--format` and `--output`, as `Annotated[Output[Value], FORMATS]`."""

    def __init__(self, formats: Formats[Value], format: str, path: Path | None = None) -> None:
        super().__init__(formats, format)
        self.path = path

    @classmethod
    def parameters(cls, formats: Formats[Any], *settings: Any) -> list[Parameter]:
        """`--format` with the names of the formats, and `--output`."""
        return [*super().parameters(formats, *settings), parameter_of("output", OutputOption, None)]

    @classmethod
    def from_options(cls, values: dict[str, Any], *settings: Any) -> "Output[Value]":
        """The output in the format that the user chose."""
        return cls(settings[0], str(values["format"]), values["output"])

    def write(self, value: Value, read: Iterable[str] = ()) -> None:
        """Writes the value; raises BadParameter if that fails or would overwrite one of the files `read`."""
        refuse_overwriting(self.path, read)
        write(self.formats[self.format].write(value, page_for(self.path)), self.path)


def page_for(path: Path | None = None) -> Page:
    """The page of the text: standard output, or a file."""
    return Page() if path else page_of(sys.stdout)


def terminal_width() -> int | None:
    """The columns of the terminal of standard output; None for a pipe or a file."""
    return page_for().width


def print_page(text: str) -> None:
    """Prints a text whose first line is its title, which is bold if there are colours."""
    title, rest = text.split("\n", 1)
    sys.stdout.write(f"{paint(title, BOLD if page_for().color else '')}\n{rest}")


def print_list(text: str) -> None:
    """Prints lines that start with a name and two spaces; the names are coloured if there are colours."""
    style = NAME if page_for().color else ""
    for line in text.splitlines(keepends=True):
        name, gap, rest = line.partition("  ")
        sys.stdout.write(f"{paint(name, style)}{gap}{rest}" if gap else line)


def refuse_overwriting(path: Path | None, read: Iterable[str], option: str = "--output") -> None:
    """Raises BadParameter if the file of an option is one of those that the command reads."""
    if path is not None and any(_is_same(path, name) for name in read):
        raise BadParameter(f"{path} is an input of this command", param_hint=option)


def _is_same(path: Path, name: str) -> bool:
    try:
        return path.samefile(name)
    except (OSError, ValueError):
        return False


def write(text: str, path: Path | None, option: str = "--output") -> None:
    """Writes to standard output, or to the file of an option; raises BadParameter if that fails."""
    if path is None:
        sys.stdout.write(text)
        # Messages on standard error come after it, in a log too.
        sys.stdout.flush()
        return
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise BadParameter(f"can't write {path}: {error.strerror}", param_hint=option) from None


def write_bytes(content: bytes, path: Path | None) -> None:
    """The same for the bytes of a binary format."""
    if path is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadParameter(f"can't write {path}: {error.strerror}", param_hint="--output") from None
