"""An activation directly after an activation.

`relu` after `relu` changes nothing, and most other pairs lack a layer between them. `softplus` and `tanh`, a part of
Mish written out, get no warning.

Example:

    cnnshape: 1
    input: [8, 16, 16]
    layers:
      - conv: {out: 8, kernel: 3, act: relu}
      - relu                                    # warning: repeated-activation

Instead: remove one of the two.

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.lint.rule import Rule, Subject, warn


def _check(subject: Subject) -> Iterator[Diagnostic]:
    graph = subject.graph
    for node in graph.nodes:
        maker = graph.maker(node.inputs[0])
        if maker is None or not (node.application.layer.activation and maker.application.layer.activation):
            continue
        kind, before = node.application.layer.name, maker.application.layer.name
        if (before, kind) != ("softplus", "tanh"):
            yield warn(
                "repeated-activation",
                f"{kind} directly after {before}",
                node.at,
                label=f"{node.name} follows {maker.name}",
                help="remove one of the two",
            )


RULE = Rule("repeated-activation", __doc__ or "", _check)
