"""How the items of a group are connected, and which neighbours share a card."""

from collections.abc import Sequence

from cnnshape.graph import Group
from cnnshape.named_tuple import NamedTuple
from cnnshape.study.picture.items import Item, signature
from cnnshape.study.picture.values import Values


class Links(NamedTuple):
    """For each item of a group: the positions of the items that it reads, the names of the tensors that it reads from
    outside of the group, the positions of its readers, and whether a tensor of it leaves the group."""

    sources: tuple[set[int], ...]
    entering: tuple[list[str], ...]
    readers: tuple[set[int], ...]
    leaves: tuple[bool, ...]


def links_of(values: Values, group: Group, items: Sequence[Item]) -> Links:
    """The links of the items of a group."""
    rows = values.report.rows
    owner = {index: position for position, item in enumerate(items) for index in range(item.start, item.end)}
    sources: list[set[int]] = [set() for _ in items]
    entering: list[dict[str, None]] = [{} for _ in items]
    readers: list[set[int]] = [set() for _ in items]
    for index, position in owner.items():
        for name in rows[index].sources:
            giver = owner.get(values.position.get(name, -1))
            if giver is None:
                entering[position][name] = None
            elif giver != position:
                sources[position].add(giver)
                readers[giver].add(position)
    leaves = tuple([any(values.leaves(index, group.end) for index in range(item.start, item.end)) for item in items])
    return Links(tuple(sources), tuple(map(list, entering)), tuple(readers), leaves)


def runs_of(values: Values, items: Sequence[Item], links: Links) -> list[list[int]]:
    """The positions of the items in runs that share a card: equal neighbours in a chain.

    All items of a run read the same tensors besides those of the chain, and are read by the same later items.
    """
    signatures = [signature(values.report.rows, item) for item in items]
    runs: list[list[int]] = []
    for position in range(len(items)):
        if runs and signatures[position] == signatures[position - 1] and _continues(links, runs[-1], position):
            runs[-1].append(position)
        else:
            runs.append([position])
    return runs


def _continues(links: Links, run: Sequence[int], after: int) -> bool:
    """Whether an item continues a run."""
    before = run[-1]
    if before not in links.sources[after] or links.leaves[before]:
        return False
    readers = links.readers[before] - {after}
    if not readers <= links.readers[after] or any(reader < after for reader in readers):
        return False
    if len(run) == 1:
        return _sources(links, after) <= links.sources[before] and _entering(links, after) <= _entering(links, before)
    same = _sources(links, after) == _sources(links, before) and _entering(links, after) == _entering(links, before)
    return same and readers == links.readers[run[-2]] - {before}


def _sources(links: Links, position: int) -> set[int]:
    """The items that an item reads besides the one before it."""
    return links.sources[position] - {position - 1}


def _entering(links: Links, position: int) -> set[str]:
    """The tensors from outside of the group that an item reads."""
    return set(links.entering[position])
