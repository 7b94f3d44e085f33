"""The formats of a picture, by the ending of their files."""

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import Any

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.dot import to_dot
from cnnshape.render.picture.mermaid import to_mermaid
from cnnshape.render.picture.svg import to_svg
from cnnshape.study.picture.model import Picture

MARK = "drawn by cnnshape"
"""Every text that is drawn says so in a comment, so that a later run knows its own files."""
_SHARPNESS = 2
"""Pixels of a PNG per unit of the SVG."""


class FormatName(StrEnum):
    """The names of the formats."""

    SVG = "svg"
    MERMAID = "mermaid"
    DOT = "dot"
    PNG = "png"
    PDF = "pdf"


class MissingConverter(Exception):
    """PNG and PDF need the library CairoSVG, which is not installed."""


class PictureFormat(NamedTuple):
    """One way to write a picture: the ending of its files, and the text or the bytes."""

    ending: str
    write: Callable[[Picture], str | bytes]


def _svg(picture: Picture) -> str:
    start, end = to_svg(picture).split(">", 1)
    return f"{start}><!-- {MARK} -->{end}"


def _png(picture: Picture) -> bytes:
    png: bytes = _cairosvg().svg2png(_svg(picture).encode(), scale=_SHARPNESS)
    return png


def _pdf(picture: Picture) -> bytes:
    pdf: bytes = _cairosvg().svg2pdf(_svg(picture).encode())
    return pdf


def _cairosvg() -> Any:
    """The library that converts SVG. Raises MissingConverter."""
    try:
        return import_module("cairosvg")
    except (ImportError, OSError) as error:
        # The library itself needs cairo, whose absence is an OSError.
        raise MissingConverter(str(error)) from error


FORMATS = {
    FormatName.SVG: PictureFormat(".svg", _svg),
    FormatName.MERMAID: PictureFormat(".mmd", lambda picture: f"%% {MARK}\n{to_mermaid(picture)}"),
    FormatName.DOT: PictureFormat(".dot", lambda picture: f"// {MARK}\n{to_dot(picture)}"),
    FormatName.PNG: PictureFormat(".png", _png),
    FormatName.PDF: PictureFormat(".pdf", _pdf),
}
"""The formats by name."""
