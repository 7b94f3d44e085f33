"""The graph that a study is of."""

from collections.abc import Mapping

from cnnshape.api import Design, DesignError, DesignLike, InputShapes, ParamValue, expand, loaded, options
from cnnshape.graph import Graph, Options
from cnnshape.named_tuple import NamedTuple

Params = Mapping[str, ParamValue]


class Opened(NamedTuple):
    """A design, its graph without holes, and the options that it was built with."""

    design: Design
    graph: Graph
    options: Options


def opened(design: DesignLike, params: Params | None, variant: str, input: InputShapes | None) -> Opened:
    """The graph of a design with these options. Raises DesignError if it has errors, OSError for no such file."""
    design = loaded(design)
    chosen = options(params, variant, input, None)
    graph, problems = expand(design, chosen)
    if graph is None:
        raise DesignError(problems)
    return Opened(design, graph, chosen)
