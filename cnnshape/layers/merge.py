"""Joins: several tensors become one. Nothing broadcasts, but for a gate."""

from cnnshape.layers.contract import LayerProblem, Tensor, layer
from cnnshape.layers.family import Free, Unweighted, show
from cnnshape.layers.window import Footprint, Sight


def _listed(inputs: tuple[Tensor, ...]) -> str:
    return ", ".join(show(each.shape) for each in inputs)


def _same_boxes(inputs: tuple[Tensor, ...]) -> int:
    if len({each.boxes for each in inputs}) > 1:
        counts = " and ".join(str(each.boxes) for each in inputs)
        raise LayerProblem(f"tensors of {counts} boxes can't be joined", name="join-shape-mismatch")
    return inputs[0].boxes


class Elementwise(Unweighted):
    """Combines values at the same place of equal shapes."""

    joins = True
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


def _mend(inputs: tuple[Tensor, ...]) -> str | None:
    first, second = inputs[0].shape, next(each.shape for each in inputs if each.shape != inputs[0].shape)
    if len(first) != len(second):
        return "the tensors have different ranks; is a `flatten` too early?"
    if first[1:] == second[1:]:
        return f"bring them to the same channels, for example by `- conv: {{out: {first[0]}, kernel: 1}}`"
    return "bring them to the same size: a stride or padding differs, or an `upsample` is missing"


@layer
class Add(Elementwise):
    """The sum of tensors of equal shapes."""

    name = "add"
    foreign = ("Add", "sum", "Sum", "Eltwise", "plus", "shortcut_add")


@layer
class Multiply(Elementwise):
    """The product of tensors of equal shapes; a gate of `C x 1 x 1` multiplies whole channels."""

    name = "multiply"
    foreign = ("Multiply", "mul", "Mul", "scale_by", "gate")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        full = max(inputs, key=lambda each: each.elements)
        gate = (full.shape[0], *(1 for _ in full.shape[1:]))
        if any(each.shape not in (full.shape, gate) for each in inputs):
            message = f"multiply needs equal shapes or a gate of {show(gate)}, got {_listed(inputs)}"
            help = "a gate has one value per channel: the channels of what it multiplies, and 1 on every other axis"
            raise LayerProblem(message, name="join-shape-mismatch", help=help)
        return Tensor(full.shape, boxes)


@layer
class Concat(Free):
    """Tensors one behind the other along the channels; all other axes must be equal."""

    name = "concat"
    joins = True
    foreign = ("Concat", "concatenate", "Concatenate", "cat", "route")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        if any(each.shape[1:] != inputs[0].shape[1:] for each in inputs):
            message = f"concat needs equal sizes but for the channels, got {_listed(inputs)}"
            help = "a stride or padding differs; `crop: center` beside `concat` cuts all to the smallest"
            raise LayerProblem(message, name="join-shape-mismatch", help=help)
        channels = sum(each.shape[0] for each in inputs)
        return Tensor((channels, *inputs[0].shape[1:]), boxes)

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        return Sight.POINT
