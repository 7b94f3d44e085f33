"""Repeats of one layer: the layers that are added again are those that each repeat of the step would give."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.graph import Built, Options, build
from cnnshape.graph.expand import Expander
from cnnshape.language import Spec
from cnnshape.source import shipped_folder
from tests.graph.test_templates import facts, spec_of

HEAD = "input: {image: [8, 16, 16], other: [8, 4, 4]}\nparams: {n: 6, width: 8}\nlayers:\n"
STEPS = [
    "  - {relu: , repeat: n}\n  - relu\n",
    "  - {relu: , repeat: n, name: chain}\n  - add: [chain.1, chain.all]\n",
    "  - {conv: {out: width, kernel: 3, padding: 1, norm: batch_norm, act: relu}, repeat: n}\n",
    "  - {conv: {out: 8, kernel: 3, padding: 1, norm: batch_norm}, repeat: n, name: chain, frozen: true}\n",
    "  - {conv: {out: 8, kernel: 3}, repeat: n}\n",
    "  - {conv: {out: in_channels + 1, kernel: 1}, repeat: n}\n",
    "  - {conv: {out: 8, kernel: 1 if last else 3, padding: 0 if last else 1}, repeat: n}\n",
    "  - {conv: {out: 8 + i // 4, kernel: 1}, repeat: n}\n",
    "  - {conv: {out: 8, kernel: 1}, repeat: n, first: {groups: 2}}\n",
    "  - {conv: {out: 8, kernel: 1}, name: one}\n  - {conv: {out: 8, kernel: 1}, repeat: n, share: one}\n",
    "  - {conv: {out: 8, kernel: 1}, repeat: n, from: other, expect: {output: [8, 4, 4]}}\n",
    "  - {relu: , name: relu_3}\n  - {relu: , repeat: n}\n",
    "  - {relu: , name: a.4}\n  - {relu: , repeat: n, name: a}\n",
    "  - {upsample: {like: other}, repeat: n}\n",
    "  - {conv: {out: 8, kernel: 1, act: nothing}, repeat: n}\n",
    "  - {conv: {out: 8, kernel: 1, in_channels: 3}, repeat: n}\n",
    "  - {conv: {out: 7, kernel: 1, groups: 2}, repeat: n}\n  - {relu: , repeat: n}\n",
    "  - {for: {x: [1, 2, 3]}, do: [{relu: , repeat: n}, {conv: {out: 8, kernel: 1}, repeat: x}]}\n",
    "  - {relu: , repeat: 0, name: never}\n  - {relu: , repeat: 1, name: once}\n  - {relu: , repeat: 2}\n",
]


def one_by_one(monkeypatch: pytest.MonkeyPatch, spec: Spec, options: Options | None = None) -> Built:
    with monkeypatch.context() as patched:
        patched.setattr(Expander, "_is_steady", lambda *_: False)
        return build(spec, options)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("most", [100_000, 9, 4])
def test_equal_repeats_are_as_if_expanded_one_by_one(monkeypatch: pytest.MonkeyPatch, steps: str, most: int) -> None:
    spec, options = spec_of(HEAD + steps), Options(max_layers=most)
    single, equal = one_by_one(monkeypatch, spec, options), build(spec, options)
    assert facts(equal.graph) == facts(single.graph)
    assert equal.problems == single.problems
    assert equal.visits == single.visits


@pytest.mark.parametrize("path", sorted(shipped_folder().glob("*.yaml"))[1::4], ids=lambda path: path.stem)
def test_a_shipped_design_is_as_if_expanded_one_by_one(monkeypatch: pytest.MonkeyPatch, path) -> None:
    spec = cnnshape.load(path).spec
    assert spec is not None
    assert facts(build(spec).graph) == facts(one_by_one(monkeypatch, spec).graph)


def test_equal_repeats_are_one_application() -> None:
    graph = build(spec_of(HEAD + STEPS[2])).graph
    assert graph is not None
    assert len(graph.nodes) == 3 * 6
    assert len({node.application for node in graph.nodes}) == 3


@pytest.mark.parametrize(
    ("steps", "expanded"), [(STEPS[0], 2 + 1), (STEPS[1], 2 + 1), (STEPS[5], 6), (STEPS[7], 6), (STEPS[8], 2)]
)
def test_only_repeats_that_may_differ_are_expanded(monkeypatch: pytest.MonkeyPatch, steps: str, expanded: int) -> None:
    visited = []
    expand = Expander._expanded
    monkeypatch.setattr(Expander, "_expanded", lambda self, *rest: visited.append(rest[0]) or expand(self, *rest))
    built = build(spec_of(HEAD + steps))
    assert not built.problems
    assert len(visited) == expanded


@pytest.mark.parametrize("name", ["", ", name: chain"])
@pytest.mark.parametrize("most", [10, 60, 500])
def test_the_budget_ends_a_repeat_where_it_ended_before(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    spec = spec_of(HEAD + f"  - {{relu: , repeat: 400{name}}}\n")
    single, equal = one_by_one(monkeypatch, spec, Options(max_layers=most)), build(spec, Options(max_layers=most))
    assert [problem.message for problem in equal.problems] == [problem.message for problem in single.problems]
    assert bool(equal.problems) == (most < 400)
    assert facts(equal.graph) == facts(single.graph)
