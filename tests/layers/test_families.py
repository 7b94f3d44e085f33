"""The families of kinds: every kind belongs to exactly one, and has the facts of it."""

from __future__ import annotations

from typing import Any

import pytest

from cnnshape.arithmetic import ZERO, Constant
from cnnshape.layers import (
    BY_NAME,
    KINDS,
    Activation,
    AdaptivePool,
    Application,
    Coverage,
    ElementwiseJoin,
    FixedProduct,
    GlobalPool,
    Join,
    Layer,
    MatrixProduct,
    Move,
    Normalization,
    PassThrough,
    Recurrence,
    RegionPool,
    Resize,
    Scaling,
    SlidingPool,
    Stated,
    Tensor,
)
from cnnshape.layers.contract import layer
from cnnshape.layers.family import SamePlace, Unweighted
from cnnshape.layers.pooling_rare import ChannelPool
from tests.layers.rows import CASES, made

FAMILIES: dict[type[Layer], str] = {
    MatrixProduct: "conv conv_transpose linear",
    FixedProduct: "attention blur_pool",
    SlidingPool: "max_pool avg_pool",
    AdaptivePool: "adaptive_avg_pool adaptive_max_pool",
    GlobalPool: "global_avg_pool global_max_pool",
    ChannelPool: "channel_avg_pool channel_max_pool",
    Normalization: (
        "batch_norm layer_norm rms_norm group_norm instance_norm local_response_norm global_response_norm evo_norm"
    ),
    Scaling: "layer_scale",
    Activation: (
        "relu relu6 leaky_relu prelu elu celu selu gelu silu mish sigmoid hard_sigmoid hard_swish tanh hard_tanh softsign "
        "abs square softplus softmax log_softmax"
    ),
    Unweighted: "rescale glu",
    PassThrough: "dropout drop_path identity",
    Move: (
        "flatten reshape pad crop subsample max_unpool pixel_shuffle pixel_unshuffle channel_shuffle split slice pad_channels"
    ),
    Resize: "upsample",
    RegionPool: "roi_pool roi_align",
    ElementwiseJoin: "add multiply subtract average maximum",
    Join: "concat",
    Recurrence: "lstm gru",
    Stated: "opaque",
}
"""The kinds of each family, without those of a narrower one."""
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def family_of(kind: type[Layer]) -> type[Layer]:
    """The narrowest family that a kind derives from."""
    return next(base for base in kind.__mro__ if base in FAMILIES)


@every_kind
def test_a_kind_belongs_to_one_family(kind: type[Layer]) -> None:
    assert kind.name in FAMILIES[family_of(kind)].split()
    widest = [family for family in FAMILIES if issubclass(kind, family)]
    assert all(issubclass(family_of(kind), family) for family in widest)


def test_families_hold_all_kinds() -> None:
    assert sorted(name for names in FAMILIES.values() for name in names.split()) == sorted(BY_NAME)


@every_kind
def test_a_family_states_its_facts(kind: type[Layer]) -> None:
    assert (kind.macs_formula is not ZERO) == issubclass(kind, MatrixProduct | FixedProduct | Recurrence | Stated)
    assert kind.activation == issubclass(kind, Activation)
    assert kind.normalizes == issubclass(kind, Normalization)
    assert kind.joins == issubclass(kind, Join)
    assert kind.combines == issubclass(kind, ElementwiseJoin)
    assert kind.followers == (("norm", "act") if issubclass(kind, MatrixProduct) else ())
    if issubclass(kind, Move):
        assert isinstance(kind.flops_formula, Constant)
        assert kind.flops_formula.number == 0


def test_only_a_join_is_a_gate() -> None:
    """Receptive fields treat gates apart."""
    assert {kind.name: kind.gates for kind in KINDS if kind.gates is not False} == {"multiply": True}


@pytest.mark.parametrize(("kind", "row"), [(kind, row) for kind, row in CASES if "out" in row], ids=str)
def test_flags_of_shapes_hold(kind: str, row: dict[str, Any]) -> None:
    """What a kind says of all its layers is true of each."""
    made_layer, inputs = made(kind, row)
    output = made_layer.output(inputs)
    sizes = list(zip(output.shape[1:], inputs[0].shape[1:], strict=False))
    # Padding can outweigh a window, and a gate may be the first input.
    if not isinstance(made_layer, MatrixProduct | SlidingPool | ElementwiseJoin | FixedProduct):
        assert made_layer.enlarges or made_layer.reshapes or all(after <= before for after, before in sizes)
    assert made_layer.reshapes or len(output.shape) == len(inputs[0].shape)
    if isinstance(made_layer, SamePlace):
        over_space = isinstance(made_layer, Activation) and getattr(made_layer, "axes", None) == "space"
        assert made_layer.footprint(inputs, output) is (Coverage.WHOLE if over_space else Coverage.POINT)
        assert output.shape[1:] == inputs[0].shape[1:]


@pytest.mark.parametrize("missing", ["parameters", "macs_formula", "flops_formula"])
def test_a_kind_without_a_formula_is_refused(missing: str) -> None:
    facts = {"parameters": (), "macs_formula": ZERO, "flops_formula": ZERO}
    del facts[missing]
    with pytest.raises(TypeError, match=missing):
        layer(type("Unstated", (Layer,), facts))


def test_the_figures_of_an_application_are_those_of_its_layer() -> None:
    conv = BY_NAME["conv"](out=8, kernel=3, padding=1)
    application = Application(conv, (Tensor((3, 8, 8)),), Tensor((8, 8, 8)))
    assert application.counts == (application.params, application.buffers) == (8 * 3 * 9 + 8, 0)
    assert application.footprint == conv.footprint(application.inputs, application.output)
    assert application.macs == 8 * 3 * 9 * 64
    assert application.flops == 2 * application.macs + 8 * 64
    assert application.weights == conv.weights((Tensor((3, 8, 8)),))
