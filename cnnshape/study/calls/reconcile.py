"""`cnnshape.reconcile`"""

from collections.abc import Sequence

from cnnshape.api import DesignLike, InputShapes
from cnnshape.study.calls.opened import Params, opened
from cnnshape.study.reconcile import Reconciliation, reconcile_design, rules_of


def reconcile(
    design: DesignLike,
    *,
    tool: str | Sequence[str] = (),
    params: Params | None = None,
    variant: str = "",
    input: InputShapes | None = None,
) -> Reconciliation:
    """How other tools and papers count the same network, and how their figures differ from ours, term by term.

    The options are those of `cnnshape reconcile`: `tool` is a name, or several, of its first column (`fvcore`); the
    others are as in `analyze`. The figures are of one sample in float32, by rules: none of the tools is run. Raises
    DesignError if the design has errors, ValueError for an unknown tool.
    """
    rules = rules_of([tool] if isinstance(tool, str) else tool)
    design, graph, chosen = opened(design, params, variant, input)
    return reconcile_design(design, graph, chosen, rules, design.source.name)
