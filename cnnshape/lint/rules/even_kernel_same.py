"""An even kernel with `same` padding: the output is shifted by half a cell.

To keep the size, a window of even extent needs an odd number of padding cells, so one side gets one more (the end, as
in TensorFlow and ONNX). Every output cell then lies half a cell before the centre of what it sees. In one layer this is
little, but it adds up over layers. If such a path joins a path without the shift, features are joined at the wrong
place. Libraries also disagree on the side of the extra cell, so weights don't transfer between them.

An even kernel with an even stride, such as 4 with stride 2 on an even size, pads both sides alike. A pool of 2 with
stride 2 pads an odd size at the end and shifts nothing: its windows are those of `ceil: true`.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 16, kernel: 4, padding: same}     # warning: even-kernel-same

Instead: use an odd kernel. If the shift is intended, write the padding explicitly.

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - conv: {out: 16, kernel: 5, padding: same}
      - conv: {out: 16, kernel: 4, padding: [[1, 2], [1, 2]]}

Published networks that trip it: `ds_cnn`, whose first kernel is 10 x 4.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Node
from cnnshape.layers import Window
from cnnshape.lint.rule import Rule, Subject, warn, warned
from cnnshape.lint.sliding import Sliding


def _check(subject: Subject) -> Iterator[Diagnostic]:
    shifted = {
        application: window
        for application, slide in subject.sliding.items()
        if getattr(application.layer, "padding", None) in ("same", "same_lower")
        and (window := next(filter(_shifts, slide.windows), None))
    }
    return warned(
        subject.nodes_of(shifted),
        lambda node: _warning(node, subject.sliding[node.application], shifted[node.application]),
    )


def _shifts(window: Window) -> bool:
    only_completes_the_last = window.before == 0 and window.extent <= window.stride
    return window.extent % 2 == 0 and window.before != window.after and not only_completes_the_last


def _warning(node: Node, slide: Sliding, window: Window) -> Diagnostic:
    odd = " or ".join(str(kernel) for kernel in (window.kernel - 1, window.kernel + 1) if kernel > 1)
    around = ", ".join(f"[{axis.before}, {axis.after}]" for axis in slide.windows)
    return warn(
        "even-kernel-same",
        f"a kernel of {window.kernel} with `same` shifts the output by half a cell",
        node.at,
        label=f"padding: {window.before} before, {window.after} after",
        help=f"a kernel of {odd} has a centre; `padding: [{around}]` says that the shift is intended",
    )


RULE = Rule("even-kernel-same", __doc__ or "", _check)
