"""Evaluates a space whose axes may switch what the evaluator holds fixed: the variant, and the shapes of further inputs."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnshape.api import Design
from cnnshape.diagnostics import Diagnostic
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Settings
from cnnshape.study.sweep.axes import options_of, space_of
from cnnshape.study.sweep.evaluation import Evaluator
from cnnshape.study.sweep.order import Indices
from cnnshape.study.sweep.outcome import Figures, Refusal
from cnnshape.study.sweep.space_text import INPUT, VARIANT, AxisText


class Evaluated(NamedTuple):
    """Figures of designs, in their order: a column by the name of each figure; the refusal of each design, by its place in
    `refusals`, and -1 for those that fit together."""

    values: dict[str, NDArray[Any]]
    refused: NDArray[np.int64]
    refusals: tuple[Refusal, ...]


class Switches:
    """Evaluates designs of a space by their indices."""

    def __init__(self, design: Design, axes: Sequence[AxisText], settings: Settings) -> None:
        self._design = design
        self._settings = settings
        self._lengths = [len(axis.values) for axis in axes]
        first = design.spec.inputs[0].name.text if design.spec and design.spec.inputs else ""
        self._is_switch = [
            axis.option == VARIANT or (axis.option == INPUT and axis.name not in ("", first)) for axis in axes
        ]
        pairs = list(zip(axes, self._is_switch, strict=True))
        self._switches = [axis for axis, is_switch in pairs if is_switch]
        self._space = space_of(axis for axis, is_switch in pairs if not is_switch)
        self._evaluators: dict[int, Evaluator] = {}
        self._reported: dict[str, int] = {}

    def slow(self) -> dict[str, int]:
        """How many designs were evaluated one by one since the last call, by the reason."""
        now: dict[str, int] = {}
        for evaluator in self._evaluators.values():
            for reason, number in evaluator.one_by_one.items():
                now[reason] = now.get(reason, 0) + number
        before, self._reported = self._reported, now
        return {reason: number - before.get(reason, 0) for reason, number in now.items()}

    def evaluate(self, indices: Indices, checked: int = 0, seed: int = 0) -> Evaluated:
        """The figures of the designs of these indices, of which at least one. `checked` random ones are analyzed one by one, too;
        raises WrongFigures for a difference."""
        if not self._switches:
            return Evaluated(*self._evaluated(self._evaluator(0), indices, checked, seed)[1:])
        switched, inner = self._split(indices)
        refused = np.full(len(indices), -1, dtype=np.int64)
        refusals: dict[Refusal, int] = {}
        columns: dict[str, list[NDArray[Any]]] = {}
        places: list[NDArray[Any]] = []
        for group in np.unique(switched).tolist():
            at = np.flatnonzero(switched == group)
            share = -(-checked * len(at) // len(indices))
            figures = self._evaluated(self._evaluator(group), inner[at], share, seed)
            known = [refusals.setdefault(refusal, len(refusals)) for refusal in figures.diagnostics]
            refused[at] = np.array([*known, -1], dtype=np.int64)[figures.refused]
            places.append(at)
            for name in figures.names:
                columns.setdefault(name, []).append(figures.values[name])
        order = np.argsort(np.concatenate(places), kind="stable")
        return Evaluated(
            {name: np.concatenate(part)[order] for name, part in columns.items()}, refused, tuple(refusals)
        )

    def _evaluated(self, evaluator: Evaluator, indices: Indices, checked: int, seed: int) -> Figures:
        figures = evaluator.evaluate(indices)
        if checked:
            evaluator.recheck(indices, figures, checked, seed)
        return figures

    def diagnostic(self, index: int) -> Diagnostic:
        """The first problem of a design that is refused."""
        switched, inner = self._split(np.array([index], dtype=np.int64))
        return self._evaluator(int(switched[0])).diagnostic(int(inner[0]))

    def _split(self, indices: Indices) -> tuple[Indices, Indices]:
        """The index of each design among the switches, and among the other axes."""
        switched, inner = np.zeros_like(indices), np.zeros_like(indices)
        for place, length in enumerate(self._lengths):
            position = indices // prod(self._lengths[place + 1 :]) % length
            if self._is_switch[place]:
                switched = switched * length + position
            else:
                inner = inner * length + position
        return switched, inner

    def _evaluator(self, group: int) -> Evaluator:
        """The evaluator of a combination of the switches."""
        if group not in self._evaluators:
            chosen = options_of(self._switches, group)
            self._evaluators[group] = Evaluator(self._design, self._space, self._settings, chosen)
        return self._evaluators[group]
