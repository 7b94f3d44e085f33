"""Nodes that change values where they are: activations, matrix products, joins, means."""

from collections.abc import Callable, Mapping, Sequence
from math import prod

from cnnshape.bridge.onnx import norms
from cnnshape.bridge.onnx.constants import Constant
from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.norms import rounded
from cnnshape.bridge.onnx.walk import NoKind, View, Walk
from cnnshape.bridge.onnx.windows import following_bias
from cnnshape.bridge.operations import Argument

Handler = Callable[[Walk, Node], None]


def _near(value: float, wanted: float) -> bool:
    return abs(value - wanted) < 1e-4 * max(1, abs(wanted))


def simple(kind: str, **attributes: tuple[str, float]) -> Handler:
    """A handler for an activation. Each argument is read from an attribute, with ONNX's default."""

    def handle(walk: Walk, node: Node) -> None:
        arguments = {name: rounded(node.real(*given)) for name, given in attributes.items()}
        walk.give(node, kind, [walk.view(node)], arguments)

    return handle


def hard_sigmoid(walk: Walk, node: Node) -> None:
    """HardSigmoid, with the slope of PyTorch and Keras."""
    if not (_near(node.real("alpha", 0.2), 1 / 6) and _near(node.real("beta", 0.5), 0.5)):
        raise NoKind
    walk.give(node, "hard_sigmoid", [walk.view(node)])


def clip(walk: Walk, node: Node) -> None:
    """Clip: relu6, relu, or a clip between other bounds."""
    view = walk.view(node)
    bounds = []
    for index, name in ((1, "min"), (2, "max")):
        given = walk.constant(node, index)
        value = node.attributes.get(name) if given is None else given.single
        if given is not None and value is None:
            raise NoKind
        bounds.append(float(value) if isinstance(value, int | float) and abs(value) < 3e38 else None)
    low, high = bounds
    if low == 0 and high == 6:
        walk.give(node, "relu6", [view])
    elif low == 0 and high is None:
        walk.give(node, "relu", [view])
    elif low is None or high is None:
        raise NoKind
    else:
        walk.give(node, "hard_tanh", [view], {"min": rounded(low), "max": rounded(high)})


def prelu(walk: Walk, node: Node) -> None:
    """PRelu, with one slope or one per channel."""
    view = walk.view(node)
    slope = walk.constant(node, 1)
    channels = walk.building.shape(view.value)[0]
    if slope is None or slope.elements not in (1, channels) or slope.elements != max(slope.shape, default=1):
        raise NoKind
    walk.give(node, "prelu", [view], {"per_channel": slope.elements > 1}, [walk.weight(slope)])


def dropout(walk: Walk, node: Node) -> None:
    """Dropout, whose share is an input from version 12 on."""
    ratio = walk.constant(node, 1)
    share = node.real("ratio", 0.5) if ratio is None or ratio.single is None else float(ratio.single)
    walk.give(node, "dropout", [walk.view(node)], {"p": rounded(share)})


def softmax(kind: str) -> Handler:
    """A handler for a softmax over the channels, or over the only axis of space."""

    def handle(walk: Walk, node: Node) -> None:
        view = walk.view(node)
        axis = node.whole("axis", -1 if walk.model.opset >= 13 else 1)
        rank = len(view.axes)
        if not -rank <= axis < rank:
            raise NoKind
        if rank == 3 and view.axes[axis] == 2:
            walk.give(node, kind, [view], {"axes": "space"})
            return
        if view.axes[axis] != 1:
            raise NoKind
        walk.give(node, kind, [view])

    return handle


def gemm(walk: Walk, node: Node) -> None:
    """Gemm: a linear layer."""
    weight = walk.constant(node, 1)
    if weight is None or len(weight.shape) != 2 or node.whole("transA", 0):
        raise NoKind
    sizes = weight.shape[::-1] if node.whole("transB", 0) else weight.shape
    bias = walk.constant(node, 2)
    if bias is not None and bias.elements != sizes[1]:
        raise NoKind
    _product(walk, node, weight, sizes, bias)


def matmul(walk: Walk, node: Node) -> None:
    """MatMul with a weight: a linear layer, or a convolution with a kernel of 1 where the channels are last."""
    if len(node.inputs) == 2 and isinstance(walk.values.get(node.inputs[0]), Constant):
        raise NoKind
    weight = walk.constant(node, 1)
    if weight is None or len(weight.shape) != 2:
        raise NoKind
    _product(walk, node, weight, weight.shape, None)


