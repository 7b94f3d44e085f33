"""Conditions that tell the calls of a block apart."""

from collections.abc import Iterable, Iterator, Sequence

from cnnshape.bridge.draft import Value
from cnnshape.bridge.fold.param import CONDITION, RATIO, Param

Condition = tuple[str, list[bool]]
"""An expression, and its value in each call."""


def conditions(
    params: Sequence[Param], channels: Sequence[int], width: tuple[str, Sequence[Value | None]] | None
) -> Iterator[Condition]:
    """Conditions on strides and shapes, the most telling first.

    `channels` are those that enter a step, and `width` is the expression of those that it gives, with its values.
    """
    whole = [param for param in params if None not in param.vector]
    strides = [
        _is_one(param)
        for param in whole
        if param.role == "stride" and not any(isinstance(value, tuple) for value in param.vector)
    ]
    ratios = [_is_one(param) for param in whole if param.role == RATIO]
    widths: dict[str, Sequence[Value | None]] = {param.name: param.vector for param in whole if param.channels}
    multiples = [f"{param.name} * in_channels" for param in whole if param.role == RATIO]
    if width is not None and None not in width[1] and width[0] not in multiples:
        widths = {width[0]: width[1], **widths}
    changed = [
        (name, [value != enters for value, enters in zip(vector, channels, strict=True)])
        for name, vector in widths.items()
    ]
    # Shapes that differ need a projection, and forbid the identity: so the whole condition comes first.
    for stride, moves in strides:
        for name, changes in changed:
            either = [move or change for move, change in zip(moves, changes, strict=True)]
            yield f"{stride} != 1 or in_channels != {name}", either
            yield f"{stride} == 1 and in_channels == {name}", _negated(either)
    for name, values in changed:
        yield f"in_channels != {name}", values
        yield f"in_channels == {name}", _negated(values)
    for name, values in (*strides, *ratios):
        yield f"{name} != 1", values
        yield f"{name} == 1", _negated(values)
    for param in params:
        if param.role == CONDITION:
            truths = [value is True for value in param.vector]
            yield param.name, truths
            yield f"not {param.name}", _negated(truths)


def _is_one(param: Param) -> Condition:
    return param.name, [value != 1 for value in param.vector]


def _negated(values: Iterable[bool]) -> list[bool]:
    return [not value for value in values]
