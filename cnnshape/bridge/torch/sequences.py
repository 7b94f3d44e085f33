"""Attention and recurrent layers."""

from typing import Any

from cnnshape.bridge.operations import Argument, Ref
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.calls import Call, handles
from cnnshape.bridge.torch.recorder import Recorder, Unsupported, View


@handles("scaled_dot_product_attention")
def scaled_dot_product_attention(
    call: Call,
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: Any = None,
    enable_gqa: bool = False,
) -> View:
    if attn_mask is not None or is_causal or enable_gqa:
        raise Unsupported
    result = attend(call.recorder, call.view(query), call.view(key), call.view(value))
    if views.sizes_of(result.dims) != tuple(call.result.shape):
        raise Unsupported
    return result


def attend(recorder: Recorder, query: View, key: View, value: View, what: str = "") -> View:
    """Attention of queries `(batch, ..., positions, channels)` to keys and values of the same form."""
    heads = {views.sizes_of(view.dims[1:-2]) for view in (query, key, value)}
    if len(heads) != 1 or len(query.dims) < 3:
        raise Unsupported
    number = 1
    for size in heads.pop():
        number *= size
    values = [_channels_first(recorder, view) for view in (query, key, value)]
    shape = (recorder.shape(values[2])[0], *recorder.shape(values[0])[1:])
    arguments: dict[str, Argument] = {
        "query": Ref(values[0]),
        "key": Ref(values[1]),
        "value": Ref(values[2]),
        "heads": number,
    }
    made = recorder.emit("attention", arguments, values, shape, what=what)
    parts = [views.size_of(dim) for dim in query.dims[1:-2]] + [shape[0] // number]
    channels = views.split(views.whole(0, shape[0]), parts)
    space = views.atoms_of(views.whole(axis, size) for axis, size in enumerate(shape) if axis)
    if channels is None:
        raise Unsupported
    return recorder.seen(made, (query.dims[0], *channels[:-1], space, channels[-1]))


@handles("matmul __matmul__ bmm")
def matmul(call: Call, input: Any, other: Any) -> View:
    """The product of a softmax over keys with values: attention that is written out."""
    weights = call.view(input)
    if views.standard(call.recorder.shape(weights.value), call.recorder.samples) != weights.dims or input.dim() < 3:
        raise Unsupported
    chain = []
    value = weights.value
    wanted = ["softmax"]
    while (step := call.recorder.step(value)) is not None and step.kind in (
        "opaque",
        "rescale",
        "dropout",
        "softmax",
    ):
        chain.append(step)
        if step.kind == "softmax":
            if not wanted or step.arguments["axes"] != "space" or len(step.shape) != 2:
                raise Unsupported
            wanted = []
        if step.kind == "opaque":
            if step.what in ("matmul", "__matmul__", "bmm") and not wanted:
                break
            if [step.what] != wanted or not _over_keys(step.extra["arguments"]):
                raise Unsupported
            wanted = []
        value = step.inputs[0]
    query, key = chain[-1].extra.get("views", (None, None)) if chain and chain[-1].kind == "opaque" else (None, None)
    if wanted or query is None or key is None:
        raise Unsupported
    key = key._replace(dims=(*key.dims[:-2], key.dims[-1], key.dims[-2]))
    result = attend(call.recorder, query, key, call.view(other))
    if views.sizes_of(result.dims) != tuple(call.result.shape):
        raise Unsupported
    for step in chain:
        step.extra["idle"] = True
    return result


def _over_keys(given: Any) -> bool:
    """Whether a softmax is over the last axis."""
    arguments, named = given
    dim = arguments[1] if len(arguments) > 1 else named.get("dim")
    return dim in (-1, arguments[0].dim() - 1)


def _channels_first(recorder: Recorder, view: View) -> int:
    """The value of a tensor `(batch, heads, positions, channels)`, heads being the outer part of the channels."""
    shape = recorder.shape(view.value)
    channels = views.atoms_of((*view.dims[1:-2], view.dims[-1]))
    positions = view.dims[-2]
    space = tuple(views.whole(axis, size) for axis, size in enumerate(shape) if axis)
    if space and positions == views.atoms_of(space):
        return recorder.laid_out(view, (view.dims[0], channels, *space))
    return recorder.laid_out(view, (view.dims[0], channels, positions))


@handles("lstm gru")
def recurrent(call: Call, input: Any, state: Any, params: Any, has_biases: bool, layers: int, *rest: Any) -> list[Any]:
    """Layers of `(channels, length)`. The last state of one layer is the output at the last step."""
    if isinstance(has_biases, list | tuple) or len(rest) < 4:
        raise Unsupported
    bidirectional, batch_first = bool(rest[2]), bool(rest[3])
    view = call.view(input)
    if not batch_first:
        view = call.shown(view, (view.dims[1], view.dims[0], *view.dims[2:]))
    value = call.recorder.laid_out(view, (view.dims[0], view.dims[2], view.dims[1]))
    shape = call.recorder.shape(value)
    if any(call.weights(tensor) for tensor in (state if isinstance(state, tuple) else (state,))):
        raise Unsupported
    directions = 2 if bidirectional else 1
    out = params[1].shape[1]
    per_layer = (4 if has_biases else 2) * directions
    if len(params) != per_layer * layers:
        raise Unsupported
    biases = 2 if has_biases else 0
    for layer in range(layers):
        weights = call.weights(*params[per_layer * layer : per_layer * (layer + 1)])
        shape = (out * directions, shape[1])
        arguments: dict[str, Argument] = {"out": out, "bidirectional": bidirectional, "biases": biases}
        value = call.recorder.emit(call.name, arguments, (value,), shape, weights)
    channels, steps = views.whole(0, shape[0]), views.whole(1, shape[1])
    batch = views.whole(views.BATCH, call.recorder.samples)
    made: list[Any] = [call.recorder.seen(value, (batch, steps, channels) if batch_first else (steps, batch, channels))]
    if layers == 1 and not bidirectional:
        last = call.recorder.emit("crop", {"cut": (("in_length - 1", 0),)}, (value,), (shape[0], 1))
        made.append(call.recorder.seen(last, ((), batch, channels)))
    return made + [None] * (len(call.result) - len(made))
