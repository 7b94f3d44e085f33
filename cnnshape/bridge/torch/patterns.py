"""Operations that are written out in several calls, as the one kind that they are."""

from collections.abc import Iterator
from typing import Any

from cnnshape.bridge.operations import Argument, Ref
from cnnshape.bridge.torch.capturing import Capture
from cnnshape.bridge.torch.recorder import Step

_SIXTH = 1 / 6


def rewritten(run: Capture) -> Capture:
    """The run with its patterns replaced: the last operation becomes the kind, and those before it are dropped."""
    graph = Graph(run)
    for step in run.steps:
        for pattern in _PATTERNS:
            if pattern(graph, step):
                break
    return run


class Graph:
    """The operations with their readers."""

    def __init__(self, run: Capture) -> None:
        self.recorder = run.recorder
        self.readers: dict[int, int] = dict.fromkeys(run.outputs.values(), 1)
        for step in run.steps:
            for value in reads(step):
                self.readers[value] = self.readers.get(value, 0) + 1

    def alone(self, value: int, kind: str) -> Step | None:
        """The operation of a kind that gives a value to one reader; else None."""
        step = self.recorder.step(value)
        return step if step is not None and step.kind == kind and self.readers.get(value) == 1 else None

    def become(self, step: Step, kind: str, source: int, arguments: dict[str, Argument], *gone: Step | None) -> bool:
        """Makes a step another kind that reads one value, and drops others."""
        for other in (step, *gone):
            for value in () if other is None else reads(other):
                self.readers[value] -= 1
        step.kind, step.inputs, step.arguments = kind, (source,), arguments
        for other in gone:
            if other is not None:
                step.weights = other.weights + step.weights
                other.kind, other.inputs, other.arguments = "", (), {}
        for value in reads(step):
            self.readers[value] = self.readers.get(value, 0) + 1
        return True


def reads(step: Step) -> list[int]:
    """The values that a step reads, once each."""
    named = [argument.value for argument in step.arguments.values() if isinstance(argument, Ref)]
    return [*step.inputs, *(value for value in named if value not in step.inputs)]


def _pairs(step: Step, kind: str) -> Iterator[tuple[int, int]]:
    """The two operands of a join in both orders."""
    if step.kind == kind and len(step.inputs) == 2:
        first, second = step.inputs
        yield first, second
        yield second, first


def _is_rescale(step: Step | None, scale: float, shift: float) -> bool:
    if step is None or step.kind != "rescale":
        return False
    given = step.arguments.get("scale", 1.0), step.arguments.get("shift", 0.0)
    return all(
        isinstance(value, float) and abs(value - wanted) < 1e-6
        for value, wanted in zip(given, (scale, shift), strict=True)
    )


def _inner_mean(graph: Graph, step: Step) -> bool:
    """The mean of a window over zeros around the map, divided by the share of its cells that are in the map."""
    pool = graph.alone(step.inputs[0], "avg_pool") if step.kind == "opaque" and step.extra.get("counted") else None
    if pool is None:
        return False
    # Its padding is that of the `pad` before it.
    step.extra["inner"] = True
    return graph.become(step, "avg_pool", pool.inputs[0], {**pool.arguments, "count_include_pad": False}, pool)


def _shifted(graph: Graph, step: Step) -> bool:
    """weight * x, then + bias."""
    if not step.extra.get("shift") or step.kind != "opaque":
        return False
    scale = graph.alone(step.inputs[0], "layer_scale")
    if scale is None or scale.arguments.get("shift"):
        return False
    if [weight.elements for weight in scale.weights] != [weight.elements for weight in step.weights]:
        return False
    return graph.become(step, "layer_scale", scale.inputs[0], scale.arguments | {"shift": True}, scale)


def _gated(graph: Graph, step: Step) -> bool:
    """x * sigmoid(x), x * tanh(softplus(x)), x * hard_sigmoid(x)."""
    for source, other in _pairs(step, "multiply"):
        for kind, whole in (("sigmoid", "silu"), ("hard_sigmoid", "hard_swish")):
            gate = graph.alone(other, kind)
            if gate is not None and gate.inputs == (source,):
                return graph.become(step, whole, source, {}, gate)
        gate = graph.alone(other, "tanh")
        inner = None if gate is None else graph.alone(gate.inputs[0], "softplus")
        if inner is not None and inner.inputs == (source,):
            return graph.become(step, "mish", source, {}, gate, inner)
    return False


def _hard_sigmoid(graph: Graph, step: Step) -> bool:
    """relu6(x + 3) / 6"""
    if not _is_rescale(step, _SIXTH, 0):
        return False
    bounded = graph.alone(step.inputs[0], "relu6")
    shifted = None if bounded is None else graph.alone(bounded.inputs[0], "rescale")
    if shifted is None or not _is_rescale(shifted, 1, 3):
        return False
    return graph.become(step, "hard_sigmoid", shifted.inputs[0], {}, bounded, shifted)