def _product(walk: Walk, node: Node, weight: Constant, sizes: Sequence[int], bias: Constant | None) -> None:
    view = walk.view(node)
    rows, out = sizes
    if view.axes[-1] != 1 or walk.building.shape(view.value)[0] != rows:
        raise NoKind
    output = node.outputs[0]
    if bias is None:
        bias, output = following_bias(walk, node, out, after=0)
    weights = [walk.weight(weight)] + ([walk.weight(bias)] if bias is not None else [])
    arguments: dict[str, Argument] = {"out": out, "bias": bias is not None}
    if len(view.axes) == 2:
        walk.give(node, "linear", [view], arguments, weights, output)
    else:
        walk.give(node, "conv", [view], {"kernel": 1, **arguments}, weights, output)


_JOINS = {"Add": "add", "Sum": "add", "Mul": "multiply", "Sub": "subtract", "Max": "maximum", "Mean": "average"}


def join(walk: Walk, node: Node) -> None:
    """Add, Mul, Sub, Div, Max and Mean of tensors, or of a tensor and constants."""
    constants = [operand for operand in walk.operands(node) if operand is not None]
    if constants:
        if len(node.inputs) != 2:
            raise NoKind
        _with_constant(walk, node, constants[0])
        return
    kind = _JOINS.get(node.op)
    views = [walk.view(node, index) for index in range(len(node.inputs))]
    if len(views) == 1 and kind:
        walk.bind(node.outputs[0], views[0])
        return
    if kind == "multiply" and node.inputs[0] == node.inputs[1]:
        walk.give(node, "square", views[:1])
        return
    if kind is None or any(len(view.axes) != len(views[0].axes) for view in views):
        raise NoKind
    shapes = [walk.building.shape(view.value) for view in views]
    full = max(shapes, key=prod)
    broadcast = _broadcast(kind, shapes, full)
    views = _aligned(walk, views)
    arguments: dict[str, Argument] = {"broadcast": broadcast} if broadcast else {}
    first = max(views, key=lambda view: prod(walk.building.shape(view.value)))
    whole = walk.add(node, kind, views, arguments)
    walk.bind(node.outputs[0], whole._replace(axes=first.axes, batch=max(view.batch for view in views)))


def _aligned(walk: Walk, views: list[View]) -> list[View]:
    """The views if all show their axes in one order. Raises NoKind.

    A gate of single cells has the same cells in every order, if its channels are where those of the others are.
    """
    full = max(views, key=lambda view: prod(walk.building.shape(view.value)))
    for view in views:
        if view.axes != full.axes and walk.shape(view)[full.axes.index(1)] != walk.building.shape(view.value)[0]:
            raise NoKind
        if view.axes != full.axes and set(walk.space(view)) != {1}:
            raise NoKind
    return views


def _broadcast(kind: str, shapes: Sequence[tuple[int, ...]], full: tuple[int, ...]) -> str:
    """The word that repeats the smaller tensors; empty if none is needed. Raises NoKind."""
    gate = (full[0], *(1 for _ in full[1:]))
    narrow = (1, *full[1:])
    others = {shape for shape in shapes if shape != full}
    if not others or (kind == "multiply" and others == {gate}):
        return ""
    if others == {gate}:
        return "space"
    if others == {narrow}:
        return "channels"
    raise NoKind


def _with_constant(walk: Walk, node: Node, constant: Constant) -> None:
    """A tensor and a constant: a factor, a shift, or a learned value per channel."""
    is_first = isinstance(walk.values.get(node.inputs[0]), Constant)
    view = walk.view(node, 1 if is_first else 0)
    channels = walk.building.shape(view.value)[0]
    is_weight = walk.is_own and bool(constant.name)
    if constant.elements == 1 and constant.single is not None and not is_weight:
        walk.give(node, "rescale", [view], _rescaled(node.op, float(constant.single), is_first))
        return
    if is_weight and node.op == "Mul" and constant.elements == 1:
        shift, output = following_bias(walk, node, 1, after=0)
        weights = [walk.weight(part) for part in (constant, shift) if part is not None]
        arguments: dict[str, Argument] = {"per_channel": False, "shift": shift is not None}
        walk.give(node, "layer_scale", [view], arguments, weights, output)
        return
    if node.op != "Mul" or constant.elements != channels or not constant.real:
        raise NoKind
    # The channels of the constant must lie where those of the tensor do.
    aligned = (1,) * (len(view.axes) - len(constant.shape)) + constant.shape
    if len(aligned) != len(view.axes) or aligned[view.axes.index(1)] != channels:
        raise NoKind
    shift, output = following_bias(walk, node, channels, after=len(view.axes) - 1 - view.axes.index(1))
    weights = [walk.weight(part) for part in (constant, shift) if part is not None]
    walk.give(node, "layer_scale", [view], {"shift": shift is not None}, weights, output)


