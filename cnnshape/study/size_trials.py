"""The outcome of a design at each of many sizes.

The design is built once on a recorded size. The recording holds for all sizes at which each comparison has the same
answer, so that it is replayed for them. The smallest of the other sizes is recorded next.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from cnnshape.analysis import resized_weights
from cnnshape.arithmetic.tracing import OutsideTrace, Trace
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Application, Graph
from cnnshape.layers import AdaptivePool, Resize, Window
from cnnshape.named_tuple import NamedTuple

Expand = Callable[[Any], tuple[Graph | None, list[Diagnostic]]]
"""Expands the design with a size, plain or recorded, on every spatial axis of its first input."""

BLOCK = 64
"""The number of sizes that a recording is tried on at once."""
FEW_TRACES = 32
ENOUGH_SIZES = 4
"""The number of sizes that a recording must hold for on average to be worth its time."""
MANY_SIZES = 256
"""The number of sizes from which numpy saves more time than its import takes."""


class Trial(NamedTuple):
    """The outcome at a size: the first problem, or else the first layer that rounds, if there is one, and whether all
    weights have the shapes that they have at the stated size."""

    problem: Diagnostic | None
    rounding: str | None = None
    keeps_weights: bool = False


class Recording(NamedTuple):
    """A trace, and its trial. `rests` are the names of layers with windows, in order, and the cells of their padded
    input that are left after the last window: the first layer with a rest is the one that rounds."""

    trace: Trace
    trial: Trial
    rests: Sequence[tuple[str, Any]]


def trials(expand: Expand, sizes: Sequence[int], stated: Graph | None) -> Iterator[tuple[int, Trial]]:
    """The trial of each of these sizes, which are sorted; in any order."""
    remaining = list(sizes)
    traces = 0
    while remaining:
        if traces >= FEW_TRACES and len(sizes) - len(remaining) < ENOUGH_SIZES * traces:
            break
        traces += 1
        try:
            recording = _record(expand, remaining[0], stated)
        except TypeError:
            # The design does with a size what can't be recorded.
            break
        # Messages describe the size that was recorded: the smallest one.
        held = dict(_held(recording, remaining, array=len(sizes) >= MANY_SIZES))
        yield from held.items()
        remaining = [size for size in remaining if size not in held]
    for size in remaining:
        trial, rests = _try(expand, size, stated)
        yield size, trial._replace(rounding=_first_rounding(rests))


def first_rounding(graph: Graph) -> str | None:
    """The first layer whose windows don't tile its padded input: `(W - K + P) mod S` is not 0."""
    return _first_rounding(_rests(graph))


def _first_rounding(rests: Iterable[tuple[str, int]]) -> str | None:
    return next((name for name, rest in rests if rest != 0), None)


def _record(expand: Expand, size: int, stated: Graph | None) -> Recording:
    """Raises TypeError for what can't be recorded."""
    trace = Trace()
    return Recording(trace, *_try(expand, trace.parameter("size", size), stated))


def _try(expand: Expand, size: Any, stated: Graph | None) -> tuple[Trial, list[tuple[str, Any]]]:
    graph, problems = expand(size)
    if graph is None:
        return Trial(problems[0]), []
    keeps = stated is not None and next(resized_weights(graph, stated), None) is None
    return Trial(None, None, keeps), list(_rests(graph))


def _rests(graph: Graph) -> Iterator[tuple[str, Any]]:
    """The cells that windows leave, for each axis of the first layer of each application."""
    done: set[int] = set()
    for node in graph.nodes:
        application = node.application
        if id(application) not in done:
            done.add(id(application))
            yield from ((node.name, rest) for rest in _rests_of(application))


def _rests_of(application: Application) -> Iterator[Any]:
    # Resizing and adaptive pools read phases, whose number depends on the size. They have no windows that could leave cells.
    if isinstance(application.layer, Resize | AdaptivePool):
        return
    footprint = application.footprint
    if isinstance(footprint, tuple):
        for window, size in zip(footprint, application.inputs[0].shape[1:], strict=False):
            if isinstance(window, Window):
                yield (size + window.before + window.after - window.extent) % window.stride


def _held(recording: Recording, sizes: Sequence[int], *, array: bool) -> Iterator[tuple[int, Trial]]:
    """The trials of those sizes for which a recording holds. Stops at a block of sizes for none of which it does."""
    rests = {str(index): rest for index, (_, rest) in enumerate(recording.rests)}
    names = [name for name, _ in recording.rests]
    start, length = 0, BLOCK
    while start < len(sizes):
        block = sizes[start : start + length]
        replayed = list(_replayed(recording.trace, rests, block, array=array))
        if not replayed:
            return
        for size, values in replayed:
            yield size, recording.trial._replace(rounding=_first_rounding(zip(names, values, strict=True)))
        start, length = start + length, 2 * length


def _replayed(
    trace: Trace, results: dict[str, Any], sizes: Sequence[int], *, array: bool
) -> Iterator[tuple[int, Iterable[int]]]:
    """The results at those sizes for which the trace holds; numpy computes them if it is installed."""
    if array and (numpy := _numpy()) is not None:
        replay = trace.replay(results, {"size": numpy.array(sizes)})
        columns = [numpy.broadcast_to(column, len(sizes)).tolist() for column in replay.results.values()]
        valid = replay.valid.tolist()
        rows = zip(*columns, strict=True) if columns else iter([()] * len(sizes))
        yield from ((size, row) for size, row, holds in zip(sizes, rows, valid, strict=True) if holds)
        return
    for size in sizes:
        try:
            yield size, trace.replay(results, {"size": size}).results.values()
        except OutsideTrace:
            continue


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        return None
    return numpy
