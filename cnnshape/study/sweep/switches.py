"""Evaluates a space whose axes may switch the design: its variant, and the shapes of further inputs.

The evaluator knows params and the first input. Each combination of the other axes is a design of its own.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.api import Design
from cnnshape.diagnostics import Diagnostic
from cnnshape.language import Input, ListValue, Param, Spec, read_value
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Settings
from cnnshape.source import SourceText
from cnnshape.study.sweep.axes import space_of
from cnnshape.study.sweep.choices import choice
from cnnshape.study.sweep.evaluation import Evaluator
from cnnshape.study.sweep.order import Indices
from cnnshape.study.sweep.space_text import INPUT, PARAM, VARIANT, AxisText


class Evaluated(NamedTuple):
    """Figures of designs, in their order: a column by the name of each figure; the diagnostic that refuses each design, by its
    place in `diagnostics`, and -1 for those that fit together."""

    values: dict[str, NDArray[Any]]
    refused: NDArray[np.int64]
    diagnostics: Sequence[Diagnostic]


class Switches:
    """Evaluates designs of a space by their indices."""

    def __init__(self, design: Design, axes: Sequence[AxisText], settings: Settings) -> None:
        self._design = design
        self._axes = axes
        self._settings = settings
        assert design.spec is not None
        first = design.spec.inputs[0].name.text if design.spec.inputs else ""
        self._is_switch = [
            axis.option == VARIANT or (axis.option == INPUT and axis.name not in ("", first)) for axis in axes
        ]
        self._evaluators: dict[int, Evaluator] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks of the evaluation."""
        return tuple(dict.fromkeys(note for evaluator in self._evaluators.values() for note in evaluator.notes))

    def evaluate(self, indices: Indices) -> Evaluated:
        """The figures of the designs of these indices."""
        switched, inner = self._split(indices)
        groups = np.unique(switched).tolist()
        if len(groups) == 1:
            figures = self._evaluator(groups[0]).evaluate(inner)
            return Evaluated(figures.values, figures.refused, figures.diagnostics)
        refused = np.full(len(indices), -1, dtype=np.int64)
        diagnostics: list[Diagnostic] = []
        parts: dict[str, list[NDArray[Any]]] = {}
        places: list[NDArray[Any]] = []
        for group in groups:
            at = np.flatnonzero(switched == group)
            figures = self._evaluator(group).evaluate(inner[at])
            refused[at] = np.where(figures.refused < 0, -1, figures.refused + len(diagnostics))
            diagnostics += figures.diagnostics
            places.append(at)
            for name in figures.names:
                parts.setdefault(name, []).append(figures.values[name])
        order = np.argsort(np.concatenate(places), kind="stable")
        return Evaluated({name: np.concatenate(part)[order] for name, part in parts.items()}, refused, diagnostics)

    def recheck(self, indices: Indices) -> None:
        """Analyzes these designs one by one, and compares. Raises what the evaluator raises for a difference."""
        switched, inner = self._split(indices)
        for group in np.unique(switched).tolist():
            self._evaluator(group).recheck(inner[switched == group])

    def _split(self, indices: Indices) -> tuple[Indices, Indices]:
        """The index of each design among the switches, and among the other axes."""
        switched, inner = np.zeros_like(indices), np.zeros_like(indices)
        lengths = [len(axis.values) for axis in self._axes]
        for place, length in enumerate(lengths):
            position = indices // prod(lengths[place + 1 :]) % length
            if self._is_switch[place]:
                switched = switched * length + position
            else:
                inner = inner * length + position
        return switched, inner

    def _evaluator(self, group: int) -> Evaluator:
        if group not in self._evaluators:
            switches = [axis for axis, is_switch in zip(self._axes, self._is_switch, strict=True) if is_switch]
            others = [axis for axis, is_switch in zip(self._axes, self._is_switch, strict=True) if not is_switch]
            design = self._design
            for axis, text in zip(switches, choice(switches, group), strict=True):
                assert design.spec is not None
                spec = _with_variant(design.spec, text) if axis.option == VARIANT else _with_input(design.spec, axis.name, text)
                design = Design(design.source, spec, design.diagnostics)
            self._evaluators[group] = Evaluator(design, space_of(others), self._settings)
        return self._evaluators[group]


def _with_variant(spec: Spec, name: str) -> Spec:
    """The spec with the values of a variant as its own."""
    variant = next(variant for variant in spec.variants if variant.name.text == name)
    chosen = {argument.text: argument.value for argument in variant.params}
    params = tuple(Param(param.name, chosen.get(param.name.text, param.default)) for param in spec.params)
    return spec._replace(params=params)


def _with_input(spec: Spec, name: str, text: str) -> Spec:
    """The spec with another shape, or number of boxes, of an input."""
    value = read_value(SourceText(f"--{INPUT} {name}", f"[{text.replace('x', ', ')}]"))[0]
    assert isinstance(value, ListValue)
    inputs = tuple(_replaced(given, value) if given.name.text == name else given for given in spec.inputs)
    return spec._replace(inputs=inputs)


def _replaced(given: Input, value: Any) -> Input:
    if given.boxes is not None:
        return Input(given.name, given.shape, value.items[0], given.span)
    return Input(given.name, tuple(value.items), None, given.span)
