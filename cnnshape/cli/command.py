"""Declares commands: functions whose parameters are options and arguments. Options that belong together are declared
once, and a command gets them as one value.

The declarations are values of our own: `plain.py` reads most command lines by them, and `app.py` makes typer's from them.
"""

from collections.abc import Callable, Iterator
from types import NoneType
from typing import Annotated, Any, TypeVar, get_args, get_origin

from cnnshape.named_tuple import NamedTuple

Group = TypeVar("Group", bound="OptionGroup")
REQUIRED: Any = ...
"""The default of a parameter without one."""


class BadParameter(Exception):
    """A value that a command refuses, for what typer's error of this name prints: the message, and the parameter."""

    def __init__(self, message: str, param_hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param_hint = param_hint


class Option:
    """An option: its names, its help, and what the help calls its value.

    `completion` gives the words that continue one; `parser` reads the value and raises BadParameter; `panel` is the
    heading of the help that it is below.
    """

    __slots__ = ("completion", "help", "metavar", "names", "panel", "parser")

    def __init__(
        self,
        *names: str,
        help: str,
        metavar: str | None = None,
        completion: Callable[..., list[str]] | None = None,
        parser: Callable[[Any], Any] | None = None,
        panel: str | None = None,
    ) -> None:
        self.names = names
        self.help = help
        self.metavar = metavar
        self.completion = completion
        self.parser = parser
        self.panel = panel


class Argument:
    """An argument: what the help calls it, its help, and the words that continue one."""

    __slots__ = ("completion", "help", "metavar", "show_default")

    def __init__(
        self,
        *,
        metavar: str,
        help: str,
        completion: Callable[..., list[str]] | None = None,
        show_default: bool = True,
    ) -> None:
        self.metavar = metavar
        self.help = help
        self.completion = completion
        self.show_default = show_default


class Parameter(NamedTuple):
    """An option or argument of a command. `type` is `str`, `int`, `bool`, `Path`, `list[str]` or an enumeration."""

    name: str
    type: Any
    declared: Option | Argument
    default: Any = REQUIRED


class Command(NamedTuple):
    """A command: its help, what it takes, and the function that gets a value for every parameter."""

    name: str
    help: str
    parameters: tuple[Parameter, ...]
    run: Callable[..., None]


class OptionGroup:
    """Options that several commands share. Each annotated field is an option, with its value in the class as the
    default.

    A command with a parameter of this type has all of these options.
    """

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    @classmethod
    def parameters(cls, *_settings: Any) -> list[Parameter]:
        """The options as parameters of a command. The settings follow the group's type in the annotation."""
        return [parameter_of(name, option, getattr(cls, name)) for name, option in cls.__annotations__.items()]

    @classmethod
    def from_options(cls: type[Group], values: dict[str, Any], *_settings: Any) -> Group:
        """The group with the values that the user gave."""
        return cls(**values)


def command(function: Callable[..., None]) -> Command:
    """The command of a function, with the options of its groups as parameters of their own."""
    groups: dict[str, tuple[type[OptionGroup], list[Any], list[str]]] = {}
    parameters: list[Parameter] = []
    for name, annotation, default in _signature(function):
        declared, *settings = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
        group = get_origin(declared) or declared
        if isinstance(group, type) and issubclass(group, OptionGroup):
            options = group.parameters(*settings)
            groups[name] = group, settings, [option.name for option in options]
            parameters += options
        else:
            parameters.append(parameter_of(name, annotation, default))

    def run(**values: Any) -> None:
        for name, (group, settings, options) in groups.items():
            values[name] = group.from_options({option: values.pop(option) for option in options}, *settings)
        function(**values)

    return Command(function.__name__, function.__doc__ or "", tuple(parameters), run)


def parameter_of(name: str, annotation: Any, default: Any = REQUIRED) -> Parameter:
    """The parameter of an annotation `Annotated[type, declared]`, where `type` may be optional."""
    kind, declared = get_args(annotation)
    present = [part for part in get_args(kind) if part is not NoneType]
    return Parameter(name, present[0] if NoneType in get_args(kind) else kind, declared, default)


def _signature(function: Any) -> Iterator[tuple[str, Any, Any]]:
    """The name, annotation and default of each parameter. `inspect` takes as long to import as forty of our modules."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = function.__defaults__ or ()
    positional = dict(zip(names[code.co_argcount - len(defaults) :], defaults, strict=False))
    defaults_by_name = {**positional, **(function.__kwdefaults__ or {})}
    for name in names:
        yield name, function.__annotations__[name], defaults_by_name.get(name, REQUIRED)
