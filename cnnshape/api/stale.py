"""Stated outputs at another input size: an opaque layer whose `output` doesn't follow its input."""

from cnnshape.api.design import Design
from cnnshape.api.examination import expand
from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.graph import Graph, Node, Options
from cnnshape.layers import AXES, Shape, format_shape


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
    help = f"write sizes that follow the input: `output: [{', '.join(_followed(output, there))}]`"
    return diagnose("stale-output", message, node.at, help=help)


def _followed(output: Shape, entering: Shape) -> list[str]:
    """The output as expressions, where its sizes are parts or multiples of those that enter at the file's own size."""
    sizes = [str(size) for size in output]
    for axis, name in enumerate(AXES[len(output) - 1] if len(output) == len(entering) else (), 1):
        before, after = entering[axis], output[axis]
        ratio = "" if before == after else f" // {before // after}" if before % after == 0 else f" * {after // before}"
        if before % after == 0 or after % before == 0:
            sizes[axis] = f"in_{name}{ratio}"
    return sizes
