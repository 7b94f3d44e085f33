"""The immediate dominator of each value: the last one that every path to it goes through.

One pass is enough, as there are no cycles: a value's dominator is where those that it reads meet in the tree of dominators.
Source: Cooper, Harvey and Kennedy (2001), A Simple, Fast Dominance Algorithm.
"""

from collections.abc import Mapping


def dominators(reads: Mapping[int, tuple[int, ...]]) -> dict[int, int | None]:
    """The dominator of each value, from the values that each one reads; None where paths start at several values."""
    tree = _Tree()
    for value, sources in reads.items():
        for source in sources:
            if source not in tree.parents:
                tree.add(source, None)
        common = sources[0] if sources else None
        for source in sources[1:]:
            common = tree.meet(common, source)
        tree.add(value, common)
    return {value: parent for value, parent in tree.parents.items() if value is not None}


class _Tree:
    """A tree that grows at its leaves. The root is None.

    Each value has its parent and one far ancestor, so that two values meet in a logarithmic number of steps. Source:
    Myers (1983), An applicative random-access stack.
    """

    def __init__(self) -> None:
        self.parents: dict[int | None, int | None] = {None: None}
        self.jumps: dict[int | None, int | None] = {None: None}
        self.depths: dict[int | None, int] = {None: 0}

    def add(self, value: int, parent: int | None) -> None:
        jump = self.jumps[parent]
        even = self.depths[parent] - self.depths[jump] == self.depths[jump] - self.depths[self.jumps[jump]]
        self.parents[value] = parent
        self.jumps[value] = self.jumps[jump] if even else parent
        self.depths[value] = self.depths[parent] + 1

    def meet(self, one: int | None, other: int | None) -> int | None:
        """The deepest value that both are or are below."""
        if self.depths[one] < self.depths[other]:
            one, other = other, one
        while self.depths[one] > self.depths[other]:
            jump = self.jumps[one]
            one = jump if self.depths[jump] >= self.depths[other] else self.parents[one]
        while one != other:
            apart = self.jumps[one] != self.jumps[other]
            one, other = (self.jumps[one], self.jumps[other]) if apart else (self.parents[one], self.parents[other])
        return one
