"""Which input sizes a design works at, found by trying them all."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph
from cnnshape.layers import Window
from cnnshape.report import Report, make_report

MAX_PERIOD = 128
PERIODS = 3
"""A pattern counts as one when the range holds it so many times."""

Expand = Callable[[int], tuple[Graph | None, list[Diagnostic]]]
"""Expands the design with that size on every spatial axis of its first input."""


class Pattern(NamedTuple):
    """A set of sizes within a range: those before `start` one by one, from there on those of the `residues`.

    From `start` a size belongs if its remainder by `period` is among the residues; `period` 0 means that no pattern
    was found and all sizes are in `single`.
    """

    single: tuple[int, ...]
    start: int
    period: int
    residues: tuple[int, ...]


class Obstacle(NamedTuple):
    """What forbids sizes: where, the problem at the first of them, and all of them."""

    line: int
    message: str
    sizes: tuple[int, ...]


class Sizes(NamedTuple):
    """What was found from `lowest` to `highest`: sizes that work, those without any rounding, and what forbids others.

    `rounding` are the sizes at which a layer's windows don't tile its input, by layer, the first layer each time.
    """

    lowest: int
    highest: int
    working: tuple[int, ...]
    exact: tuple[int, ...]
    obstacles: tuple[Obstacle, ...]
    rounding: tuple[tuple[str, tuple[int, ...]], ...]


class Cost(NamedTuple):
    """The report at one size."""

    size: int
    report: Report


def find_sizes(expand: Expand, lowest: int, highest: int) -> Sizes:
    """Tries every size of the range."""
    working, exact = [], []
    obstacles: dict[tuple[int, str], Obstacle] = {}
    rounding: dict[str, tuple[int, ...]] = {}
    for size in range(lowest, highest + 1):
        graph, problems = expand(size)
        if graph is None:
            _note_obstacle(obstacles, problems[0], size)
            continue
        working.append(size)
        layer = first_rounding(graph)
        if layer is None:
            exact.append(size)
        else:
            rounding[layer] = (*rounding.get(layer, ()), size)
    return Sizes(lowest, highest, tuple(working), tuple(exact), tuple(obstacles.values()), tuple(rounding.items()))


def _note_obstacle(obstacles: dict[tuple[int, str], Obstacle], problem: Diagnostic, size: int) -> None:
    line = problem.at.span.line if problem.at else 0
    key = (line, problem.name)
    known = obstacles.get(key, Obstacle(line, f"at {size}: {problem.message}", ()))
    obstacles[key] = known._replace(sizes=(*known.sizes, size))


def first_rounding(graph: Graph) -> str | None:
    """The first layer whose windows don't tile its padded input: `(W - K + P) mod S` is not 0."""
    known: dict[int, bool] = {}
    for node in graph.nodes:
        application = node.application
        if id(application) not in known:
            footprint = application.layer.footprint(application.inputs, application.output)
            windows = footprint if isinstance(footprint, tuple) else ()
            sizes = application.inputs[0].shape[1:]
            known[id(application)] = any(
                isinstance(window, Window)
                and (size + window.before + window.after - window.extent) % window.stride != 0
                for window, size in zip(windows, sizes, strict=False)
            )
        if known[id(application)]:
            return node.name
    return None


def find_pattern(sizes: Iterable[int], lowest: int, highest: int) -> Pattern:
    """The shortest period that the set has from some size on to the end of the range."""
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
    """The report at each of these sizes, those that don't work left out."""
    found = []
    for size in sizes:
        graph, _ = expand(size)
        if graph is not None:
            found.append(Cost(size, make_report(graph)))
    return found
