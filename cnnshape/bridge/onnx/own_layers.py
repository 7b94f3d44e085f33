"""Layers that `cnnshape export` writes as several nodes, and what they are taken apart into."""

from collections.abc import Callable, Mapping

from cnnshape.bridge.onnx import cells, norms, windows
from cnnshape.bridge.onnx.constants import Constant
from cnnshape.bridge.onnx.model import Node
from cnnshape.bridge.onnx.norms import rounded
from cnnshape.bridge.onnx.walk import NoKind, Walk
from cnnshape.bridge.operations import Argument, Ref

_NORMED = "Div({c}, Sqrt(Add(ReduceMean(Mul({c}, {c})), e)))".format(c="Sub(x, ReduceMean(x))")
_MEAN_SQUARE = "Div(x, Sqrt(Add(ReduceMean(Mul(x, x)), e)))"
_GROUPED = "Reshape(InstanceNormalization(Reshape(x, s), u, v), t)"
_STANDARD = "Div({c}, Sqrt(Add(ReduceMean(Mul({c}, {c})), e)))".format(c="Sub(w, ReduceMean(w))")
_SCALED = f"Mul({_STANDARD}, Mul(g, f))"
_EVO = ("Reshape(Div(Reshape(Mul(x, Sigmoid(Mul(x, v))), s), Sqrt(Add(ReduceMean(Mul({c}, {c})), e))), t)").format(
    c="Sub(Reshape(x, r), ReduceMean(Reshape(x, r)))"
)
_ZEROS = "Reshape(ConstantOfShape(Shape(p)), a)"
_HEADS = "Softmax(MatMul(Transpose(Reshape(q, s)), Reshape(k, t)))"
PATTERNS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("attention", (f"Reshape(Transpose(MatMul({_HEADS}, Transpose(Reshape(v, u)))), w)",), "qkvs"),
    ("rms_norm", (f"Mul({_MEAN_SQUARE}, w)", _MEAN_SQUARE), "xwe"),
    ("statistics_norm", (_NORMED,), "x.."),
    ("statistics_norm", (f"Mul({_NORMED}, w)",), "xw."),
    ("statistics_norm", (f"Add({_NORMED}, b)",), "x.b"),
    ("statistics_norm", (f"Add(Mul({_NORMED}, w), b)",), "xwb"),
    ("group_norm", (_GROUPED,), "x..s"),
    ("group_norm", (f"Mul({_GROUPED}, w)",), "xw.s"),
    ("group_norm", (f"Add({_GROUPED}, b)",), "x.bs"),
    ("evo_norm", (f"Add(Mul({_EVO}, w), b)",), "xwbvs"),
    ("local_response_norm", ("Div(x, Reshape(Pow(Add(Mul(AveragePool(Reshape(Mul(x, x), s)), a), k), p), t))",), "xapk"),
    ("largest_cells", ("ReduceMax(Gather(x, i))",), "xi"),
    ("weighted_cells", ("ReduceSum(Mul(Gather(x, i), f), a)",), "xi"),
    ("conv_transpose", ("Add(Pad(ConvTranspose(x, w), p), b)",), "xwbp"),
    ("scattered_unpool", (f"Reshape(ScatterElements({_ZEROS}, Reshape(i, b), Reshape(x, c)), Shape(p))",), "xip"),
    ("standardized_conv", (f"Conv(x, {_SCALED})", f"Conv(x, {_SCALED}, b)"), "xwbg"),
    ("gru", ("Reshape(Transpose(GRU(Transpose(x), w, h)), s)",), "xwh"),
    ("gru", ("Reshape(Transpose(GRU(Transpose(x), w, h, Concat(b, c))), s)",), "xwhbc"),
    ("lstm", ("Reshape(Transpose(LSTM(Transpose(x), w, h)), s)",), "xwh"),
    ("lstm", ("Reshape(Transpose(LSTM(Transpose(x), w, h, Concat(b, c))), s)",), "xwhbc"),
)  # fmt: skip


def _known(walk: Walk, node: Node, index: int) -> Constant:
    constant = walk.constant(node, index)
    if constant is None:
        raise NoKind
    return constant


def attention(walk: Walk, node: Node) -> None:
    """Attention: query, key, value, and the shape with the heads."""
    views = [walk.plain(node, index) for index in range(3)]
    references: dict[str, Argument] = {
        name: Ref(view.value) for name, view in zip(("query", "key", "value"), views, strict=True)
    }
    walk.give(node, "attention", views, {**references, "heads": _known(walk, node, 3).wholes[1]})


