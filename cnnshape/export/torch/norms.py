"""Normalization and learned scales."""

from cnnshape.export.python import Code, Group, call, literal
from cnnshape.export.torch.use import Module, Parts, Say, Use


def _affine(use: Use, made: Group) -> Module:
    """A normalization whose scale or shift may be missing."""
    affine = use.value("affine")
    if affine == "scale":
        return Module(call("without_bias", made), "without_bias")
    if affine == "shift":
        return Module(call("without_weight", made), "without_weight")
    return Module(made)


def _switched(use: Use, default: bool = True, word: str = "affine") -> dict[str, Code]:
    """The argument that says whether a scale and a shift are learned."""
    learned = bool(use.value("affine"))
    return {} if learned == default else {word: literal(learned)}


def batch_norm(use: Use) -> Parts:
    """Says `batch_norm`."""
    named = use.options({"eps": "eps", "momentum": "momentum"}, type(use.layer))
    named |= _switched(use)
    named |= use.options({"track": "track_running_stats"}, type(use.layer))
    return [_affine(use, call(f"nn.BatchNorm{max(use.rank, 1)}d", use.channels, **named))]


def group_norm(use: Use) -> Parts:
    """Says `group_norm`."""
    named = {**use.options({"eps": "eps"}, type(use.layer)), **_switched(use)}
    return [_affine(use, call("nn.GroupNorm", use.code("groups"), use.channels, **named))]


def instance_norm(use: Use) -> Parts:
    """Says `instance_norm`."""
    named = {**use.options({"eps": "eps"}, type(use.layer)), **_switched(use, default=False)}
    return [_affine(use, call(f"nn.InstanceNorm{use.rank}d", use.channels, **named))]


def _over_axes(use: Use, name: str, named: dict[str, Code]) -> Module:
    """A normalization of PyTorch, which takes trailing axes: channels in a map need a class of ours."""
    axes = use.value("axes")
    if axes == "channels":
        helper = f"Channel{name}" if use.rank else ""
        return Module(call(helper or f"nn.{name}", use.channels, **named), helper)
    shape = use.shape if axes == "all" else use.shape[1:] if axes == "space" else use.shape[-1:]
    return Module(call(f"nn.{name}", literal(shape[0] if len(shape) == 1 else shape), **named))


def layer_norm(use: Use) -> Parts:
    """Says `layer_norm`."""
    named = {**use.options({"eps": "eps"}, type(use.layer)), **_switched(use, word="elementwise_affine")}
    made = _over_axes(use, "LayerNorm", named)
    learned = _affine(use, made.code)
    return [learned if not made.helper else Module(learned.code, f"{made.helper} {learned.helper}".strip())]


def rms_norm(use: Use) -> Parts:
    """Says `rms_norm`."""
    return [_over_axes(use, "RMSNorm", use.options({"eps": "eps", "affine": "elementwise_affine"}, type(use.layer)))]


def local_response_norm(use: Use) -> Parts:
    """Says `local_response_norm`."""
    named = use.options({"alpha": "alpha", "beta": "beta", "k": "k"}, type(use.layer))
    return [Module(call("nn.LocalResponseNorm", use.code("size"), **named))]


def layer_scale(use: Use) -> Parts:
    """Says `layer_scale`."""
    shape = "()"
    if use.value("per_channel"):
        shape = f"({', '.join([use.channels, *['1'] * use.rank])}{'' if use.rank else ','})"
    named = use.options({"init": "init", "shift": "shift"}, type(use.layer))
    return [Module(call("LayerScale", shape, **named), "LayerScale")]


def of_channels(name: str, *arguments: str) -> Say:
    """A class of ours that takes the channels."""

    def say(use: Use) -> Parts:
        named = use.options({argument: argument for argument in arguments}, type(use.layer))
        return [Module(call(name, use.channels, **named), name)]

    return say


def evo_norm(use: Use) -> Parts:
    """Says `evo_norm`."""
    named = use.options({"eps": "eps"}, type(use.layer))
    return [Module(call("EvoNorm", use.code("groups"), use.channels, **named), "EvoNorm")]
