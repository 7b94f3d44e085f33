"""Modules in a row as code of `__init__`: a list of constructors, with the conditions and loops between them."""

from collections.abc import Callable, Sequence, Set
from itertools import groupby

from cnnshape.export.python import Code, Lines, call, listing
from cnnshape.named_tuple import NamedTuple


class Mod(NamedTuple):
    """A module; `word` is the kind or block."""

    code: Code
    word: str


class Line(NamedTuple):
    """A statement between modules."""

    text: str


class If(NamedTuple):
    """Modules on a condition."""

    condition: str
    items: "tuple[Item, ...]"


class For(NamedTuple):
    """Modules of each round of a loop over `rows`."""

    names: str
    rows: Code
    items: "tuple[Item, ...]"


Item = Mod | Line | If | For


def has_modules(items: Sequence[Item]) -> bool:
    """Whether there is a module among the items."""
    return any(isinstance(item, Mod) or (isinstance(item, If | For) and has_modules(item.items)) for item in items)


def assigns(items: Sequence[Item], names: Set[str]) -> bool:
    """Whether a statement among the items sets one of the names."""
    return any(
        (isinstance(item, Line) and item.text.split(" = ")[0] in names)
        or (isinstance(item, If | For) and assigns(item.items, names))
        for item in items
    )


def words(items: Sequence[Item]) -> list[str]:
    """The kinds and blocks of the modules."""
    listed: list[str] = []
    for item in items:
        listed += [item.word] if isinstance(item, Mod) else words(item.items) if isinstance(item, If | For) else []
    return listed


def sequence(codes: Sequence[Code]) -> Code:
    """One module for several in a row."""
    return codes[0] if len(codes) == 1 else call("nn.Sequential", *codes)


def render(lines: Lines, before: str, items: Sequence[Item], list_name: Callable[[], str], within: str = "") -> None:
    """Writes a statement that sets `before` to one module for all items, or that gives it to the function `within`.

    `list_name` gives the name of the list to which they are added where there are conditions or loops.
    """

    def written(code: Code) -> None:
        lines.add("" if within else before, call(within, code) if within else code)

    modules = [index for index, item in enumerate(items) if not isinstance(item, Line)]
    head, inner, tail = items[: modules[0]], items[modules[0] : modules[-1] + 1], items[modules[-1] + 1 :]
    write_items(lines, head)
    if all(isinstance(item, Mod) for item in inner):
        written(sequence([item.code for item in inner if isinstance(item, Mod)]))
        write_items(lines, tail)
        return
    listed = list_name()
    first = next(index for index, item in enumerate(inner) if not isinstance(item, Mod))
    lines.add(f"{listed}: list[nn.Module] = ", listing(item.code for item in inner[:first] if isinstance(item, Mod)))
    write_items(lines, [*inner[first:], *tail], listed)
    written(call("nn.Sequential", f"*{listed}"))


def write_items(lines: Lines, items: Sequence[Item], listed: str = "") -> None:
    """Writes items that add modules to a list."""
    _added(lines, items, listed)


def _added(lines: Lines, items: Sequence[Item], listed: str) -> None:
    for is_module, group in groupby(items, lambda item: isinstance(item, Mod)):
        some = list(group)
        if is_module:
            codes = [item.code for item in some if isinstance(item, Mod)]
            if len(codes) == 1:
                lines.add("", call(f"{listed}.append", *codes))
            else:
                lines.add(f"{listed} += ", listing(codes))
            continue
        for item in some:
            _other(lines, item, listed)


def _other(lines: Lines, item: Item, listed: str) -> None:
    if isinstance(item, Line):
        lines.line(item.text)
    elif isinstance(item, If):
        lines.line(f"if {item.condition}:")
        with lines.indented():
            _added(lines, item.items, listed)
    elif isinstance(item, For):
        lines.add(f"for {item.names} in ", item.rows, ":")
        with lines.indented():
            _added(lines, item.items, listed)
