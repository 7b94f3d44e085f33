"""What tables and plots of a sweep call its figures, and how they show values."""

from collections.abc import Callable

from cnnshape.render.wrapping import count, rounded, size
from cnnshape.report import FIGURES


def text_of(figure: str) -> Callable[[int], str]:
    """How values of a figure are shown. A field that a design doesn't have is below 0."""
    if figure not in FIGURES:
        return lambda value: count(value) if value >= 0 else ""
    return size if FIGURES[figure].unit == "bytes" else rounded


def heading_of(figure: str) -> str:
    """What tables call a figure."""
    return FIGURES[figure].heading if figure in FIGURES else figure.replace("_", " ")
