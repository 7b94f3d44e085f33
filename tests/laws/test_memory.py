"""The peak of activation memory agrees with sets of live tensors, layer by layer."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.report import Report

from .plain import Spec, Step
from .strategy import specs
from .wiring import ACTIVATIONS, VIEWS, Network, wired

ELEMENTWISE = ("add", "multiply", "subtract", "average", "maximum")

FLOAT = 4
flags = st.booleans()


def reported(spec: Spec, activations: bool = False, adds: bool = False) -> Report:
    return cnnshape.analyze(cnnshape.load(spec.text), inplace_activations=activations, inplace_adds=adds)


class Storage(NamedTuple):
    """A piece of memory, and the values that lie in it; -1 is the time before the first layer."""

    elements: int
    born: int
    values: list[int]

    def dies(self, network: Network) -> int:
        """The last layer that needs it."""
        if not set(self.values).isdisjoint(network.outputs):
            return len(network.nodes)
        reads = [time for time, node in enumerate(network.nodes) if not set(self.values).isdisjoint(node.inputs)]
        return max([self.born, *reads])


def storages(network: Network, activations: bool, adds: bool) -> list[Storage]:
    """Where each value lies: a view with what it shows, a layer in place with its first input."""
    pieces = [Storage(prod(network.input), -1, [0])]
    for time, node in enumerate(network.nodes):
        home = next(piece for piece in pieces if node.inputs[0] in piece.values)
        in_place = (activations and node.kind in ACTIVATIONS) or (adds and node.kind in ELEMENTWISE)
        free = home.dies(network) == time and home.born >= 0 and home.elements == prod(node.shape)
        if node.kind in VIEWS or (in_place and free):
            home.values.append(time + 1)
        else:
            pieces.append(Storage(prod(node.shape), time, [time + 1]))
    return pieces


def peak(network: Network, activations: bool, adds: bool) -> int:
    """The most that lives at once, while any layer runs."""
    lives = [(piece.elements, piece.born, piece.dies(network)) for piece in storages(network, activations, adds)]
    return max(
        sum(elements for elements, born, dies in lives if born <= time <= dies)
        for time in range(-1, len(network.nodes))
    )


def conv(out: int) -> Step:
    return {"conv": {"out": out, "kernel": 1}}


def spec_of(*layers: Step, outputs: tuple[str, ...] = ()) -> Spec:
    return Spec([4, 8], list(layers), {}, {}, list(outputs))


HARD = {
    "a view at the peak": spec_of(conv(8), {"dropout": {"p": 0.5}}, conv(8)),
    "views of views": spec_of(conv(9), "identity", {"slice": {"start": 1, "stop": 9}}, {"crop": {"cut": 1}}, conv(9)),
    "a part keeps the whole alive": spec_of(conv(12), {"split": {"parts": 2, "take": 1}}, conv(9), conv(9)),
    "a view of the input": spec_of("identity", "relu", conv(1)),
    "an early output": spec_of(
        conv(8) | {"name": "early"}, conv(2), conv(8) | {"name": "late"}, outputs=("early", "late")
    ),
    "an output that is overwritten": spec_of(
        conv(8) | {"name": "kept"},
        conv(8),
        "relu",
        {"tanh": {}, "name": "end", "from": "kept"},
        outputs=("kept", "end"),
    ),
    "an output seen through a view": spec_of(
        conv(8), {"identity": {}, "name": "seen"}, "relu", conv(8) | {"name": "end"}, outputs=("seen", "end")
    ),
    "the input is an output": spec_of(conv(8) | {"name": "a"}, {"relu": {}, "name": "end"}, outputs=("input", "end")),
    "a skip past activations": spec_of(conv(8), {"residual": ["relu", conv(8), "relu"]}, "relu"),
    "a sum of a tensor with itself": spec_of(conv(8), {"add": {"a": [], "b": []}}, "relu"),
    "a gate first": spec_of(conv(8), {"multiply": {"gate": ["global_avg_pool"], "main": []}}, conv(8)),
    "an activation on a part": spec_of(conv(8), {"split": {"parts": 2, "take": 0}}, "relu", conv(8)),
    "paths that meet late": spec_of(conv(6), {"concat": {"a": [conv(8), "relu"], "b": [conv(2)], "c": []}}, "relu"),
    "nothing but the input": spec_of(conv(1), conv(1)),
}


@pytest.mark.parametrize("activations", [False, True])
@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("name", HARD)
def test_the_peak_of_hard_networks(name, activations, adds):
    spec = HARD[name]
    assert reported(spec, activations, adds).peak.bytes == FLOAT * peak(wired(spec), activations, adds)


@pytest.mark.parametrize("size", ["like: early", "size: 8"])
def test_a_tensor_that_only_gives_its_size_is_not_kept(size: str) -> None:
    text = f"""
input: [4, 8]
layers:
  - {{conv: {{out: 64, kernel: 1}}, name: early}}
  - {{max_pool: 2, name: pooled}}
  - {{upsample: {{{size}}}, from: pooled}}
"""
    peak = cnnshape.analyze(cnnshape.load(text)).peak
    assert (peak.bytes, peak.layer) == (FLOAT * (64 * 8 + 64 * 4), "pooled")


@given(specs(), flags, flags)
def test_the_peak_is_the_most_that_lives_at_once(spec, activations, adds):
    report = reported(spec, activations, adds)
    assert report.peak.bytes == FLOAT * peak(wired(spec), activations, adds)
    assert report.totals.peak_activation_bytes == report.peak.bytes


@given(specs(), flags, flags)
def test_the_tensors_of_the_peak_make_it_up(spec, activations, adds):
    report = reported(spec, activations, adds)
    assert sum(size for _, size in report.peak.tensors) == report.peak.bytes


@given(specs(), flags, flags)
def test_working_in_place_never_raises_the_peak(spec, activations, adds):
    assert reported(spec, activations, adds).peak.bytes <= reported(spec).peak.bytes


@given(specs())
def test_the_peak_holds_what_every_layer_reads_and_writes(spec):
    report = reported(spec)
    network = wired(spec)
    for node in network.nodes:
        distinct = {value: prod(network.shape(value)) for value in node.inputs}
        written = 0 if node.kind in VIEWS else prod(node.shape)
        largest = max(distinct.values()) if distinct else 0
        assert report.peak.bytes >= FLOAT * max(largest, written)
