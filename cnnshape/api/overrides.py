"""Overrides of a file's values, as a program passes them."""

from collections.abc import Mapping

from cnnshape.api.design import DesignError
from cnnshape.diagnostics import diagnose
from cnnshape.graph import Options
from cnnshape.language import Value, read_value
from cnnshape.layers import Shape
from cnnshape.source import SourceText

_LARGEST = 10**12
ParamValue = int | float | bool | str | list["ParamValue"] | tuple["ParamValue", ...] | dict[str, "ParamValue"]


def options(
    params: Mapping[str, ParamValue] | None,
    variant: str,
    inputs: Mapping[str, Shape] | Shape | None,
    max_layers: int | None,
) -> Options:
    """Arguments of the API as options of the graph; raises DesignError for an invalid parameter."""
    values = {name: _param(name, value) for name, value in (params or {}).items()}
    shapes = inputs if isinstance(inputs, Mapping) else {"": inputs} if inputs else {}
    sound = {name: tuple(shape) for name, shape in shapes.items()}
    for name, shape in sound.items():
        if not 1 <= len(shape) <= 4 or any(type(size) is not int or not 1 <= size <= 10**9 for size in shape):
            message = f"the input{f' `{name}`' if name else ''} is 1 to 4 whole numbers from 1 to 10^9, got {shape}"
            raise DesignError([diagnose("bad-input", message, file="inputs")])
    chosen = Options(values, variant, sound)
    return chosen if max_layers is None else chosen._replace(max_layers=max_layers)


def _param(name: str, value: ParamValue) -> Value:
    read, problems = read_value(SourceText(f"param {name}", _written(value)))
    if read is None or problems:
        raise DesignError(problems)
    return read


def _written(value: ParamValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_written(given)}' for name, given in value.items())}}}"
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise DesignError([diagnose("expression-value", "a number beyond 10^12", file="params")])
    return str(value)
