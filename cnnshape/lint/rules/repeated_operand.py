"""An `add` that takes the same tensor twice.

It doubles the tensor, which the next layer's weights or a scale can do as well. Most often the wrong tensor is named,
or the step that makes the second one is left out.

A residual whose body is left out also adds its input to itself. The rule ignores products, which square a tensor,
and concatenations, which repeat channels.

Example:

    cnnshape: 1
    input: [16, 32, 32]
    layers:
      - {conv: {out: 16, kernel: 1}, name: skip}
      - {conv: {out: 16, kernel: 3, padding: 1}, name: body}
      - add: [body, body]                       # warning: repeated-operand

Instead: name both tensors.

    cnnshape: 1
    input: [16, 32, 32]
    layers:
      - {conv: {out: 16, kernel: 1}, name: skip}
      - {conv: {out: 16, kernel: 3, padding: 1}, name: body}
      - add: [body, skip]

Published networks that trip it: none of those that are shipped.
"""

from collections import Counter
from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Graph, Node
from cnnshape.layers import BY_NAME
from cnnshape.lint.rule import Rule, Subject, warn, warned


def _check(subject: Subject) -> Iterator[Diagnostic]:
    added = {application for application in subject.applications if isinstance(application.layer, BY_NAME["add"])}
    repeating = (node for node in subject.nodes_of(added) if len(set(node.inputs)) < len(node.inputs))
    return warned(repeating, lambda node: _warning(subject.graph, node))


def _warning(graph: Graph, node: Node) -> Diagnostic:
    value, times = Counter(node.inputs).most_common(1)[0]
    return warn(
        "repeated-operand",
        f"{node.name} adds {graph.value_name(value)} to itself",
        node.at,
        label=f"{times} of its {len(node.inputs)} tensors are this one",
        help="name the tensor that was meant, or remove the step",
    )


RULE = Rule("repeated-operand", __doc__ or "", _check)
