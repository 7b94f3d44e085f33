"""Laws of tensors as expressions: a list of rounds is its items, `input` is a name given before, a contract is no layer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnnshape
from cnnshape import Report
from tests.studies.growth import calls

KINDS = (
    "relu",
    {"conv": {"out": 4, "kernel": 3, "padding": 1}},
    {"max_pool": {"kernel": 3, "stride": 1, "padding": 1}},
)
STEPS = st.lists(st.sampled_from(KINDS), min_size=1, max_size=3)
SHAPES = st.sampled_from([[4, 9], [4, 6, 7], [4, 3, 4, 5]])
ROUNDS = st.integers(1, 5)
WORDS = st.sampled_from(["concat", "add", "maximum", "average"])


def report(shape: list[int], layers: list[Any], **keys: Any) -> Report:
    return cnnshape.analyze(cnnshape.load(json.dumps({"input": shape, "layers": layers, **keys}) + "\n"))


def figures(result: Report) -> dict[str, Any]:
    """All that a report says of the layers, without the places in the file: which tensors a layer reads above all."""
    rows = [
        (row.name, row.kind, row.sources, row.inputs, row.output, row.params, row.macs, row.flops, row.receptive_field)
        for row in result.rows
    ]
    return {"rows": rows, "totals": result.totals, "outputs": result.outputs}


def loop(steps: list[Any], rounds: int) -> dict[str, Any]:
    return {"for": {"n": [1] * rounds}, "name": "stage", "do": steps}


@settings(deadline=None)
@given(SHAPES, STEPS, ROUNDS, WORDS)
def test_a_list_of_rounds_is_its_items_written_out(shape: list[int], steps: list[Any], rounds: int, word: str) -> None:
    written = [f"stage.{index}" for index in range(rounds)]
    other = [*written, "input"]
    listed = report(shape, [loop(steps, rounds), {word: ["stage.all", "input"]}])
    assert figures(listed) == figures(report(shape, [loop(steps, rounds), {word: other}]))
    backwards = report(shape, [loop(steps, rounds), {word: "[input] + reverse(stage.all)"}])
    assert figures(backwards) == figures(report(shape, [loop(steps, rounds), {word: other[::-1]}]))
    assert figures(backwards) == figures(
        report(
            shape,
            [loop(steps, rounds), {word: ["input", *(f"stage.(len(stage.all) - {n})" for n in range(1, rounds + 1))]}],
        )
    )


@settings(deadline=None)
@given(SHAPES, STEPS, ROUNDS)
def test_a_list_handed_to_a_block_is_its_items_handed_over(shape: list[int], steps: list[Any], rounds: int) -> None:
    def network(xs: Any) -> Report:
        block = {"params": {"xs": "required"}, "do": [{"concat": ["input", "xs"]}]}
        return report(shape, [loop(steps, rounds), {"Join": {"xs": xs}}], blocks={"Join": block})

    assert figures(network("stage.all")) == figures(network([f"stage.{index}" for index in range(rounds)]))


@settings(deadline=None)
@given(SHAPES, STEPS, STEPS, WORDS)
def test_input_of_a_block_is_a_name_given_before_it(
    shape: list[int], before: list[Any], steps: list[Any], word: str
) -> None:
    def network(reference: str) -> Report:
        params = {} if reference == "input" else {"given": "required"}
        block = {
            "params": params,
            "do": [*steps, {"residual": [{word: ["prev", reference]}, {"conv": {"out": 4, "kernel": 1}}]}],
        }
        use = {"Unit": {"given": "before"} if params else {}}
        return report(shape, [*before, {"identity": {}, "name": "before"}, use], blocks={"Unit": block})

    assert figures(network("input")) == figures(network("given"))


@settings(deadline=None)
@given(SHAPES, STEPS, ROUNDS)
def test_a_name_in_a_round_is_the_tensor_of_its_step(shape: list[int], steps: list[Any], rounds: int) -> None:
    named = [*steps[:-1], {**({steps[-1]: {}} if isinstance(steps[-1], str) else steps[-1]), "name": "end"}]
    inner = report(shape, [loop(named, rounds), {"concat": ["stage.all.end", "stage.end", "stage.0.end"]}])
    outer = report(shape, [loop(named, rounds), {"concat": ["stage.all", "stage", "stage.0"]}])
    assert figures(inner) == figures(outer)


@settings(deadline=None)
@given(SHAPES, STEPS, ROUNDS)
def test_a_contract_that_holds_changes_no_figure(shape: list[int], steps: list[Any], rounds: int) -> None:
    plain = report(shape, [loop(steps, rounds), *steps])
    stated = []
    for step, row in zip(steps, plain.rows[-len(steps) :], strict=True):
        contract = {"input": [*row.inputs[0][:-1], "any"], "output": ["any", *row.output[1:]]}
        stated.append({**({step: {}} if isinstance(step, str) else step), "expect": contract})
    assert figures(report(shape, [loop(steps, rounds), *stated])) == figures(plain)


@settings(deadline=None)
@given(SHAPES, STEPS, st.integers(0, 3), st.integers(1, 9))
def test_a_contract_is_missed_by_every_other_shape(shape: list[int], steps: list[Any], axis: int, more: int) -> None:
    output = list(report(shape, steps).rows[-1].output)
    output[axis % len(output)] += more
    last = {**({steps[-1]: {}} if isinstance(steps[-1], str) else steps[-1]), "expect": {"output": output}}
    result = cnnshape.check(cnnshape.load(json.dumps({"input": shape, "layers": [*steps[:-1], last]}) + "\n"))
    assert [problem.code for problem in result if problem.severity.value == "error"] == ["CS605"]


@pytest.mark.parametrize("name", ["a-b", "a.b", "a.0", "a.all"])
def test_a_name_that_looks_like_an_expression_is_the_name(name: str) -> None:
    """The step called `a` is another one, so that an expression would give something else."""
    layers = [
        {"identity": {}, "name": "a"},
        {"conv": {"out": 5, "kernel": 1}, "name": name},
        {"relu": {}, "from": name},
    ]
    assert report([3, 4, 4], layers).rows[-1].output == (5, 4, 4)


@pytest.mark.parametrize(
    ("layers", "most"),
    [
        # a few characters that splice 900 tensors each
        ([loop([{"relu": {}, "name": "k"}], 900), *[{"add": "stage.all.k"}] * 400], 2),
        (
            [
                loop([{"relu": {}, "name": "k"}], 900),
                {"for": {"n": [1] * 900}, "do": [{"add": "stage.all.k"}, {"concat": "stage.all"}]},
            ],
            2,
        ),
        # a part of each of 900 tensors, without a join
        (
            [
                loop([{"relu": {}, "name": "k"}], 900),
                {
                    "for": {"n": [1] * 900},
                    "do": [{"relu": {}, "from": f"stage.all.k.({index})"} for index in range(100)],
                },
            ],
            0.5,
        ),
        # lists that are compared and reversed again and again
        ([{"relu": {}, "repeat": 90000, "when": "len(" + "reverse(" * 9 + "x" + ")" * 9 + ") > 0"}], 2),
        (
            [
                {
                    "for": {"n": [1] * 900},
                    "do": [{"for": {"m": "x"}, "do": [{"relu": {}, "when": " and ".join(["x + x == x + x"] * 10)}]}],
                }
            ],
            2,
        ),
    ],
    ids=["splices", "splices in a loop", "parts", "reversed", "compared"],
)
def test_small_files_that_ask_for_much_end_soon(layers: list[Any], most: float) -> None:
    from time import process_time

    start = process_time()
    text = json.dumps({"input": [1, 4], "params": {"x": [1] * 400}, "layers": layers}) + "\n"
    result = cnnshape.check(cnnshape.load(text))
    assert {problem.name for problem in result if problem.severity.value == "error"} <= {"expansion-budget"}
    assert process_time() - start < 5 * most


def test_a_long_list_as_an_argument_costs_little() -> None:
    """A block used 500 times with a list of 990 values: the work for each use doesn't go through the list in Python."""

    def text(length: int) -> str:
        blocks = {"Unit": {"params": {"xs": "required"}, "do": [{"relu": {}, "when": "len(xs) > 0"}]}}
        layers = [{"Unit": {"xs": "xs"}, "repeat": 500}]
        params = {"xs": [1] * length}
        return json.dumps({"input": [1, 4], "params": params, "blocks": blocks, "layers": layers}) + "\n"

    few, many = (calls(cnnshape.analyze, cnnshape.load(text(length))) for length in (90, 990))
    assert many < 2 * few
