"""What a file can expect of itself, and what `check` says where it can't be read or isn't met."""

from __future__ import annotations

import pytest

import cnnshape

SPEC = """\
cnnshape: 1
input: [3, 47, 45]
layers:
  - {{conv: {{out: 8, kernel: 3, padding: 1}}, name: main}}
  - {{global_avg_pool, name: pooled}}
  - {{conv: {{out: 8, kernel: [1, 5]}}, from: main, name: aux}}
outputs: [pooled, aux]
expect:
  {}
"""


def problems(line: str) -> list[tuple[str, str]]:
    return [(problem.name, problem.message) for problem in cnnshape.check(cnnshape.load(SPEC.format(line)))]


@pytest.mark.parametrize(
    "line",
    [
        "receptive_field: 3",
        "receptive_field: [3, 3]",
        "receptive_field: [3]",
        'receptive_field: "<= 3"',
        "receptive_field: 3.0",
        "receptive_field: {aux: [3, 7]}",
        'receptive_field: {aux: ">= 3", main: 3}',
        "receptive_field.aux: [3, 7]",
        "receptive_field: [1 + 2, 9 // 3]",
        "outputs: {pooled: [8, 1, 1], aux: [8, 47, 41]}",
        "outputs.pooled: [8, 1, 1]",
        "outputs: {pooled: [2 * 4, 1, 1]}",
        "layers: 3",
        "layers: <= 3",
        "params: 224 +- 500%",
    ],
)
def test_what_is_met(line: str) -> None:
    assert problems(line) == []


@pytest.mark.parametrize(
    ("line", "name", "message"),
    [
        ("receptive_field: 4", "expectation-missed", "the receptive field of main is 3x3, expected 4"),
        ("receptive_field: [3, 7]", "expectation-missed", "the receptive field of main is 3x3, expected 3x7"),
        ("receptive_field: {aux: 3}", "expectation-missed", "the receptive field of aux is 3x7, expected 3"),
        ('receptive_field: "> 3"', "expectation-missed", "the receptive field of main is 3x3, expected > 3"),
        ("receptive_field: {nothing: 3}", "bad-expectation", "no layer is called `nothing`"),
        ("receptive_field: wide", "bad-expectation", "a receptive field is a number or a bound for all axes"),
        ("receptive_field: [3, x]", "bad-expectation", "a receptive field is a number or a bound for all axes"),
        ("receptive_field: [3, 1 / 0]", "expression-value", "division by zero"),
        ("output: [8, 1, 1]", "bad-expectation", "`output` is not one output of this network"),
        ("outputs: {mine: [8, 1, 1]}", "bad-expectation", "it has `outputs.pooled`, `outputs.aux`"),
        ("outputs: [8, 1, 1]", "bad-expectation", "`outputs` has its shapes by name"),
        ("outputs: {aux: [8, 1, 1]}", "expectation-missed", "the output is 8x47x41, expected 8x1x1"),
        ("outputs: {aux: wide}", "bad-expectation", "`outputs.aux` is a shape, such as [1000], found `wide`"),
        ("outputs: {aux: [8, out, 1]}", "bad-expectation", "`outputs.aux` is a shape, such as [1000], found something else"),
        ("outputs: {aux: [8, true, 1]}", "bad-expectation", "`outputs.aux` is a shape, such as [1000], found something else"),
        ("params: [1, 2]", "bad-expectation", "`params` is a number, a bound or a tolerance, found a list"),
        ("params: many", "bad-expectation", "`params` is a number, a bound or a tolerance, found `many`"),
        ("parms: 3", "bad-expectation", "`parms` is not a figure that can be expected"),
        ("params.main: 3", "bad-expectation", "`params.main` is not a figure that can be expected"),
        ("output.aux: [1]", "bad-expectation", "`output.aux` is not a figure that can be expected"),
    ],
)  # fmt: skip
def test_what_is_missed_or_unreadable(line: str, name: str, message: str) -> None:
    ((found_name, found_message),) = problems(line)
    assert found_name == name
    assert message in found_message


def test_a_network_without_space_has_no_field_to_expect() -> None:
    text = "cnnshape: 1\ninput: [3]\nlayers: [{linear: 4}]\nexpect: {receptive_field: 1}\n"
    (problem,) = cnnshape.check(cnnshape.load(text))
    assert problem.message == "this network has no receptive field"
