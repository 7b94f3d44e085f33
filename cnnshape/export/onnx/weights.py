"""The values of weights: random ones that depend on the seed and on the weight's name alone, or zeros."""

import sys
from array import array
from collections.abc import Iterator
from functools import cache
from math import prod
from random import Random

from cnnshape.export.onnx.lowered import Stored
from cnnshape.export.onnx.moments import BIAS, Moments, near, spread
from cnnshape.export.onnx.wire import Chunk
from cnnshape.graph import Graph
from cnnshape.named_tuple import NamedTuple

_BLOCK = 262_139
"""Random numbers that are drawn: a prime, so that the rows of large weights start at different ones."""
_BYTES = 4


class Fill(NamedTuple):
    """Values of one distribution: `centre`, give or take up to `spread`."""

    centre: float
    spread: float


def fill_of(stored: Stored, graph: Graph, moments: list[Moments]) -> Fill:
    """The random values that a weight gets: such that its layer keeps values at about 1."""
    node = graph.nodes[stored.node]
    app, name = node.application, stored.held.weights[0].name
    before = moments[node.inputs[0]].square
    layer = app.layer
    if name == "running_var":
        # After training it is what the layer gets.
        return Fill(near(before), near(before) / 4)
    if name in ("bias", "running_mean"):
        return Fill(0.0, BIAS)
    if layer.name in ("lstm", "gru"):
        return Fill(0.0, near(layer.values["out"] ** -0.5))
    if name == "gain":
        return Fill(near(before**-0.5), near(before**-0.5) / 4)
    if name == "weight" and layer.followers:
        return Fill(0.0, spread(app, before))
    if layer.name == "prelu":
        return Fill(0.25, 1 / 8)
    if layer.name == "layer_scale":
        return Fill(0.5, 1 / 4)
    return Fill(1.0, 1 / 4)


def rest_of(stored: Stored) -> float:
    """The value of a weight that isn't random: 1 for a variance, which divides, and 0 for all others."""
    return 1.0 if stored.held.weights[0].name == "running_var" else 0.0


class Random32:
    """Single numbers in bytes, from one block of random numbers that is scaled for each use."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        random = Random(seed).random
        self._block = [2 * random() - 1 for _ in range(_BLOCK)]
        self._scaled: dict[Fill, memoryview] = {}

    def chunks(self, name: str, count: int, fill: Fill) -> Iterator[Chunk]:
        """The bytes of so many values. They start at a place in the block that depends on the name."""
        start = Random(f"{self._seed} {name}").randrange(_BLOCK)
        if count < _BLOCK:
            part = self._block[start : start + count]
            part += self._block[: count - len(part)]
            yield _bytes(part, fill)
            return
        if fill not in self._scaled:
            self._scaled[fill] = _bytes(self._block, fill)
        block = self._scaled[fill]
        left = count * _BYTES
        at = start * _BYTES
        while left:
            chunk = block[at : at + left]
            yield chunk
            left -= len(chunk)
            at = 0


def _bytes(values: list[float], fill: Fill) -> memoryview:
    centre, spread = fill
    return _little(array("f", [centre + spread * value for value in values]))


def _little(values: "array[float]") -> memoryview:
    if sys.byteorder == "big":
        values.byteswap()
    return memoryview(values).cast("B")


@cache
def _constant(value: float) -> memoryview:
    return _little(array("f", [value]) * _BLOCK)


def constant_chunks(count: int, value: float) -> Iterator[Chunk]:
    """The bytes of one value, so many times."""
    left = count * _BYTES
    while left:
        chunk = _constant(value)[:left]
        yield chunk
        left -= len(chunk)


def elements(stored: Stored) -> int:
    """The values of a weight."""
    return prod(stored.held.shape)
