"""Joins: several tensors become one. Nothing broadcasts without the word, except a gate."""

from math import prod

from cnnshape.arithmetic import ZERO, Factor, ceil_div, example
from cnnshape.layers.argument import arg, words
from cnnshape.layers.contract import layer
from cnnshape.layers.factors import OUTPUT_VALUES
from cnnshape.layers.family import Join
from cnnshape.layers.kept import INPUTS
from cnnshape.layers.tensor import LayerProblem, Shape, Tensor, format_shape

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
        return _per_channel(shapes) or equal_ranks(shapes)
    if gate := _gate(first, second):
        return f"`broadcast: space` repeats the {format_shape(gate)}; to scale every channel by its value, `multiply` takes a gate of {format_shape(gate)}"
    if first[1:] == second[1:]:
        most = max(first[0], second[0])
        help = f"bring them to the same channels, for example by `- conv: {{out: {most}, kernel: 1}}`"
        return help + (
            f"; `broadcast: channels` repeats the {format_shape(min(first, second))}"
            if 1 in (first[0], second[0])
            else ""
        )
    return equal_sizes(first, second)


def _gate(first: Shape, second: Shape) -> Shape:
    """The one of two shapes that has a single value for each channel of the other; empty if neither has."""
    for gate, full in ((first, second), (second, first)):
        if gate[0] == full[0] and set(gate[1:]) == {1} != set(full[1:]):
            return gate
    return ()


def _per_channel(shapes: tuple[Shape, ...]) -> str:
    """Advice for a flat tensor with a value for each channel of a map; empty for other shapes."""
    full = max(shapes, key=len)
    if full[:1] not in shapes or prod(full[1:]) == 1:
        return ""
    axes = ", ".join(map(str, (full[0], *(1 for _ in full[1:]))))
    return f"put `- reshape: [{axes}]` after the {full[0]}; `broadcast: space` then repeats it over the {format_shape(full)}"


def equal_sizes(first: Shape, second: Shape) -> str:
    """Advice that makes the spatial sizes of two tensors equal."""
    if len(first) == 3 and first[1:] == (second[2], second[1]):
        return "height and width are swapped on one of these paths; sizes are written `[height, width]`"
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
    if other == (1, *full[1:]):
        return f"nothing is repeated over channels by itself: `broadcast: channels` repeats the {format_shape(other)}"
    return f"nothing is repeated over channels: let the {format_shape(other)} end with {full[0]}"


TENSORS = Factor("tensors", lambda given: (len(given.inputs),))


def _same_boxes(inputs: tuple[Tensor, ...]) -> int:
    if any(tensor.boxes != inputs[0].boxes for tensor in inputs):
        counts = " and ".join(str(tensor.boxes) for tensor in inputs)
        raise LayerProblem(f"tensors of {counts} boxes can't be joined", name="join-shape-mismatch")
    return inputs[0].boxes


def _mismatch(message: str, help: str) -> LayerProblem:
    return LayerProblem(message, name="join-shape-mismatch", help=help)


