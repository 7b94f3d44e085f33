"""Finds the input sizes that a design works at, of all those of a range."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph
from cnnshape.language import Spec, all_steps
from cnnshape.layers import AXES, Shape
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, make_report
from cnnshape.study.size_trials import Expand, Trial, trials

MAX_PERIOD = 128
PERIODS = 3
"""The number of times that a range must contain a pattern."""


class Pattern(NamedTuple):
    """A set of sizes within a range: those before `start` one by one, from there on those of the `residues`.

    From `start` a size belongs if its remainder by `period` is among the residues; `period` 0 means that there is no
    pattern and all sizes are in `single`.
    """

    single: tuple[int, ...]
    start: int
    period: int
    residues: tuple[int, ...]


class Obstacle(NamedTuple):
    """A reason why sizes fail: the line and the word of the step, the problem at the smallest size, and all sizes."""

    line: int
    message: str
    sizes: tuple[int, ...]
    layer: str = ""


class Sizes(NamedTuple):
    """The sizes from `lowest` to `highest` that work, those without any rounding, and why others fail.

    `rounding` are the sizes at which a layer's windows don't tile its input, by layer: the first such layer of a size.
    `keeping` are those at which all weights have the shapes that they have at the spec's own size; None if the design
    isn't compared with any.
    """

    lowest: int
    highest: int
    working: tuple[int, ...]
    exact: tuple[int, ...]
    obstacles: tuple[Obstacle, ...]
    rounding: tuple[tuple[str, tuple[int, ...]], ...]
    keeping: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        return f"<Sizes: {len(self.working):,} of those from {self.lowest:,} to {self.highest:,} work>"


class AxisSizes:
    """The sizes of one axis, while the others are held as `input` has them: `1x64x*`; or of all axes together."""

    __slots__ = ("axis", "input", "sizes")

    def __init__(self, axis: str, input: str, sizes: Sizes) -> None:
        self.axis = axis
        self.input = input
        self.sizes = sizes

    def __repr__(self) -> str:
        return f"<AxisSizes {self.axis or 'of all axes'} at {self.input}: {self.sizes!r}>"


def filled(shape: Shape, axes: Sequence[int], size: int) -> Shape:
    """The shape with one size on some axes."""
    return tuple([size if axis in axes else own for axis, own in enumerate(shape)])


def starred(shape: Shape, axes: Sequence[int]) -> str:
    """The shape with stars on some axes: `1x64x*`."""
    return "x".join("*" if axis in axes else str(own) for axis, own in enumerate(shape))


def axis_name(shape: Shape, axis: int) -> str:
    """What an axis of sizes is called: `width`."""
    return AXES[len(shape) - 1][axis - 1]


class Cost(NamedTuple):
    """The report at one size."""

    size: int
    report: Report


class SizeStudy(Data):
    """The sizes of a design that work, for all `axes` together or by axis, and what some sizes cost."""

    __slots__ = ("axes", "costs", "name")

    def __init__(self, name: str, axes: Sequence[AxisSizes], costs: Sequence[Cost]) -> None:
        self.name = name
        self.axes = tuple(axes)
        self.costs = tuple(costs)

    def __repr__(self) -> str:
        tried = ", ".join(f"{len(axis.sizes.working):,} sizes work at {axis.input}" for axis in self.axes)
        return f"<SizeStudy {brief(self.name, 60)}: {brief(tried, 100)}>"


def find_sizes(
    expand: Expand,
    lowest: int,
    highest: int,
    spec: Spec | None = None,
    stated: Graph | None = None,
    step: Callable[[], object] = lambda: None,
) -> Sizes:
    """Tries every size of the range; with the `spec`, obstacles name the steps where they are.

    With the graph at the `stated` size, weights are compared with those that it has. `step` is called for each size.
    """
    tried: dict[int, Trial] = {}
    for size, trial in trials(expand, range(lowest, highest + 1), stated):
        step()
        tried[size] = trial
    works = {size: tried[size] for size in sorted(tried) if tried[size].problem is None}
    rounding: dict[str, list[int]] = {}
    for size, trial in works.items():
        if trial.rounding is not None:
            rounding.setdefault(trial.rounding, []).append(size)
    return Sizes(
        lowest=lowest,
        highest=highest,
        working=tuple(works),
        exact=tuple(size for size, trial in works.items() if trial.rounding is None),
        obstacles=_obstacles(tried, _words(spec) if spec else {}),
        rounding=tuple((layer, tuple(sizes)) for layer, sizes in rounding.items()),
        keeping=None if stated is None else tuple(size for size, trial in works.items() if trial.keeps_weights),
    )


def _obstacles(tried: Mapping[int, Trial], words: Mapping[int, str]) -> tuple[Obstacle, ...]:
    obstacles: dict[tuple[int, str], tuple[str, list[int]]] = {}
    for size in sorted(tried):
        problem = tried[size].problem
        if problem is not None:
            _, sizes = obstacles.setdefault(_place(problem), (f"at {size}: {problem.message}", []))
            sizes.append(size)
    return tuple(
        Obstacle(line, message, tuple(sizes), _word_at(words, line))
        for (line, _), (message, sizes) in obstacles.items()
    )


def _words(spec: Spec) -> dict[int, str]:
    """The words of the steps by their lines: the last one of a line."""
    return {step.word.span.line: step.word.text for step in all_steps(spec)}


def _word_at(words: Mapping[int, str], line: int) -> str:
    """The word of the step that has that line: it begins there, or before."""
    return words.get(max((known for known in words if known <= line), default=0), "")


def _place(problem: Diagnostic) -> tuple[int, str]:
    """The line and the name of a problem. Problems with the same line and name are one obstacle."""
    return problem.at.span.line if problem.at else 0, problem.name


def find_pattern(sizes: Iterable[int], lowest: int, highest: int) -> Pattern:
    """The shortest period of the set, from some size to the end of the range."""
    members = set(sizes)
    best: Pattern | None = None
    for period in range(1, MAX_PERIOD + 1):
        start = highest - period
        while start >= lowest and (start in members) == (start + period in members):
            start -= 1
        start += 1
        if highest - start + 1 >= PERIODS * period and (best is None or start + period < best.start):
            residues = sorted({size % period for size in members if size >= start})
            single = tuple(sorted(size for size in members if size < start))
            best = Pattern(single, start, period, tuple(residues))
    return best or Pattern(tuple(sorted(members)), highest + 1, 0, ())


def costs(expand: Expand, sizes: Iterable[int]) -> list[Cost]:
    """The reports at these sizes, without sizes that don't work."""
    graphs = ((size, expand(size)[0]) for size in sizes)
    return [Cost(size, make_report(graph)) for size, graph in graphs if graph is not None]
