"""A tensor that nothing reads: the end of a dead branch, or an unused input.

The layers of a dead branch cost parameters and time, but have no effect on the outputs. Most often, a later `from`
skips them, or a name is missing under `outputs`.

Without `outputs`, the last step's output is the output of the network. The warning is at the last layer of the branch.
After you remove that layer, nothing may read the one before it.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 16, kernel: 3, act: relu}
        name: stem
      - conv: {out: 32, kernel: 3, act: relu}   # warning: unused-output
      - conv: {out: 64, kernel: 3, act: relu}
        from: stem

Instead: remove the branch, join it, or name its end under `outputs`.

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 16, kernel: 3, act: relu}
        name: stem
      - conv: {out: 32, kernel: 3, act: relu}
        name: narrow
      - conv: {out: 64, kernel: 3, act: relu}
        from: stem
        name: wide
    outputs: [narrow, wide]

Published networks that trip it: `wavenet`, whose last layer passes its sum on to a layer that isn't there.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Node
from cnnshape.layers import format_shape
from cnnshape.lint.rule import Rule, Subject, warn, warned


def _check(subject: Subject) -> Iterator[Diagnostic]:
    graph = subject.graph
    read = set(graph.outputs.values()).union(*[node.inputs for node in graph.nodes])
    for value, given in enumerate(subject.spec.inputs[: len(graph.inputs)]):
        if value not in read:
            message = f"nothing reads the input `{graph.value_name(value)}`"
            yield warn("unused-output", message, given.name.span, help="remove it, or read it")
    ends = [node for value, node in enumerate(graph.nodes, len(graph.inputs)) if value not in read]
    yield from warned(ends, _warning)


def _warning(end: Node) -> Diagnostic:
    return warn(
        "unused-output",
        f"nothing reads the output of {end.name}",
        end.at,
        label=f"{format_shape(end.application.output.shape)}, and isn't one of `outputs`",
        help="remove the layers that lead to it, join it, or name it under `outputs`",
    )


RULE = Rule("unused-output", __doc__ or "", _check)
