"""The paths of a join: which layers are on which, and how likely a change of one is what its author meant."""

from cnnshape.arithmetic import ceil_div
from cnnshape.causes.options import LIKELY, POSSIBLE, REMOTE, Option, stride_of
from cnnshape.causes.replay import Replay
from cnnshape.graph import Misfit
from cnnshape.layers import Shape


class Paths:
    """The paths that a join brings together. A residual has a body and a shortcut; other joins have paths of one rank."""

    __slots__ = ("_body", "_exclusive", "_shortcut", "_strides", "is_residual", "lacks_projection")

    def __init__(self, replay: Replay, misfit: Misfit) -> None:
        self._exclusive = replay.exclusive()
        self.is_residual = misfit.entering is not None
        identity = self.is_residual and misfit.inputs[1] == misfit.entering
        self.lacks_projection = identity and _projects(*[replay.graph.value(value).shape for value in misfit.inputs])
        shared = replay.ancestors((misfit.entering,)) if misfit.entering is not None else set()
        self._body = replay.ancestors(misfit.inputs[:1]) - shared
        self._shortcut = replay.ancestors(misfit.inputs[1:]) - shared if self.is_residual else set()
        self._strides = {
            value: stride for value in self._exclusive if (stride := stride_of(replay.node(value).application)) > 1
        }

    def rank(self, value: int, option: Option) -> int:
        """How likely an edit is what the author meant: lower numbers are more likely."""
        if value not in self._exclusive:
            return REMOTE + 1
        if option.argument == "stride" and self.is_residual:
            return self._rank_of_stride(value, option)
        return option.rank

    def _rank_of_stride(self, value: int, option: Option) -> int:
        """Strides of a residual: a body strides once at most, and a projection as its body does."""
        body = sorted(self._body & self._strides.keys())
        shortcut = self._shortcut & self._strides.keys()
        if len(body) > 1:
            return LIKELY if value == body[-1] and option.written == 1 else POSSIBLE
        if body and not shortcut and value in self._shortcut:
            return LIKELY
        return POSSIBLE


def _projects(body: Shape, shortcut: Shape) -> bool:
    """Whether a projection of one stride brings the shortcut to the shape of the body."""
    if len(body) != len(shortcut) or (body[1:] == shortcut[1:] and body[0] == 1):
        return False
    return is_scaled(body, shortcut)


def is_scaled(small: Shape, large: Shape) -> bool:
    """Whether one whole number scales all sizes of one shape to those of the other, rounded up."""
    pairs = list(zip(small[1:], large[1:], strict=True))
    if any(more < less for less, more in pairs):
        pairs = [(more, less) for less, more in pairs]
    ratio = max((ceil_div(more, less) for less, more in pairs), default=1)
    return all(ceil_div(more, ratio) == less for less, more in pairs)
