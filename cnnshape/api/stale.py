"""Stated outputs at another input size: an opaque layer whose `output` doesn't follow its input."""

from cnnshape.api.design import Design
from cnnshape.api.examination import expand
from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.graph import Graph, Node, Options
from cnnshape.layers import AXES, Shape, format_shape

_HALVINGS = tuple(2**times for times in range(1, 7))
"""The strides of up to six layers that halve a size."""


def stale_outputs(design: Design, options: Options, graph: Graph) -> list[Diagnostic]:
    """A warning for each layer that states the same map as at the file's own size, although another map comes in."""
    if not any(node.application.layer.stated for node in graph.nodes):
        return []
    own, _ = expand(design, options._replace(inputs={}, inputs_name=Options().inputs_name))
    known = {node.name: node for node in own.nodes} if own is not None else {}
    stated = [node for node in graph.nodes if node.application.layer.stated and node.name in known]
    return [_warning(node, known[node.name]) for node in stated if _is_stale(node, known[node.name])]


def _is_stale(node: Node, twin: Node) -> bool:
    here, there = node.application, twin.application
    return len(here.output.shape) > 1 and here.output == there.output and here.inputs[0] != there.inputs[0]


def _warning(node: Node, twin: Node) -> Diagnostic:
    output, here, there = (
        tensor.shape for tensor in (node.application.output, node.application.inputs[0], twin.application.inputs[0])
    )
    message = (
        f"{node.name} states {format_shape(output)} for {format_shape(here)}, as for the file's {format_shape(there)}"
    )
    followed = _followed(output, there)
    names = " and ".join(f"`in_{name}`" for name in AXES[len(there) - 1])
    help = f"write sizes that follow the input, as expressions of {names}"
    if followed:
        help = f"write sizes that follow the input: `output: [{', '.join(followed)}]`"
    return diagnose("stale-output", message, node.at, help=help)


def _followed(output: Shape, entering: Shape) -> list[str]:
    """The output as expressions of the sizes that enter at the file's own size; empty if a size has none."""
    if len(output) != len(entering):
        return []
    axes = zip(AXES[len(output) - 1], entering[1:], output[1:], strict=True)
    sizes = [_size(f"in_{name}", before, after) for name, before, after in axes]
    return [str(output[0]), *sizes] if all(sizes) else []


def _size(name: str, before: int, after: int) -> str:
    """A size as a multiple or a part of another one, or as that one halved and rounded; empty if it is none of these."""
    if before == after:
        return name
    if after % before == 0:
        return f"{name} * {after // before}"
    if before % after == 0:
        return f"{name} // {before // after}"
    for part in _HALVINGS:
        if before // part == after:
            return f"{name} // {part}"
        if -(-before // part) == after:
            return f"ceil({name} / {part})"
    return ""
