"""A parameter that nothing reads: one of the file, or one of a block.

Setting it, from the command line or in a variant, changes nothing, which the person who sets it doesn't expect. A
block sees its own parameters alone: one of the file with the same name must be handed to it.

A parameter of the file counts as read in `layers`, `input`, `variants` and other parameters; one of a block in the
block's steps and in the defaults of its other parameters. Where a `for` has a variable of the same name, that is what
its steps read.

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

from collections import Counter
from collections.abc import Iterable, Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.language import Param, Value
from cnnshape.lint.rule import Rule, Subject, warn
from cnnshape.lint.rules._names import read_by, read_in


def _check(subject: Subject) -> Iterator[Diagnostic]:
    spec = subject.spec
    sizes = [size for given in spec.inputs for size in (*given.shape, given.boxes)]
    settings = [setting.value for variant in spec.variants for setting in variant.params]
    yield from _unread(spec.params, read_in(spec.layers) | _names(sizes) | _names(settings), "the file")
    for block in spec.blocks:
        yield from _unread(block.params, read_in(block.steps), f"`{block.name.text}`")


def _names(values: Iterable[Value | None]) -> set[str]:
    return {name for value in values for name in read_by(value)}


def _unread(params: tuple[Param, ...], read: set[str], owner: str) -> Iterator[Diagnostic]:
    own = [set(read_by(param.default)) for param in params]
    readers = Counter(name for names in own for name in names)
    for param, names in zip(params, own, strict=True):
        others = readers[param.name.text] - (param.name.text in names)
        if param.name.text not in read and not others:
            message = f"nothing reads the param `{param.name.text}` of {owner}"
            yield warn("unused-param", message, param.name.span, help="read it, or remove it")


RULE = Rule("unused-param", __doc__ or "", _check)
