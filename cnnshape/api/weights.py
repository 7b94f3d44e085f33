"""Weights that have other shapes at another input size: a `linear` on a flattened map, a normalization of whole maps."""

from collections.abc import Callable

from cnnshape.analysis import resized_weights
from cnnshape.api.design import Design
from cnnshape.api.examination import expand
from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.graph import Graph, Node, Options
from cnnshape.layers import Shape, format_shape
from cnnshape.named_tuple import NamedTuple

LARGEST = 1 << 14


class Range(NamedTuple):
    """The sizes of an axis at which all weights keep their shapes, with the other axes fixed; `most` None: no limit."""

    least: int
    most: int | None

    def __str__(self) -> str:
        if self.most is None:
            return f"{self.least} and more"
        return f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"


def misfit(design: Design, options: Options, graph: Graph) -> Diagnostic | None:
    """The diagnostic of weights that don't fit the input sizes of the options; None if all fit.

    Also None if the file states no size, or if an input gets other channels: such weights belong to another design.
    """
    if not options.inputs or design.spec is None or not all(given.values for given in design.spec.inputs):
        return None
    own = options._replace(inputs={}, inputs_name=Options().inputs_name)
    stated, _ = expand(design, own)
    if stated is None or _channels(stated) != _channels(graph):
        return None
    resized = list(resized_weights(graph, stated))
    return _diagnostic(design, own, graph, stated, resized) if resized else None


def _channels(graph: Graph) -> list[int]:
    return [given.tensor.shape[0] for given in graph.inputs]


def _diagnostic(
    design: Design, own: Options, graph: Graph, stated: Graph, resized: list[tuple[Node, Node]]
) -> Diagnostic:
    node, twin = resized[0]
    index = next(index for index, given in enumerate(graph.inputs) if given.tensor != stated.inputs[index].tensor)
    here, there = (given.inputs[index].tensor.shape for given in (graph, stated))
    message = (
        f"{node.name} takes {_taken(node)} at {format_shape(here)}, {_taken(twin)} at the file's {format_shape(there)}"
    )
    ranges = weight_ranges(design, own, stated, index)
    notes = [f"its weights fit {_ranges_text(ranges)}"] if ranges else []
    notes += [f"and {len(resized) - 1} more with weights of another size"] if len(resized) > 1 else []
    related = [Label(graph.inputs[index].at, "the requested size")]
    help = "train it at this size, resize the images, or pool to a fixed size before the `flatten`"
    return diagnose("weights-misfit", message, node.at, related=related, notes=notes, help=help)


def _taken(node: Node) -> str:
    shape = node.application.inputs[0].shape
    return f"{shape[0]:,} values" if len(shape) == 1 else format_shape(shape)


def _ranges_text(ranges: tuple[Range, ...]) -> str:
    """`97 to 112 on each axis`, `64 to 79 x 304 to 319`."""
    if len(set(ranges)) == 1:
        return f"sizes of {ranges[0]}" + (" on each axis" if len(ranges) > 1 else "")
    return "sizes of " + " x ".join(map(str, ranges)) + ", with the other axes fixed"


def weight_ranges(design: Design, options: Options, stated: Graph, index: int = 0) -> tuple[Range, ...]:
    """The range of each spatial axis of an input in which all weights keep the shapes that they have in a graph."""
    given = stated.inputs[index]

    def fits(shape: Shape) -> bool:
        graph, _ = expand(design, options._replace(inputs={given.name: shape}))
        return graph is not None and next(resized_weights(graph, stated), None) is None

    return tuple(_range(given.tensor.shape, axis, fits) for axis in range(1, len(given.tensor.shape)))


def _range(shape: Shape, axis: int, fits: Callable[[Shape], bool]) -> Range:
    def fits_at(size: int) -> bool:
        return fits((*shape[:axis], size, *shape[axis + 1 :]))

    return Range(_last(shape[axis], 1, fits_at) or 1, _last(shape[axis], LARGEST, fits_at))


def _last(start: int, end: int, fits_at: Callable[[int], bool]) -> int | None:
    """The farthest size from `start` towards `end` that fits; None if all sizes fit.

    A layer's size grows with that of the input, so sizes fit up to a limit. Doubling and then halving steps find it.
    """
    sign = 1 if end > start else -1
    fitting, step = start, 1
    while fits_at(fitting + sign * step):
        fitting += sign * step
        step = min(2 * step, abs(end - fitting))
        if step == 0:
            return None
    while step > 1:
        half = step // 2
        if fits_at(fitting + sign * half):
            fitting += sign * half
            step -= half
        else:
            step = half
    return fitting
