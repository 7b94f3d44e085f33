"""The inputs of a module: their names and their shapes without the batch."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from cnnshape.bridge.operations import Shape, UsageProblem

_HELP = (
    "state a shape without the batch: `(3, 224, 224)`, or `--input 3x224x224`; several by name: `{'x': (3, 224, 224)}`"
)


def shapes_of(module: Any, given: Any = None) -> tuple[dict[str, Shape], bool]:
    """The shapes of the inputs by name, and whether the module takes them by keyword.

    `given` is a shape, a tensor with its batch, a sequence of these, or a mapping of names to them. An empty name is
    that of the first parameter that no other one names. Without `given`, the module's `example_input_array` is taken,
    where it has one (Lightning's convention). Raises UsageProblem if there is none, for what is not a shape, and for a
    name that the forward doesn't have.
    """
    if given is None:
        given = getattr(module, "example_input_array", None)
        if given is None:
            raise UsageProblem("no input is given", _HELP)
    if isinstance(given, Mapping):
        if not given:
            raise UsageProblem("no input is given", _HELP)
        return {_known(module, str(name), given): _shape(value) for name, value in given.items()}, True
    if _is_one(given):
        return {"input": _shape(given)}, False
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise UsageProblem(f"{given!r:.60} is not the shape of an input", _HELP)
    shapes = list(map(_shape, given))
    if len(shapes) == 1:
        return {"input": shapes[0]}, False
    return dict(zip(_names(module, len(shapes)), shapes, strict=True)), False


def _is_one(given: Any) -> bool:
    """Whether this is one tensor or one shape."""
    if hasattr(given, "shape"):
        return True
    return isinstance(given, Sequence) and not isinstance(given, str) and any(isinstance(size, int) for size in given)


def _shape(given: Any) -> Shape:
    shape = tuple(given.shape[1:]) if hasattr(given, "shape") else given
    if not isinstance(shape, Sequence) or isinstance(shape, str) or not shape:
        raise UsageProblem(f"{given!r:.60} is not the shape of an input", _HELP)
    if any(not isinstance(size, int) or isinstance(size, bool) or size < 1 for size in shape):
        raise UsageProblem(f"{given!r:.60} is not the shape of an input: sizes are whole numbers, 1 or more", _HELP)
    if len(shape) > 4:
        raise UsageProblem(
            f"an input of {len(shape)} axes has no spec: up to 4, channels first, without the batch", _HELP
        )
    return tuple(map(int, shape))


def _names(module: Any, count: int) -> list[str]:
    """The names of the first parameters of the forward."""
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [parameter.name for parameter in _parameters(module) if parameter.kind in plain][:count]
    return names + [f"input_{number}" for number in range(len(names), count)]


def _parameters(module: Any) -> list[inspect.Parameter]:
    """The parameters of the forward; none if it doesn't state them."""
    try:
        return list(inspect.signature(module.forward).parameters.values())
    except (TypeError, ValueError):
        return []


def _known(module: Any, name: str, others: Mapping[Any, Any]) -> str:
    """The name of a parameter of the forward. Raises UsageProblem if it has none of that name."""
    parameters = _parameters(module)
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    names = [parameter.name for parameter in parameters if parameter.kind in named]
    if not name:
        return next((free for free in names if free not in others), "input")
    if names and name not in names and all(parameter.kind is not parameter.VAR_KEYWORD for parameter in parameters):
        raise UsageProblem(f"the forward has no input {name!r:.60}", f"it has {', '.join(names)}")
    return name
