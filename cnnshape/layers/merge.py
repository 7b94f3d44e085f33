"""Joins: several tensors become one. Nothing broadcasts, but for a gate."""

from math import prod

from cnnshape.layers.contract import LayerProblem, Shape, Tensor, layer
from cnnshape.layers.family import Join, show
from cnnshape.layers.window import Footprint, Sight

MOST_NAMED = 12


def _listed(inputs: tuple[Tensor, ...]) -> str:
    more = ", ..." if len(inputs) > MOST_NAMED else ""
    return ", ".join(show(each.shape) for each in inputs[:MOST_NAMED]) + more


def _axes(rank: int) -> str:
    return "flat" if rank == 1 else f"{rank} axes"


def _same_boxes(inputs: tuple[Tensor, ...]) -> int:
    if len({each.boxes for each in inputs}) > 1:
        counts = " and ".join(str(each.boxes) for each in inputs)
        raise LayerProblem(f"tensors of {counts} boxes can't be joined", name="join-shape-mismatch")
    return inputs[0].boxes


class ElementwiseJoin(Join):
    """Combines values at the same place of equal shapes."""

    combines = True
    operations = "tensors - 1 per output value"

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        if any(each.shape != inputs[0].shape for each in inputs):
            message = f"{self.name} needs equal shapes, got {_listed(inputs)}"
            raise LayerProblem(message, name="join-shape-mismatch", help=_mend(inputs))
        return Tensor(inputs[0].shape, boxes)

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return (len(inputs) - 1) * output.elements

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Sight.POINT


def _mend(inputs: tuple[Tensor, ...]) -> str:
    """What would make the shapes of a sum or a product equal."""
    first, second = inputs[0].shape, next(each.shape for each in inputs if each.shape != inputs[0].shape)
    if len(first) != len(second):
        return _mend_ranks(inputs)
    if gate := _gate(first, second):
        return f"a sum doesn't broadcast; to scale every channel by its value, `multiply` takes a gate of {show(gate)}"
    if first[1:] == second[1:]:
        most = max(first[0], second[0])
        return f"bring them to the same channels, for example by `- conv: {{out: {most}, kernel: 1}}`"
    return _mend_sizes(first, second)


def _gate(first: Shape, second: Shape) -> Shape:
    """The one of two shapes that has a single value for each channel of the other; empty where neither is that."""
    for gate, full in ((first, second), (second, first)):
        if gate[0] == full[0] and set(gate[1:]) == {1} != set(full[1:]):
            return gate
    return ()


def _mend_sizes(first: Shape, second: Shape) -> str:
    """What would make the spatial sizes of two tensors equal."""
    small, large = sorted((first, second), key=lambda shape: prod(shape[1:]))
    ratios = {-(-more // less) for less, more in zip(small[1:], large[1:], strict=True)}
    exact = all(more == less * max(ratios) for less, more in zip(small[1:], large[1:], strict=True))
    if exact:
        return f"{show(small)} is smaller by {max(ratios)}: a stride differs, or `- upsample: {max(ratios)}` is missing behind it"
    return "a stride or padding differs; `crop: center` beside the join cuts all to the smallest"


def _mend_ranks(inputs: tuple[Tensor, ...]) -> str:
    """What would bring tensors to one rank."""
    flat = next((each.shape[0] for each in inputs if len(each.shape) == 1), 0)
    full = max((each.shape for each in inputs), key=len)
    if not flat:
        return f"`reshape` the others to {len(full)} axes, as {show(full)} has them"
    help = f"put `- flatten` after the {show(full)}"
    if flat % prod(full[1:]) == 0:
        shape = ", ".join(map(str, (flat // prod(full[1:]), *full[1:])))
        help += f", or `- reshape: [{shape}]` after the {flat}"
    return help


@layer
class Add(ElementwiseJoin):
    """The sum of tensors of equal shapes."""

    name = "add"
    foreign = ("Add", "sum", "Sum", "Eltwise", "elementwise_add", "eltwise_add", "plus", "shortcut_add")


def _mend_gate(full: Shape, gate: Shape, other: Shape) -> str:
    """What would make another tensor a gate, or equal to the full one."""
    if other == gate[:1]:
        return f"give the gate its axes of size 1: `- reshape: [{', '.join(map(str, gate))}]`"
    if len(other) != len(full):
        return f"`reshape` the {show(other)} to {len(full)} axes"
    if other[0] == full[0]:
        return _mend_sizes(full, other)
    return f"nothing is repeated over channels: let the {show(other)} end with {full[0]}"


@layer
class Multiply(ElementwiseJoin):
    """The product of tensors of equal shapes; a gate of `C x 1 x 1` multiplies whole channels."""

    name = "multiply"
    foreign = ("Multiply", "mul", "Mul", "elementwise_mul", "prod", "scale_by", "scale_channels", "gate")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        full = max((each.shape for each in inputs), key=prod)
        gate = (full[0], *(1 for _ in full[1:]))
        other = next((each.shape for each in inputs if each.shape not in (full, gate)), None)
        if other is not None:
            message = f"multiply needs equal shapes or a gate of {show(gate)}, got {_listed(inputs)}"
            raise LayerProblem(message, name="join-shape-mismatch", help=_mend_gate(full, gate, other))
        return Tensor(full, boxes)


@layer
class Concat(Join):
    """Tensors one behind the other along the channels; all other axes must be equal."""

    name = "concat"
    foreign = ("Concat", "concatenate", "Concatenate", "cat", "route", "depth_concat", "filter_concat")
    operations = "0: values are moved, not computed"

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        other = next((each for each in inputs if each.shape[1:] != inputs[0].shape[1:]), None)
        if other is not None:
            raise self._mismatch(inputs, other)
        channels = sum(each.shape[0] for each in inputs)
        return Tensor((channels, *inputs[0].shape[1:]), boxes)

    def flops(self, inputs: tuple[Tensor, ...], output: Tensor) -> int | None:
        return 0

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Sight.POINT

    def _mismatch(self, inputs: tuple[Tensor, ...], other: Tensor) -> LayerProblem:
        if len({len(each.shape) for each in inputs}) > 1:
            ranks = ", ".join(f"{show(each.shape)} ({_axes(len(each.shape))})" for each in inputs[:MOST_NAMED])
            message = f"concat needs tensors of one rank, got {ranks}"
            return LayerProblem(message, name="join-shape-mismatch", help=_mend_ranks(inputs))
        message = f"concat needs equal sizes but for the channels, got {_listed(inputs)}"
        return LayerProblem(message, name="join-shape-mismatch", help=_mend_sizes(inputs[0].shape, other.shape))
