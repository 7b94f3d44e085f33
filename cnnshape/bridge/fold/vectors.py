"""The values of an argument in all calls of a block."""

from collections.abc import Collection, Mapping, Sequence

from cnnshape.bridge.draft import DraftSetting, Value
from cnnshape.bridge.flat import same
from cnnshape.bridge.fold.align import Unaligned
from cnnshape.bridge.fold.nodes import Given, Layer, Node, plain_value
from cnnshape.bridge.fold.param import Vector, Window
from cnnshape.bridge.operations import Ref
from cnnshape.layers import BY_NAME

COUNTS_CHANNELS = {
    "conv": ("out", "groups"),
    "conv_transpose": ("out", "groups"),
    "linear": ("out",),
    "group_norm": ("groups",),
    "slice": ("start", "stop"),
    "pad_channels": ("before", "after"),
    "channel_shuffle": ("groups",),
}
"""Arguments that count channels."""


def layers_of(nodes: Sequence[Node | None]) -> list[Layer | None]:
    """The layers among the nodes of a slot."""
    return [node if isinstance(node, Layer) else None for node in nodes]


def window_of(nodes: Sequence[Layer | None], arguments: Collection[str]) -> Window | None:
    """The window of a step; None for a kind without one."""
    if "kernel" not in arguments:
        return None
    kernels = plain(nodes, vector_of(nodes, "kernel"))
    ones = tuple(None if node is None else 1 for node in nodes)
    return Window(kernels, plain(nodes, vector_of(nodes, "dilation")) if "dilation" in arguments else ones)


def vector_of(nodes: Sequence[Layer | None], name: str) -> tuple[Given, ...]:
    """The values of an argument, also those that are its default."""
    return tuple(None if node is None else node.arguments.get(name) for node in nodes)


def plain(nodes: Sequence[Layer | None], vector: tuple[Given, ...]) -> Vector:
    """The values of an argument; raises Unaligned if only some calls leave it out."""
    first = vector[0]
    if isinstance(first, int) and vector.count(first) == len(vector):
        return (first,) * len(vector)
    values: list[Value | None] = []
    for node, value in zip(nodes, vector, strict=True):
        if isinstance(value, Ref) or (value is None and node is not None):
            raise Unaligned("an argument that some calls leave out")
        values.append(None if value is None else plain_value(value))
    return tuple(values)


def truths_of(nodes: Sequence[Layer | None], name: str) -> Vector:
    """The values of an argument that is false where it is missing; empty if it is true in no call."""
    values = vector_of(nodes, name)
    if True not in values:
        return ()
    return tuple(None if node is None else bool(value) for node, value in zip(nodes, values, strict=True))


def agree(wanted: Sequence[int | None], values: Sequence[int]) -> bool:
    """Whether values are the wanted ones where there are some."""
    return all(want is None or want == value for want, value in zip(wanted, values, strict=True))


def word(value: Given) -> Value:
    """A norm or an activation: its word alone, if it has no arguments."""
    assert isinstance(value, DraftSetting)
    return value if value.arguments else value.kind


def without_defaults(kind_word: str, arguments: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments that a spec must state. A bias is the default unless a norm follows."""
    kind = BY_NAME[kind_word]
    defaults = {name: argument.default for name, argument in kind.arguments.items()}
    norm = arguments.get("norm", "none")
    if "bias" in defaults and norm != "none":
        is_parameter = isinstance(norm, str) and norm not in BY_NAME
        defaults["bias"] = None if is_parameter else False
    return {
        name: value
        for name, value in arguments.items()
        if kind.arguments.get(name) is None or kind.arguments[name].required or not same(value, defaults[name])
    }
