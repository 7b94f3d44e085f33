"""The options of a design of a space: the values of its params, and the shape of its input."""

from collections.abc import Sequence
from typing import Any

from cnnshape.api import Design
from cnnshape.graph import Options, given_inputs
from cnnshape.program import Program, resolve
from cnnshape.study.sweep.space import Space
from cnnshape.study.sweep.values import AxisValues


class Choices:
    """The options of each design of a space, on top of `base` options that all of them have.

    Raises DesignError for a value that can't be one of a param or of an input.
    """

    __slots__ = ("_base", "axes", "program", "space")

    def __init__(self, design: Design, space: Space, base: Options) -> None:
        self.space = space
        self.axes = [AxisValues(axis) for axis in space.axes]
        self.program: Program | None = None if design.spec is None else resolve(design.spec)
        self._base = base

    def options(self, index: int) -> Options:
        """The options of a design."""
        positions = self.space.positions(index)
        return self.of([axis.values[position] for axis, position in zip(self.axes, positions, strict=True)])

    def of(self, values: Sequence[Any]) -> Options:
        """The options with a value of each axis. Their numbers may be recorded."""
        params, given = dict(self._base.params), None
        for axis, values_of_axis, value in zip(self.space.axes, self.axes, values, strict=True):
            if values_of_axis.is_input:
                given = value
            else:
                params[axis.name] = value
        chosen = self._base._replace(params=params)
        return chosen if given is None else self._with_input(chosen, given)

    def _with_input(self, chosen: Options, given: Any) -> Options:
        """The options with a shape of the first input, or with one size on all its spatial axes."""
        if not isinstance(given, tuple):
            # A design without sound inputs is refused with any size.
            own = given_inputs(self.program, chosen) if self.program is not None else ()
            rank = len(own[0].tensor.shape) if own else 1
            given = (*own[0].tensor.shape[:1], *[given] * (rank - 1)) if rank > 1 else (given,)
        first = self.program.spec.inputs[0].name.text if self.program and self.program.spec.inputs else ""
        others = {name: shape for name, shape in chosen.inputs.items() if name != first}
        return chosen._replace(inputs={**others, "": given})
