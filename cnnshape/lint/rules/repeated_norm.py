"""A normalization directly after a normalization.

The second one gets values that are normalized already. If both learn a scale and a shift, it cancels the first's, at
least in part. Often one of the two is a step, and the other comes from `norm`.

Example:

    cnnshape: 1
    input: [8, 16, 16]
    layers:
      - conv: {out: 8, kernel: 3, norm: batch_norm}
      - batch_norm                              # warning: repeated-norm

Instead: remove one of the two.

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.lint.rule import Rule, Subject, repetition


def _check(subject: Subject) -> Iterator[Diagnostic]:
    return repetition(subject, "repeated-norm", lambda layer: layer.normalizes)


RULE = Rule("repeated-norm", __doc__ or "", _check)
