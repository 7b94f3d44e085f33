"""`cnnshape.draw`"""

from cnnshape.api import DesignError, DesignLike, InputShapes, loaded, options, settings_of
from cnnshape.api.examination import examine
from cnnshape.study.calls.opened import Params
from cnnshape.study.picture.forms import picture_of
from cnnshape.study.picture.model import Picture, Style


def draw(
    design: DesignLike,
    *,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
    depth: int = 0,
    style: str = Style.FOLDED,
) -> Picture:
    """The picture of a network. `str` is its SVG, and a notebook shows it.

    The options are those of `cnnshape draw`; `style` is `"folded"` or `"volumes"`, the others are as in `analyze`. A
    design with errors is drawn as far as it goes. Raises DesignError if no input has a shape, ValueError for an invalid
    option.
    """
    if depth < 0:
        raise ValueError(f"depth must be 0 or more, got {depth}")
    settings = settings_of(batch, dtype)
    chosen = Style(style)
    examination = examine(loaded(design), options(params, variant, input, None))
    if examination.graph is None:
        raise DesignError(examination.problems)
    return picture_of(examination.report(settings), depth, chosen)
