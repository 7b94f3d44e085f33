"""The vocabulary as text, from the kinds' own declarations."""

from inspect import cleandoc

from cnnshape.layers import KINDS, Argument, Layer
from cnnshape.layers.definitions import definitions
from cnnshape.render.wrapping import wrapped


def kinds_overview(width: int | None = None) -> str:
    """One line per kind: its word, and what it does."""
    names = max(len(kind.name) for kind in KINDS)
    lines = [line for kind in KINDS for line in wrapped(f"{kind.name.ljust(names)}  ", _first_line(kind), width)]
    return "\n".join([*lines, "", "`cnnshape layers KIND` shows arguments, defaults and formulas."]) + "\n"


def kind_page(kind: type[Layer], width: int | None = None) -> str:
    """All about one kind."""
    parts = [("", line) for line in (kind.name, "", *cleandoc(kind.__doc__ or "").split("\n"), "")]
    if kind.arguments or kind.followers:
        parts += [("", "arguments:"), *_arguments(kind), ("", "")]
    parts += [(f"{figure}: ", definition) for figure, definition in definitions(kind).items()]
    if kind.foreign:
        parts.append(("elsewhere called: ", ", ".join(kind.foreign)))
    return "".join(f"{line}\n" for start, text in parts for line in wrapped(start, text, width))


def _first_line(kind: type[Layer]) -> str:
    return cleandoc(kind.__doc__ or "").partition("\n")[0]


def _arguments(kind: type[Layer]) -> list[tuple[str, str]]:
    rows = [(name, *describe_argument(argument)) for name, argument in kind.arguments.items()]
    rows += [(name, *describe_follower(name)) for name in kind.followers]
    names = max(len(name) for name, _, _ in rows)
    return [
        (f"  {shown.ljust(names)}  ", text) for name, doc, values in rows for shown, text in ((name, doc), ("", values))
    ]


def describe_argument(argument: Argument) -> tuple[str, str]:
    """What an argument does, and which values it takes."""
    main = "; the main argument, which can be written without its name" if argument.main else ""
    default = "required" if argument.required else f"default {default_text(argument)}"
    return argument.doc, f"{argument.type.expected}; {default}{main}"


def sort_of(role: str) -> str:
    """The sort of the kinds that `norm` or `act` names."""
    return "normalization" if role == "norm" else "activation"


def describe_follower(name: str) -> tuple[str, str]:
    """The same for `norm` and `act`."""
    bias = "; with it, bias defaults to false" if name == "norm" else ""
    return (
        f"the {sort_of(name)} that follows, as a layer of its own",
        f"a kind, `{{kind: args}}`, or `none`; default none{bias}",
    )


def default_text(argument: Argument) -> str:
    """A default as a spec writes it."""
    value = argument.default
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value is None else str(value)
