"""Each design of a space has the figures and the diagnostics of that design alone, for any numbers that are swept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.study.sweep.evaluation import Evaluator
from cnnshape.study.sweep.space import Axis, Space
from tests.studies.sweep.spaces import agrees, analyzed, stated

from .plain import Spec
from .strategy import specs

numpy = pytest.importorskip("numpy")

MOST_AXES = 4
MOST_DESIGNS = 24


def numbers(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of the whole numbers in a part of a spec."""
    if isinstance(value, dict):
        parts: Any = value.items()
    else:
        parts = enumerate(value) if isinstance(value, list | tuple) else ()
    places = [inner for key, part in parts for inner in numbers(part, (*place, key))]
    return [place, *places] if type(value) is int else places


def replaced(value: Any, names: dict[tuple[Any, ...], str], place: tuple[Any, ...] = ()) -> Any:
    """The part with names in some places."""
    if place in names:
        return names[place]
    if isinstance(value, dict):
        return {key: replaced(part, names, (*place, key)) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(part, names, (*place, index)) for index, part in enumerate(value)]
    return value


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


@st.composite
def spaces(draw: Any) -> tuple[str, list[Axis]]:
    """A spec some of whose numbers are params, and the values of these."""
    spec: Spec = draw(specs())
    whole = {"input": spec.input, "layers": spec.layers}
    places = numbers(whole)
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=MOST_AXES, unique=True))
    names = {place: f"swept{number}" for number, place in enumerate(chosen)}
    parts = replaced(whole, names)
    params = {name: at(whole, place) for place, name in names.items()}
    text = spec._replace(input=parts["input"], layers=parts["layers"], params={**spec.params, **params}).text
    near = [(value, value + 1, max(value - 1, 0), 2 * value) for value in params.values()]
    return text, [Axis(name, tuple(dict.fromkeys(values))) for name, values in zip(params, near, strict=True)]


@given(spaces(), st.data())
def test_a_design_of_a_space_is_that_design(space: tuple[str, list[Axis]], data: st.DataObject) -> None:
    design, swept = cnnshape.load(space[0]), Space(space[1])
    evaluator = Evaluator(design, swept)
    indices = numpy.array(data.draw(st.lists(st.integers(0, swept.count - 1), min_size=1, max_size=MOST_DESIGNS)))
    figures = evaluator.evaluate(indices)
    for row, index in enumerate(indices.tolist()):
        expected = analyzed(design, evaluator, index)
        assert agrees(stated(figures, row), expected), (dict(swept.choice(index)), stated(figures, row), expected)
