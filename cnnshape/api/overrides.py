"""Overrides of a file's values, as a program passes them."""

from collections.abc import Mapping

from cnnshape.api.design import DesignError
from cnnshape.diagnostics import diagnose
from cnnshape.graph import Options
from cnnshape.language import Value, read_value
from cnnshape.language.dtypes import DTYPES, UnknownType, parse_dtypes
from cnnshape.layers import Shape, parse_shape
from cnnshape.report import Settings
from cnnshape.source import SourceText

_LARGEST = 10**12
ParamValue = int | float | bool | str | list["ParamValue"] | tuple["ParamValue", ...] | dict[str, "ParamValue"]

InputShape = Shape | str | int
"""Sizes, a text such as `3x224x224`, or a number of boxes."""
InputShapes = Mapping[str, InputShape] | InputShape
"""A shape for the first input, or shapes by the names of inputs."""


def options(
    params: Mapping[str, ParamValue] | None,
    variant: str,
    inputs: InputShapes | None,
    max_layers: int | None,
) -> Options:
    """Arguments of the API as options of the graph; raises DesignError for an invalid parameter."""
    values = {name: _param(name, value) for name, value in (params or {}).items()}
    shapes = inputs if isinstance(inputs, Mapping) else {"": inputs} if inputs else {}
    chosen = Options(values, variant, {name: _shape(name, shape) for name, shape in shapes.items()})
    return chosen if max_layers is None else chosen._replace(max_layers=max_layers)


def settings_of(
    batch: int,
    dtype: str,
    *,
    inplace_activations: bool = False,
    inplace_adds: bool = False,
    main_fields: bool = False,
    fold_norms: bool = False,
) -> Settings:
    """The settings of a report; raises ValueError for an invalid batch or dtype."""
    if batch < 1 or batch > 10**9:
        raise ValueError(f"batch must be from 1 to 10^9, got {batch}")
    try:
        parse_dtypes(dtype)
    except UnknownType as unknown:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, or parts=types: {unknown}") from None
    return Settings(batch, dtype, inplace_activations, inplace_adds, main_fields=main_fields, fold_norms=fold_norms)


def _shape(name: str, given: InputShape) -> Shape:
    shape = _sizes(given)
    if not 1 <= len(shape) <= 4 or any(type(size) is not int or not 1 <= size <= 10**9 for size in shape):
        words = repr(given) if isinstance(given, str) else shape
        message = f"the input{f' `{name}`' if name else ''} is 1 to 4 whole numbers from 1 to 10^9, got {words}"
        raise DesignError([diagnose("bad-input", message, file="inputs")])
    return shape


def _sizes(given: InputShape) -> Shape:
    if isinstance(given, str):
        return parse_shape(given) or ()
    return (given,) if isinstance(given, int) else tuple(given)


def _param(name: str, value: ParamValue) -> Value:
    read, problems = read_value(SourceText(f"param {name}", written(value)))
    if read is None or problems:
        raise DesignError(problems)
    return read


def written(value: ParamValue) -> str:
    """The value of a param as text; raises DesignError for a number that no spec has."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {written(given)}' for name, given in value.items())}}}"
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise DesignError([diagnose("expression-value", "a number beyond 10^12", file="params")])
    return str(value)
