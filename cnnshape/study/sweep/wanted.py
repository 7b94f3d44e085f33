"""What is asked of a sweep. This module needs no numpy, so that help and errors of usage don't."""

from collections.abc import Sequence
from pathlib import Path

from cnnshape.named_tuple import NamedTuple

LISTED = 10
"""The designs that are listed, unless another number is asked for."""
INDEX = "design"
"""The column of the number of a design in its space."""
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles that are shown."""


class Wanted(NamedTuple):
    """What is asked of a sweep: the options of `cnnshape sweep`."""

    where: Sequence[str] = ()
    pareto: str = ""
    objective: str = ""
    top: int | None = None
    sample: str | int | None = None
    seed: int = 0
    output: Path | None = None
    resume: bool = False
    jobs: int | None = None
    scheduler: str = ""
