"""Why the two paths of a residual can't be added, and what would mend it."""

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.layers import Shape, Tensor, show
from cnnshape.spec import Call, Residual


def residual_mismatch(step: Residual, body: Tensor, shortcut: Tensor, projected: bool) -> Diagnostic:
    """The diagnostic of a residual whose body and shortcut end in different shapes."""
    if body.shape == shortcut.shape:
        message = f"residual add needs as many boxes on both paths: body {body.boxes}, shortcut {shortcut.boxes}"
        return diagnose("residual-shape-mismatch", message, step.word.span)
    message = f"residual add needs equal shapes: body {show(body.shape)}, shortcut {show(shortcut.shape)}"
    related = []
    if step.shortcut_span is not None:
        related.append(Label(step.shortcut_span, _shortcut_label(step, shortcut, projected)))
    label = f"the body ends with {show(body.shape)}"
    if step.shortcut_span is None:
        label += f"; no `shortcut`, so the input is added: {show(shortcut.shape)}"
    help = _help(body.shape, shortcut.shape, projected)
    return diagnose("residual-shape-mismatch", message, step.word.span, label=label, related=related, help=help)


def _shortcut_label(step: Residual, shortcut: Tensor, projected: bool) -> str:
    if projected:
        return f"the shortcut ends with {show(shortcut.shape)}"
    conditions = [
        each.modifiers.when.text
        for each in (step.shortcut if isinstance(step.shortcut, tuple) else ())
        if isinstance(each, Call) and each.modifiers.when is not None
    ]
    why = f" (`{conditions[0]}` is false)" if conditions else ""
    return f"empty here{why}: {show(shortcut.shape)}"


def _help(body: Shape, shortcut: Shape, projected: bool) -> str:
    if len(body) != len(shortcut):
        return "the paths have different ranks; is a `flatten` or a global pool inside the residual?"
    ratio = _ratio(body, shortcut)
    if body[1:] == shortcut[1:]:
        if projected:
            return f"let the shortcut end with the body's {body[0]} channels, or the body with {shortcut[0]}"
        return f"project the shortcut: `- conv: {{out: {body[0]}, kernel: 1, norm: batch_norm}}`"
    if ratio > 1 and projected:
        return f"the body strides by {ratio} in total; give the shortcut the same stride"
    if ratio > 1:
        step = f"{{out: {body[0]}, kernel: 1, stride: {ratio}, norm: batch_norm}}"
        return f"the body strides by {ratio}; let the shortcut do so too: `- conv: {step}`"
    lost = {before - after for before, after in zip(shortcut[1:], body[1:], strict=True)}
    if len(lost) == 1 and 0 < (missing := lost.pop()) < 64 and missing % 2 == 0:
        return (
            f"the body loses {missing} cells per axis: its windows lack padding "
            f"(in total {missing // 2} on each side; a kernel of 3 needs `padding: 1`)"
        )
    return "both paths need the same strides and paddings"


def _ratio(body: Shape, shortcut: Shape) -> int:
    """By how much the shortcut is larger on every spatial axis; 0 where that is no whole number."""
    ratios = {-(-before // after) for before, after in zip(shortcut[1:], body[1:], strict=True)}
    exact = all(
        -(-before // ratio) == after for ratio in ratios for before, after in zip(shortcut[1:], body[1:], strict=True)
    )
    return ratios.pop() if len(ratios) == 1 and exact else 0
