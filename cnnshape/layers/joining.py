"""Messages about tensors that don't join, with suggestions."""

from math import prod

from cnnshape.arithmetic import ceil_div, example
from cnnshape.layers.tensor import Shape, Tensor
from cnnshape.layers.wording import format_shape

MOST_NAMED = 12


def examples(tensors: tuple[Tensor, ...]) -> tuple[Shape, ...]:
    """The shapes, in plain numbers."""
    return tuple(tuple(map(example, tensor.shape)) for tensor in tensors)


def listed(shapes: tuple[Shape, ...]) -> str:
    """The first of the shapes: `64x56x56, 64x28x28`."""
    more = ", ..." if len(shapes) > MOST_NAMED else ""
    return ", ".join(map(format_shape, shapes[:MOST_NAMED])) + more


def listed_ranks(shapes: tuple[Shape, ...]) -> str:
    """The first of the shapes with their ranks: `64x56x56 (3 axes), 64 (flat)`."""
    return ", ".join(f"{format_shape(shape)} ({_axes(len(shape))})" for shape in shapes[:MOST_NAMED])


def _axes(rank: int) -> str:
    return "flat" if rank == 1 else f"{rank} axes"


def equal_shapes(shapes: tuple[Shape, ...]) -> str:
    """Advice that makes the shapes of a sum or a product equal."""
    first, second = shapes[0], next(shape for shape in shapes if shape != shapes[0])
    if len(first) != len(second):
        return equal_ranks(shapes)
    if gate := _gate(first, second):
        return f"a sum doesn't broadcast; to scale every channel by its value, `multiply` takes a gate of {format_shape(gate)}"
    if first[1:] == second[1:]:
        most = max(first[0], second[0])
        return f"bring them to the same channels, for example by `- conv: {{out: {most}, kernel: 1}}`"
    return equal_sizes(first, second)


def _gate(first: Shape, second: Shape) -> Shape:
    """The one of two shapes that has a single value for each channel of the other; empty if neither has."""
    for gate, full in ((first, second), (second, first)):
        if gate[0] == full[0] and set(gate[1:]) == {1} != set(full[1:]):
            return gate
    return ()


def equal_sizes(first: Shape, second: Shape) -> str:
    """Advice that makes the spatial sizes of two tensors equal."""
    small, large = sorted((first, second), key=lambda shape: prod(shape[1:]))
    pairs = list(zip(small[1:], large[1:], strict=True))
    ratio = max(ceil_div(more, less) for less, more in pairs)
    if all(more == less * ratio for less, more in pairs):
        return f"{format_shape(small)} is smaller by {ratio}: a stride differs, or `- upsample: {ratio}` is missing after it"
    return "a stride or padding differs; `crop: center` on the join cuts all to the smallest"


def equal_ranks(shapes: tuple[Shape, ...]) -> str:
    """Advice that brings tensors to one rank."""
    flat = next((shape[0] for shape in shapes if len(shape) == 1), 0)
    full = max(shapes, key=len)
    if not flat:
        return f"`reshape` the others to {len(full)} axes, as {format_shape(full)} has them"
    help = f"put `- flatten` after the {format_shape(full)}"
    if flat % prod(full[1:]) == 0:
        shape = ", ".join(map(str, (flat // prod(full[1:]), *full[1:])))
        help += f", or `- reshape: [{shape}]` after the {flat}"
    return help


def fitting_gate(full: Shape, gate: Shape, other: Shape) -> str:
    """Advice that makes another tensor a gate, or equal to the full one."""
    if other == gate[:1]:
        return f"give the gate its axes of size 1: `- reshape: [{', '.join(map(str, gate))}]`"
    if len(other) != len(full):
        return f"`reshape` the {format_shape(other)} to {len(full)} axes"
    if other[0] == full[0]:
        return equal_sizes(full, other)
    return f"nothing is repeated over channels: let the {format_shape(other)} end with {full[0]}"
