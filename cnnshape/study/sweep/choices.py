"""The choices of a design of a space: the value of each axis, and the options that make them. This module needs no numpy."""

import shlex
from collections.abc import Sequence

from cnnshape.layers import AXES
from cnnshape.report import FIGURES
from cnnshape.study.sweep.space_text import INPUT, PARAM, VARIANT, AxisText
from cnnshape.study.sweep.wanted import INDEX

_TAKEN = {*FIGURES, INDEX, INPUT, VARIANT, *(f"receptive_field_{axis}" for axes in AXES.values() for axis in axes)}


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
