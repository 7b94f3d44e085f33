"""The explained figures of a layer, or of a stage or block."""

from cnnshape.named_tuple import NamedTuple
from cnnshape.study.fact import Fact


class Explanation(NamedTuple):
    """All figures of a layer, a stage or a block, explained."""

    name: str
    kind: str
    line: int
    meaning: str
    facts: tuple[Fact, ...]
