"""The three shapes of YAML data, with their places."""

from cnnshape.named_tuple import NamedTuple
from cnnshape.source import Span


class Scalar(NamedTuple):
    """A word, number or quoted text, exactly as written (`plain`: without quotes)."""

    text: str
    plain: bool
    span: Span

    @property
    def empty(self) -> bool:
        """True for YAML's null: nothing at all, `~` or `null`, unquoted."""
        return self.plain and self.text in ("", "~", "null")


class Sequence(NamedTuple):
    """A list of nodes."""

    items: "list[Node]"
    span: Span


class Entry(NamedTuple):
    """One key of a mapping with its value."""

    key: Scalar
    value: "Node"


class Mapping(NamedTuple):
    """Keys and values in the order of the text; a key occurs once."""

    entries: list[Entry]
    span: Span

    def get(self, key: str) -> Entry | None:
        """The entry of that key, if it has one."""
        return next((entry for entry in self.entries if entry.key.text == key), None)


Node = Scalar | Sequence | Mapping
