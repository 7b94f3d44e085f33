"""The channels that leave a layer, as an expression of those that enter and of its arguments."""

from collections.abc import Iterable, Mapping, Sequence
from math import prod

from cnnshape.export.python import binary, constant
from cnnshape.export.torch.structure.model import Unstructured
from cnnshape.language.expression.lists import Item
from cnnshape.language.expression.tree import Constant, Node
from cnnshape.layers import Application


def out_channels(applications: Sequence[Application], codes: Mapping[str, Node], channels: Node) -> Node:
    """The expression; raises Unstructured for a layer whose channels follow from sizes that differ."""
    layer = applications[0].layer
    values = {name: codes.get(name, constant(value)) for name, value in layer.values.items()}
    name = layer.name
    if name in ("conv", "conv_transpose", "linear"):
        return values["out"]
    if name in ("lstm", "gru"):
        if "bidirectional" in codes and not isinstance(codes["bidirectional"], Constant):
            raise Unstructured("one direction or two")
        return binary(values["out"], "*", constant(2)) if layer.values["bidirectional"] else values["out"]
    if name == "flatten":
        return binary(channels, "*", constant(_common(prod(one.inputs[0].shape[1:]) for one in applications)))
    if name in ("pixel_shuffle", "pixel_unshuffle"):
        parts = constant(1)
        for _ in applications[0].inputs[0].shape[1:]:
            parts = binary(parts, "*", values["factor"])
        return binary(channels, "//" if name == "pixel_shuffle" else "*", parts)
    if name == "split":
        parts = values["parts"]
        return (
            Item(".", 0, parts, values["take"])
            if isinstance(layer.values["parts"], tuple)
            else binary(channels, "//", parts)
        )
    if name == "slice":
        return binary(values["stop"], "-", values["start"])
    if name == "pad_channels":
        return binary(binary(values["before"], "+", channels), "+", values["after"])
    if name == "glu":
        return binary(channels, "//", constant(2))
    if name in ("channel_avg_pool", "channel_max_pool"):
        return constant(1)
    if name == "reshape":
        return constant(_common(one.output.shape[0] for one in applications))
    return channels


def _common(values: Iterable[int]) -> int:
    """The value, if all are equal."""
    listed = list(values)
    if any(value != listed[0] for value in listed):
        raise Unstructured("channels that follow from sizes")
    return listed[0]
