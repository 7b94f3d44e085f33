"""Memory of a device over time: a box for each tensor, as long as it lives and as high as its bytes.

With a planner a box is at its offset in the arena. Without one the bytes alive are a staircase, and only the tensors that
are alive at the peak have boxes, one on the other.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from cnnshape.device.deployment import Deployment
from cnnshape.device.lowering import Held
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.header import header
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.plot.axes import Axis
from cnnshape.render.plot.page import LABEL, area, grid, label, plot_file, soft
from cnnshape.render.plot.staircase import (
    BASE,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Stage,
    bytes_axis,
    peak_line,
    stage_names,
    stages_of,
    stairs,
)
from cnnshape.render.wrapping import count

_OTHER, _ALIVE = 0, 1
"""The colors of tensors, and of those that are alive at the peak."""
_LINE, _LEAST_WORDS = 18, 40
"""The height and the width that a name in a box needs."""
_BOXES, _LINES = 200, 60
"""So many boxes are drawn, and lines where stages start."""


class _Box(NamedTuple):
    """A tensor of `size` bytes from an offset, in bytes."""

    held: Held
    size: int
    offset: int


def arena(deployment: Deployment) -> str:
    """The memory of a device over time as an SVG file. The tensors alive at the peak have a color of their own."""
    operations = deployment.lowered.operations
    across = Axis(0, len(operations), LEFT, RIGHT)
    up = Axis(0, max(deployment.arena_bytes, 1), BASE, TOP)
    name, _, settings = header(deployment.report).partition(": ")
    stages = _stages(deployment)
    boxes = _boxes_of(deployment)
    shown = sorted(boxes, key=lambda box: (-_is_alive(deployment, box), -box.size))[:_BOXES]
    below = f"{count(len(operations))} operations in the order in which they run"
    if len(shown) < len(boxes):
        below += f", and the {_BOXES} largest of {count(len(boxes))} tensors"
    parts = [
        *(grid(f"M{across.at(stage.start):.1f} {TOP}V{BASE}") for stage in stages if len(stages) <= _LINES),
        *bytes_axis(up),
        *([] if deployment.placed else stairs(deployment.alive_bytes, across, up)),
        *_boxes(deployment, shown, across, up),
        *_peak(deployment, across, up),
        *stage_names(stages, across),
        soft((LEFT + RIGHT) / 2, HEIGHT - 16, below, anchor="middle"),
    ]
    return plot_file(f"{name}: memory on {deployment.runtime.name}", settings, parts, WIDTH, HEIGHT)


def _stages(deployment: Deployment) -> list[Stage]:
    """The stages along the axis of operations; those without an operation are left out."""
    starts = [operation.nodes[0] for operation in deployment.lowered.operations]
    stages = [
        Stage(stage.label, bisect_left(starts, stage.start), bisect_left(starts, stage.end))
        for stage in stages_of(deployment.report)
    ]
    return [stage for stage in stages if stage.end > stage.start]


def _is_alive(deployment: Deployment, box: _Box) -> bool:
    """Whether a tensor is alive at the peak."""
    return box.held.first <= deployment.peak_operation <= box.held.last


def _boxes(deployment: Deployment, boxes: Sequence[_Box], across: Axis, up: Axis) -> Iterator[str]:
    """The boxes, and the names in those that have room."""
    for box in boxes:
        held = box.held
        left, right = across.at(held.first), across.at(held.last + 1)
        bottom, top = up.at(box.offset), up.at(box.offset + box.size)
        color = _ALIVE if _is_alive(deployment, box) else _OTHER
        yield area(left, top, right - left, bottom - top, color, f"{held.what}: {count(box.size)} bytes")
        words = shortened(held.what, LABEL, right - left - 8)
        if bottom - top >= _LINE and (words == held.what or text_width(words, LABEL) >= _LEAST_WORDS):
            yield label((left + right) / 2, (top + bottom) / 2 + 4, words, "middle")


def _boxes_of(deployment: Deployment) -> list[_Box]:
    if deployment.placed:
        return [_Box(*placed) for placed in deployment.placed if placed.size]
    peak = deployment.peak_operation
    sized = zip(deployment.lowered.held, deployment.sizes, strict=True)
    alive = [(held, size) for held, size in sized if held.first <= peak <= held.last and size]
    # What lives longest is below.
    alive.sort(key=lambda pair: pair[0].first - pair[0].last)
    offsets = accumulate((size for _, size in alive), initial=0)
    return [_Box(held, size, offset) for (held, size), offset in zip(alive, offsets, strict=False)]


def _peak(deployment: Deployment, across: Axis, up: Axis) -> Iterator[str]:
    """A line down to the boxes of the peak, and what is alive there."""
    peak = deployment.peak_operation
    alive = [box for box in _boxes_of(deployment) if _is_alive(deployment, box)]
    node = deployment.report.rows[deployment.lowered.operations[peak].nodes[0]].name
    arena_words = f"arena of {count(deployment.arena_bytes)} bytes; " if deployment.placed else ""
    words = f"{arena_words}peak at {node}: {count(deployment.peak_bytes)} bytes in {len(alive)} tensors"
    end = up.at(max((box.offset + box.size for box in alive), default=0))
    yield from peak_line(across.at(peak + 0.5), end, words)
