"""Searches the input sizes that a design works at: which axes, which range, at which costs."""

from collections.abc import Callable, Sequence
from functools import partial

from cnnshape.api import Design, DesignError, examine, expand
from cnnshape.diagnostics import Diagnostic
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph, Options, given_inputs
from cnnshape.layers import Shape, format_shape
from cnnshape.study.sizes import AxisSizes, SizeStudy, axis_name, costs, filled, find_sizes, starred

MOST = 4096
"""The number of sizes in one job."""
LARGEST = 10**6
LARGEST_SIZE = 10**9
STEPS = 6

Axes = tuple[int, ...]
"""Axes of a shape that get one size."""


def listed_sizes(text: str) -> list[int]:
    """The sizes that a text lists, `224,256,384`; raises Refusal for any other text."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not all(word.isascii() and word.isdigit() and 0 < int(word[:9]) <= LARGEST for word in words):
        raise Refusal("costs", f"{text!r} are not sizes; write 224,256,384")
    return [int(word) for word in words]


class SizeSearch:
    """A search that can be run: `count` sizes of a design.

    `lowest` and `highest` are the range; None for one around the design's own size. `input` has stars on the axes to
    try by themselves, `1x64x*`; empty for all axes together. `listed` are the sizes whose costs are computed. Raises
    DesignError for a design with errors that no size removes, Refusal for what can't be tried.

    `own` is the shape of the design's first input, and `own_works` says whether its layers fit it.
    """

    __slots__ = ("_design", "_input", "_listed", "_options", "_shape", "_stated", "_tries", "count", "own", "own_works")

    def __init__(
        self,
        design: Design,
        options: Options,
        lowest: int | None = None,
        highest: int | None = None,
        input: str = "",
        listed: Sequence[int] = (),
    ) -> None:
        own, stated = _first_input(design, options)
        _refuse_opaque(stated)
        if len(own) == 1:
            raise Refusal("", "the first input has no spatial axes")
        shape, together = _axes_to_try(input, own)
        self.own = own
        self.own_works = stated is not None
        # Weights for other channels are those of another design.
        self._stated = stated if shape[0] == own[0] else None
        self._design = design
        self._options = options
        self._input = input
        self._shape = shape
        self._tries = [(axes, *_range(self._start(axes), lowest, highest)) for axes in together]
        every = [axis for axes in together for axis in axes]
        self._listed = listed or _steps_from(self._start(every))
        self.count = sum(last - first + 1 for _, first, last in self._tries)

    def run(self, step: Callable[[], object] = lambda: None) -> SizeStudy:
        """Tries all sizes; `step` is called for each."""
        examined = examine(self._design, self._options, explain=False)

        def try_size(axes: Axes, size: int) -> tuple[Graph | None, list[Diagnostic]]:
            tried = examined.with_options(self._options._replace(inputs={"": filled(self._shape, axes, size)}))
            return (None if tried.problems else tried.graph), tried.problems

        runs = []
        for axes, first, last in self._tries:
            working = find_sizes(partial(try_size, axes), first, last, self._design.spec, self._stated, step)
            name = axis_name(self._shape, axes[0]) if self._input else ""
            runs.append(AxisSizes(name, starred(self._shape, axes), working))
        every = tuple([axis for axes, _, _ in self._tries for axis in axes])
        return SizeStudy(self._design.name, runs, costs(partial(try_size, every), self._listed))

    def _start(self, axes: Sequence[int]) -> int:
        return max(self._shape[axis] for axis in axes)


def _refuse_opaque(graph: Graph | None) -> None:
    """Raises Refusal for a design with an opaque layer: nothing says at which sizes it works."""
    opaque = next((node for node in graph.nodes if node.application.layer.stated), None) if graph else None
    if opaque is not None:
        reason = f"{opaque.name} (line {opaque.at.line}) is opaque: nothing says at which sizes it works"
        raise Refusal("spec", reason)


def _axes_to_try(given: str, own: Shape) -> tuple[Shape, list[Axes]]:
    """The input and the axes that are tried together: all of them, or each that has a star; raises Refusal."""
    if not given:
        return own, [tuple(range(1, len(own)))]
    words = given.lower().replace(",", "x").split("x")
    if not all(
        word == "*" or (word.isascii() and word.isdigit() and 0 < int(word[:10]) < LARGEST_SIZE) for word in words
    ):
        raise Refusal("input", f"{given!r} is no shape; write {starred(own, (len(own) - 1,))}")
    if len(words) != len(own):
        raise Refusal("input", f"{given!r} has {len(words)} axes, but the input is {format_shape(own)}")
    stars = [axis for axis, word in enumerate(words) if word == "*"]
    if not stars or stars[0] == 0:
        example = starred(own, (len(own) - 1,))
        raise Refusal("input", f"{given!r} needs a star on an axis of sizes, such as {example}")
    shape = tuple(size if word == "*" else int(word) for word, size in zip(words, own, strict=True))
    return shape, [(axis,) for axis in stars]


def _first_input(design: Design, options: Options) -> tuple[Shape, Graph | None]:
    """The shape of the first input, even if the layers don't fit it: the search finds the sizes that fit; and the graph
    if they do. Raises DesignError if other sizes don't help."""
    graph, problems = expand(design, options)
    if graph is not None:
        return graph.inputs[0].tensor.shape, graph
    misfit = all(problem.code.startswith("CS5") for problem in problems)
    inputs = given_inputs(design.spec, options) if design.spec is not None and misfit else ()
    if not inputs:
        raise DesignError(problems)
    return inputs[0].tensor.shape, None


def _range(start: int, lowest: int | None, highest: int | None) -> tuple[int, int]:
    """The range to try around a size."""
    highest = highest or max(start + min(start, MOST // 2), lowest or 1)
    lowest = lowest or max(1, highest - MOST + 1)
    if highest < lowest:
        raise Refusal("to", f"{highest} is below {lowest}, where the range starts")
    if highest - lowest >= MOST:
        raise Refusal("", f"from {lowest} to {highest} are more than {MOST:,} sizes; narrow the range")
    return lowest, highest


def _steps_from(start: int) -> list[int]:
    """Sizes from the spec's own size upwards: 224, 256, 288, ..."""
    step = 16 * round(start / 112) if start >= 112 else max(start // 7, 1)
    return [start + number * step for number in range(STEPS)]
