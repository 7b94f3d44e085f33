"""Joins: several tensors become one. Nothing broadcasts, but for a gate."""

from math import prod

from cnnshape.arithmetic import ZERO, Factor
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import OUTPUT_VALUES
from cnnshape.layers.family import Join
from cnnshape.layers.joining import (
    equal_ranks,
    equal_shapes,
    equal_sizes,
    examples,
    fitting_gate,
    listed,
    listed_ranks,
)
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor
from cnnshape.layers.wording import format_shape

TENSORS = Factor("tensors", lambda given: (len(given.inputs),))


def _same_boxes(inputs: tuple[Tensor, ...]) -> int:
    if any(tensor.boxes != inputs[0].boxes for tensor in inputs):
        counts = " and ".join(str(tensor.boxes) for tensor in inputs)
        raise LayerProblem(f"tensors of {counts} boxes can't be joined", name="join-shape-mismatch")
    return inputs[0].boxes


def _mismatch(message: str, help: str) -> LayerProblem:
    return LayerProblem(message, name="join-shape-mismatch", help=help)


class ElementwiseJoin(Join):
    """Combines values at the same place of equal shapes."""

    combines = True
    flops_formula = (TENSORS - 1) * OUTPUT_VALUES

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        other = next((tensor for tensor in inputs if tensor.shape != inputs[0].shape), None)
        if other is not None:
            shapes = examples(inputs)
            message = f"{self.name} needs equal shapes, got {listed(shapes)}"
            raise _mismatch(message, equal_shapes(shapes))
        return Tensor(inputs[0].shape, boxes)


@layer
class Add(ElementwiseJoin):
    """The sum of tensors of equal shapes."""

    name = "add"
    foreign = ("Add", "sum", "Sum", "Eltwise", "elementwise_add", "eltwise_add", "plus", "shortcut_add")


@layer
class Multiply(ElementwiseJoin):
    """The product of tensors of equal shapes; a gate of `C x 1 x 1` multiplies whole channels."""

    name = "multiply"
    gates = True
    foreign = ("Multiply", "mul", "Mul", "elementwise_mul", "prod", "scale_by", "scale_channels", "gate")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        full = max((tensor.shape for tensor in inputs), key=prod)
        gate = (full[0], *(1 for _ in full[1:]))
        other = next((tensor for tensor in inputs if tensor.shape not in (full, gate)), None)
        if other is not None:
            shapes = examples((Tensor(full), Tensor(gate), other))
            message = f"multiply needs equal shapes or a gate of {format_shape(gate)}, got {listed(examples(inputs))}"
            raise _mismatch(message, fitting_gate(*shapes))
        return Tensor(full, boxes)


@layer
class Concat(Join):
    """Tensors one after the other along the channels; all other axes must be equal."""

    name = "concat"
    foreign = ("Concat", "concatenate", "Concatenate", "cat", "route", "depth_concat", "filter_concat")
    flops_formula = ZERO.noted("values are moved, not computed")

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        other = next((tensor for tensor in inputs if tensor.shape[1:] != inputs[0].shape[1:]), None)
        if other is not None:
            raise self._mismatch(examples(inputs), *examples((inputs[0], other)))
        channels = sum(tensor.shape[0] for tensor in inputs)
        return Tensor((channels, *inputs[0].shape[1:]), boxes)

    def _mismatch(self, shapes: tuple[Shape, ...], first: Shape, other: Shape) -> LayerProblem:
        if len(set(map(len, shapes))) > 1:
            return _mismatch(f"concat needs tensors of one rank, got {listed_ranks(shapes)}", equal_ranks(shapes))
        message = f"concat needs equal sizes but for the channels, got {listed(shapes)}"
        return _mismatch(message, equal_sizes(first, other))
