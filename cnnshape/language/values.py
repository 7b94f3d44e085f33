"""Names and values as they were written, each with its place."""

from collections.abc import Iterator

from cnnshape.language.expression import Expression
from cnnshape.source import Span


class Name:
    """A word with its place: a name that the file defines, or a word of the language."""

    __slots__ = ("span", "text")

    def __init__(self, text: str, span: Span) -> None:
        self.text = text
        self.span = span

    def __repr__(self) -> str:
        return f"Name({self.text!r})"


class ListValue:
    """`[a, b]`: values per axis, pairs of paddings, the columns of a `for`.

    As in an expression, `names` are all names in the list, `constant` and `dynamic` say what it depends on, `size` is
    the number of single values, `lists` that of operations on lists, and `chooses` says that a part may not be computed.
    """

    __slots__ = ("chooses", "constant", "dynamic", "items", "lists", "names", "size", "span")

    def __init__(self, items: "tuple[Value, ...]", span: Span) -> None:
        self.items = items
        self.span = span
        self.names: frozenset[str] = frozenset().union(*[item.names for item in items])
        self.constant: bool = all(item.constant for item in items)
        self.dynamic: bool = any(item.dynamic for item in items)
        self.size: int = sum(item.size for item in items)
        self.lists: int = sum(item.lists for item in items)
        self.chooses: bool = any(item.chooses for item in items)

    def uses(self) -> Iterator[tuple[str, Span]]:
        """The names in it with their places."""
        for item in self.items:
            yield from item.uses()


class Argument(Name):
    """`name: value` of a layer or a block: a name with a value."""

    __slots__ = ("value",)

    def __init__(self, text: str, span: Span, value: "Value") -> None:
        self.text = text
        self.span = span
        self.value = value

    @property
    def names_itself(self) -> bool:
        """True for `width: width`, where the value is a variable and never a word."""
        return isinstance(self.value, Expression) and self.value.word == self.text


class Setting:
    """`{kind: args}` as a value, for `norm` and `act`; `names`, `dynamic`, `size`, `lists` and `chooses` as in a list."""

    __slots__ = ("arguments", "chooses", "dynamic", "lists", "main", "names", "size", "span", "word")

    def __init__(self, word: Name, arguments: tuple[Argument, ...], main: "Value | None", span: Span) -> None:
        self.word = word
        self.arguments = arguments
        self.main = main
        self.span = span
        values = self.values
        self.names: frozenset[str] = frozenset().union(*[value.names for value in values])
        self.dynamic: bool = any(value.dynamic for value in values)
        self.size: int = sum(value.size for value in values)
        self.lists: int = sum(value.lists for value in values)
        self.chooses: bool = any(value.chooses for value in values)

    @property
    def constant(self) -> bool:
        """False: a kind with arguments can't be computed once."""
        return False

    @property
    def values(self) -> "list[Value]":
        """The values of its arguments, the main one last."""
        values = [argument.value for argument in self.arguments]
        return values if self.main is None else [*values, self.main]

    def uses(self) -> Iterator[tuple[str, Span]]:
        """The names in it with their places."""
        for value in self.values:
            yield from value.uses()


Value = Expression | ListValue | Setting