def statistics_norm(walk: Walk, node: Node) -> None:
    """A batch norm by the statistics of the batch: x, scale, shift."""
    view = walk.plain(node)
    if node.wholes("axes") != (0, *range(2, len(view.axes))):
        raise NoKind
    learns, weights = norms.affine(walk, walk.constant(node, 1), walk.constant(node, 2))
    walk.give(node, "batch_norm", [view], {"track": False, "affine": learns}, weights)


def evo_norm(walk: Walk, node: Node) -> None:
    """x, scale, shift, the factors of the gate, and the shape with the groups."""
    weights = [walk.weight(_known(walk, node, index)) for index in (1, 2, 3)]
    walk.give(node, "evo_norm", [walk.plain(node)], {"groups": _known(walk, node, 4).wholes[1]}, weights)


def local_response_norm(walk: Walk, node: Node) -> None:
    """x, alpha, the exponent, and what is added."""
    alpha, beta, k = (rounded(float(_known(walk, node, index).known[0])) for index in (1, 2, 3))
    size = (node.wholes("kernel_shape") or (1,))[0]
    walk.give(node, "local_response_norm", [walk.plain(node)], {"size": size, "alpha": alpha, "beta": beta, "k": k})


def standardized_conv(walk: Walk, node: Node) -> None:
    """A convolution whose kernels are standardized: x, kernels, bias, gain."""
    windows.conv(walk, node._replace(inputs=node.inputs[:3]), gain=_known(walk, node, 3))


def conv_transpose(walk: Walk, node: Node) -> None:
    """A transposed convolution with more cells after its output than its stride: x, kernels, bias, pads."""
    pads = _known(walk, node, 3).wholes
    rank = len(pads) // 2
    if any(pads[: rank + 2]):
        raise NoKind
    extra = node._replace(inputs=node.inputs[:3], attributes={**node.attributes, "output_padding": pads[rank + 2 :]})
    windows.conv_transpose(walk, extra)


def recurrent(kind: str, gates: int) -> Callable[[Walk, Node], None]:
    """A handler: x, the matrices of the input and of the state, and a bias of each."""

    def handle(walk: Walk, node: Node) -> None:
        stored = [walk.constant(node, index) for index in range(1, len(node.inputs))]
        weights = [walk.weight(constant) for constant in stored if constant is not None and constant.name]
        directions, rows, _ = _known(walk, node, 1).shape
        arguments: dict[str, Argument] = {"out": rows // gates, "biases": len(weights) - 2}
        walk.give(node, kind, [walk.plain(node)], {**arguments, "bidirectional": directions == 2}, weights)

    return handle


def max_unpool(walk: Walk, node: Node) -> None:
    """MaxUnpool with the places of a pool, whose output they are bound to, and the size of its input."""
    view, pool = walk.plain(node), walk.plain(node, 1)
    kernel = node.wholes("kernel_shape") or ()
    geometry = windows.Geometry(node, kernel)
    arguments: dict[str, Argument] = {"kernel": kernel, "stride": geometry.stride}
    arguments |= {"padding": tuple(before for before, _ in geometry.around), "pool": Ref(pool.value)}
    size = walk.constant(node, 2)
    if size is not None:
        arguments["size"] = size.wholes[2:]
    walk.give(node, "max_unpool", [view], arguments)


def scattered_unpool(walk: Walk, node: Node) -> None:
    """The same by its places among all values: x, the places, and what entered the pool."""
    view, pool, entered = (walk.plain(node, index) for index in range(3))
    maker = next((other for other in walk.nodes if other.outputs[1:] == node.inputs[1:2]), None)
    if maker is None:
        raise NoKind
    geometry = windows.Geometry(maker, maker.wholes("kernel_shape") or ())
    arguments: dict[str, Argument] = {"kernel": geometry.kernel, "stride": geometry.stride}
    arguments |= {"padding": tuple(before for before, _ in geometry.around), "pool": Ref(pool.value)}
    walk.give(node, "max_unpool", [view], {**arguments, "size": walk.space(entered)})


HANDLERS: Mapping[str, Callable[[Walk, Node], None]] = {
    "attention": attention,
    "statistics_norm": statistics_norm,
    "evo_norm": evo_norm,
    "local_response_norm": local_response_norm,
    "largest_cells": cells.largest,
    "weighted_cells": cells.weighted,
    "conv_transpose": conv_transpose,
    "scattered_unpool": scattered_unpool,
    "standardized_conv": standardized_conv,
    "lstm": recurrent("lstm", 4),
    "gru": recurrent("gru", 3),
}
