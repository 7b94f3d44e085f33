"""`cnnshape.sizes`"""

from collections.abc import Sequence

from cnnshape.api import DesignLike, loaded, options
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.study.calls.opened import Params
from cnnshape.study.size_search import LARGEST, SizeSearch, listed_sizes
from cnnshape.study.sizes import SizeStudy


def sizes(
    design: DesignLike,
    *,
    from_: int | None = None,
    to: int | None = None,
    input: str | Sequence[int | str] = "",
    costs: Sequence[int] | str = (),
    params: Params | None = None,
    variant: str = "",
) -> SizeStudy:
    """The input sizes that work, those without rounding, why others fail, and what sizes cost.

    Every size of a range is tried, on all axes of the first input together, or on each axis with a star in `input`:
    `"1x64x*"` or `(1, 64, "*")`. The options are those of `cnnshape sizes`: `from_` and `to` are the range, `costs` the
    sizes whose costs are given, `[224, 256]` or `"224,256"`. Raises DesignError if the design has errors, ValueError for a range or an input that
    can't be tried.
    """
    listed = listed_sizes(costs) if isinstance(costs, str) else costs
    for option, size in (("from_", from_), ("to", to), *(("costs", size) for size in listed)):
        if size is not None and not 1 <= size <= LARGEST:
            raise Refusal(option, f"sizes are from 1 to {LARGEST:,}, got {size!r}")
    stars = input if isinstance(input, str) else "x".join(map(str, input))
    return SizeSearch(loaded(design), options(params, variant, None, None), from_, to, stars, listed).run()
