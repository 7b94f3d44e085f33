"""Reads HTML strictly: every element that is opened is closed, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Element:
    """An element with its attributes, and the elements and texts inside."""

    tag: str
    attributes: dict[str, str | None]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)

    def all(self, *tags: str) -> list[Element]:
        """The elements inside with one of these tags, all of them without any, in order."""
        own = [part for part in self.inside if isinstance(part, Element)]
        return [
            element for part in own for element in (*([part] if part.tag in tags or not tags else []), *part.all(*tags))
        ]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The texts of a table's cells, row by row, the headings first."""
        return [tuple(cell.text for cell in row.all("td", "th")) for row in self.all("tr")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        element = Element(tag, dict(attrs))
        self.open[-1].inside.append(element)
        self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Only elements of SVG may end where they start.
        assert "svg" in [element.tag for element in self.open], tag
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(html: str) -> Element:
    """The elements of a text. Raises AssertionError for what isn't closed, for a comment, and for a declaration."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    (root,) = reader.open
    return root
