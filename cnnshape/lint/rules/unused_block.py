"""A block that no step uses.

It costs nothing when the network runs, but readers take it for a part of the design, and its shapes aren't checked:
only blocks in use are expanded. Often the block was renamed in one place only.

A block that only unused blocks use is unused too.

Example:

    cnnshape: 1
    input: [3, 32, 32]
    blocks:
      Plain:
        params: {width: required}
        do:
          - conv: {out: width, kernel: 3, norm: batch_norm, act: relu}
      Wide:                                     # warning: unused-block
        do:
          - Plain: 256
    layers:
      - Plain: 64

Instead: remove the block, or use it.

Published networks that trip it: none of those that are shipped.
"""

from collections.abc import Iterator

from cnnshape.diagnostics import Diagnostic
from cnnshape.lint.rule import Rule, Subject, removed, warn


def _check(subject: Subject) -> Iterator[Diagnostic]:
    index = subject.program.index
    users: dict[str, str] = {}
    for user, used in index.block_uses.items():
        for name in used:
            users.setdefault(name, user)
    reached: set[str] = set()
    following = set(index.block_uses.get("", ()))
    while following:
        reached |= following
        following = {name for user in following for name in index.block_uses.get(user, ())} - reached
    for name, block in index.blocks.items():
        if name not in reached:
            label = f"only `{users[name]}` uses it, which is unused itself" if name in users else ""
            message = f"no step uses the block `{name}`"
            fixes = removed(block.name.span)
            yield warn("unused-block", message, block.name.span, label=label, help="remove it", fixes=fixes)


RULE = Rule("unused-block", __doc__ or "", _check)