def _hard_swish(graph: Graph, step: Step) -> bool:
    """x * relu6(x + 3) / 6, divided last."""
    if not _is_rescale(step, _SIXTH, 0):
        return False
    product = graph.alone(step.inputs[0], "multiply")
    if product is None:
        return False
    for source, other in _pairs(product, "multiply"):
        bounded = graph.alone(other, "relu6")
        shifted = None if bounded is None else graph.alone(bounded.inputs[0], "rescale")
        if shifted is not None and _is_rescale(shifted, 1, 3) and shifted.inputs == (source,):
            return graph.become(step, "hard_swish", source, {}, product, bounded, shifted)
    return False


def _response_norm(graph: Graph, step: Step) -> bool:
    """x + bias + weight * x * n / (mean(n) + eps), n the L2 norm of each channel."""
    for source, other in _pairs(step, "add"):
        scale = graph.alone(other, "layer_scale")
        product = graph.alone(scale.inputs[0], "multiply") if scale is not None and len(scale.weights) == 2 else None
        for same, gate in _pairs(product, "multiply") if product is not None else ():
            share = graph.alone(gate, "opaque")
            if same != source or share is None or share.what != "div" or len(share.inputs) != 2:
                continue
            norm = graph.recorder.step(share.inputs[0])
            eps = graph.alone(share.inputs[1], "rescale")
            mean = None if eps is None else graph.alone(eps.inputs[0], "channel_avg_pool")
            if norm is None or mean is None or eps is None or mean.inputs != share.inputs[:1]:
                continue
            if (
                norm.arguments.get("what") == "norm"
                and norm.inputs == (source,)
                and graph.readers[share.inputs[0]] == 2
            ):
                shift = eps.arguments.get("shift", 0.0)
                if not _is_rescale(eps, 1, float(shift) if isinstance(shift, float) else 0) or not shift:
                    continue
                stated = {"eps": shift}
                return graph.become(
                    step, "global_response_norm", source, stated, scale, product, share, eps, mean, norm
                )
    return False


def _rms_norm(graph: Graph, step: Step) -> bool:
    """weight * x / sqrt(mean(x * x) + eps), the mean over the channels."""
    product = graph.alone(step.inputs[0], "multiply") if step.kind == "layer_scale" else None
    if product is None or step.arguments.get("shift") or step.arguments.get("per_channel") is False:
        return False
    for source, other in _pairs(product, "multiply"):
        root = graph.alone(other, "opaque")
        eps = graph.alone(root.inputs[0], "rescale") if root is not None and root.what == "rsqrt" else None
        mean = None if eps is None else graph.alone(eps.inputs[0], "channel_avg_pool")
        square = None if mean is None else graph.alone(mean.inputs[0], "square")
        shift = None if eps is None else eps.arguments.get("shift")
        if (
            square is None
            or square.inputs != (source,)
            or not isinstance(shift, float)
            or not _is_rescale(eps, 1, shift)
        ):
            continue
        return graph.become(step, "rms_norm", source, {"eps": shift}, product, root, eps, mean, square)
    return False


def _joined(graph: Graph, step: Step) -> bool:
    """A sum of a sum in the same module, and a crop of a crop on other axes, that nothing else reads."""
    for place, value in enumerate(step.inputs):
        part = graph.alone(value, step.kind) if step.kind in ("add", "crop") else None
        if part is None or part.modules != step.modules or step.inputs.count(value) > 1:
            continue
        if step.kind == "crop":
            cut = _both(part.arguments["cut"], step.arguments["cut"])
            return cut is not None and graph.become(step, "crop", part.inputs[0], {"cut": cut}, part)
        if not step.arguments and not part.arguments:
            step.inputs = (*step.inputs[:place], *part.inputs, *step.inputs[place + 1 :])
            part.kind, part.inputs = "", ()
            return True
    return False


def _both(first: Any, second: Any) -> Argument | None:
    """What two crops cut off, if they cut different axes; else None."""
    pairs = tuple(one if _is_none(other) else other for one, other in zip(first, second, strict=True))
    apart = all(_is_none(one) or _is_none(other) for one, other in zip(first, second, strict=True))
    return pairs if apart else None


def _is_none(pair: tuple[Argument, Argument]) -> bool:
    return pair == (0, 0)


def _unstacked(graph: Graph, step: Step) -> bool:
    """A sum, mean or maximum over an axis along which tensors were stacked: that of the tensors themselves."""
    parts = [graph.alone(value, "split") for value in step.inputs] if step.kind in _OVER_PARTS else []
    splits = [part for part in parts if part is not None]
    if len(splits) < max(len(parts), 2) or step.arguments:
        return False
    (source,) = splits[0].inputs
    stacked = graph.recorder.step(source)
    if stacked is None or stacked.kind != "concat" or graph.readers[source] != len(splits):
        return False
    wanted = [((source,), {"parts": len(splits), "take": number}) for number in range(len(splits))]
    if [(part.inputs, part.arguments) for part in splits] != wanted or len(stacked.inputs) != len(splits):
        return False
    if any(graph.recorder.shape(value) != step.shape for value in stacked.inputs):
        return False
    step.inputs = stacked.inputs
    for gone in (*splits, stacked):
        gone.kind, gone.inputs, gone.arguments = "", (), {}
    return True


_OVER_PARTS = frozenset(("add", "average", "maximum"))
_PATTERNS = (
    *(_joined, _unstacked, _inner_mean, _shifted, _gated, _hard_sigmoid, _hard_swish, _response_norm, _rms_norm),
)
