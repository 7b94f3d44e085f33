"""A loop variable that nothing reads.

The variable has a value for each round, and seems to set something. Either a step should read it, or it is left over. A
loop over one step whose only variable is unused is a `repeat`. A loop over several steps is the way to repeat them
together, so it gets no warning.

The rule ignores `i` and `last`, which every round has. It also ignores names of steps: reports show them, so a name is
useful even if nothing refers to it.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - for: {width: [64, 128], stride: [1, 2]}     # warning: unused-variable
        do:
          - conv: {out: width, kernel: 3, padding: 1, norm: batch_norm, act: relu}

Instead: read the variable, or remove it.

    cnnshape: 1
    input: [3, 32, 32]
    layers:
      - for: {width: [64, 128], stride: [1, 2]}
        do:
          - conv: {out: width, kernel: 3, stride: stride, padding: 1, norm: batch_norm, act: relu}

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.language import Loop, all_steps
from cnnshape.lint.rule import Rule, Subject, removed, warn
from cnnshape.program import NameIndex


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for step in all_steps(subject.spec):
        if isinstance(step, Loop):
            yield from _unread(step, subject.program.index)


def _unread(loop: Loop, index: NameIndex) -> Iterator[Diagnostic]:
    alone = len(loop.columns) == 1
    for column in loop.columns:
        if not index.variables[column].readers and not (alone and len(loop.do) > 1):
            message = f"nothing in the loop reads `{column.name.text}`"
            help = "use `repeat`: all rounds are the same" if alone else "remove the column, or read it"
            fixes = () if alone else removed(column.name.span)
            yield warn("unused-variable", message, column.name.span, help=help, fixes=fixes)


RULE = Rule("unused-variable", __doc__ or "", _check)
