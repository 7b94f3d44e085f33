"""The parts of an ONNX export on their own: coordinates of resizing, windows, filters, moments, the random numbers."""

from __future__ import annotations

from array import array
from fractions import Fraction
from math import floor, prod, sqrt
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnshape.bridge.onnx.model import MOST_READ, Node, Stored, model_of
from cnnshape.export import Source, Weights
from cnnshape.export.onnx import to_onnx
from cnnshape.export.onnx.kinds.moves import binomial
from cnnshape.export.onnx.kinds.resizing import single
from cnnshape.export.onnx.lowered import lowered
from cnnshape.export.onnx.moments import LEAST, moments
from cnnshape.export.onnx.weights import Fill, Random32, constant_chunks
from tests.export.exported import NAMES, network, source_of

SIZES = st.integers(1, 40)


def nodes_of(text: str) -> tuple[Node, ...]:
    return model_of(to_onnx(source_of(f"cnnshape: 1\n{text}"), weights=Weights.NONE)).nodes


def of(nodes: tuple[Node, ...], op: str) -> list[Node]:
    return [node for node in nodes if node.op == op]


def constant(nodes: tuple[Node, ...], name: str) -> Stored:
    value = next(node for node in nodes if name in node.outputs).attributes["value"]
    assert isinstance(value, Stored)
    assert value.values is not None
    return value


# Resizing


