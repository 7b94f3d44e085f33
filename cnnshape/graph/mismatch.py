"""Diagnoses shapes that don't fit, with suggestions: the paths of a residual, and shared weights."""

from math import prod

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.graph.model import Node
from cnnshape.language import Reference, shown
from cnnshape.layers import Shape, Tensor, counted, format_shape
from cnnshape.program import ResidualStep


def residual_mismatch(step: ResidualStep, body: Tensor, shortcut: Tensor, projected: bool) -> Diagnostic:
    """The diagnostic of a residual whose body and shortcut end in different shapes."""
    if body.shape == shortcut.shape:
        message = f"residual add needs as many boxes on both paths: body {body.boxes}, shortcut {shortcut.boxes}"
        return diagnose("residual-shape-mismatch", message, step.word.span)
    message = (
        f"residual add needs equal shapes: body {format_shape(body.shape)}, shortcut {format_shape(shortcut.shape)}"
    )
    related = []
    if step.shortcut_span is not None:
        related.append(Label(step.shortcut_span, _shortcut_label(step, shortcut, projected)))
    label = f"the body ends with {format_shape(body.shape)}"
    if step.shortcut_span is None:
        label += f"; no `shortcut`, so the input is added: {format_shape(shortcut.shape)}"
    help = _help(body.shape, shortcut.shape, projected)
    return diagnose("residual-shape-mismatch", message, step.word.span, label=label, related=related, help=help)


def _shortcut_label(step: ResidualStep, shortcut: Tensor, projected: bool) -> str:
    if projected:
        return f"the shortcut ends with {format_shape(shortcut.shape)}"
    why = f" (`{step.conditions[0]}` is false)" if step.conditions else ""
    return f"empty here{why}: {format_shape(shortcut.shape)}"


def _help(body: Shape, shortcut: Shape, projected: bool) -> str:
    if not projected and (gate := _gate_help(body, shortcut)):
        return gate
    if len(body) != len(shortcut):
        return "the paths have different ranks; is a `flatten` inside the residual?"
    if body[1:] == shortcut[1:]:
        return _channels_help(body[0], shortcut[0], projected)
    ratio = _ratio(body, shortcut)
    if ratio > 1 and projected:
        return f"the body strides by {ratio} in total; give the shortcut the same stride"
    if ratio > 1:
        step = f"{{out: {body[0]}, kernel: 1, stride: {ratio}, norm: batch_norm}}"
        return f"the body strides by {ratio}; give the shortcut the same stride: `- conv: {step}`"
    lost = {before - after for before, after in zip(shortcut[1:], body[1:], strict=True)}
    if len(lost) == 1 and 0 < (missing := lost.pop()) < 64 and missing % 2 == 0:
        return (
            f"the body loses {missing} cells per axis: its windows lack padding "
            f"(in total {missing // 2} on each side; a kernel of 3 needs `padding: 1`)"
        )
    return "both paths need the same strides and paddings"


def _gate_help(body: Shape, shortcut: Shape) -> str:
    """Help if the body ends with one value per channel, as in squeeze-and-excitation; else empty."""
    if body[0] != shortcut[0] or set(body[1:]) - {1} or prod(shortcut[1:]) == 1:
        return ""
    scale = "to scale the input by it, write `multiply: {gate: [steps], input: []}`"
    if len(body) == len(shortcut):
        return f"the body squeezes each channel to one value; {scale}"
    shape = ", ".join(map(str, (body[0], *(1 for _ in shortcut[1:]))))
    return f"the body squeezes each channel to one value; {scale}, its gate ending with `- reshape: [{shape}]`"


def _channels_help(body: int, shortcut: int, projected: bool) -> str:
    if projected:
        return f"let the shortcut end with the body's {body} channels, or the body with {shortcut}"
    if body == 1:
        return f"nothing broadcasts: let the body end with {shortcut} channels, as the input has them"
    return f"project the shortcut: `- conv: {{out: {body}, kernel: 1, norm: batch_norm}}`"


def _ratio(body: Shape, shortcut: Shape) -> int:
    """The factor by which the shortcut is larger on every spatial axis; 0 if it is not a whole number."""
    ratios = {-(-before // after) for before, after in zip(shortcut[1:], body[1:], strict=True)}
    exact = all(
        -(-before // ratio) == after for ratio in ratios for before, after in zip(shortcut[1:], body[1:], strict=True)
    )
    return ratios.pop() if len(ratios) == 1 and exact else 0


_SHARE_HELP = "both steps need the same layers with the same arguments, on inputs of the same channels"


def share_unequal(name: Reference, lenders: int, borrowers: int) -> Diagnostic:
    """The diagnostic of a step whose number of layers with weights differs from that of the named step."""
    text = shown(name.text)
    if not lenders:
        message = f"`{text}` has no weights to share"
    elif not borrowers:
        message = f"this step has no weights that could be shared with `{text}`"
    else:
        message = f"`{text}` has weights in {counted(lenders, 'layer')}, this step in {borrowers}"
    return diagnose("share-mismatch", message, name.span, help=_SHARE_HELP)


def share_mismatch(name: Reference, lender: Node, borrower: Node) -> Diagnostic:
    """The diagnostic of a layer that can't use the weights of a layer in the named step."""
    text = shown(name.text)
    message = f"the weights of `{text}` don't fit: {_difference(lender, borrower)}"
    related = [Label(lender.at, f"the weights of `{text}`")]
    return diagnose("share-mismatch", message, name.span, related=related, help=_SHARE_HELP)


def weight_shapes(node: Node) -> tuple[object, ...]:
    """The signature of a layer's weights: layers with equal signatures can share them."""
    application = node.application
    return application.layer.name, application.weights


def _difference(lender: Node, borrower: Node) -> str:
    kinds = lender.application.layer.name, borrower.application.layer.name
    if kinds[0] != kinds[1]:
        return f"they are those of {kinds[0]}, this is {kinds[1]}"
    there, here = _owned(lender), _owned(borrower)
    names = [name for name in dict.fromkeys((*there, *here)) if there.get(name) != here.get(name)]
    return ", ".join(
        f"`{name}` is {there.get(name, 'missing')} there and {here.get(name, 'missing')} here" for name in names
    )


def _owned(node: Node) -> dict[str, str]:
    application = node.application
    return {weight.name: format_shape(weight.shape) for weight in application.weights}
