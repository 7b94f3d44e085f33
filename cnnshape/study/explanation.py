"""The explained figures of a layer, or of a stage or block."""

from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.study.fact import Fact


class _ExplanationFields(NamedTuple):
    """The fields of an explanation."""

    name: str
    kind: str
    line: int
    meaning: str
    facts: tuple[Fact, ...]


class Explanation(Data, _ExplanationFields):
    """All figures of a layer, a stage or a block, explained."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Explanation of {brief(self.name, 80)}: {brief(self.kind, 40)}, {len(self.facts)} facts>"