def _rescaled(op: str, value: float, is_first: bool) -> dict[str, Argument]:
    """The arguments of a rescale for an operation with one number."""
    value = rounded(value)
    if op in ("Add", "Sum"):
        return {"shift": value}
    if op == "Mul":
        return {"scale": value}
    if op == "Sub":
        return {"scale": -1.0, "shift": value} if is_first else {"shift": -value}
    if op == "Div" and not is_first and value:
        return {"scale": rounded(1 / value)}
    raise NoKind


def power(walk: Walk, node: Node) -> None:
    """Pow with an exponent of 2 or 1."""
    exponent = walk.constant(node, 1)
    single = exponent.single if exponent is not None else None
    if single not in (1, 2):
        raise NoKind
    walk.give(node, "square" if single == 2 else "identity", [walk.view(node)])


def reduce(walk: Walk, node: Node) -> None:
    """ReduceMean, ReduceMax and ReduceSum over the channels, or over axes of space. A sum is a mean times the cells."""
    view = walk.view(node)
    rank = len(view.axes)
    axes = node.wholes("axes")
    if axes is None and (given := walk.constant(node, 1)) is not None:
        axes = given.wholes
    if not axes or any(not -rank <= axis < rank for axis in axes):
        raise NoKind
    over = sorted({view.axes[axis] for axis in axes})
    kept = bool(node.whole("keepdims", 1))
    sizes = (view.batch, *walk.building.shape(view.value))
    kind, arguments = _pool(over, sizes, "max" if node.op == "ReduceMax" else "avg")
    if kind.startswith("channel") and not (rank > 2 or walk.is_own):
        raise NoKind
    whole = kind.startswith("global")
    if not kept and not whole and not view.plain:
        raise NoKind
    pooled = walk.add(node, kind, [view], arguments)
    if node.op == "ReduceSum":
        pooled = walk.add(node, "rescale", [pooled], {"scale": float(prod(sizes[axis] for axis in over))})
    if not kept and whole:
        pooled = walk.add(node, "flatten", [pooled])
    elif not kept:
        rest = tuple(size for axis, size in enumerate(sizes) if axis not in over)
        pooled = walk.add(node, "reshape", [pooled], {"shape": rest[1:]})
    walk.bind(node.outputs[0], pooled)


def _pool(over: Sequence[int], sizes: Sequence[int], word: str) -> tuple[str, dict[str, Argument]]:
    """The kind that reduces these axes of a value, with its arguments. Raises NoKind."""
    space = range(2, len(sizes))
    if over == list(space):
        return f"global_{word}_pool", {}
    if over == [1]:
        return f"channel_{word}_pool", {}
    if min(over) < 2:
        raise NoKind
    return f"adaptive_{word}_pool", {"size": tuple(1 if axis in over else sizes[axis] for axis in space)}


HANDLERS: Mapping[str, Handler] = {
    "Relu": simple("relu"),
    "Sigmoid": simple("sigmoid"),
    "Tanh": simple("tanh"),
    "LeakyRelu": simple("leaky_relu", slope=("alpha", 0.01)),
    "Elu": simple("elu", alpha=("alpha", 1.0)),
    "Celu": simple("celu", alpha=("alpha", 1.0)),
    "Selu": simple("selu"),
    "Gelu": simple("gelu"),
    "Swish": simple("silu"),
    "Mish": simple("mish"),
    "HardSwish": simple("hard_swish"),
    "Softplus": simple("softplus"),
    "Softsign": simple("softsign"),
    "Abs": simple("abs"),
    "HardSigmoid": hard_sigmoid,
    "Clip": clip,
    "PRelu": prelu,
    "Dropout": dropout,
    "Softmax": softmax("softmax"),
    "LogSoftmax": softmax("log_softmax"),
    "BatchNormalization": norms.batch_norm,
    "InstanceNormalization": norms.instance_norm,
    "LayerNormalization": norms.layer_norm,
    "RMSNormalization": norms.layer_norm,
    "GroupNormalization": norms.group_norm,
    "LRN": norms.local_response_norm,
    "Gemm": gemm,
    "MatMul": matmul,
    "Add": join,
    "Sum": join,
    "Mul": join,
    "Sub": join,
    "Div": join,
    "Max": join,
    "Mean": join,
    "Pow": power,
    "ReduceMean": reduce,
    "ReduceMax": reduce,
    "ReduceSum": reduce,
}
PATTERNS: Mapping[str, Handler] = {
    **{kind: simple(kind) for kind in ("silu", "mish", "hard_swish", "hard_sigmoid", "gelu")},
    "layer_norm": norms.decomposed_layer_norm,
    "rms_norm": norms.decomposed_rms_norm,
    "group_norm": norms.decomposed_group_norm,
    "global_response_norm": norms.decomposed_response_norm,
}
"""Handlers of the nodes that took the place of a group."""
