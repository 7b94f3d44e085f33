"""Each kind as exported code, against what PyTorch users write for it: the same weights give the same values."""

from __future__ import annotations

from typing import Any

import pytest

from cnnshape.export.torch import to_torch
from cnnshape.export.torch.kinds import SAID
from tests.export.exported import counts_of, made, source_of

torch = pytest.importorskip("torch")
peers = pytest.importorskip("tests.oracles.peers_torch")
formulas = pytest.importorskip("tests.oracles.formulas")
functional = torch.nn.functional

OTHERWISE = {"max_unpool", "roi_align", "roi_pool", "opaque"}
"""Kinds that read more than one tensor, with tests of their own."""
SHOWN_BY_SHAPE = {"blur_pool: {kernel: 3}"}
"""The peer has a filter of ones."""


def exported(step: str, shape: tuple[int, ...]) -> Any:
    return made(to_torch(source_of(f"cnnshape: 1\ninput: {list(shape)}\nlayers:\n  - {step}\n")), device="cpu")


def filled(ours: Any, theirs: Any) -> None:
    """Gives both modules the same random weights, by their order."""
    torch.manual_seed(0)
    own, other = ours.state_dict(), list(theirs.state_dict().values())
    assert [value.numel() for value in own.values()] == [value.numel() for value in other]
    for value, twin in zip(own.values(), other, strict=True):
        if value.is_floating_point():
            value.uniform_(0.5, 1.5)
            twin.copy_(value.reshape(twin.shape))


def test_all_kinds_have_a_peer() -> None:
    covered = {step.strip("{}").split(":")[0] for step, _, _ in peers.LAYERS}
    assert set(SAID) - OTHERWISE <= covered


@pytest.mark.parametrize(("step", "shape", "make"), peers.LAYERS, ids=[row[0] for row in peers.LAYERS])
def test_values_are_those_of_the_peer(step: str, shape: tuple[int, ...], make: Any) -> None:
    if step.startswith("max_unpool"):
        pytest.skip("it needs a pool before it")
    ours, theirs = exported(step, shape), make().eval()
    filled(ours, theirs)
    x = torch.rand(2, *shape)
    with torch.no_grad():
        given, wanted = ours(x), theirs(x)
    assert given.shape == wanted.shape
    if step not in SHOWN_BY_SHAPE:
        assert torch.allclose(given, wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("step", "shape", "reference"),
    [
        ("layer_scale: {init: 0.5, shift: true}", (6, 5, 4), formulas.LayerScale(6, 0.5, per_channel=True, shift=True)),
        (
            "layer_scale: {init: 0.5, per_channel: false}",
            (6, 5),
            formulas.LayerScale(6, 0.5, per_channel=False, shift=False),
        ),
        ("global_response_norm", (6, 5, 4, 3), formulas.GlobalResponseNorm(6, 1e-6)),
        ("evo_norm: {groups: 2}", (6, 5), formulas.EvoNormS0(6, 2, 1e-5)),
    ],
)
def test_values_are_those_of_the_paper(step: str, shape: tuple[int, ...], reference: Any) -> None:
    ours = exported(step, shape)
    filled(ours, reference)
    x = torch.rand(2, *shape)
    assert torch.allclose(ours(x), reference(x), atol=1e-5)


@pytest.mark.parametrize("affine", ["true", "false", "scale", "shift"])
@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        ("batch_norm", (4, 5, 6)),
        ("layer_norm", (4, 5)),
        ("layer_norm", (4,)),
        ("group_norm", (4, 5, 6)),
        ("instance_norm", (4, 5)),
    ],
)
def test_a_scale_or_a_shift_alone(kind: str, shape: tuple[int, ...], affine: str) -> None:
    groups = ", groups: 2" if kind == "group_norm" else ""
    module = exported(f"{kind}: {{affine: {affine}{groups}}}", shape)
    learned = {"true": 2, "false": 0, "scale": 1, "shift": 1}[affine]
    assert counts_of(module)[0] == learned * 4
    names = {name.rpartition(".")[2] for name, _ in module.named_parameters()}
    assert names == {"true": {"weight", "bias"}, "false": set(), "scale": {"weight"}, "shift": {"bias"}}[affine]
    x = torch.rand(2, *shape)
    plain = exported(f"{kind}: {{affine: false{groups}}}", shape)
    assert torch.allclose(module(x), plain(x), atol=1e-6)


@pytest.mark.parametrize(
    ("step", "shape", "call"),
    [
        ("conv: {out: 3, kernel: 3, stride: 2, padding: same, bias: false}", (3, 6, 7), lambda x, w: functional.conv2d(functional.pad(x, (1, 1, 0, 1)), w, stride=2)),
        ("conv: {out: 3, kernel: 4, padding: same_lower, bias: false}", (3, 7), lambda x, w: functional.conv1d(functional.pad(x, (2, 1)), w)),
        ("conv: {out: 3, kernel: 3, dilation: 2, padding: causal, bias: false}", (3, 9), lambda x, w: functional.conv1d(functional.pad(x, (4, 0)), w, dilation=2)),
        ("conv: {out: 3, kernel: 2, padding: [[1, 0], [0, 2]], bias: false}", (3, 5, 6), lambda x, w: functional.conv2d(functional.pad(x, (0, 2, 1, 0)), w)),
        ("conv_transpose: {out: 3, kernel: 3, stride: 2, padding: same, bias: false}", (3, 5, 6), lambda x, w: functional.conv_transpose2d(x, w, stride=2)[:, :, :-1, :-1]),
        ("conv_transpose: {out: 3, kernel: 4, stride: 2, padding: [[1, 0]], bias: false}", (3, 5), lambda x, w: functional.conv_transpose1d(x, w, stride=2)[:, :, 1:]),
        ("conv_transpose: {out: 3, kernel: 3, stride: 2, padding: 1, output: 10, bias: false}", (3, 5), lambda x, w: functional.conv_transpose1d(x, w, stride=2, padding=1, output_padding=1)),
    ],
)  # fmt: skip
def test_padding(step: str, shape: tuple[int, ...], call: Any) -> None:
    module = exported(step, shape)
    (weight,) = module.parameters()
    x = torch.rand(2, *shape)
    assert torch.allclose(module(x), call(x, weight), atol=1e-6)


