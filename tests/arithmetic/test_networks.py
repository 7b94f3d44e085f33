"""Whole networks, traced once over a recorded input size and replayed: the totals are the engine's own."""

from __future__ import annotations

from typing import Any

import pytest

import cnnshape
from cnnshape.analysis import costs
from cnnshape.arithmetic.tracing import OutsideTrace, Trace
from cnnshape.graph import Options, build
from cnnshape.language import read_value
from cnnshape.source import SourceText, shipped_path

NETWORKS = {
    "resnet50": 224,
    "resnext50_32x4d": 224,
    "mobilenet_v2": 192,
    "densenet121": 160,
    "efficientnet_b0": 224,
    "shufflenet_v2_x1_0": 128,
    "squeezenet1_1": 200,
    "convnext_tiny": 224,
    "unet": 572,
    "googlenet": 224,
}
"""Networks with the input size of their trace."""
SIZES = (1, 7, 31, 32, 33, 63, 64, 97, 128, 160, 188, 223, 224, 225, 256, 299, 320, 380, 572, 588, 1024)


def totals(graph: Any) -> dict[str, Any]:
    layers = costs(graph)
    return {
        "params": sum(cost.params for cost in layers),
        "buffers": sum(cost.buffers for cost in layers),
        "macs": sum(cost.macs for cost in layers),
        "flops": sum(cost.flops or 0 for cost in layers),
        "values": sum(node.application.output.elements for node in graph.nodes),
    }


def built(network: str, shape: tuple[Any, ...], **params: Any) -> Any:
    """The graph of a network on an input, with plain or recorded numbers; None if it doesn't fit."""
    design = cnnshape.load(shipped_path(network))
    assert design.spec is not None
    given = {name: value_of(value) for name, value in params.items()}
    result = build(design.spec, Options(given, inputs={"": shape}))
    return None if result[1] else result[0]


def value_of(value: Any) -> Any:
    """A param's value as in a spec: an expression, here of any number or list of numbers."""
    expression, problems = read_value(SourceText("param", "1"))
    assert expression is not None
    assert not problems
    expression.run = lambda scope: value
    return expression


def channels(network: str) -> int:
    design = cnnshape.load(shipped_path(network))
    return next(iter(cnnshape.analyze(design).inputs.values())).shape[0]


@pytest.mark.parametrize("network", NETWORKS)
def test_a_trace_over_the_input_size_gives_the_engines_totals(network: str) -> None:
    trace = Trace()
    first = channels(network)
    height, width = (trace.parameter(axis, NETWORKS[network]) for axis in ("height", "width"))
    results = totals(built(network, (first, height, width)))
    valid = 0
    for size in SIZES:
        for other in (size, size + 32):
            try:
                replayed = trace.replay(results, {"height": size, "width": other}).results
            except OutsideTrace:
                continue
            graph = built(network, (first, size, other))
            assert graph is not None
            assert replayed == totals(graph)
            valid += 1
    assert valid > 1


def test_a_trace_replays_over_arrays() -> None:
    numpy = pytest.importorskip("numpy")
    trace = Trace()
    size = trace.parameter("size", 224)
    results = totals(built("resnet50", (3, size, size)))
    sizes = numpy.arange(1, 400)
    replay = trace.replay(results, {"size": sizes})
    assert replay.valid[223]
    assert not replay.valid[0]
    for index in (31, 32, 96, 223, 300, 398):
        assert replay.valid[index]
        expected = totals(built("resnet50", (3, index + 1, index + 1)))
        figures = {
            name: int(array[index] if hasattr(array, "dtype") else array) for name, array in replay.results.items()
        }
        assert figures == expected


def test_params_do_not_depend_on_the_input_size() -> None:
    trace = Trace()
    size = trace.parameter("size", 224)
    results = totals(built("resnet50", (3, size, size)))
    assert type(results["params"]) is int
    assert type(results["macs"]) is not int


@pytest.mark.parametrize(("width", "size"), [(64, 224), (7, 97), (48, 160)])
def test_a_trace_of_resnet50_over_width_and_input_size_gives_the_engines_totals(width: int, size: int) -> None:
    trace = Trace()
    recorded = trace.parameter("width", width)
    recorded_size = trace.parameter("size", size)
    shape, widths = (3, recorded_size, recorded_size), tuple(recorded * factor for factor in (1, 2, 4, 8))
    results = totals(built("resnet50", shape, widths=widths))
    valid = 0
    for other_width in (1, 3, 32, 64, 65, 100, 256):
        for other_size in (1, 31, 64, 97, 224, 225, 320):
            try:
                replayed = trace.replay(results, {"width": other_width, "size": other_size}).results
            except OutsideTrace:
                continue
            plain = tuple(other_width * factor for factor in (1, 2, 4, 8))
            graph = built("resnet50", (3, other_size, other_size), widths=plain)
            assert graph is not None
            assert replayed == totals(graph)
            valid += 1
    assert valid > 20


def test_a_width_that_changes_the_design_is_outside() -> None:
    """In a group of 32, a width that 32 doesn't divide is refused by the engine, and by the trace."""
    trace = Trace()
    width = trace.parameter("width", 128)
    widths = tuple(width * factor for factor in (1, 2, 4, 8))
    results = totals(built("resnext50_32x4d", (3, 224, 224), widths=widths))
    assert (
        trace.replay(results, {"width": 64}).results["params"]
        == totals(built("resnext50_32x4d", (3, 224, 224), widths=(64, 128, 256, 512)))["params"]
    )
    assert built("resnext50_32x4d", (3, 224, 224), widths=(65, 130, 260, 520)) is None
    with pytest.raises(OutsideTrace):
        trace.replay(results, {"width": 65})


def test_a_trace_over_a_width_multiplier_follows_the_rounding_of_channels() -> None:
    """Widths pass through `make_divisible` here: floats, roundings and comparisons are traced too."""
    trace = Trace()
    percent = trace.parameter("percent", 100)
    results = totals(built("mnasnet1_0", (3, 224, 224), alpha=percent / 100))
    valid = 0
    for other in range(50, 260, 10):
        try:
            replayed = trace.replay(results, {"percent": other}).results
        except OutsideTrace:
            continue
        assert replayed == totals(built("mnasnet1_0", (3, 224, 224), alpha=other / 100))
        valid += other != 100
    assert valid > 0


REPEATED = """
cnnshape: 1
name: repeated
input: [3, size, size]
params: {size: 32, times: 3}
layers:
  - conv: {out: 3, kernel: 3, padding: 1}
    repeat: times
  - max_pool: 2
"""


def test_a_recorded_repeat_is_pinned_and_a_recorded_size_of_the_file_is_not() -> None:
    design = cnnshape.load(REPEATED)
    assert design.spec is not None
    trace = Trace()
    given = {"size": value_of(trace.parameter("size", 32)), "times": value_of(trace.parameter("times", 3))}
    graph, problems, *_ = build(design.spec, Options(given))
    assert not problems
    results = totals(graph)
    replayed = trace.replay(results, {"size": 20, "times": 3}).results
    report = cnnshape.analyze(design, params={"size": 20})
    assert (replayed["params"], replayed["macs"]) == (report.totals.params, report.totals.macs)
    with pytest.raises(OutsideTrace):
        trace.replay(results, {"size": 32, "times": 4})
