"""The colors of a picture, on light ground as attributes and on dark ground as a style."""

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.svg import on_dark_ground


class Color(NamedTuple):
    """The inside and the border of a card, on light and on dark ground."""

    fill: str
    stroke: str
    dark_fill: str
    dark_stroke: str


CARDS = {
    "conv": Color("#dbe8f8", "#3a6ea8", "#1c3350", "#7fb0e6"),
    "pool": Color("#fde5cf", "#c06f14", "#4a3016", "#eba557"),
    "linear": Color("#e6def6", "#7152b5", "#33264f", "#b59cf0"),
    "norm": Color("#ececec", "#7a7a7a", "#333638", "#a6a9ab"),
    "act": Color("#f5e1e1", "#b0504f", "#472627", "#e69392"),
    "join": Color("#def1e1", "#37864d", "#1d3d26", "#7cc791"),
    "resize": Color("#d8f0ef", "#23827f", "#173d3c", "#6cc9c5"),
    "other": Color("#f4f4f4", "#8a8a8a", "#2b2e30", "#9a9d9f"),
    "group": Color("#ffffff", "#3a6ea8", "#161b22", "#7fb0e6"),
    "port": Color("#ffffff", "#9aa1a8", "#161b22", "#6e7781"),
    "error": Color("#fdecea", "#c62828", "#4a1c1c", "#ff8a80"),
}
"""The colors of cards by family of layer."""

DARK_GROUND = "#0d1117"
TEXT, DARK_TEXT = "#1b1f23", "#e6edf3"
SOFT, DARK_SOFT = "#57606a", "#9aa4af"
"""Notes, captions and headings."""
WIRE, DARK_WIRE = "#6e7781", "#8b949e"
FRAME, DARK_FRAME = "#f6f8fa", "#161b22"
FRAME_EDGE, DARK_FRAME_EDGE = "#d0d7de", "#30363d"
BAND, DARK_BAND = "#f1f5f8", "#131a22"
MACS, DARK_MACS = "#3a6ea8", "#7fb0e6"
PARAMS, DARK_PARAMS = "#a85a00", "#eba557"


ON_DARK = (
    (".ground", f"fill:{DARK_GROUND}"),
    ("text", f"fill:{DARK_TEXT}"),
    ("text.soft", f"fill:{DARK_SOFT}"),
    (".band", f"fill:{DARK_BAND}"),
)
"""The rules that pictures and plots have in common."""


def dark_style() -> str:
    """The style of a picture where the reader prefers dark ground: every class that has a color gets its dark one."""
    rules = [
        *(
            (f".{name}>rect,.{name}>polygon", f"fill:{color.dark_fill};stroke:{color.dark_stroke}")
            for name, color in CARDS.items()
        ),
        (".group>.lid", f"fill:{CARDS['group'].dark_stroke};stroke:none"),
        *ON_DARK,
        (".wire", f"stroke:{DARK_WIRE}"),
        (".head", f"fill:{DARK_WIRE}"),
        (".frame", f"fill:{DARK_FRAME};stroke:{DARK_FRAME_EDGE}"),
        # Bars may be in cards, whose own rules are for their outlines.
        ("rect.macs,rect.params", "stroke:none"),
        ("rect.macs,text.macs", f"fill:{DARK_MACS}"),
        ("rect.params,text.params", f"fill:{DARK_PARAMS}"),
        (".axis", f"stroke:{DARK_FRAME_EDGE}"),
    ]
    return on_dark_ground(rules)
