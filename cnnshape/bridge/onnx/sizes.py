"""Shapes that Reshape, Squeeze, Unsqueeze, Expand and means give."""

from collections.abc import Sequence
from math import prod


def squeezed(shape: Sequence[int], axes: Sequence[int] | None) -> tuple[int, ...]:
    """A shape without some axes of size 1; without all of them if none are named."""
    if axes is None:
        return tuple(size for size in shape if size != 1)
    dropped = {axis % len(shape) for axis in axes}
    return tuple(size for axis, size in enumerate(shape) if axis not in dropped)


def unsqueezed(shape: Sequence[int], axes: Sequence[int]) -> tuple[int, ...]:
    """A shape with axes of size 1 at places in the result. Raises ValueError if two are the same."""
    rank = len(shape) + len(axes)
    added = {axis % rank for axis in axes}
    if len(added) < len(axes):
        raise ValueError
    rest = iter(shape)
    return tuple(1 if axis in added else next(rest) for axis in range(rank))


def reshaped(shape: Sequence[int], wanted: Sequence[int], *, keeps_zero: bool = False) -> tuple[int, ...]:
    """The shape that a Reshape asks for: 0 copies a size, and -1 takes what is left. Raises ValueError."""
    if not keeps_zero:
        wanted = [shape[axis] if size == 0 else size for axis, size in enumerate(wanted)]
    rest = prod(size for size in wanted if size != -1)
    if list(wanted).count(-1) > 1 or (-1 in wanted and (rest == 0 or prod(shape) % rest)):
        raise ValueError
    result = tuple(prod(shape) // rest if size == -1 else size for size in wanted)
    if prod(result) != prod(shape):
        raise ValueError
    return result


def reduced(shape: Sequence[int], axes: Sequence[int], *, keeps: bool) -> tuple[int, ...]:
    """A shape after a sum, mean or maximum over some axes, which stay with size 1 or go. Raises ValueError."""
    if any(not -len(shape) <= axis < len(shape) for axis in axes):
        raise ValueError
    over = {axis % len(shape) for axis in axes}
    sizes = (1 if axis in over else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(sizes) if keeps or axis not in over)


def broadcast(one: Sequence[int], other: Sequence[int]) -> tuple[int, ...]:
    """The shape of two tensors whose axes of size 1 are repeated. Raises ValueError."""
    rank = max(len(one), len(other))
    left, right = ((1,) * (rank - len(shape)) + tuple(shape) for shape in (one, other))
    if any(size != opposite and 1 not in (size, opposite) for size, opposite in zip(left, right, strict=True)):
        raise ValueError
    return tuple(opposite if size == 1 else size for size, opposite in zip(left, right, strict=True))
