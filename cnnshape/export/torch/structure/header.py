"""The first line of a loop in code."""

import re
from collections.abc import Callable, Sequence

from cnnshape.export.python import Code, call, flat
from cnnshape.export.torch.structure.items import For, If, Item, Line, Mod
from cnnshape.export.torch.structure.model import Context, Scope
from cnnshape.language.expression.tree import Node
from cnnshape.named_tuple import NamedTuple

Made = Callable[[Node], tuple[list[Item], Node]]
"""The items of a round, and the channels after it, for the channels that enter."""


class Header(NamedTuple):
    """The names of a loop, and its rounds. `columns` are pairs of a name and its values in code; `length` is their number, and `number` counts them."""

    number: str
    columns: tuple[tuple[str, Code], ...]
    length: str
    scope: Scope
    rounds: list[Context]

    def written(self, items: Sequence[Item]) -> tuple[str, Code]:
        """The targets and the iterable of a loop, for only the names that its items read."""
        read = set(re.findall(r"\w+", " ".join(_texts(items))))
        used = [(name, values) for name, values in self.columns if name in read]
        if not used:
            return self.number if self.number in read else "_", call("range", self.length)
        names = ", ".join(name for name, _ in used)
        rows: Code = used[0][1] if len(used) == 1 else call("zip", *[values for _, values in used], strict="True")
        if self.number not in read:
            return names, rows
        return f"{self.number}, {names if len(used) == 1 else f'({names})'}", call("enumerate", rows)


def _texts(items: Sequence[Item]) -> list[str]:
    """All code of some items."""
    texts: list[str] = []
    for item in items:
        if isinstance(item, Mod):
            texts.append(flat(item.code))
        elif isinstance(item, Line):
            texts.append(item.text)
        elif isinstance(item, If):
            texts += [item.condition, *_texts(item.items)]
        elif isinstance(item, For):
            texts += [flat(item.rows), *_texts(item.items)]
    return texts
