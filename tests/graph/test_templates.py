"""Blocks that are repeated from an earlier expansion: the graph is that of expanding each use again."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.graph import Built, ExpansionMemory, Graph, Group, LayerValue, Options, build
from cnnshape.graph.expand import Expander
from cnnshape.graph.template import Template
from cnnshape.language import Spec
from cnnshape.program import resolve
from cnnshape.source import shipped_folder

UNIT = """\
input: {{image: [8, 16, 16], other: [8, 16, 16]}}
params: {{n: 5}}
blocks:
  Inner:
    params: {{width: required}}
    do:
      - conv: {{out: width, kernel: 1, norm: batch_norm, act: relu}}
  Unit:
    params: {{width: 8, skip: none}}
    do:
      - residual:
          - Inner: width
          - {{conv: {{out: width, kernel: 3, padding: 1}}, name: wide}}
          - Inner: 8
      - {{dropout: 0.1, frozen: true}}
layers:
{steps}"""

STEPS = [
    "  - {Unit: 8, repeat: n}\n",
    "  - {Unit: 8, repeat: n, name: stage}\n",
    "  - {Unit: 8, repeat: n, first: {width: 4}}\n",
    "  - Unit: 8\n  - relu\n  - Unit: 8\n  - {Unit: 8, from: other}\n",
    "  - {Unit: 8, repeat: 2}\n  - {Unit: 8, repeat: 2, frozen: true}\n  - Unit: 8\n",
    "  - {Unit: 8, name: a}\n  - {Unit: 8, share: a}\n  - {Unit: 8, share: a, name: b}\n  - {Unit: 8, share: b}\n",
    "  - {for: {width: [8, 4, 8, 4]}, name: stage, do: [{Unit: {width: width}, repeat: 2}]}\n",
    "  - {for: {width: [8, 8.0, 8]}, do: [{Unit: {width: width}}]}\n",
    "  - {Unit: {skip: image}}\n  - {Unit: {skip: image}}\n",
    "  - {Unit: 8, name: a}\n  - {relu: , name: b.wide}\n  - {Unit: 8, name: b}\n  - {Unit: 8, name: c}\n",
    "  - {relu: , name: Unit.wide}\n  - Unit: 8\n  - Unit: 8\n  - Unit: 8\n",
    "  - residual: [{Unit: 8, repeat: 3}]\n    shortcut: [Unit, Unit]\n",
    "  - Unit: 8\n  - Unit: 0\n  - Unit: 8\n  - {Unit: 8, from: other}\n",
]


def described(group: Group) -> object:
    params = {name: shown(value) for name, value in group.params.items()}
    return group.label, group.word, group.start, group.end, params, [described(child) for child in group.children]


def shown(value: object) -> object:
    """A layer by its kind and arguments: as a value it belongs to one program."""
    return (value.plan.kind, value.arguments) if isinstance(value, LayerValue) else value


def facts(graph: Graph | None) -> object:
    assert graph is not None
    nodes = [
        (
            node.name,
            node.application.layer,
            node.application.inputs,
            node.application.output,
            node.inputs,
            node.at,
            (node.follows, node.shares, node.frozen, node.shortcut),
        )
        for node in graph.nodes
    ]
    return nodes, graph.outputs, described(graph.root), graph.complete


def spec_of(text: str) -> Spec:
    spec = cnnshape.load(text).spec
    assert spec is not None
    return spec


def expanded_again(monkeypatch: pytest.MonkeyPatch, spec: Spec, options: Options | None = None) -> Built:
    with monkeypatch.context() as patched:
        patched.setattr(Expander, "_replayed", lambda *_: None)
        return build(spec, options)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("most", [100_000, 40, 7])
def test_a_repeated_block_is_as_if_expanded_again(monkeypatch: pytest.MonkeyPatch, steps: str, most: int) -> None:
    spec, options = spec_of(UNIT.format(steps=steps)), Options(max_layers=most)
    again, repeated = expanded_again(monkeypatch, spec, options), build(spec, options)
    assert facts(repeated.graph) == facts(again.graph)
    assert repeated.problems == again.problems
    assert repeated.visits == again.visits


@pytest.mark.parametrize("path", sorted(shipped_folder().glob("*.yaml"))[::4], ids=lambda path: path.stem)
def test_a_shipped_design_is_as_if_expanded_again(monkeypatch: pytest.MonkeyPatch, path) -> None:
    spec = cnnshape.load(path).spec
    assert spec is not None
    assert facts(build(spec).graph) == facts(expanded_again(monkeypatch, spec).graph)


def test_blocks_are_repeated_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of five uses of `Unit`, and the second `Inner` of the first one, whose width is the same."""
    repeated = []
    repeat = Template.repeat
    monkeypatch.setattr(Template, "repeat", lambda self, *rest: repeated.append(rest[1]) or repeat(self, *rest))
    build(spec_of(UNIT.format(steps=STEPS[0])))
    assert repeated == ["Unit.Inner_2", "Unit_2", "Unit_3", "Unit_4", "Unit_5"]


VARIANTS = """\
input: [3, 16, 16]
params: {width: 8, repeats: [1, 2]}
variants:
  deep: {repeats: [4, 4]}
  wide: {width: 16}
  broken: {width: 0}
blocks:
  Unit:
    params: {width: required}
    do: [{conv: {out: width, kernel: 3, padding: 1, norm: batch_norm}}, {residual: [relu]}]
layers:
  - for: {n: repeats}
    name: stage
    do: [{Unit: width, repeat: n}]
  - {conv: {out: in_channels, kernel: in_height}, name: head}
"""


@pytest.mark.parametrize("order", [("", "deep", "wide", "broken"), ("broken", "wide", "deep", ""), ("deep", "deep")])
def test_variants_that_share_a_memory_are_as_if_built_alone(order: tuple[str, ...]) -> None:
    spec = spec_of(VARIANTS)
    program, memory = resolve(spec), ExpansionMemory()
    for variant in order:
        shared = build(program, Options(variant=variant), memory)
        alone = build(spec, Options(variant=variant))
        assert facts(shared.graph) == facts(alone.graph)
        assert shared.problems == alone.problems


def test_a_memory_serves_other_inputs_and_params_too() -> None:
    spec = spec_of(VARIANTS)
    program, memory = resolve(spec), ExpansionMemory()
    for shape in ((3, 16, 16), (3, 8, 8), (1, 16), (3, 16, 16)):
        options = Options(inputs={"": shape})
        assert facts(build(program, options, memory).graph) == facts(build(spec, options).graph)