def test_a_max_pool_pads_with_nothing_that_could_win() -> None:
    x = -torch.rand(2, 3, 6, 6) - 1
    for padding in ("same", "[[0, 1], [0, 1]]"):
        pooled = exported(f"max_pool: {{kernel: 3, stride: 2, padding: {padding}}}", (3, 6, 6))(x)
        assert torch.equal(pooled, functional.max_pool2d(x, 3, 2, ceil_mode=True))


def test_a_mean_may_leave_out_the_padding() -> None:
    x = torch.rand(2, 3, 6, 6)
    step = "avg_pool: {kernel: 3, stride: 2, padding: same, count_include_pad: %s}"
    inside = exported(step % "false", (3, 6, 6))(x)
    assert torch.allclose(inside, functional.avg_pool2d(x, 3, 2, ceil_mode=True), atol=1e-6)
    everything = exported(step % "true", (3, 6, 6))(x)
    assert torch.allclose(everything, functional.avg_pool2d(functional.pad(x, (0, 1, 0, 1)), 3, 2), atol=1e-6)


def test_a_blur_is_binomial() -> None:
    module = exported("blur_pool: {kernel: 3}", (2, 6, 8))
    row = torch.tensor([1.0, 2.0, 1.0]) / 4
    filt = (row[:, None] * row).expand(2, 1, 3, 3)
    x = torch.rand(2, 2, 6, 8)
    padded = functional.pad(x, (1, 1, 1, 1), mode="reflect")
    assert torch.allclose(module(x), functional.conv2d(padded, filt, stride=2, groups=2), atol=1e-6)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_shuffles_of_any_rank_undo_each_other(axes: int) -> None:
    shape = (3, 4, 6, 2)[: axes + 1]
    layers = f"cnnshape: 1\ninput: {list(shape)}\nlayers: [pixel_unshuffle: 2, pixel_shuffle: 2]\n"
    x = torch.rand(2, *shape)
    assert torch.equal(made(to_torch(source_of(layers)), device="cpu")(x), x)


def test_an_unpool_puts_values_back() -> None:
    text = """\
cnnshape: 1
input: [3, 6, 8]
layers:
  - {max_pool: 2, name: pool}
  - relu
  - {max_unpool: {kernel: 2, pool: pool}}
"""
    module = made(to_torch(source_of(text)), device="cpu")
    x = torch.rand(2, 3, 6, 8)
    pooled, places = functional.max_pool2d(x, 2, return_indices=True)
    assert torch.equal(module(x), functional.max_unpool2d(pooled, places, 2))


BOXES = """\
cnnshape: 1
input: {{image: [2, 16, 20], rois: {{boxes: 3}}}}
layers:
  - {{{step}}}
"""


def test_regions() -> None:
    x = torch.arange(640.0).reshape(1, 2, 16, 20)
    boxes = torch.tensor([[0.0, 0.0, 7.0, 7.0], [4.0, 2.0, 11.0, 13.0], [5.0, 5.0, 5.0, 5.0]])
    pool = made(to_torch(source_of(BOXES.format(step="roi_pool: {boxes: rois, size: 4}"))), device="cpu")
    pooled = pool(x, boxes)
    assert pooled.shape == (3, 2, 4, 4)
    assert torch.equal(pooled[0], functional.adaptive_max_pool2d(x[0, :, :8, :8], 4))
    assert torch.equal(pooled[1], functional.adaptive_max_pool2d(x[0, :, 2:14, 4:12], 4))
    assert torch.equal(pooled[2], x[0, :, 5:6, 5:6].expand(2, 4, 4))
    # Values that grow evenly: a mean of samples is the value at the middle of its cell.
    align = made(to_torch(source_of(BOXES.format(step="roi_align: {boxes: rois, size: 2, samples: 2}"))), device="cpu")
    aligned = align(x, boxes)
    assert torch.allclose(
        aligned[0, 0], torch.tensor([[1.75 * 21, 1.75 * 20 + 5.25], [5.25 * 20 + 1.75, 5.25 * 21]]), atol=1e-3
    )
    by_size = made(to_torch(source_of(BOXES.format(step="roi_align: {boxes: rois, size: 2}"))), device="cpu")
    assert torch.allclose(by_size(x, boxes), aligned, atol=1e-3)
    # Half a cell earlier.
    for samples in (", samples: 2", ""):
        step = f"roi_align: {{boxes: rois, size: 2, aligned: true{samples}}}"
        moved = made(to_torch(source_of(BOXES.format(step=step))), device="cpu")(x, boxes)
        middles = [[20 * y + x for x in (5.25, 8.75)] for y in (4.25, 9.75)]
        assert torch.allclose(moved[1, 0], torch.tensor(middles), atol=1e-3)
        # A box without cells is a point, half a cell before its corner.
        assert torch.allclose(moved[2, 0], torch.full((2, 2), 4.5 * 21), atol=1e-3)
    # Two images: their boxes one after the other.
    both = align(torch.cat([x, -x]), torch.cat([boxes, boxes]))
    assert torch.allclose(both[:3], -both[3:])
