"""The axes of a space, bound to a design: what its params and inputs are called, and what their values mean."""

from collections.abc import Iterable, Sequence
from math import prod

from cnnshape.api import Design, DesignError, ParamValue, options
from cnnshape.diagnostics import Diagnostic
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Options, given_inputs
from cnnshape.graph.settle import unknown_input, unknown_param, unknown_variant
from cnnshape.language import Input, ListValue, Spec, Value, read_value
from cnnshape.layers import Shape, format_shape, parse_shape
from cnnshape.source import SourceText
from cnnshape.study.sweep.choices import choice
from cnnshape.study.sweep.space import INPUT as INPUT_AXIS
from cnnshape.study.sweep.space import Axis, Space
from cnnshape.study.sweep.space_text import INPUT, PARAM, VARIANT, AxisText

LARGEST_SPACE = 2**63 - 1


def bound_axes(design: Design, axes: Sequence[AxisText]) -> tuple[AxisText, ...]:
    """The axes with whole shapes as the values of inputs, and only what a design may have.

    Raises DesignError for a design that can't be read, unknown names and values that can't be read, Refusal for others.
    """
    spec = design.spec
    if spec is None or design.diagnostics:
        raise DesignError(design.diagnostics)
    if not axes:
        raise Refusal("space", "a sweep needs values: of a param, `width=16..128:8`, of the input, or of the variant")
    problems = [problem for axis in axes for problem in _problems(spec, axis)]
    if problems:
        raise DesignError(problems)
    names = [(axis.option, axis.name) for axis in axes]
    for place, (option, name) in enumerate(names):
        if (option, name) in names[:place]:
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
    # Whole numbers, of which ranges have many, need no reading.
    return [problem for text in axis.values if not text.isdecimal() for problem in _read(axis.name, text)[1]]


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
    values = [
        value if "x" in value else format_shape((own[0], *(int(value) for _ in own[1:]))) for value in axis.values
    ]
    return axis._replace(values=tuple(values))


def _own_shape(spec: Spec, given: Input, axes: Iterable[AxisText]) -> Shape:
    """The shape of an input in the file. Raises Refusal if its channels follow from a param that takes several values."""
    moving = {axis.name for axis in axes if axis.option == PARAM and len(axis.values) > 1}
    follows = sorted(given.shape[0].names & moving) if given.shape else []
    if follows:
        example = "x".join(["3", *["96"] * (len(given.shape) - 1)])
        reason = f"the channels of the input follow `{follows[0]}`, which takes several values"
        raise Refusal(INPUT, f"{reason}; write whole shapes: `{example}`")
    chosen = options_of([axis._replace(values=axis.values[:1]) for axis in axes if axis.option != INPUT], 0)
    shapes = {one.name: one.tensor.shape for one in given_inputs(spec, chosen)}
    if given.name.text not in shapes:
        raise Refusal(INPUT, f"the file's own shape of `{given.name.text}` is unknown; write whole shapes: `3x96x96`")
    return (1,) if given.boxes is not None else shapes[given.name.text]


# Spaces


def options_of(axes: Sequence[AxisText], index: int) -> Options:
    """The options of the graph of a design of the space."""
    pairs = list(zip(axes, choice(axes, index), strict=True))
    variant = next((text for axis, text in pairs if axis.option == VARIANT), "")
    inputs = {axis.name: text for axis, text in pairs if axis.option == INPUT}
    return options({axis.name: text for axis, text in pairs if axis.option == PARAM}, variant, inputs, None)


def space_of(axes: Iterable[AxisText]) -> Space:
    """The space of params and of the first input."""
    named = [(INPUT_AXIS if axis.option == INPUT else axis.name, axis) for axis in axes]
    return Space([Axis(name, tuple(_value(axis, text) for text in axis.values)) for name, axis in named])


def _value(axis: AxisText, text: str) -> ParamValue:
    """The value that a text means: numbers and lists of them are recorded, anything else is a text."""
    if axis.option == INPUT:
        shape = parse_shape(text)
        assert shape is not None
        return shape
    value = _read(axis.name, text)[0]
    return _plain(value) if value is not None else text


def _plain(value: Value) -> ParamValue:
    if isinstance(value, ListValue):
        return tuple(map(_plain, value.items))
    text = value.span.text
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        return number if str(number) == text else text
    return text
