"""torchinfo's total of parameters, which counts some of the weights again that several blocks hold.

torchinfo lists the calls of modules in their order, each with its depth. It lists every call of a module below the block
that holds it last, and lists the blocks on the way there again if another block runs. Then it adds the parameters of
each layer that it sees for the first time, and for each block that it sees for the first time the rest: the parameters
of the block less those that are listed below it. A block that holds a layer which is listed below another block has a
rest.
"""

from typing import Final

from cnnshape.study.counting.case import Cases
from cnnshape.study.counting.holders import Path, block_paths, owner
from cnnshape.study.counting.ours import LEARNED
from cnnshape.study.counting.rule import Part, Quantity, Rule, Tally


class _Entry:
    """A line of the list: `params` of the module, `last` the last row inside it. Only first entries count."""

    __slots__ = ("depth", "first", "is_block", "last", "params")

    def __init__(self, depth: int, params: int, last: int, *, is_block: bool, first: bool) -> None:
        self.depth: Final = depth
        self.params: Final = params
        self.last: Final = last
        self.is_block: Final = is_block
        self.first: Final = first


class _List:
    """The list of calls, as torchinfo writes it. A module is a block, by its path, or a layer, by its name."""

    def __init__(self) -> None:
        self.entries: list[_Entry] = []
        self._known: set[Path | str] = set()
        self._open: dict[int, Path | str] = {}

    def add(self, module: Path | str, within: Path, params: int, last: int) -> None:
        """Lists a call of a module in a block."""
        for depth in range(1, len(within) + 1):
            if self._open.get(depth) != within[:depth]:
                self.entries.append(_Entry(depth, 0, last, is_block=True, first=False))
                self._open[depth] = within[:depth]
        depth = 0 if module == () else len(within) + 1
        first, is_block = module not in self._known, not isinstance(module, str)
        self.entries.append(_Entry(depth, params, last, is_block=is_block, first=first))
        self._known.add(module)
        self._open = {outer: held for outer, held in self._open.items() if outer < depth}
        self._open[depth] = module

    def rests(self) -> dict[int, int]:
        """What blocks add to the sum of the layers, by the last row of each block."""
        left = [entry.params for entry in self.entries]
        added: dict[int, int] = {}
        for index in range(len(left) - 1, -1, -1):
            entry = self.entries[index]
            if not entry.is_block:
                continue
            for below in range(index + 1, len(left)):
                if self.entries[below].depth <= entry.depth:
                    break
                left[index] -= left[below] if self.entries[below].first else 0
            if entry.first and left[index] > 0:
                added[entry.last] = added.get(entry.last, 0) + left[index]
        return added


def _rests(cases: Cases) -> dict[int, int]:
    rows = cases.report.rows
    owners, paths = list(map(owner, rows)), block_paths(cases.report)
    learned = {name: cases.distinct[index].learned for name, index in zip(owners, cases.of_rows, strict=True)}
    homes = dict(zip(owners, paths, strict=True))
    inside: dict[Path, set[str]] = {}
    ends: dict[Path, int] = {}
    for row, (name, path) in enumerate(zip(owners, paths, strict=True)):
        for depth in range(len(path) + 1):
            inside.setdefault(path[:depth], set()).add(name)
            ends[path[:depth]] = row
    listed = _List()
    entered: set[Path] = set()
    for row, (name, path) in enumerate(zip(owners, paths, strict=True)):
        for depth in range(len(path) + 1):
            block = path[:depth]
            if block not in entered:
                entered.add(block)
                listed.add(block, block[:-1], sum(map(learned.__getitem__, inside[block])), ends[block])
        if learned[name]:
            listed.add(name, homes[name], learned[name], row)
    return listed.rests()


def _tallies(cases: Cases) -> tuple[Tally, ...]:
    plain = [Part(case.kind, LEARNED, case.row.params) for case in cases.distinct]
    tallies = cases.spread([Tally((part,) if part.amount else ()) for part in plain])
    if not cases.held_by_several:
        return tallies
    rests = _rests(cases)
    return tuple(
        Tally((*tally.parts, Part("blocks", "shared weights again", rests[row]))) if row in rests else tally
        for row, tally in enumerate(tallies)
    )


RULES = (
    Rule(
        name="torchinfo-params",
        tool="torchinfo",
        version="1.8.0",
        quantity=Quantity.PARAMS,
        figure="total params",
        doc="Learned parameters. If several blocks hold a layer, its calls are listed in the last of them, and each block "
        "counts again what it holds and isn't listed in it at first.",
        tallies=_tallies,
    ),
)
