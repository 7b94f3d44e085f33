"""A bias that the following normalization cancels.

Batch and instance normalization subtract the mean of each channel. A bias adds the same number to a whole channel, so
it only changes that mean. It has no effect and no gradient, but it is stored, loaded and updated. The shift that the
normalization learns replaces it.

The rule warns if only normalization reads the layer's output, wherever the layer's weights are used.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 16, kernel: 3}              # warning: bias-before-norm
      - batch_norm

Instead: write `bias: false`, or use `norm`, which turns the bias off by default.

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 16, kernel: 3, norm: batch_norm}

Published networks that trip it: `vgg11_bn`, `vgg13_bn`, `vgg16_bn`, `vgg19_bn`, which got their normalization later
and kept their biases; `segnet`, which starts from VGG; `m5`; `cyclegan_generator`; `crnn`; `hourglass_2`; the networks
of MLPerf Tiny: `ds_cnn`, `mobilenet_v1_vww`, `resnet8`, `fc_autoencoder`; U-Nets of research code: `unet_plus_plus`,
`u2net`, `attention_unet`, `vnet`; and in a few layers `hrnet_w18`, `resnest50` and `nonlocal_resnet50`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Application, Graph, Node
from cnnshape.lint.readers import OUTSIDE
from cnnshape.lint.rule import Rule, Subject, warn
from cnnshape.program import KindStep, Program
from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics import Edit, Fix


def _check(subject: Subject) -> Iterator[Diagnostic]:
    graph = subject.graph
    having = {application for application in subject.applications if _has_bias(application)}
    if not having or not any(application.layer.centers for application in subject.applications):
        return
    biased = [index for index, node in enumerate(graph.nodes) if node.application in having]
    norms = dict(_norms(subject, biased))
    useful = {_owner(graph, index) for index in biased if index not in norms}
    needless = {index: norm for index, norm in norms.items() if _owner(graph, index) not in useful}
    fixes = _fixes(subject.program, needless, graph, biased) if needless else {}
    known: dict[Span, Diagnostic] = {}
    for index, norm in needless.items():
        node = graph.nodes[index]
        if node.at not in known:
            known[node.at] = _warning(node, norm)._replace(fixes=fixes.get(index, ()))
        yield known[node.at]


def _has_bias(application: Application) -> bool:
    layer = application.layer
    return "bias" in layer.arguments and getattr(layer, "bias", False) is True


def _norms(subject: Subject, biased: list[int]) -> Iterator[tuple[int, Node]]:
    """The nodes whose only reader cancels their bias, with that reader."""
    graph, reading = subject.graph, subject.readers
    for index in biased:
        following = reading[len(graph.inputs) + index]
        if len(following) == 1 and following[0] != OUTSIDE and graph.nodes[following[0]].application.layer.centers:
            yield index, graph.nodes[following[0]]


def _owner(graph: Graph, index: int) -> int:
    """The node whose weights this one uses."""
    shares = graph.nodes[index].shares
    return index if shares is None else shares


def _warning(node: Node, norm: Node) -> Diagnostic:
    layer, kind = node.application.layer, norm.application.layer.name
    weights = node.application.weights
    saved = sum(weight.elements for weight in weights if weight.name == "bias")
    way_out = "remove `bias: true`" if norm.follows else "write `bias: false`"
    return warn(
        "bias-before-norm",
        f"{kind} cancels the bias of the {layer.name} before it",
        node.at,
        label=f"{saved:,} values without effect",
        help=f"{way_out}: {_why(norm)}",
    )


def _fixes(
    program: Program, needless: dict[int, Node], graph: Graph, biased: list[int]
) -> "dict[int, tuple[Fix, ...]]":
    """The fix of each layer: the edits of all steps that use its weights, if no layer of these needs a bias."""
    # Most designs have none.
    from cnnshape.causes.edit import kind_steps, place
    from cnnshape.diagnostics import Fix

    steps = kind_steps(program)
    needed = {place(graph.nodes[index].at) for index in biased if index not in needless}
    edits: dict[int, dict[Edit | None, None]] = {}
    for index, norm in needless.items():
        at = place(graph.nodes[index].at)
        step = steps.get(at) if at not in needed else None
        edits.setdefault(_owner(graph, index), {})[_edit(step, norm) if step else None] = None
    together = {owner: tuple(edit for edit in listed if edit) for owner, listed in edits.items() if None not in listed}
    return {index: (Fix(together[owner]),) for index in needless if (owner := _owner(graph, index)) in together}


def _edit(step: KindStep, norm: Node) -> "Edit | None":
    """The edit that leaves out the bias of a step, unless it comes from elsewhere or differs between repeats."""
    from cnnshape.diagnostics import Give, Remove, Replace

    plan = step.plan
    if plan is None or step.first is not plan:
        return None
    if "bias" not in plan.values:
        return Give(step.word.span, "bias", "false", plan.kind.main or "")
    value = plan.values["bias"]
    if not value.constant:
        return None
    return Remove(plan.names["bias"]) if norm.follows else Replace(value.span, "false")


def _why(norm: Node) -> str:
    layer = norm.application.layer
    if any(weight.name == "bias" for weight in norm.application.weights):
        return f"the shift that {layer.name} learns does the same"
    return f"{layer.name} subtracts the mean, and the bias with it"


RULE = Rule("bias-before-norm", __doc__ or "", _check)
