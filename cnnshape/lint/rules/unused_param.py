"""A parameter, of the file or of a block, that nothing reads.

Setting such a parameter, on the command line or in a variant, has no effect, which is a surprise. A block sees only its
own parameters: pass a parameter of the file to it explicitly, even under the same name.

A parameter of the file can be read in `layers`, `input`, `variants` and other parameters; a parameter of a block in the
block's steps and in the defaults of its other parameters. Inside a `for` with a variable of the same name, steps read
the variable.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    params: {classes: 10, width: 64}            # warning: unused-param
    blocks:
      Plain:
        params: {width: required, stride: 1}    # warning: unused-param
        do:
          - conv: {out: width, kernel: 3, padding: 1, norm: batch_norm, act: relu}
    layers:
      - Plain: {width: 64}
      - global_avg_pool
      - flatten
      - linear: classes

Instead: read it where it belongs, or remove it.

    cnnshape: 1
    input: [3, 32, 32]
    params: {classes: 10, width: 64}
    blocks:
      Plain:
        params: {width: required, stride: 1}
        do:
          - conv: {out: width, kernel: 3, stride: stride, padding: 1, norm: batch_norm, act: relu}
    layers:
      - Plain: {width: width, stride: 2}
      - global_avg_pool
      - flatten
      - linear: classes

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.lint.rule import Rule, Subject, removed, warn


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for declaration in subject.program.index.declarations:
        if declaration.sort == "param" and not declaration.readers:
            owner = f"`{declaration.owner}`" if declaration.owner else "the file"
            message = f"nothing reads the param `{declaration.name.text}` of {owner}"
            at = declaration.name.span
            yield warn("unused-param", message, at, help="read it, or remove it", fixes=removed(at))


RULE = Rule("unused-param", __doc__ or "", _check)
