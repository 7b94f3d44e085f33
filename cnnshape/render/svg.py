"""Pictures as SVG: elements, attributes and texts, escaped in one place."""

from collections.abc import Iterable

PICTURE = "cnnshape-picture"
"""The class of every picture. A style of a picture begins its rules with it, as the picture may be part of a page."""
Number = int | float
Attribute = str | Number


def escape_xml(text: str) -> str:
    """The text as content or attribute of an element; control characters, which XML forbids, become `?`."""
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def number(value: Number) -> str:
    """A number with at most one decimal: `12`, `12.5`."""
    return f"{value:.1f}".removesuffix(".0")


def element(tag: str, *children: str, **attributes: Attribute) -> str:
    """An element around others. `stroke_width=2` is the attribute `stroke-width`; fractions have at most one decimal."""
    words = "".join(f' {name.replace("_", "-")}="{_attribute(value)}"' for name, value in attributes.items())
    return f"<{tag}{words}>{''.join(children)}</{tag}>" if children else f"<{tag}{words}/>"


def text(x: Number, y: Number, words: str, **attributes: Attribute) -> str:
    """A line of text that starts at a point, ends there (`text_anchor="end"`) or is centred on it (`"middle"`)."""
    return element("text", escape_xml(words), x=x, y=y, **attributes)


def rectangle(x: Number, y: Number, width: Number, height: Number, title: str = "", **attributes: Attribute) -> str:
    """A rectangle, with a title that is shown under the pointer."""
    return element("rect", *_titles(title), x=x, y=y, width=width, height=height, **attributes)


def line(start: tuple[Number, Number], end: tuple[Number, Number], **attributes: Attribute) -> str:
    """A straight line."""
    return element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], **attributes)


def polygon(points: Iterable[tuple[Number, Number]], **attributes: Attribute) -> str:
    """A filled outline through these points."""
    return element("polygon", points=" ".join(f"{_attribute(x)},{_attribute(y)}" for x, y in points), **attributes)


def circle(x: Number, y: Number, radius: Number, title: str = "", **attributes: Attribute) -> str:
    """A circle around a point, with a title that is shown under the pointer."""
    return element("circle", *_titles(title), cx=x, cy=y, r=radius, **attributes)


def path(d: str, title: str = "", **attributes: Attribute) -> str:
    """A path in SVG's own notation, with a title that is shown under the pointer."""
    return element("path", *_titles(title), d=d, **attributes)


def picture(
    across: int, down: int, parts: Iterable[str], title: str = "", style: str = "", **attributes: Attribute
) -> str:
    """A whole picture on white, as a file with one line per part. `across` and `down` are its sizes.

    A style can give the ground, of class `ground`, another color.
    """
    ground = rectangle(0, 0, across, down, fill="#ffffff", **{"class": "ground"})
    styles = [element("style", style)] if style else []
    lines = "".join(f"\n{part}" for part in (*_titles(title), *styles, ground, *parts))
    size = {"class": PICTURE, "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {across} {down}"}
    return element("svg", lines, "\n", **attributes, **size) + "\n"


def on_dark_ground(rules: Iterable[tuple[str, str]]) -> str:
    """The style of a picture where the reader prefers dark ground: selectors, separated by commas, and what they set."""
    scoped = (
        f"{','.join(f'.{PICTURE} {selector}' for selector in selectors.split(','))}{{{style}}}"
        for selectors, style in rules
    )
    # A printed page is light.
    return f"@media screen and (prefers-color-scheme:dark){{{''.join(scoped)}}}"


def _titles(title: str) -> list[str]:
    return [element("title", escape_xml(title))] if title else []


def _attribute(value: Attribute) -> str:
    return escape_xml(value) if isinstance(value, str) else number(value)
