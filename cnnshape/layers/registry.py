"""All kinds, listed by hand. A test compares the list with the classes that exist."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from cnnshape.layers import (
    activation,
    convolution,
    cropping,
    merge,
    normalization,
    pooling,
    reshaping,
    resizing,
)
from cnnshape.layers.contract import Layer

RARE = {
    "attention": "attention",
    "pooling_rare": "channel_avg_pool channel_max_pool blur_pool",
    "normalization_rare": "rms_norm global_response_norm evo_norm rescale",
    "activation_rare": "celu hard_tanh softsign abs square log_softmax glu",
    "resizing_rare": "max_unpool",
    "regions": "roi_pool roi_align",
    "recurrent": "lstm gru",
    "opaque": "opaque",
}
"""The kinds that few networks have, by module: it is imported when one of its words occurs, as a class costs each start.

The words that their arguments take must be words of other kinds too.
"""


class Kinds(Mapping[str, type[Layer]]):
    """The kinds by name."""

    def __init__(self) -> None:
        self._homes: dict[str, str] = {}
        self._known: dict[str, type[Layer]] = {}

    def add(self, kind: type[Layer]) -> None:
        self._homes.setdefault(kind.name, "")
        self._known[kind.name] = kind

    def announce(self, name: str, module: str) -> None:
        """Adds the name of a kind that its module registers when it is asked for."""
        self._homes[name] = module

    def usual(self) -> tuple[type[Layer], ...]:
        """The kinds that every start imports, and those that were asked for."""
        return tuple(self._known.values())

    def is_known(self, name: str) -> bool:
        """Whether the kind of a name is registered."""
        return name in self._known

    def __getitem__(self, name: str) -> type[Layer]:
        if name not in self._known:
            import_rare(self._homes[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._homes

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


KINDS: list[type[Layer]] = []
BY_NAME = Kinds()
BY_FOREIGN_NAME: dict[str, type[Layer]] = {}
"""These two hold the rare kinds after `import_all`."""


def import_rare(module: str) -> None:
    """Adds the kinds of a module in RARE to the vocabulary."""
    names = RARE[module].split()
    members = vars(import_module(f"cnnshape.layers.{module}")).values()
    own = [kind for kind in members if isinstance(kind, type) and issubclass(kind, Layer) and "name" in vars(kind)]
    kinds = {kind.name: kind for kind in own}
    _add(*(kinds[name] for name in names))


def import_all() -> None:
    """Adds all rare kinds to the vocabulary, each after the others of its family."""
    missing = [module for module, names in RARE.items() if not all(map(BY_NAME.is_known, names.split()))]
    for module in missing:
        import_rare(module)
    if missing:
        families = list(dict.fromkeys(map(family_of, KINDS)))
        KINDS.sort(key=lambda kind: families.index(family_of(kind)))


def family_of(kind: type[Layer]) -> str:
    """The family that a kind is listed under: its module, `pooling` for `pooling_rare`."""
    return kind.__module__.rpartition(".")[2].removesuffix("_rare")


def register(*kinds: type[Layer]) -> None:
    """Adds kinds to the vocabulary; raises ValueError if two kinds share a word.

    Other rooms make tables of the kinds when they are imported: a program registers its own before it imports them.
    """
    import_all()
    _add(*kinds)


def _add(*kinds: type[Layer]) -> None:
    for kind in kinds:
        words = (kind.name, *kind.foreign)
        known = [word for word in words if word in BY_FOREIGN_NAME or BY_NAME.is_known(word)]
        if known:
            raise ValueError(f"{', '.join(known)}: the name of a kind already")
        KINDS.append(kind)
        BY_NAME.add(kind)
        BY_FOREIGN_NAME.update(dict.fromkeys(kind.foreign, kind))
    _by_bare_name.cache_clear()
    _arguments_by_bare_name.cache_clear()


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
    import_all()
    return BY_FOREIGN_NAME.get(word) or _by_bare_name().get(bare(word))


def foreign_argument(kind: type[Layer], word: str) -> str | None:
    """The argument of a kind for another framework's word."""
    return _arguments_by_bare_name(kind.name).get(bare(word))


@cache
def _arguments_by_bare_name(kind_name: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for name, argument in BY_NAME[kind_name].arguments.items():
        for word in (name, *argument.foreign):
            words.setdefault(bare(word), name)
    return words


_add(
    convolution.Conv, convolution.ConvTranspose, convolution.Linear,
    pooling.MaxPool, pooling.AvgPool, pooling.AdaptiveAvgPool, pooling.AdaptiveMaxPool, pooling.GlobalAvgPool,
    pooling.GlobalMaxPool,
    normalization.BatchNorm, normalization.LayerNorm, normalization.GroupNorm, normalization.InstanceNorm,
    normalization.LocalResponseNorm, normalization.LayerScale,
    activation.Relu, activation.Relu6, activation.LeakyRelu, activation.Prelu, activation.Elu, activation.Selu,
    activation.Gelu, activation.Silu, activation.Mish, activation.Sigmoid, activation.HardSigmoid,
    activation.HardSwish, activation.Tanh, activation.Softplus, activation.Softmax, activation.Dropout,
    activation.DropPath, activation.Identity,
    reshaping.Flatten, reshaping.Reshape,
    cropping.Pad, cropping.Crop, cropping.Subsample,
    resizing.Upsample, resizing.PixelShuffle, resizing.PixelUnshuffle,
    reshaping.ChannelShuffle, reshaping.Split, reshaping.Slice, reshaping.PadChannels,
    merge.Add, merge.Concat, merge.Multiply, merge.Subtract, merge.Average, merge.Maximum,
)  # fmt: skip
for _module, _names in RARE.items():
    for _name in _names.split():
        BY_NAME.announce(_name, _module)
