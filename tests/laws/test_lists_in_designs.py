"""The laws of tensors as expressions, over whole generated designs: in rounds of rounds, in blocks, and with contracts."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

import cnnshape
from cnnshape import Report

from .plain import Spec, Step, mapping, modifiers, substituted, word
from .strategy import specs
from .test_lists_of_tensors import figures
from .wiring import Shape, wired

FEW = st.integers(2, 3)
SMALL = specs(steps=3)
"""Designs that run several times in a law."""


def reported(spec: Spec) -> Report:
    return cnnshape.analyze(cnnshape.load(spec.text))


def without_params(spec: Spec) -> list[Step]:
    """The steps of a design, with the file's params written out: a block doesn't see them."""
    steps: list[Step] = substituted(spec.layers, spec.params)
    return steps


def in_rounds(spec: Spec, far: int, near: int, *ends: Step) -> Report:
    """The report of a design that runs in rounds of rounds, each time on the network's input, and of the steps after it."""
    rounds: list[Step] = [{"identity": {}, "from": "input"}, *spec.layers]
    inner: Step = {"for": {"b": [1] * near}, "name": "near", "do": rounds}
    outer: Step = {"for": {"a": [1] * far}, "name": "far", "do": [inner]}
    join = {"params": {"xs": "required"}, "do": [{"concat": "xs"}]}
    return reported(spec._replace(layers=[outer, *ends], outputs=[], blocks={**spec.blocks, "Joined": join}))


@given(SMALL, FEW, FEW, st.sampled_from(["concat", "add", "average"]))
def test_a_name_in_all_rounds_is_that_of_each(spec: Spec, far: int, near: int, join: str) -> None:
    written = figures(in_rounds(spec, far, near, {join: [f"far.{index}.near" for index in range(far)]}))
    assert figures(in_rounds(spec, far, near, {join: "far.all.near"})) == written
    assert figures(in_rounds(spec, far, near, {join: [f"far.({index} + 0).near" for index in range(far)]})) == written
    assert (
        figures(in_rounds(spec, far, near, {join: [f"far.{index}.near.{near - 1}" for index in range(far)]})) == written
    )
    assert figures(in_rounds(spec, far, near, {join: "reverse(reverse(far.all.near))"})) == written


@given(SMALL, FEW, FEW)
def test_a_loop_is_the_tensor_of_its_last_round(spec: Spec, far: int, near: int) -> None:
    def read(*references: str) -> list[object]:
        ends: list[Step] = [{"identity": {}, "from": reference} for reference in references]
        return [figures(in_rounds(spec, far, near, end, {"concat": [end["from"], "prev"]})) for end in ends]

    last, inner = f"far.{far - 1}", f"far.{far - 1}.near.{near - 1}"
    assert read("far", last) == read(last, last)
    assert read("far.near", f"{last}.near", inner) == read(inner, inner, inner)


@given(SMALL, FEW, FEW, st.integers(0, 1))
def test_inner_rounds_are_a_list_of_their_own(spec: Spec, far: int, near: int, chosen: int) -> None:
    items = [f"far.{chosen}.near.{index}" for index in range(near)]
    written = in_rounds(spec, far, near, {"concat": items})
    assert figures(in_rounds(spec, far, near, {"concat": f"far.{chosen}.near.all"})) == figures(written)
    backwards = in_rounds(spec, far, near, {"concat": items[::-1]})
    assert figures(in_rounds(spec, far, near, {"concat": f"reverse(far.{chosen}.near.all)"})) == figures(backwards)
    given = in_rounds(spec, far, near, {"Joined": {"xs": items}})
    assert figures(in_rounds(spec, far, near, {"Joined": {"xs": f"far.({chosen}).near.all"}})) == figures(given)


def shape_of(spec: Spec, steps: list[Step]) -> Shape:
    """The shape after some steps of a design."""
    network = wired(spec._replace(layers=steps, outputs=[]))
    return network.shape(network.outputs[0])


@given(specs())
def test_input_of_a_block_is_a_name_given_before_it(spec: Spec) -> None:
    assume(len(shape_of(spec, spec.layers)) > 1)

    def network(reference: str) -> Report:
        own = {} if reference == "input" else {"given": "required"}
        steps = [*without_params(spec), {"concat": ["prev", reference], "crop": "center"}]
        use: Step = {"Whole": {"given": "before"} if own else {}}
        blocks = {**spec.blocks, "Whole": {"params": own, "do": steps}}
        return reported(spec._replace(layers=[{"identity": {}, "name": "before"}, use], blocks=blocks, outputs=[]))

    assert figures(network("input")) == figures(network("given"))


def stated(shape: Shape, open_sizes: Any) -> list[int | str]:
    """A shape as a contract states it, some sizes left open."""
    return [size if closed else "any" for size, closed in zip(shape, open_sizes, strict=True)]


def takes_the_step_before(step: Step) -> bool:
    """Whether what comes in is what the step before it gives."""
    by_name = not isinstance(step, str) and isinstance(step[word(step)], list)
    return not by_name and "from" not in modifiers(step)


@given(specs(), st.data())
def test_contracts_that_hold_change_no_figure(spec: Spec, data: st.DataObject) -> None:
    layers: list[Step] = []
    for index, step in enumerate(spec.layers):
        before, after = (shape_of(spec, spec.layers[:end]) for end in (index, index + 1))
        choices = data.draw(st.tuples(*[st.booleans()] * (len(before) + len(after))))
        contract = {"output": stated(after, choices[len(before) :])}
        if takes_the_step_before(step):
            contract["input"] = stated(before, choices[: len(before)])
        layers.append({**mapping(step), "expect": contract})
    assert figures(reported(spec._replace(layers=layers))) == figures(reported(spec))


@given(specs(), st.data())
def test_a_contract_of_another_shape_is_missed_and_changes_no_figure(spec: Spec, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(spec.layers) - 1))
    side = "input" if takes_the_step_before(spec.layers[index]) and data.draw(st.booleans()) else "output"
    shape = list(shape_of(spec, spec.layers[: index + (side == "output")]))
    axis = data.draw(st.integers(0, len(shape) - 1))
    shape[axis] += data.draw(st.integers(1, 9))
    contract = {"expect": {side: stated(tuple(shape), [other == axis for other in range(len(shape))])}}
    layers = [*spec.layers[:index], {**mapping(spec.layers[index]), **contract}, *spec.layers[index + 1 :]]
    design = cnnshape.load(spec._replace(layers=layers).text)
    errors = [problem.code for problem in cnnshape.check(design) if problem.severity.value == "error"]
    assert errors == ["CS605"]
    assert figures(cnnshape.analyze(design, partial=True)) == figures(reported(spec))
