"""The colors of plots, on light ground as attributes and on dark ground as a style."""

from cnnshape.render.picture.colors import (
    DARK_FRAME,
    DARK_FRAME_EDGE,
    DARK_GROUND,
    DARK_WIRE,
    ON_DARK,
    Color,
)
from cnnshape.render.svg import on_dark_ground

SERIES = (
    Color("#dbe8f8", "#2f65a5", "#1c3350", "#7fb0e6"),
    Color("#fde5cf", "#a85a00", "#4a3016", "#eba557"),
    Color("#def1e1", "#2b7440", "#1d3d26", "#7cc791"),
    Color("#f9dfdd", "#b0353a", "#472627", "#ff9d98"),
    Color("#e6def6", "#7152b5", "#33264f", "#b59cf0"),
    Color("#d8f0ef", "#1c7370", "#173d3c", "#6cc9c5"),
    Color("#f8dfee", "#a23078", "#4a2038", "#f08cc5"),
    Color("#e9ebed", "#57606a", "#2f3437", "#a6adb4"),
)
"""One color for each of several things: `fill` under texts, `stroke` for lines, marks and texts."""


def series(index: int) -> Color:
    """The color of a thing; the ninth has that of the first."""
    return SERIES[index % len(SERIES)]


def series_class(kind: str, index: int) -> str:
    """The class of an element in that color: an `area` below texts, a `mark`, a `curve`, a text (`word`), a band (`ribbon`)."""
    return f"{kind} {kind}{index % len(SERIES)}"


def dark_style() -> str:
    """The style of a plot where the reader prefers dark ground."""
    rules = [
        *ON_DARK,
        (".grid", f"stroke:{DARK_FRAME_EDGE}"),
        (".axis,.guide", f"stroke:{DARK_WIRE}"),
        (".mark", f"stroke:{DARK_GROUND}"),
        (".paper", f"fill:{DARK_FRAME}"),
    ]
    for index, color in enumerate(SERIES):
        rules += [
            (f".area{index}", f"fill:{color.dark_fill};stroke:{color.dark_stroke}"),
            (f".ribbon{index}", f"fill:{color.dark_fill}"),
            (f".mark{index}", f"fill:{color.dark_stroke}"),
            (f".curve{index}", f"stroke:{color.dark_stroke}"),
            (f"text.word{index}", f"fill:{color.dark_stroke}"),
        ]
    return on_dark_ground(rules)
