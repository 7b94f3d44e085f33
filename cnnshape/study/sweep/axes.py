"""The axes of a space, bound to a design: what its params and inputs are called, and what their values mean."""

import shlex
from collections.abc import Iterable, Sequence
from math import prod

from cnnshape.api import Design, DesignError
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Options, given_inputs
from cnnshape.graph.settle import unknown_input, unknown_param, unknown_variant
from cnnshape.language import Input, ListValue, Spec, Value, read_value
from cnnshape.layers import Shape, format_shape, parse_shape
from cnnshape.report import FIGURES
from cnnshape.source import SourceText
from cnnshape.study.refusal import Refusal
from cnnshape.study.sweep.space import Axis, Space
from cnnshape.study.sweep.space_text import INPUT, PARAM, VARIANT, AxisText

LARGEST_SPACE = 2**63 - 1
INDEX = "design"
"""The column of the index in the space."""
_TAKEN = {*FIGURES, INDEX, INPUT, VARIANT}


def bound_axes(design: Design, axes: Sequence[AxisText]) -> tuple[AxisText, ...]:
    """The axes with whole shapes as the values of inputs, and only what a design may have.

    Raises DesignError for a design that can't be read, unknown names and values that can't be read, Refusal for others.
    """
    spec = design.spec
    if spec is None or design.diagnostics:
        raise DesignError(design.diagnostics)
    problems = [problem for axis in axes for problem in _problems(spec, axis)]
    if problems:
        raise DesignError(problems)
    options = [(axis.option, axis.name) for axis in axes]
    for place, (option, name) in enumerate(options):
        if (option, name) in options[:place]:
            raise Refusal(option, f"{f'`{name}`' if name else 'the option'} is given twice; write all values at once")
    for axis in axes:
        _refuse_numbers_for_list(spec, axis)
    count = prod(len(axis.values) for axis in axes)
    if count > LARGEST_SPACE:
        raise Refusal("space", f"{float(count):.3g} designs are too many to number; at most {LARGEST_SPACE:.3g}")
    return tuple(_with_shapes(spec, axis, axes) if axis.option == INPUT else axis for axis in axes)


def _problems(spec: Spec, axis: AxisText) -> Iterable[Diagnostic]:
    if axis.option == VARIANT:
        known = {variant.name.text for variant in spec.variants}
        return [unknown_variant(spec, value) for value in axis.values if value not in known]
    if axis.option == INPUT:
        named = {"", *(given.name.text for given in spec.inputs)}
        return [] if axis.name in named else [unknown_input(spec, axis.name)]
    if axis.name not in {param.name.text for param in spec.params}:
        return [unknown_param(spec, axis.name)]
    return [problem for text in axis.values for problem in _read(axis.name, text)[1]]


def _read(name: str, text: str) -> tuple[Value | None, list[Diagnostic]]:
    return read_value(SourceText(f"--param {name}", text))


def _refuse_numbers_for_list(spec: Spec, axis: AxisText) -> None:
    """Raises Refusal for `repeats=3,4,6,3`: one list was meant, but these are four values."""
    if axis.option != PARAM or len(axis.values) == 1:
        return
    default = next(param.default for param in spec.params if param.name.text == axis.name)
    if isinstance(default, ListValue) and not any(text.startswith("[") for text in axis.values):
        items = ", ".join(axis.values[:4]) + (", ..." if len(axis.values) > 4 else "")
        reason = f"`{axis.name}` is a list in the spec, and commas outside of brackets separate values"
        raise Refusal(PARAM, f"{reason}; write `{axis.name}=[{items}]` for one list")


# Shapes of inputs


def _with_shapes(spec: Spec, axis: AxisText, axes: Iterable[AxisText]) -> AxisText:
    """The axis with a whole shape for each value: one size becomes that of all axes of space."""
    if all("x" in value for value in axis.values):
        return axis
    given = next((given for given in spec.inputs if given.name.text == axis.name), spec.inputs[0])
    own = _own_shape(spec, given, axes)
    if len(own) == 1:
        return axis
    values = [value if "x" in value else format_shape((own[0], *(int(value) for _ in own[1:]))) for value in axis.values]
    return axis._replace(values=tuple(values))


