"""Normalizations."""

from typing import Any

from cnnshape.bridge.operations import Argument
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.calls import Call, handles
from cnnshape.bridge.torch.recorder import Unsupported, View


def _affine(weight: Any, bias: Any) -> Argument:
    if weight is None:
        return False if bias is None else "shift"
    return True if bias is not None else "scale"


@handles("batch_norm")
def batch_norm(call: Call, input: Any, *arguments: Any, **named: Any) -> View:
    """`torch.batch_norm` and `functional.batch_norm` take the same tensors in another order."""
    if len(arguments) >= 8 or "cudnn_enabled" in named:
        names: tuple[str, ...] = (
            "weight",
            "bias",
            "running_mean",
            "running_var",
            "training",
            "momentum",
            "eps",
            "cudnn_enabled",
        )
    else:
        names = ("running_mean", "running_var", "weight", "bias", "training", "momentum", "eps")
    given = dict(zip(names, arguments, strict=False)) | named
    weight, bias, mean = given.get("weight"), given.get("bias"), given.get("running_mean")
    weights = call.weights(weight, bias, mean, given.get("running_var"))
    _check_learned(call, weight, bias)
    stated: dict[str, Argument] = {"affine": _affine(weight, bias), "track": mean is not None}
    eps, momentum = given.get("eps", 1e-5), given.get("momentum", 0.1)
    stated["eps"] = eps
    if mean is not None and momentum is not None:
        stated["momentum"] = momentum
    if input.dim() == 2:
        return call.emit("batch_norm", stated, call.plain(input), weights=weights)
    view = call.view(input)
    if view.dims[1] == views.whole(0, call.recorder.shape(view.value)[0]) and input.shape[1] > 1:
        return call.pointwise(input, "batch_norm", stated, weights)
    return call.emit("batch_norm", stated, call.plain(input), weights=weights)


def _check_learned(call: Call, *tensors: Any) -> None:
    """Raises Unsupported for a scale or a shift that is a buffer, as in frozen batch norms."""
    for tensor in tensors:
        if tensor is not None:
            weights = call.weights(tensor)
            if sum(weight.elements for weight in weights if weight.learned) != tensor.numel():
                raise Unsupported


@handles("layer_norm")
def layer_norm(
    call: Call, input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5, *_: Any
) -> View:
    stated: dict[str, Argument] = {"affine": _affine(weight, bias), "eps": eps}
    return _over_last(call, input, "layer_norm", len(normalized_shape), stated, weight, bias)


@handles("rms_norm")
def rms_norm(call: Call, input: Any, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> View:
    stated: dict[str, Argument] = {"affine": weight is not None}
    if eps is not None:
        stated["eps"] = eps
    return _over_last(call, input, "rms_norm", len(normalized_shape), stated, weight, None)


def _over_last(
    call: Call, input: Any, kind: str, count: int, stated: dict[str, Argument], weight: Any, bias: Any
) -> View:
    """A normalization over the last `count` axes of a tensor."""
    weights = call.weights(weight, bias)
    _check_learned(call, weight, bias)
    view = call.view(input)
    shape = call.recorder.shape(view.value)
    last = view.dims[-count:]
    if count == 1 and last[0] == views.whole(0, shape[0]) and last[0]:
        return call.pointwise(input, kind, {"axes": "channels"} | stated, weights)
    if views.regular(view.dims, shape, call.recorder.samples) or len(view.dims) - 1 == count:
        axes = _axes(view.dims, last, shape, call.recorder.samples)
        if axes:
            return call.pointwise(input, kind, {"axes": axes} | stated, weights)
    value = call.plain(input)
    dims = views.standard(call.recorder.shape(value), call.recorder.samples)
    axes = _axes(dims, dims[-count:], call.recorder.shape(value), call.recorder.samples)
    if not axes:
        raise Unsupported
    return call.emit(kind, {"axes": axes} | stated, value, weights=weights)


def _axes(dims: views.Dims, last: views.Dims, shape: tuple[int, ...], samples: int) -> str:
    """The word for what is normalized together; empty if there is none."""
    rank, plain = len(shape), dims == views.standard(shape, samples)
    if len(last) == len(dims) - 1 and views.natural(last, shape):
        return "all" if rank > 1 else "channels"
    if len(last) == 1 and last[0] == views.whole(0, shape[0]) and last[0]:
        return "channels"
    if plain and len(last) == rank - 1:
        return "space"
    if plain and len(last) == 1 and rank > 2:
        return "last"
    return ""


@handles("group_norm")
def group_norm(
    call: Call, input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5, *_: Any
) -> View:
    weights = call.weights(weight, bias)
    _check_learned(call, weight, bias)
    stated: dict[str, Argument] = {"groups": num_groups, "affine": _affine(weight, bias), "eps": eps}
    return call.emit("group_norm", stated, call.plain(input), weights=weights)


@handles("instance_norm")
def instance_norm(
    call: Call,
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> View:
    if not use_input_stats:
        raise Unsupported
    weights = call.weights(weight, bias)
    _check_learned(call, weight, bias)
    stated: dict[str, Argument] = {"affine": _affine(weight, bias), "eps": eps}
    return call.emit("instance_norm", stated, call.plain(input), weights=weights)


@handles("local_response_norm")
def local_response_norm(
    call: Call, input: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> View:
    stated: dict[str, Argument] = {"size": size, "alpha": alpha, "beta": beta, "k": k}
    return call.emit("local_response_norm", stated, call.plain(input))
