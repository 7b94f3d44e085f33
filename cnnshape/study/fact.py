"""One explained figure."""

from cnnshape.named_tuple import NamedTuple

AXES: dict[int, tuple[str, ...]] = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
"""The names of spatial axes, by their number."""


class Fact(NamedTuple):
    """One figure of a layer: its name and its arithmetic, with a remark."""

    topic: str
    text: str
    remark: str = ""
