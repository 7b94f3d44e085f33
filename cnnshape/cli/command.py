"""Builds commands from functions. Options that belong together are declared once, and a command gets them as one
value."""

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, TypeVar, get_args, get_origin

Group = TypeVar("Group", bound="OptionGroup")


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
        """The options as parameters of a function. The settings follow the group's type in the annotation."""
        return [_parameter(name, option, getattr(cls, name)) for name, option in cls.__annotations__.items()]

    @classmethod
    def from_options(cls: type[Group], values: dict[str, Any], *_settings: Any) -> Group:
        """The group with the values that the user gave."""
        return cls(**values)


def command(function: Callable[..., None]) -> Callable[..., None]:
    """The function with the options of its groups as parameters of their own, for typer to read."""
    groups: dict[str, tuple[type[OptionGroup], list[Any], list[str]]] = {}
    parameters: list[Parameter] = []
    for name, parameter in signature(function).parameters.items():
        group, *settings = _split(parameter.annotation)
        if isinstance(group, type) and issubclass(group, OptionGroup):
            options = group.parameters(*settings)
            groups[name] = group, settings, [option.name for option in options]
            parameters += options
        else:
            parameters.append(parameter.replace(kind=Parameter.KEYWORD_ONLY))

    def run(**values: Any) -> None:
        for name, (group, settings, options) in groups.items():
            values[name] = group.from_options({option: values.pop(option) for option in options}, *settings)
        function(**values)

    return presented(run, function, parameters)


def presented(
    run: Callable[..., None], function: Callable[..., None], parameters: list[Parameter]
) -> Callable[..., None]:
    """`run` with the name and help of a function, and with these parameters, for typer to read."""
    described: dict[str, Any] = {
        "__name__": function.__name__,
        "__module__": function.__module__,
        "__doc__": function.__doc__,
        "__annotations__": {},
        "__signature__": Signature(parameters),
    }
    for name, value in described.items():
        setattr(run, name, value)
    return run


def _split(annotation: Any) -> tuple[Any, ...]:
    """The type of a parameter, without its type arguments, and what `Annotated` adds to it."""
    added: tuple[Any, ...] = ()
    if get_origin(annotation) is Annotated:
        annotation, *rest = get_args(annotation)
        added = tuple(rest)
    return (get_origin(annotation) or annotation, *added)


def _parameter(name: str, option: Any, default: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=option)
