"""The front of a sweep: two figures of its best designs, among some of all that are kept."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.picture.words import DOT
from cnnshape.render.plot.axes import Axis, padded, padded_ratio, short
from cnnshape.render.plot.boxes import Ball, Box, Line
from cnnshape.render.plot.colors import SERIES
from cnnshape.render.plot.labels import names_with_room
from cnnshape.render.plot.page import EDGE, HEADER, LABEL, curve, grid, label, mark, plot_file, soft
from cnnshape.render.svg import text
from cnnshape.render.sweep_words import heading_of, text_of

if TYPE_CHECKING:
    from cnnshape.study.sweep.goals import Goal
    from cnnshape.study.sweep.result import Sweep

WIDTH, HEIGHT = 960, 680
_FRAME = Box(86, HEADER + 30, WIDTH - EDGE, HEIGHT - 64)
_FRONT, _OTHERS = 0, len(SERIES) - 1
"""The colors."""
_MARK, _POINT = 5, 3
_TICKS = 10
_NAMED = 12
"""The designs of a front that have names, if there is room."""
_MOST_RATIO = 20
"""An axis is logarithmic if its values differ by more."""


class _Scale(NamedTuple):
    """One direction of the plot: its axis, and the figure that it shows."""

    axis: Axis
    goal: "Goal"

    @property
    def words(self) -> str:
        """What the direction shows, and which end of it is better."""
        return f"{heading_of(self.goal.figure)}, {'more' if self.goal.large else 'less'} is better"


def front_plot(sweep: "Sweep") -> str:
    """The front of a sweep by its first two goals, as an SVG file. Raises Refusal if no design is kept."""
    if not sweep.listed:
        raise Refusal("plot", "no design is kept, so there is no front")
    first, second = sweep.plan.goals[:2]
    front = [(design.figures[first.figure], design.figures[second.figure]) for design in sweep.listed]
    some = [(point[0], point[1]) for point in sweep.some]
    across = _Scale(_axis([x for x, _ in (*front, *some)], _FRAME.left, _FRAME.right), first)
    up = _Scale(_axis([y for _, y in (*front, *some)], _FRAME.bottom, _FRAME.top), second)

    def at(point: tuple[int, int]) -> tuple[float, float]:
        return across.axis.at(point[0]), up.axis.at(point[1])

    points = [at(point) for point in dict.fromkeys(some)]
    balls = [
        Ball(
            *at(point), radius=_MARK, color=_FRONT, name=str(design.number), title=_title(point, sweep, design.options)
        )
        for point, design in zip(front, sweep.listed, strict=True)
    ]
    others = [Ball(x, y, _POINT, _OTHERS, "", "") for x, y in points]
    parts = [*_grid(across, up), *(mark(ball.x, ball.y, ball.radius, ball.color) for ball in others)]
    border = _border(balls, more_across=first.large) if len(sweep.plan.goals) == 2 else []
    if border:
        d = "L".join(f"{x:.1f} {y:.1f}" for x, y in [border[0].start, *(line.end for line in border)])
        parts.append(curve(f"M{d}", _FRONT, width=1.5))
    parts += [mark(ball.x, ball.y, ball.radius, ball.color, ball.title) for ball in balls]
    named = balls[:: -(-len(balls) // _NAMED)]
    parts += names_with_room(named, [*balls, *others], border, _FRAME)
    parts += _key(len(balls), len(some), sweep.kept)
    goals = " and ".join(goal.figure for goal in (first, second))
    notes = [
        f"{sweep.kept:,} of {sweep.evaluated:,} designs are kept",
        *dict.fromkeys(bound.text for bound in sweep.plan.bounds),
    ]
    return plot_file(f"{sweep.name}: front by {goals}", DOT.join(notes), parts, WIDTH, HEIGHT)


def _axis(values: Sequence[int], start: float, end: float) -> Axis:
    low, high = min(values), max(values)
    logarithmic = low > 0 and high > _MOST_RATIO * low
    bounds = padded_ratio(values, 1.2) if logarithmic else padded(values)
    return Axis(*bounds, start, end, logarithmic=logarithmic)


def _border(balls: Sequence[Ball], *, more_across: bool) -> list[Line]:
    """The border of what designs reach: the best second figure for a first one that is no worse."""
    ordered = sorted(balls, key=lambda ball: (ball.x, ball.y))
    lines = []
    for before, after in pairwise(ordered):
        corner = (before.x, after.y) if more_across else (after.x, before.y)
        lines += [Line((before.x, before.y), corner), Line(corner, (after.x, after.y))]
    return lines


def _title(point: tuple[int, int], sweep: "Sweep", options: str) -> str:
    texts = [text_of(goal.figure)(value) for goal, value in zip(sweep.plan.goals, point, strict=False)]
    named = [f"{text} {heading_of(goal.figure)}" for goal, text in zip(sweep.plan.goals, texts, strict=False)]
    return f"{options}: {', '.join(named)}"


def _grid(across: _Scale, up: _Scale) -> Iterator[str]:
    left, top, right, bottom = _FRAME
    for number in across.axis.ticks(_TICKS):
        x = across.axis.at(number)
        yield grid(f"M{x:.1f} {top:.1f}V{bottom:.1f}")
        yield soft(x, bottom + 18, short(number), anchor="middle")
    for number in up.axis.ticks(_TICKS):
        y = up.axis.at(number)
        yield grid(f"M{left:.1f} {y:.1f}H{right:.1f}")
        yield soft(left - 8, y + 4, short(number), anchor="end")
    yield label((left + right) / 2, bottom + 44, across.words, "middle")
    turned = {"transform": f"rotate(-90 22 {(top + bottom) / 2:g})"}
    words = shortened(up.words, LABEL, bottom - top)
    yield text(22, (top + bottom) / 2, words, font_size=LABEL, text_anchor="middle", **turned)


def _key(front: int, some: int, kept: int) -> Iterator[str]:
    """The key to the colors."""
    x = _FRAME.left
    names = "numbers as in the table" if front <= _NAMED else "some with their numbers"
    others = f"all {kept:,} kept designs" if some == kept else f"{some:,} of {kept:,} kept designs, at random"
    for words, color, radius in ((f"the front: {front:,} designs, {names}", _FRONT, _MARK), (others, _OTHERS, _POINT)):
        yield mark(x + 6, HEADER + 12, radius, color)
        yield label(x + 17, HEADER + 16, words)
        x += 40 + text_width(words, LABEL)
