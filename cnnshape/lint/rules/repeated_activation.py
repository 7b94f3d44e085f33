"""An activation directly after an activation.

`relu` after `relu` changes nothing, and most other pairs lack a layer between them. Functions that are written out get
no warning: `softplus` and `tanh`, a part of Mish, and `relu` and `square`, the squared ReLU.

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
from cnnshape.lint.rule import Rule, Subject, repetition

_WRITTEN_OUT = (("softplus", "tanh"), ("relu", "square"))


def _check(subject: Subject) -> Iterator[Diagnostic]:
    return repetition(subject, "repeated-activation", lambda layer: layer.activation, _WRITTEN_OUT)


RULE = Rule("repeated-activation", __doc__ or "", _check)
