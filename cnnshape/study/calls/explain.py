"""`cnnshape.explain`"""

from typing import overload

from cnnshape.api import DesignLike, InputShapes, settings_of
from cnnshape.report import make_report
from cnnshape.study.calls.opened import Params, opened
from cnnshape.study.explain import Explanation, SizeChain, chain_of
from cnnshape.study.explain import explain as explain_node
from cnnshape.study.explain_group import explain_group
from cnnshape.study.part import part_of


@overload
def explain(
    design: DesignLike,
    layer: None = None,
    *,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
) -> SizeChain: ...


@overload
def explain(
    design: DesignLike,
    layer: str,
    *,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
) -> Explanation: ...


def explain(
    design: DesignLike,
    layer: str | None = None,
    *,
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
    batch: int = 1,
    dtype: str = "float32",
) -> Explanation | SizeChain:
    """The figures of a layer, stage or block with their arithmetic; without `layer`, how sizes change on the way.

    The options are those of `cnnshape explain`: `layer` is a name in the summary or the end of it, the others are as in
    `analyze`. Raises DesignError if the design has errors, ValueError for a `layer` that is none or several, and for an
    invalid batch or dtype.
    """
    settings = settings_of(batch, dtype)
    graph = opened(design, params, variant, input).graph
    if layer is None:
        return chain_of(graph)
    part = part_of(graph, layer)
    report = make_report(graph, "", settings)
    return explain_group(graph, report, part.group) if part.group else explain_node(graph, report, part.start)
