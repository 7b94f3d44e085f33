"""Every kind on recorded sizes and arguments: a replay gives the figures of the layer itself, or is refused.

Each row of `cases/` is run once with every size and every whole number of its arguments recorded, and replayed with
one of them changed at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cnnshape.arithmetic import example
from cnnshape.arithmetic.tracing import OutsideTrace, Trace
from cnnshape.layers import BY_NAME, KINDS, Application, LayerProblem, Tensor
from tests.layers.rows import CASES, Row, rows, tensors, tensors_given, tupled

CHANGES = (-1, 1, 2, 5, 16)
Numbers = dict[str, int]


def numbers_in(value: Any, name: str) -> Iterator[tuple[str, int]]:
    """The whole numbers of a value, by a name of their own."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from numbers_in(item, f"{name}.{index}")
    elif type(value) is int:
        yield name, value


def replaced(value: Any, name: str, numbers: dict[str, Any]) -> Any:
    """The value with its whole numbers replaced by those of their names."""
    if isinstance(value, tuple):
        return tuple(replaced(item, f"{name}.{index}", numbers) for index, item in enumerate(value))
    return numbers[name] if type(value) is int else value


def parts(row: Row) -> dict[str, Any]:
    """The inputs and arguments of a row, by name."""
    inputs = {f"in {index}": tuple(tensor) for index, tensor in enumerate(tensors(row["in"]))}
    return inputs | {name: tupled(value) for name, value in row.get("args", {}).items()}


def figures(kind: str, row: Row, numbers: dict[str, Any]) -> dict[str, Any]:
    """All figures of a row's layer, with these numbers in it; raises LayerProblem or ValueError."""
    values = {name: replaced(value, name, numbers) for name, value in parts(row).items()}
    inputs = tuple(Tensor(*value) for name, value in values.items() if name.startswith("in "))
    declared = BY_NAME[kind].arguments
    given = {name: declared[name].type.convert(value) for name, value in values.items() if name in declared}
    given |= tensors_given(declared, inputs)
    layer = BY_NAME[kind](**given)
    output = layer.output(inputs)
    application = Application(layer, inputs, output)
    made = {f"axis {axis}": size for axis, size in enumerate(output.shape)} | {"boxes": output.boxes}
    made |= {f"weight {weight.name}": weight.elements for weight in application.weights}
    return made | {"elements": output.elements, "macs": application.macs, "flops": application.flops}


def changed(numbers: Numbers) -> Iterator[Numbers]:
    yield numbers
    for name in numbers:
        for change in CHANGES:
            yield {**numbers, name: numbers[name] + change}
    yield {name: 2 * number for name, number in numbers.items()}


def numbers_of(row: Row) -> Numbers:
    """All whole numbers of a row's inputs and arguments."""
    return dict(pair for name, value in parts(row).items() for pair in numbers_in(value, name))


def traced(row: Row) -> tuple[Trace, dict[str, Any]]:
    trace = Trace()
    return trace, {name: trace.parameter(name, number) for name, number in numbers_of(row).items()}


@rows(good=True)
def test_a_replay_gives_the_layers_figures_or_is_refused(kind: str, row: Row) -> None:
    trace, recorded = traced(row)
    results = {name: figure for name, figure in figures(kind, row, recorded).items() if figure is not None}
    for other in changed(numbers_of(row)):
        try:
            replayed = trace.replay(results, other).results
        except OutsideTrace:
            assert other != numbers_of(row)
            continue
        expected = figures(kind, row, other)
        assert replayed == {name: expected[name] for name in results}
        assert list(expected) == list(figures(kind, row, numbers_of(row)))


@rows(good=False)
def test_recorded_sizes_are_refused_as_plain_ones_are(kind: str, row: Row) -> None:
    problems = []
    for numbers in (numbers_of(row), traced(row)[1]):
        with pytest.raises(LayerProblem) as caught:
            figures(kind, row, numbers)
        problems.append((caught.value.message, caught.value.name, caught.value.argument, caught.value.help))
    assert problems[0] == problems[1]


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_the_output_of_every_kind_follows_its_input(kind: str) -> None:
    """A trace that is refused for all other values would pass the test above."""
    assert any(follows(row) for name, row in CASES if name == kind and "out" in row)


def follows(row: Row) -> bool:
    """Whether a replay with another number gives another count of values."""
    kind = next(name for name, other in CASES if other is row)
    trace, recorded = traced(row)
    elements = figures(kind, row, recorded)["elements"]
    for other in changed(numbers_of(row)):
        try:
            replayed = trace.replay({"elements": elements}, other).results["elements"]
        except OutsideTrace:
            continue
        if replayed != example(elements):
            return True
    return False