def _own_shape(spec: Spec, given: Input, axes: Iterable[AxisText]) -> Shape:
    """The shape of an input in the file. Raises Refusal if its channels follow from a param that takes several values."""
    moving = {axis.name for axis in axes if axis.option == PARAM and len(axis.values) > 1}
    follows = sorted(given.shape[0].names & moving) if given.shape else []
    if follows:
        example = "x".join(["3", *["96"] * (len(given.shape) - 1)])
        reason = f"the channels of the input follow `{follows[0]}`, which takes several values"
        raise Refusal(INPUT, f"{reason}; write whole shapes: `{example}`")
    options = options_of([axis._replace(values=axis.values[:1]) for axis in axes if axis.option != INPUT], 0)
    shapes = {one.name: one.tensor.shape for one in given_inputs(spec, options)}
    if given.name.text not in shapes:
        raise Refusal(INPUT, f"the file's own shape of `{given.name.text}` is unknown; write whole shapes: `3x96x96`")
    return (1,) if given.boxes is not None else shapes[given.name.text]


# Choices


def space_of(axes: Iterable[AxisText]) -> Space:
    """The space of bound axes."""
    return Space([Axis(_axis_name(axis), tuple(_value(axis, text) for text in axis.values)) for axis in axes])


def _axis_name(axis: AxisText) -> str:
    return axis.name if axis.option == PARAM else f"--{axis.option} {axis.name}".rstrip()


def _value(axis: AxisText, text: str) -> Value | Shape | str:
    if axis.option == PARAM:
        return param_value(axis.name, text)
    return text if axis.option == VARIANT else _shape(text)


def param_value(name: str, text: str) -> Value:
    """The value of a param, from a text that was read before."""
    value = _read(name, text)[0]
    assert value is not None
    return value


def _shape(text: str) -> Shape:
    shape = parse_shape(text)
    assert shape is not None
    return shape


def options_of(axes: Sequence[AxisText], index: int) -> Options:
    """The options of the graph of a design of the space."""
    pairs = list(zip(axes, choice(axes, index), strict=True))
    return Options(
        params={axis.name: param_value(axis.name, text) for axis, text in pairs if axis.option == PARAM},
        variant=next((text for axis, text in pairs if axis.option == VARIANT), ""),
        inputs={axis.name: _shape(text) for axis, text in pairs if axis.option == INPUT},
    )


def choice(axes: Sequence[AxisText], index: int) -> tuple[str, ...]:
    """The text of the value that each axis has in a design of the space; the last axis is the fastest."""
    texts = []
    for axis in reversed(axes):
        index, place = divmod(index, len(axis.values))
        texts.append(axis.values[place])
    return tuple(reversed(texts))


def column_of(axis: AxisText) -> str:
    """The name of the column of an axis: that of the param, unless another column has it; `input`, `variant`."""
    if axis.option == PARAM:
        return f"{PARAM}.{axis.name}" if axis.name in _TAKEN else axis.name
    return f"{axis.option}.{axis.name}" if axis.name else axis.option


def option_words(axis: AxisText, text: str) -> tuple[str, str]:
    """The words of `cnnshape summary` that choose a value: `-p width=16`."""
    if axis.option == VARIANT:
        return "--variant", text
    return ("-p" if axis.option == PARAM else "--input"), f"{axis.name}={text}" if axis.name else text


def options_text(axes: Sequence[AxisText], index: int) -> str:
    """The words of `cnnshape summary` that choose a design of the space, quoted for a shell."""
    words = (option_words(axis, text) for axis, text in zip(axes, choice(axes, index), strict=True))
    return " ".join(f"{option} {shlex.quote(value)}" for option, value in words)
