"""The figures of a network on a device, each declared once, with what is known of its error."""

from collections.abc import Callable, Iterable

from cnnshape.arithmetic import ceil_div
from cnnshape.device.deployment import Deployment, Estimate
from cnnshape.device.runtime import Planner
from cnnshape.named_tuple import NamedTuple

Parts = Iterable[tuple[str, int]]


class Range(NamedTuple):
    """A figure in bytes: the least and the most that it may be, and the value in between.

    `high` is None where a part of the figure is unknown: `low` is what is known, and `missing` says what isn't.
    """

    low: int
    likely: int
    high: int | None
    missing: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether there is no doubt about it."""
        return self.low == self.high


class DeviceFigure(NamedTuple):
    """One figure: its words, its value, and the parts of `whole`, which is most of it."""

    name: str
    definition: str
    whole: str
    of: Callable[[Deployment], Range]
    parts: Callable[[Deployment], Parts]


def _sram(deployment: Deployment) -> Range:
    arena, runtime = deployment.arena_bytes, deployment.runtime
    if runtime.planner is Planner.LIVENESS:
        return Range(
            arena, arena, None, f"{runtime.name} has no planner: an arena is larger than what is alive at once"
        )
    persistent = deployment.persistent
    if persistent is None:
        return Range(
            arena, arena, None, f"the memory of the runtime's own structures was not measured for {_types(deployment)}"
        )
    if not deployment.is_exact:
        unmeasured = f"no arena was measured with these choices of {runtime.name}"
        missing = f"{runtime.name} has no operations for some kinds" if deployment.lowered.unknown else unmeasured
        return Range(arena, arena + persistent.bytes, None, missing)
    low, high = _bounds(persistent)
    return Range(arena + low, arena + persistent.bytes, arena + high)


def _flash(deployment: Deployment) -> Range:
    file, constants = deployment.file, deployment.flash_bytes
    if file is None:
        missing = f"the size of a model's file was not measured for {deployment.runtime.name} and {_types(deployment)}"
        return Range(constants, constants, None, missing)
    low, high = _bounds(file)
    return Range(max(low, constants), file.bytes, high)


def _types(deployment: Deployment) -> str:
    return deployment.dtype or "mixed types"


def _bounds(estimate: Estimate) -> tuple[int, int]:
    """The least and the most that the real figure may be, rounded outwards: the estimate may be too high, and too low."""
    # In whole numbers of a tenth of a per cent: bytes must not depend on how floats round.
    too_low, too_high = round(10 * estimate.below), round(10 * estimate.above)
    return estimate.bytes * 1000 // (1000 + too_high), ceil_div(estimate.bytes * 1000, 1000 - too_low)


def _of_arena(deployment: Deployment) -> Parts:
    return [(held.what, size) for held, size in deployment.highest]


def _of_constants(deployment: Deployment) -> Parts:
    return [(row.name, row.params) for row in deployment.report.rows if row.params]


_DECLARED = (
    DeviceFigure(
        "sram_bytes",
        "the memory that a runtime needs: its arena, and its own structures",
        "in the arena at its peak",
        _sram,
        _of_arena,
    ),
    DeviceFigure(
        "flash_bytes",
        "the model's file, without the code of the runtime",
        "most of the weights",
        _flash,
        _of_constants,
    ),
)
DEVICE_FIGURES = {figure.name: figure for figure in _DECLARED}
"""All figures by name."""
