"""An element-wise join that takes the same tensor twice.

A sum doubles the tensor, which the next layer's weights or a scale can do as well; a difference with itself is 0; an
average or a maximum of one tensor is that tensor. Most often the wrong tensor is named, or the step that makes the
second one is left out.

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
from cnnshape.layers import Layer
from cnnshape.lint.rule import Rule, Subject, warn, warned


def _check(subject: Subject) -> Iterator[Diagnostic]:
    joined = {application for application in subject.applications if _joins(application.layer)}
    repeating = (node for node in subject.nodes_of(joined) if len(set(node.inputs)) < len(node.inputs))
    return warned(repeating, lambda node: _warning(subject.graph, node))


def _joins(layer: Layer) -> bool:
    """Whether a layer joins values one by one, and is no product."""
    return layer.combines and not layer.gates


def _warning(graph: Graph, node: Node) -> Diagnostic:
    value, times = Counter(node.inputs).most_common(1)[0]
    of = graph.value_name(value)
    adds = node.application.layer.name == "add"
    return warn(
        "repeated-operand",
        f"{node.name} adds {of} to itself" if adds else f"{node.name} takes {of} {times} times",
        node.at,
        label=f"{times} of its {len(node.inputs)} tensors are this one",
        help="name the tensor that was meant, or remove the step",
    )


RULE = Rule("repeated-operand", __doc__ or "", _check)
