"""A runtime as data: what it folds, fuses, lowers and pads, and how it places tensors."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from cnnshape.layers import Application
from cnnshape.named_tuple import NamedTuple


class Planner(StrEnum):
    """How the size of an arena follows from the tensors in it."""

    LIVENESS = "liveness"
    """The most bytes alive at once: what a planner needs at least."""
    GREEDY_BY_SIZE = "greedy by size"
    """TFLite Micro's: the largest tensor first, each in the lowest gap among those that are alive with it."""


class Before(NamedTuple):
    """An operation that a layer becomes before its last one; it writes a tensor of the size of the output.

    With `again` the next operation reads what entered the layer, too: silu is LOGISTIC(x), then MUL(x, LOGISTIC(x)).
    """

    word: str
    again: bool = False


class Kernels(NamedTuple):
    """An implementation of a runtime's operations.

    `scratch` is the working space of a layer for int8 values, in bytes; `unpacked` what int4 weights need on top of it.
    `runs` are the types that it has operations for: of activations, and of weights.
    """

    title: str
    scratch: Callable[[Application], int]
    runs: frozenset[tuple[str, str]]
    unpacked: Callable[[Application], int] = lambda application: 0


class Measured(NamedTuple):
    """What real memory was compared with: one type of all values, the kernels, and the operations in place.

    `below` and `above` say how far ours was from it, in per cent: 0 is to the byte.
    """

    dtype: str
    kernels: str = ""
    in_place: frozenset[str] = frozenset()
    below: float = 0
    above: float = 0


class Runtime(NamedTuple):
    """What a runtime does with the layers of a graph, in the words of the language.

    With `folds_norms` a batch norm goes into the weights of the layer before it (`cnnshape/analysis/norm_folding.py`).
    `fuses` are the activations
    that run inside of the kinds in `fuses_into`; None for all activations. `free` are kinds beside the views that cost
    nothing. `lowers` has the operation before the last one of a kind. `words` are the runtime's own words for the last
    operations; a kind without one is reported as unknown, and keeps its own word. None: all kinds keep theirs. With `pads`
    a padding that is neither TensorFlow's VALID nor its SAME may be a copy. `kernels` are the implementations by name, the
    default first. `alignment` is in bytes. `dtype` is the type that networks for it usually have. `measured` are the rows of
    `tests/studies/cases/runtimes.csv`, by what was chosen.
    """

    name: str
    title: str
    folds_norms: bool = False
    fuses: frozenset[str] | None = frozenset()
    fuses_into: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset()
    lowers: Mapping[str, Before] = {}
    words: Mapping[str, str] | None = None
    pads: bool = False
    kernels: Mapping[str, Kernels] = {}
    planner: Planner = Planner.LIVENESS
    alignment: int = 1
    dtype: str = "float32"
    measured: tuple[Measured, ...] = ()
