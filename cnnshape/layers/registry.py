"""All kinds, listed by hand. A test compares the list with the classes that exist."""

import re
from functools import cache

from cnnshape.layers import (
    activation,
    attention,
    convolution,
    cropping,
    merge,
    normalization,
    opaque,
    pooling,
    recurrent,
    regions,
    reshaping,
    resizing,
)
from cnnshape.layers.contract import Layer

KINDS: list[type[Layer]] = []
BY_NAME: dict[str, type[Layer]] = {}
BY_FOREIGN_NAME: dict[str, type[Layer]] = {}


def register(*kinds: type[Layer]) -> None:
    """Adds kinds to the vocabulary; raises ValueError if two kinds share a word.

    Other rooms make tables of the kinds when they are imported: a program registers its own before it imports them.
    """
    for kind in kinds:
        known = [word for word in (kind.name, *kind.foreign) if word in BY_NAME or word in BY_FOREIGN_NAME]
        if known:
            raise ValueError(f"{', '.join(known)}: the name of a kind already")
        KINDS.append(kind)
        BY_NAME[kind.name] = kind
        BY_FOREIGN_NAME.update(dict.fromkeys(kind.foreign, kind))
    _by_bare_name.cache_clear()


@cache
def _by_bare_name() -> dict[str, type[Layer]]:
    return {bare(word): kind for kind in KINDS for word in (*kind.foreign, kind.name)}


def bare(word: str) -> str:
    """A word without its module, case, underscores and `2d`: frameworks differ in these for one and the same layer."""
    if not re.fullmatch(r"[\w. -]+", word, re.ASCII):
        return word
    return re.sub("[^a-z0-9]", "", re.sub("[123][dD]", "", word.rpartition(".")[2]).lower())


def foreign_kind(word: str) -> type[Layer] | None:
    """The kind for another framework's word; None for a kind's own word, or an unknown one."""
    if word in BY_NAME:
        return None
    return BY_FOREIGN_NAME.get(word) or _by_bare_name().get(bare(word))


def foreign_argument(kind: type[Layer], word: str) -> str | None:
    """The argument of a kind for another framework's word."""
    wanted = bare(word)
    words = ((name, (name, *argument.foreign)) for name, argument in kind.arguments.items())
    return next((name for name, own in words if wanted in map(bare, own)), None)


register(
    convolution.Conv, convolution.ConvTranspose, convolution.Linear,
    attention.Attention, recurrent.Lstm, recurrent.Gru,
    pooling.MaxPool, pooling.AvgPool, pooling.AdaptiveAvgPool, pooling.AdaptiveMaxPool, pooling.GlobalAvgPool,
    pooling.GlobalMaxPool, pooling.ChannelAvgPool, pooling.ChannelMaxPool, pooling.BlurPool,
    normalization.BatchNorm, normalization.LayerNorm, normalization.RmsNorm, normalization.GroupNorm,
    normalization.InstanceNorm, normalization.LocalResponseNorm, normalization.GlobalResponseNorm,
    normalization.EvoNorm, normalization.LayerScale, normalization.Rescale,
    activation.Relu, activation.Relu6, activation.LeakyRelu, activation.Prelu, activation.Elu, activation.Celu,
    activation.Selu, activation.Gelu, activation.Silu, activation.Mish, activation.Sigmoid, activation.HardSigmoid,
    activation.HardSwish, activation.Tanh, activation.HardTanh, activation.Softsign, activation.Abs, activation.Square,
    activation.Softplus, activation.Softmax, activation.LogSoftmax, activation.Glu, activation.Dropout,
    activation.DropPath, activation.Identity,
    reshaping.Flatten, reshaping.Reshape,
    cropping.Pad, cropping.Crop, cropping.Subsample,
    resizing.Upsample, resizing.PixelShuffle, resizing.PixelUnshuffle,
    reshaping.ChannelShuffle, reshaping.Split, reshaping.Slice, reshaping.PadChannels,
    regions.RoiPool, regions.RoiAlign,
    merge.Add, merge.Concat, merge.Multiply,
    opaque.Opaque,
)  # fmt: skip
