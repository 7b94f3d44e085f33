"""Words of settings that several modules know."""

from enum import StrEnum


class Weights(StrEnum):
    """What a file holds as weights: `random` ones that a seed decides, `zero`s, or `none`, so that it is small."""

    RANDOM = "random"
    ZERO = "zero"
    NONE = "none"
