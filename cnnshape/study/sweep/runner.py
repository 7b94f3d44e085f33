"""What runs a sweep, imported when it is needed: it needs numpy."""

from typing import TYPE_CHECKING

from cnnshape.diagnostics.refusal import Refusal

if TYPE_CHECKING:
    from cnnshape.study.sweep.run import SweepRun


def runner() -> "type[SweepRun]":
    """The class of sweeps that can be run. Raises Refusal without numpy."""
    try:
        from cnnshape.study.sweep.run import SweepRun
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        raise Refusal("", "sweeps need numpy; install the extra `cnnshape[sweep]`, or `pip install numpy`") from None
    return SweepRun
