"""`cnnshape.receptive_field`"""

from collections.abc import Sequence
from typing import overload

from cnnshape.api import DesignLike, InputShapes
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.study.calls.opened import Params, opened
from cnnshape.study.part import part_of
from cnnshape.study.rf import Region, Trace, region_at, trace_to


@overload
def receptive_field(
    design: DesignLike,
    layer: str | None = None,
    *,
    at: None = None,
    ignore_gates: bool = False,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
) -> Trace: ...


@overload
def receptive_field(
    design: DesignLike,
    layer: str,
    *,
    at: Sequence[int] | int | str,
    ignore_gates: bool = False,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
) -> Region: ...


def receptive_field(
    design: DesignLike,
    layer: str | None = None,
    *,
    at: Sequence[int] | int | str | None = None,
    ignore_gates: bool = False,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
) -> Trace | Region:
    """The receptive field through a network, up to a `layer`; with `at`, the region that one cell of its output sees.

    The options are those of `cnnshape rf`: `at` is a cell, `(3, 3)` or `"3,3"`, counted from 0; `ignore_gates` follows
    the main path past gates that see the whole input; the others are as in `analyze`. Sizes, strides and paddings are
    in cells of the first input. Raises DesignError if the design has errors, ValueError for a `layer` that is none or
    several, and for a cell outside of the output.
    """
    graph = opened(design, params, variant, input).graph
    end = len(graph.nodes) if layer is None else part_of(graph, layer).end
    if at is None:
        return trace_to(graph, end, ignore_gates=ignore_gates)
    if layer is None:
        raise Refusal("at", "needs a layer")
    text = at if isinstance(at, str) else ",".join(map(str, (at,) if isinstance(at, int) else at))
    return region_at(graph, end - 1, text, ignore_gates=ignore_gates)


rf = receptive_field
"""The name of the command."""
