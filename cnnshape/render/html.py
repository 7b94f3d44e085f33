"""Parts of what a notebook shows: HTML without script, style sheet or request."""

from collections.abc import Iterable

from cnnshape.render.svg import element, escape_xml


def block(*parts: str) -> str:
    """What a notebook shows of a value. Its formulas are left alone: `$` is a sign in a name."""
    return element("div", *parts, "", **{"class": "cnnshape tex2jax_ignore"})


def title(text: str) -> str:
    """The first line: what is shown. The words before the first colon are bold."""
    name, colon, rest = text.partition(": ")
    return element("p", element("b", escape_xml(name)), escape_xml(colon + rest))


def paragraphs(texts: Iterable[str]) -> str:
    """A paragraph for each text."""
    return "".join(element("p", escape_xml(text)) for text in texts)


def preformatted(lines: Iterable[str]) -> str:
    """Lines of marked text, such as excerpts of a source, with their spaces."""
    # JupyterLab sets the text of `pre` in its own font, in which marks are not below what they mark.
    return element("pre", "\n".join(lines), style="font-family:monospace;white-space:pre")


def marked(text: str, style: str = "") -> str:
    """A text within a line, in a style of CSS."""
    return element("span", escape_xml(text), style=style) if style and text else escape_xml(text)
