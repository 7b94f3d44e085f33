"""The options of a design of a space: the values of its params, and the shape of its input."""

from typing import Any

from cnnshape.api import Design, ParamValue, options
from cnnshape.arithmetic import example
from cnnshape.graph import Options, given_inputs
from cnnshape.language import Value
from cnnshape.study.sweep.space import INPUT, Space


class Choices:
    """The options of each design of a space, on top of `base` options that all of them have.

    Raises DesignError for a value that can't be one of a param.
    """

    __slots__ = ("_base", "_design", "_shapes", "_values", "space")

    def __init__(self, design: Design, space: Space, base: Options) -> None:
        self.space = space
        self._design = design
        self._base = base
        self._values: list[list[Value]] = [
            [] if axis.name == INPUT else [options({"": value}, "", None, None).params[""] for value in axis.values]
            for axis in space.axes
        ]
        self._shapes: dict[Any, Any] = {}

    def options(self, index: int) -> Options:
        """The options of a design."""
        return self.at(self.space.positions(index))

    def at(self, positions: tuple[int, ...]) -> Options:
        """The options of the design with those values."""
        params: dict[str, Value] = dict(self._base.params)
        given: ParamValue | None = None
        for axis, values, position in zip(self.space.axes, self._values, positions, strict=True):
            if axis.name == INPUT:
                given = axis.values[position]
            else:
                params[axis.name] = values[position]
        chosen = self._base._replace(params=params)
        return chosen if given is None else self.with_input(chosen, given)

    def with_input(self, chosen: Options, given: Any) -> Options:
        """The options with a shape of the first input, or with one size on all its spatial axes."""
        if not isinstance(given, tuple | list):
            # A design without sound inputs is refused with any size.
            own = given_inputs(self._design.spec, chosen) if self._design.spec is not None else ()
            shape = own[0].tensor.shape if own else ()
            given = (*shape[:1], *[given] * (len(shape) - 1)) if len(shape) > 1 else (given,)
        return chosen._replace(inputs={**chosen.inputs, "": tuple(given)})


def written(value: Any) -> str:
    """A value as an option of `cnnshape summary` has it."""
    if isinstance(value, tuple | list):
        return f"[{','.join(map(written, value))}]"
    return ("true" if value else "false") if isinstance(value, bool) else str(example(value))