@given(SIZES, SIZES)
def test_nearest_cells_are_those_of_the_spec(size: int, out: int) -> None:
    """Output `u` copies input `floor(u * size / out)`: by a Gather, or by a Resize with a whole factor."""
    nodes = nodes_of(f"input: [2, {size}]\nlayers:\n  - upsample: {{size: {out}}}\n")
    wanted = [u * size // out for u in range(out)]
    if gathers := of(nodes, "Gather"):
        assert list(constant(nodes, gathers[0].inputs[1]).values or ()) == wanted
    elif resizes := of(nodes, "Resize"):
        factor = (constant(nodes, resizes[0].inputs[2]).values or ())[2]
        assert [floor(u / factor) for u in range(out)] == wanted
        assert resizes[0].word("coordinate_transformation_mode", "") == "asymmetric"
    else:
        assert size == out


@given(st.integers(2, 30), st.integers(2, 12), st.integers(1, 6))
def test_a_factor_is_used_as_it_is_stated(size: int, numerator: int, denominator: int) -> None:
    factor = Fraction(numerator, denominator)
    out = floor(size * numerator / denominator)
    if out < 1 or out in (size, 2 * size):
        return
    nodes = nodes_of(f"input: [2, {size}]\nlayers:\n  - upsample: {{scale: {numerator / denominator}}}\n")
    gathers = of(nodes, "Gather")
    if gathers:
        wanted = [min(floor(u / factor), size - 1) for u in range(out)]
        assert list(constant(nodes, gathers[0].inputs[1]).values or ()) == wanted


@given(SIZES, SIZES)
def test_a_runtime_gets_the_size_from_the_factor(size: int, out: int) -> None:
    """In single and in double precision: the checker uses the one, runtimes use the other."""
    nodes = nodes_of(f"input: [2, {size}]\nlayers:\n  - upsample: {{size: {out}, mode: linear}}\n")
    resizes = of(nodes, "Resize")
    if resizes:
        factor = (constant(nodes, resizes[0].inputs[2]).values or ())[2]
        assert floor(factor * size) == out
        assert floor(single(single(factor) * size)) == out
        assert factor == pytest.approx(out / size, rel=1e-6)
    else:
        assert size == out or of(nodes, "ReduceSum")


# Windows


@given(SIZES, SIZES, st.sampled_from(["adaptive_max_pool", "adaptive_avg_pool"]))
def test_adaptive_windows_are_those_of_the_spec(size: int, out: int, kind: str) -> None:
    nodes = nodes_of(f"input: [2, {size}]\nlayers:\n  - {kind}: {out}\n")
    gathers = of(nodes, "Gather")
    if not gathers:
        assert size % out == 0
        return
    given = constant(nodes, gathers[0].inputs[1])
    rows = [set((given.values or ())[at * given.shape[1] : (at + 1) * given.shape[1]]) for at in range(out)]
    assert rows == [set(range(u * size // out, -(-(u + 1) * size // out))) for u in range(out)]
    factors = of(nodes, "Mul")
    if factors and prod(given.shape) <= MOST_READ:
        means = constant(nodes, factors[0].inputs[1])
        sums = [sum((means.values or ())[at * means.shape[1] : (at + 1) * means.shape[1]]) for at in range(out)]
        assert sums == pytest.approx([1.0] * out)


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 5), st.data())
def test_padding_gives_the_output_without_rounding_up(size: int, kernel: int, stride: int, data: Any) -> None:
    """The pads of an average pool are what makes an output that rounds down as large as PyTorch's that rounds up."""
    padding = data.draw(st.integers(0, kernel // 2))
    if size + 2 * padding < kernel:
        return
    text = f"avg_pool: {{kernel: {kernel}, stride: {stride}, padding: {padding}, ceil: true}}"
    source = source_of(f"cnnshape: 1\ninput: [2, {size}]\nlayers:\n  - {text}\n")
    graph = source.examination.graph
    assert graph is not None
    nodes = model_of(to_onnx(source, weights=Weights.NONE)).nodes
    (pool,) = of(nodes, "AveragePool")
    explicit = [constant(nodes, node.inputs[1]).values or () for node in of(nodes, "Pad")]
    around = sum(sum(map(int, pads)) for pads in explicit) + sum(pool.wholes("pads") or ())
    assert pool.whole("ceil_mode", 0) == 0
    assert (size + around - kernel) // stride + 1 == graph.nodes[0].application.output.shape[1]
    # What lies beyond PyTorch's own padding is never counted.
    if around > 2 * padding:
        assert pool.whole("count_include_pad", 0) == 0


@pytest.mark.parametrize("kernel", [(1,), (3,), (2, 4), (5, 3), (2, 3, 2)])
def test_a_filter_of_a_blur_is_binomial(kernel: tuple[int, ...]) -> None:
    rows = {1: [1], 2: [1, 1], 3: [1, 2, 1], 4: [1, 3, 3, 1], 5: [1, 4, 6, 4, 1]}
    wanted = [1.0]
    for size in kernel:
        wanted = [value * part / sum(rows[size]) for value in wanted for part in rows[size]]
    assert binomial(kernel) == pytest.approx(wanted)
    assert sum(binomial(kernel)) == pytest.approx(1.0)


# Facts of the spec


@pytest.mark.parametrize(
    ("layer", "op", "attribute", "value"),
    [
        ("batch_norm: {eps: 0.125}", "BatchNormalization", "epsilon", 0.125),
        ("batch_norm: {momentum: 0.25}", "BatchNormalization", "momentum", 0.75),
        ("layer_norm: {eps: 0.125}", "LayerNormalization", "epsilon", 0.125),
        ("group_norm: {groups: 2, eps: 0.125}", "InstanceNormalization", "epsilon", 0.125),
        ("instance_norm: {eps: 0.125}", "InstanceNormalization", "epsilon", 0.125),
        ("leaky_relu: 0.25", "LeakyRelu", "alpha", 0.25),
        ("elu: 0.25", "Elu", "alpha", 0.25),
        ("celu: 0.25", "Celu", "alpha", 0.25),
        ("local_response_norm: {size: 3, alpha: 0.25}", "LRN", "alpha", 0.25),
        ("local_response_norm: {size: 3, beta: 0.25}", "LRN", "beta", 0.25),
        ("local_response_norm: {size: 3, k: 0.25}", "LRN", "bias", 0.25),
        ("softmax", "Softmax", "axis", 1),
        ("concat: [a, a]", "Concat", "axis", 1),
        ("conv: {out: 4, kernel: 3, groups: 2}", "Conv", "group", 2),
        ("conv: {out: 4, kernel: [3, 2]}", "Conv", "kernel_shape", (3, 2)),
        ("conv: {out: 4, kernel: 3, stride: [2, 1]}", "Conv", "strides", (2, 1)),
        ("conv: {out: 4, kernel: 3, dilation: [1, 2]}", "Conv", "dilations", (1, 2)),
        ("conv: {out: 4, kernel: 3, padding: [[0, 1], [2, 3]]}", "Conv", "pads", (0, 2, 1, 3)),
        ("conv: {out: 4, kernel: 4, padding: same}", "Conv", "pads", (1, 1, 2, 2)),
        ("conv: {out: 4, kernel: 4, padding: same_lower}", "Conv", "pads", (2, 2, 1, 1)),
        ("conv_transpose: {out: 4, kernel: 3, stride: 2, output_padding: [0, 1]}", "ConvTranspose", "output_padding", (0, 1)),
        ("max_pool: {kernel: 3, stride: 2, padding: 1, ceil: true}", "MaxPool", "ceil_mode", 1),
        ("max_pool: {kernel: 2, dilation: 3}", "MaxPool", "dilations", (3, 3)),
        ("avg_pool: {kernel: 3, padding: 1}", "AveragePool", "count_include_pad", 1),
        ("pixel_shuffle: 2", "DepthToSpace", "mode", "CRD"),
        ("upsample: {scale: 2, mode: linear}", "Resize", "coordinate_transformation_mode", "half_pixel"),
        ("upsample: {scale: 2, mode: cubic, align_corners: true}", "Resize", "coordinate_transformation_mode", "align_corners"),
        ("pad: {padding: 1, mode: reflect}", "Pad", "mode", "reflect"),
        ("pad: {padding: 1, mode: replicate}", "Pad", "mode", "edge"),
    ],
)  # fmt: skip
def test_facts_of_the_spec_are_written(layer: str, op: str, attribute: str, value: Any) -> None:
    nodes = nodes_of(f"input: [4, 8, 8]\nlayers:\n  - {{square: {{}}, name: a}}\n  - {layer}\n")
    (made,) = of(nodes, op)
    assert made.attributes[attribute] == (pytest.approx(value) if isinstance(value, float) else value)


# Moments and random numbers


@pytest.mark.parametrize("name", [name for name in NAMES if "rcnn" not in name])
def test_moments_stay_in_range(name: str) -> None:
    graph = network(name).examination.graph
    assert graph is not None
    known = moments(graph)
    assert len(known) == len(graph.inputs) + len(graph.nodes)
    assert all(one.variance >= LEAST for one in known)
    assert max(one.square for one in known) < 1e4


@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (2.0, 0.5), (-1.0, 4.0)])
def test_a_rectified_distribution_has_the_moments_of_its_samples(mean: float, variance: float) -> None:
    from cnnshape.export.onnx.moments import Moments, _rectified

    gauss = Random(1)
    samples = [max(gauss.gauss(mean, sqrt(variance)), 0.0) for _ in range(200_000)]
    own = _rectified(Moments(mean, variance))
    assert own.mean == pytest.approx(sum(samples) / len(samples), abs=0.02)
    assert own.square == pytest.approx(sum(value**2 for value in samples) / len(samples), abs=0.05)


def test_a_convolution_of_random_weights_keeps_the_mean_square() -> None:
    """The sum over the fan-in of two independent factors: fan-in times the product of their mean squares."""
    source = source_of("cnnshape: 1\ninput: [40]\nlayers:\n  - {linear: {out: 400, bias: false}, name: fc}\n")
    weights = _stored(source, "fc.weight")
    normal = Random(2)
    given = [normal.gauss(0, 1) for _ in range(40)]
    made = [
        sum(weight * x for weight, x in zip(weights[row * 40 : row * 40 + 40], given, strict=True))
        for row in range(400)
    ]
    square = sum(value**2 for value in made) / 400
    assert 0.3 < square / (sum(x**2 for x in given) / 40) < 3


def _stored(source: Source, name: str) -> list[float]:
    data = to_onnx(source)
    graph = source.examination.graph
    assert graph is not None
    count = prod(lowered(graph).weights[name].held.shape)
    at = data.index(name.encode() + b"\x4a") + len(name) + 1
    while data[at] > 127:
        at += 1
    values = array("f")
    values.frombytes(data[at + 1 : at + 1 + 4 * count])
    return list(values)


@given(st.integers(0, 2**32 - 1), st.text(max_size=9), st.sampled_from([1, 7, 262_138, 262_139, 262_140, 700_001]))
def test_random_bytes_have_the_length_and_the_range(seed: int, name: str, count: int) -> None:
    random = Random32(seed)
    joined = b"".join(random.chunks(name, count, Fill(0.5, 0.25)))
    assert len(joined) == 4 * count
    assert joined == b"".join(Random32(seed).chunks(name, count, Fill(0.5, 0.25)))
    values = array("f")
    values.frombytes(joined[:4000])
    assert all(0.25 <= value <= 0.75 for value in values)


@pytest.mark.parametrize("count", [0, 1, 262_139, 600_000])
def test_constant_bytes(count: int) -> None:
    values = array("f")
    values.frombytes(b"".join(constant_chunks(count, 1.0)))
    assert len(values) == count
    assert set(values) <= {1.0}
