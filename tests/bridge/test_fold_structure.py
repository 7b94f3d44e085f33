"""Forks and their limits: dominators, nesting, and work that grows with a network and no faster."""

import sys
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.bridge import proof
from cnnshape.bridge.draft import spec_of
from cnnshape.bridge.flat import flat_draft
from cnnshape.bridge.fold import structure
from cnnshape.bridge.fold.dominators import dominators
from cnnshape.bridge.fold.nodes import Fork, Nodes
from cnnshape.bridge.fold.tree import Tree
from cnnshape.bridge.importing import imported
from cnnshape.bridge.operations import Network
from cnnshape.language import write
from tests.bridge.networks import Making

SHAPE = (4, 8, 8)


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, tuple[int, ...]]:
    """What each value of a graph reads: earlier values, or the inputs 0 and 1."""
    count = draw(st.integers(1, 14))
    sources = [
        draw(st.lists(st.integers(0, value - 1), min_size=1, max_size=3, unique=True)) for value in range(2, count + 2)
    ]
    return {value: tuple(listed) for value, listed in enumerate(sources, 2)}


def paths(reads: dict[int, tuple[int, ...]], value: int) -> Iterator[tuple[int, ...]]:
    """All paths from an input to a value."""
    if value not in reads:
        yield (value,)
    for source in reads.get(value, ()):
        yield from ((*path, value) for path in paths(reads, source))


@given(graphs())
def test_a_dominator_is_the_last_value_on_all_paths(reads: dict[int, tuple[int, ...]]) -> None:
    tree = dominators(reads)
    for value in reads:
        listed = [path[:-1] for path in paths(reads, value)]
        common = set(listed[0]).intersection(*listed)
        assert tree[value] == max(common, default=None)


def chain(kind: str, count: int) -> Network:
    """Joins of what the one before gives with the input."""
    making = Making(SHAPE)
    value = making.inputs[0]
    for _ in range(count):
        value = making.add(kind, value, making.inputs[0])
    return making.network(value)


def long_skips(kind: str, count: int) -> Network:
    """A path whose values are all read again on the way back, the last one first."""
    making = Making(SHAPE)
    values = [making.inputs[0]]
    for index in range(count):
        values.append(making.add(("relu", "sigmoid")[index % 2], values[-1]))
    value = values.pop()
    for other in reversed(values):
        value = making.add(kind, value, other)
    return making.network(value)


def neighbours(kind: str, count: int) -> Network:
    """Each value joins the two before it: no branch is closed."""
    making = Making(SHAPE)
    values = [making.inputs[0], making.add("relu", making.inputs[0])]
    for _ in range(count):
        values.append(making.add(kind, *values[-2:]))
    return making.network(values[-1])


def depth_of(nodes: Nodes) -> int:
    """Forks inside of each other."""
    forks = [node for node in nodes if isinstance(node, Fork)]
    return max((1 + max(map(depth_of, fork.branches)) for fork in forks), default=0)


WEBS = (chain, long_skips, neighbours)


@pytest.mark.parametrize("kind", ["add", "multiply", "subtract", "concat"])
@pytest.mark.parametrize("web", WEBS)
def test_a_web_of_joins_is_read_back(web, kind: str) -> None:
    network = web(kind, 7 if kind == "concat" else 120)
    text = imported(network).text
    flat = proof.report_of(write(spec_of(flat_draft(network, {}))))
    assert proof.differences(proof.report_of(text), flat) is None


@pytest.mark.parametrize("kind", ["add", "multiply", "subtract"])
@pytest.mark.parametrize("web", WEBS)
def test_forks_are_not_nested_deeply(web, kind: str) -> None:
    """A body that is nested as deeply as a network is long would end Python's stack."""
    root = Tree(web(kind, 300)).read((), {}).root
    assert depth_of(root) <= structure.MOST_NESTED
    assert len(root) > 250


def test_a_fork_may_be_nested_to_the_limit() -> None:
    making = Making(SHAPE)
    value = making.inputs[0]
    for _ in range(structure.MOST_NESTED):
        value = making.add("multiply", making.add("relu", value), making.inputs[0])
    root = Tree(making.network(value)).read((), {}).root
    assert len(root) == 1
    assert depth_of(root) == structure.MOST_NESTED


def work(network: Network) -> int:
    """The lines of Python that folding a network runs, apart from those of its proof."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if "/fold/" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        imported(network)
    finally:
        sys.settrace(before)
    return count


def alternating(count: int) -> Network:
    """A long path whose steps are equal in turn, with values that are read again."""
    making = Making(SHAPE)
    value = making.inputs[0]
    for index in range(count // 3):
        first = making.add(("relu", "sigmoid")[index % 2], value)
        value = making.add("add", making.add("tanh", first), first)
    return making.network(value)


@pytest.mark.parametrize("make", [
    *(lambda count, web=web, kind=kind: web(kind, count) for web in WEBS for kind in ("add", "multiply")),
    alternating,
])  # fmt: skip
def test_the_work_grows_with_the_network(make) -> None:
    """Four times the operations take at most six times the work, rather than sixteen times."""
    few, more = (work(make(count)) for count in (150, 600))
    assert more < 6 * few


def test_names_of_many_values_are_their_own() -> None:
    text = imported(neighbours("add", 300)).text
    names = [line.partition("name: ")[2].rstrip("}") for line in text.splitlines() if "name: " in line]
    assert len(set(names)) == len(names) > 280
    assert all(one != other for one, other in pairwise(names))
