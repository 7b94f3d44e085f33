"""An input whose shape seems to include a batch, or to have its channels last.

The shape of an input is that of one example, channels first: `[3, 224, 224]` for a colour picture. PyTorch and most of
its tools ask for `(1, 3, 224, 224)`, with a batch; Keras, NumPy and image files use `(224, 224, 3)`, channels last.
Both shapes are valid here too, but mean something else: one channel of a volume with three slices, and 224 channels of
a picture three pixels wide. The layers may even fit, and then all figures are those of another network. The rule checks
shapes of three and four sizes that would make a picture of 16 x 16 or more with 1 or 3 channels.

Example:

    cnnshape: 1
    input: [1, 3, 224, 224]                     # warning: input-layout
    layers:
      - conv: {out: 64, kernel: 3, padding: 1}

Instead: write the shape of one example, channels first. To compute figures for a batch, use an option:
`cnnshape summary --batch 8`.

    cnnshape: 1
    input: [3, 224, 224]
    layers:
      - conv: {out: 64, kernel: 3, padding: 1}

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import likely_shape, reading
from cnnshape.layers import format_shape
from cnnshape.lint.rule import Rule, Subject, warn


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for given in subject.graph.inputs:
        shape = given.tensor.shape
        likely = likely_shape(given)
        if likely is not None:
            yield warn(
                "input-layout",
                f"the input {format_shape(shape)} is read as {reading(shape)}",
                given.at,
                help=f"write the shape of one example, channels first: `{likely}`",
            )


RULE = Rule("input-layout", __doc__ or "", _check)