class ElementwiseJoin(Join):
    """Combines values at the same place of equal shapes, or of tensors that are repeated by the word."""

    combines = True
    flops_formula = (TENSORS - 1) * OUTPUT_VALUES
    broadcast: str | None = arg(
        words("channels", "space"),
        "repeats a tensor of one channel, or of one cell, to the shape of the others",
        default=None,
    )

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        boxes = _same_boxes(inputs)
        if self.broadcast:
            return Tensor(self._repeated(inputs), boxes)
        other = next((tensor for tensor in inputs if tensor.shape != inputs[0].shape), None)
        if other is not None:
            shapes = examples(inputs)
            message = f"{self.name} needs equal shapes, got {listed(shapes)}"
            raise _mismatch(message, equal_shapes(shapes))
        return Tensor(inputs[0].shape, boxes)

    def _repeated(self, inputs: tuple[Tensor, ...]) -> Shape:
        """The shape to which `broadcast` repeats some of the inputs. Raises LayerProblem, also if there are none."""
        full = max((tensor.shape for tensor in inputs), key=prod)
        channels = self.broadcast == "channels"
        narrow = (1, *full[1:]) if channels else (full[0], *(1 for _ in full[1:]))
        fitting = (full, narrow, self._gate(full))
        other = next((tensor for tensor in inputs if tensor.shape not in fitting), None)
        shapes = examples(inputs)
        if other is not None:
            shown = " or ".join(dict.fromkeys(map(format_shape, fitting)))
            wanted = f"`broadcast: {self.broadcast}` needs tensors of {shown}"
            help = equal_shapes(examples((Tensor(full), other)))
            raise _mismatch(f"{self.name} with {wanted}, got {listed(shapes)}", help)
        if narrow == full or all(tensor.shape != narrow for tensor in inputs):
            message = f"`broadcast: {self.broadcast}` isn't needed: {self.name} gets {listed(shapes)}"
            raise LayerProblem(message, name="misplaced-modifier", help="remove it")
        return full

    def _gate(self, full: Shape) -> Shape:
        """The other shape of a tensor that fits a full one."""
        return full


@layer
class Add(ElementwiseJoin):
    """The sum of tensors of equal shapes."""

    name = "add"
    foreign = ("Add", "sum", "Sum", "Eltwise", "elementwise_add", "eltwise_add", "plus", "addition", "shortcut_add")


@layer
class Multiply(ElementwiseJoin):
    """The product of tensors of equal shapes; a gate of `C x 1 x 1` multiplies whole channels."""

    name = "multiply"
    keeps = INPUTS
    gates = True
    foreign = (
        "Multiply",
        "mul",
        "Mul",
        "elementwise_mul",
        "elementwise_multiply",
        "prod",
        "product",
        "times",
        "scale_by",
        "scale_channels",
        "gate",
    )

    def _gate(self, full: Shape) -> Shape:
        return (full[0], *(1 for _ in full[1:]))

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        if self.broadcast == "space":
            message = "`broadcast: space` isn't needed: multiply takes a gate of one value per channel without it"
            raise LayerProblem(message, name="misplaced-modifier", help="remove it")
        if self.broadcast:
            return super().output(inputs)
        boxes = _same_boxes(inputs)
        full = max((tensor.shape for tensor in inputs), key=prod)
        gate = self._gate(full)
        other = next((tensor for tensor in inputs if tensor.shape not in (full, gate)), None)
        if other is not None:
            shapes = examples((Tensor(full), Tensor(gate), other))
            message = f"multiply needs equal shapes or a gate of {format_shape(gate)}, got {listed(examples(inputs))}"
            raise _mismatch(message, fitting_gate(*shapes))
        return Tensor(full, boxes)


@layer
class Subtract(ElementwiseJoin):
    """The first tensor minus the others, of equal shapes."""

    name = "subtract"
    foreign = ("Subtract", "sub", "Sub", "minus", "difference", "diff", "elementwise_sub")


@layer
class Average(ElementwiseJoin):
    """The mean of tensors of equal shapes, value by value."""

    name = "average"
    foreign = ("Average", "avg", "average_join")
    flops_formula = TENSORS * OUTPUT_VALUES


@layer
class Maximum(ElementwiseJoin):
    """The largest of tensors of equal shapes, value by value."""

    name = "maximum"
    keeps = INPUTS
    foreign = ("Maximum", "max", "elementwise_max", "eltwise_max")


@layer
class Concat(Join):
    """Tensors one after the other along the channels; all other axes must be equal."""

    name = "concat"
    foreign = ("Concat", "concatenate", "Concatenate", "cat", "hstack", "route", "depth_concat", "filter_concat")
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
        message = f"concat needs equal sizes except for the channels, got {listed(shapes)}"
        return _mismatch(message, equal_sizes(first, other))
