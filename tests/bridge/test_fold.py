"""Folding: what the spec of a network looks like, and that it is the network."""

from collections.abc import Callable
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cnnshape
from cnnshape.bridge import proof
from cnnshape.bridge.draft import spec_of
from cnnshape.bridge.flat import flat_draft
from cnnshape.bridge.fold.align import MOST_STEPS, Unaligned
from cnnshape.bridge.fold.fold import Folding
from cnnshape.bridge.importing import imported
from cnnshape.bridge.operations import Network
from cnnshape.language import write
from tests.bridge.networks import Making, basic, bottleneck, head, inverted


def problem_of(text: str) -> str:
    """What is wrong with a spec; empty if nothing is."""
    try:
        proof.report_of(text)
    except cnnshape.DesignError as error:
        return str(error)
    return ""


def folded(network: Network) -> str:
    """The folded spec, which must be the network by itself: `imported` would fall back to another one.

    Only classes of the source become blocks.
    """
    folding = Folding(network, {})
    text = write(spec_of(folding.draft(folding.units).draft))
    flat = write(spec_of(flat_draft(network, {})))
    assert problem_of(text) == ""
    assert proof.differences(proof.report_of(text), proof.report_of(flat)) is None
    assert imported(network).text.startswith("cnnshape: 1\n")
    return text


def body(text: str) -> str:
    """A spec without its first lines."""
    return text.partition("input: ")[2].partition("\n")[2]


def expected(text: str) -> str:
    return dedent(text).lstrip("\n")


def resnet(block: Callable[..., int], counts: tuple[int, ...]) -> Network:
    making = Making((3, 64, 64))
    value = making.conv(making.inputs[0], 64, 7, stride=2)
    for stage, count in enumerate(counts):
        with making.module(f"layer{stage + 1}", "Sequential"):
            for index in range(count):
                value = block(making, value, 64 << stage, 2 if stage and not index else 1)
    return making.network(head(making, value))


def test_basic_blocks() -> None:
    assert body(folded(resnet(basic, (2, 2, 2)))) == expected("""
        blocks:
          BasicBlock:
            params: {out: required, stride: 1}
            do:
              - residual:
                  - conv: {out: out, kernel: 3, stride: stride, padding: 1, norm: batch_norm, act: relu}
                  - conv: {out: in_channels, kernel: 3, padding: 1, norm: batch_norm}
                shortcut:
                  - {conv: {out: out, kernel: 1, stride: stride, norm: batch_norm}, when: stride != 1 or in_channels != out}
              - relu
        layers:
          - conv: {out: 64, kernel: 7, stride: 2, padding: 3, norm: batch_norm, act: relu}
          - for: {out: [64, 128, 256], stride: [1, 2, 2]}
            do:
              - {BasicBlock: out, repeat: 2, first: {stride: stride}}
          - global_avg_pool
          - flatten
          - linear: 10
        """)


def test_bottlenecks_of_several_depths_have_a_column_of_repeats() -> None:
    text = folded(resnet(bottleneck, (3, 4, 6, 3)))
    assert "- for: {width: [64, 128, 256, 512], stride: [1, 2, 2, 2], n: [3, 4, 6, 3]}" in text
    assert "- conv: {out: 4 * width, kernel: 1, stride: stride, norm: batch_norm}" in text
    deeper = text.replace("n: [3, 4, 6, 3]", "n: [3, 4, 23, 3]")
    flat = write(spec_of(flat_draft(resnet(bottleneck, (3, 4, 23, 3)), {})))
    assert proof.differences(proof.report_of(deeper), proof.report_of(flat)) is None


def test_inverted_residuals() -> None:
    making = Making((3, 32, 32))
    value = making.conv(making.inputs[0], 32, act="relu6", stride=2)
    for expand, out, count, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 1)):
        for index in range(count):
            value = inverted(making, value, out, expand, stride if not index else 1)
    text = body(folded(making.network(head(making, value))))
    assert text.startswith(
        expected("""
        blocks:
          InvertedResidual:
            params: {out: required, expand: 6, stride: 1}
            do:
              - residual:
                  - {conv: {out: expand * in_channels, kernel: 1, norm: batch_norm, act: relu6}, when: expand != 1}
                  - conv: {out: in_channels, kernel: 3, stride: stride, padding: 1, groups: in_channels, norm: batch_norm,
                        act: relu6}
                  - conv: {out: out, kernel: 1, norm: batch_norm}
                shortcut: identity if stride == 1 and in_channels == out else none
        """)
    )
    assert "- for: {out: [16, 24, 32, 64], expand: [1, 6, 6, 6], stride: [1, 2, 2, 1], n: [1, 2, 3, 4]}" in text


def test_dense_layers_join_in_steps() -> None:
    making = Making((8, 16, 16))
    features = [making.inputs[0]]
    for index in range(4):
        with making.module(f"layer{index}", "DenseLayer"):
            value = making.add("concat", *features) if len(features) > 1 else features[0]
            features.append(making.conv(making.conv(value, 16, 1), 4))
    text = body(folded(making.network(making.add("concat", *features))))
    assert text == expected("""
        blocks:
          DenseLayer:
            do:
              - conv: {out: 16, kernel: 1, norm: batch_norm, act: relu}
              - conv: {out: 4, kernel: 3, padding: 1, norm: batch_norm, act: relu}
        layers:
          - concat:
              input: []
              new: [DenseLayer]
            repeat: 4
        """)


def test_branches_have_the_names_of_the_source() -> None:
    making = Making((16, 16, 16))
    value = making.inputs[0]
    for widths in ((8, 4, 8, 6), (12, 6, 16, 8), (16, 6, 20, 4)):
        with making.module("inception", "Inception"):
            ends = []
            with making.module("branch1", "Sequential"):
                ends.append(making.conv(value, widths[0], 1))
            with making.module("branch2", "Sequential"):
                ends.append(making.conv(making.conv(value, widths[1], 1), widths[2]))
            with making.module("pool", "Sequential"):
                pooled = making.add("max_pool", value, kernel=3, stride=1, padding=1)
                ends.append(making.conv(pooled, widths[3], 1))
            value = making.add("concat", *ends)
    text = body(folded(making.network(value)))
    assert "params: {branch1: required, branch2: required, branch2_2: required, pool: required}" in text
    assert "          branch2:\n            - conv: {out: branch2, kernel: 1" in text


def test_a_gate_is_a_block_with_the_tensor_before_it() -> None:
    making = Making((16, 16, 16))
    value = making.inputs[0]
    for out in (16, 32, 64):
        value = making.conv(value, out)
        with making.module("se", "SqueezeExcite"):
            gate = making.add("global_avg_pool", value)
            gate = making.add("relu", making.add("conv", gate, name="reduce", out=out // 4, kernel=1))
            gate = making.add("sigmoid", making.add("conv", gate, name="expand", out=out, kernel=1))
            value = making.add("multiply", value, gate)
    text = body(folded(making.network(value)))
    assert (
        "          features: []\n          gate: [global_avg_pool, conv: {out: in_channels // 4, kernel: 1, act: relu},\n"
        in text
    )


def test_a_skip_enters_a_block_as_an_argument() -> None:
    making = Making((3, 32, 32))
    value = making.inputs[0]
    skips = []
    for out in (8, 16, 32):
        with making.module("down", "Down"):
            value = making.conv(making.conv(value, out), out)
        skips.append(value)
        value = making.add("max_pool", value, kernel=2)
    value = making.conv(value, 64)
    for skip in reversed(skips):
        with making.module("up", "Up"):
            out = making.channels(skip)
            value = making.add("conv_transpose", value, out=out, kernel=2, stride=2)
            value = making.conv(making.add("concat", skip, value), out)
    text = body(folded(making.network(value)))
    assert "  Up:\n    params: {other: required" in text
    assert "- Up: {other: " in text


def test_a_norm_with_arguments_is_stated_once_per_block() -> None:
    making = Making((8, 16, 16))
    value = making.inputs[0]
    for out in (8, 16, 24):
        with making.module("unit", "Unit"):
            for _ in range(2):
                value = making.add("conv", value, out=out, kernel=3, padding=1, bias=False)
                value = making.add("relu", making.add("batch_norm", value, eps=1e-3))
            value = making.add("max_pool", value, kernel=2)
    text = body(folded(making.network(value)))
    assert text.count("eps") == 1
    assert "norm: {batch_norm: {eps: 0.001}}}" in text


def test_a_residual_with_two_layers_in_the_shortcut() -> None:
    making = Making((8, 16, 16))
    value = making.inputs[0]
    for _ in range(2):
        with making.module("unit", "Unit"):
            main = making.conv(making.conv(making.conv(value, 8), 8), 16, act="")
            side = making.conv(making.add("avg_pool", value, kernel=3, stride=1, padding=1), 16, 1, act="")
            value = making.conv(making.add("add", main, side), 8)
    shortcut = "[avg_pool: {kernel: 3, stride: 1, padding: 1}, conv: {out: 16, kernel: 1, norm: batch_norm}]"
    assert f"    shortcut: {shortcut}\n" in folded(making.network(value))


def test_outputs_in_the_middle_keep_their_names() -> None:
    making = Making((3, 32, 32))
    first = making.conv(making.inputs[0], 8)
    second = making.conv(first, 16, stride=2)
    text = folded(making.network(first, second))
    report = proof.report_of(text)
    assert list(report.outputs.values()) == [(8, 32, 32), (16, 16, 16)]


def test_a_class_that_contains_itself_is_a_block_at_each_depth() -> None:
    making = Making((8, 16, 16))

    def tree(value: int, depth: int) -> int:
        with making.module("tree", "Tree"):
            value = making.add("max_pool", making.conv(value, 8), kernel=2) if depth else making.conv(value, 8)
            return tree(value, depth - 1) if depth else making.conv(value, 8)

    text = folded(making.network(tree(tree(making.inputs[0], 1), 1)))
    assert "  Tree1:\n" in text
    assert "      - Tree\n" in text


def test_classes_that_contain_each_other_are_no_blocks() -> None:
    making = Making((8, 16, 16))

    def inside(value: int, first: str, second: str) -> int:
        with making.module("outer", first):
            value = making.conv(value, 8)
            with making.module("inner", second):
                return making.conv(making.conv(value, 8), 8)

    value = making.inputs[0]
    for first, second in (("A", "B"), ("B", "A"), ("A", "B"), ("B", "A")):
        value = inside(value, first, second)
    assert "blocks:" not in folded(making.network(value))


def test_a_norm_and_its_activation_are_no_block() -> None:
    making = Making((8, 16, 16))
    value = making.inputs[0]
    for out in (8, 16, 24, 32, 40):
        value = making.add("conv", value, out=out, kernel=3, bias=False)
        with making.module("norm", "BatchNormAct"):
            value = making.add("silu", making.add("batch_norm", value))
    text = body(folded(making.network(value)))
    assert "BatchNormAct" not in text
    assert "- conv: {out: out, kernel: 3, norm: batch_norm, act: silu}" in text


def test_a_gate_is_as_wide_as_the_expanded_tensor() -> None:
    making = Making((8, 32, 32))
    value = making.inputs[0]
    for out, expand in ((8, 4), (16, 4), (16, 6), (24, 6)):
        with making.module("unit", "Unit"):
            wide = making.conv(value, making.channels(value) * expand, 1)
            gate = making.add("relu", making.add("conv", making.add("global_avg_pool", wide), out=8, kernel=1))
            gate = making.add("sigmoid", making.add("conv", gate, out=making.channels(wide), kernel=1))
            value = making.conv(making.add("multiply", wide, gate), out, 1)
    text = folded(making.network(value))
    assert "    params: {out: required, expand: required, entry: in_channels}\n" in text
    assert " conv: {out: expand * entry, kernel: 1, act: sigmoid}]" in text


def joined(making: Making, value: int, parts: int) -> int:
    """A class whose calls join by name, and so many tensors."""
    with making.module("join", "Join"):
        seen = [making.conv(value, 8)]
        for _ in range(parts - 1):
            seen.append(making.conv(seen[-1], 8))
        return making.add("concat", *seen)


@pytest.mark.parametrize("counts", [(3, 4), (3, 4, 3), (4, 3, 3, 4)])
def test_joins_of_different_numbers_of_tensors(counts: tuple[int, ...]) -> None:
    making = Making((8, 16, 16))
    value = making.inputs[0]
    for count in counts:
        value = joined(making, value, count)
    folded(making.network(value))


def test_a_class_with_two_forms_becomes_two_blocks() -> None:
    making = Making((8, 16, 16))
    value = making.inputs[0]
    for count in (3, 4, 3, 4, 3, 4, 3, 4):
        value = making.add("dropout", joined(making, value, count))
    text = imported(making.network(value)).text
    assert "  Join1:\n" in text
    assert "  Join2:\n" in text
    assert text.count("\n") < body(folded(making.network(value))).count("\n")


def test_a_block_is_written_out_where_that_is_shorter() -> None:
    making = Making((8, 16, 16))
    value = making.inputs[0]
    for out in (8, 16, 24, 32):
        with making.module("stage", "Stage"):
            value = basic(making, value, out, 2 if out > 8 else 1)
            value = basic(making, value, out)
    network = making.network(value)
    assert "  Stage:\n" in folded(network)
    assert "Stage" not in imported(network).text


def test_the_name_of_the_last_of_equal_steps_is_that_of_the_repeated_one() -> None:
    making = Making((8, 16, 16))
    value = making.conv(making.inputs[0], 8, 1)
    for _ in range(4):
        value = making.conv(value, 8)
    skip = value
    value = making.add("sigmoid", making.add("max_pool", making.conv(value, 8, 5), kernel=2))
    value = making.add("conv_transpose", value, out=8, kernel=2, stride=2)
    text = body(folded(making.network(making.add("concat", value, skip), skip)))
    assert text.count("kernel: 3") == 1


def test_a_network_with_more_steps_than_a_block_may_have() -> None:
    making = Making((4, 8, 8))
    value = making.inputs[0]
    for index in range(MOST_STEPS):
        value = making.add("conv", making.add("dropout", value), out=4 + index % 2, kernel=1)
    assert "blocks:" not in folded(making.network(value))


def test_a_spec_that_folding_makes_longer_stays_flat() -> None:
    making = Making((8, 16, 16))
    value = making.conv(making.inputs[0], 8)
    value = making.add("add", making.conv(value, 8, act=""), making.add("sigmoid", making.conv(value, 8)))
    network = making.network(value)
    text, flat = (imported(network, flat=flat).text for flat in (False, True))
    assert text.count("\n") <= flat.count("\n")


def test_classes_without_a_common_form_are_dissolved() -> None:
    making = Making((8, 16, 16))
    value = making.inputs[0]
    with making.module("a", "Odd"):
        value = making.add("max_pool", making.conv(value, 8), kernel=2)
    with making.module("b", "Odd"):
        value = making.add("softmax", making.add("linear", making.add("flatten", value), out=4))
    text = folded(making.network(value))
    assert "blocks:" not in text


def test_equal_steps_of_a_plain_network_repeat() -> None:
    making = Making((3, 32, 32))
    value = making.inputs[0]
    for out, count in ((16, 2), (32, 2), (64, 3)):
        for _ in range(count):
            value = making.conv(value, out)
        value = making.add("max_pool", value, kernel=2)
    assert body(folded(making.network(value))) == expected("""
        layers:
          - for: {out: [16, 32, 64], n: [2, 2, 3]}
            do:
              - conv: {out: out, kernel: 3, padding: 1, norm: batch_norm, act: relu}
                repeat: n
              - max_pool: 2
        """)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_any_rank(rank: int) -> None:
    making = Making((4, *(16,) * rank))
    value = making.inputs[0]
    for stride in (1, 2, 1, 2):
        value = basic(making, value, 4 * stride, stride)
    assert "  BasicBlock:" in folded(making.network(value))


UNITS = st.sampled_from(("basic", "bottleneck", "inverted", "gate", "pool", "split", "plain"))


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Networks of a few classes of blocks in random order, with random widths and strides."""
    making = Making((8, 32, 32))
    value = making.inputs[0]
    seen = [value]
    for word in draw(st.lists(UNITS, min_size=2, max_size=10)):
        out = draw(st.sampled_from((8, 16, 24)))
        stride = draw(st.sampled_from((1, 1, 2))) if making.building.shape(value)[1] > 4 else 1
        if word == "basic":
            value = basic(making, value, out, stride)
        elif word == "bottleneck":
            value = bottleneck(making, value, out, stride)
        elif word == "inverted":
            value = inverted(making, value, out, draw(st.sampled_from((1, 3, 6))), stride)
        elif word == "gate":
            with making.module("se", "Gate"):
                gate = making.add("conv", making.add("global_avg_pool", value), out=making.channels(value), kernel=1)
                value = making.add("multiply", value, making.add("sigmoid", gate))
        elif word == "pool" and making.building.shape(value)[1] > 1:
            value = making.add("max_pool", value, kernel=2)
        elif word == "split":
            with making.module("mix", "Mix"):
                ends = [making.conv(value, draw(st.sampled_from((4, 8)))) for _ in range(draw(st.integers(2, 3)))]
                value = making.add("concat", *ends)
        else:
            value = making.conv(value, out)
        same = [other for other in seen if making.building.shape(other) == making.building.shape(value)]
        if same and draw(st.booleans()):
            value = making.add("add", value, draw(st.sampled_from(same)))
        seen.append(value)
    outputs = [value, *([draw(st.sampled_from(seen[1:]))] if draw(st.booleans()) else [])]
    return making.network(*dict.fromkeys(outputs))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_a_folded_network_is_the_network(network: Network) -> None:
    folded(network)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_the_import_states_the_params_of_the_source(network: Network) -> None:
    for flat in (False, True):
        spec = imported(network, flat=flat)
        assert proof.report_of(spec.text).totals.params == network.params
        assert f"params: {network.params}" in spec.text


def test_a_network_that_folding_can_not_name_stays_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unaligned("a value comes from different steps")

    network = resnet(basic, (2, 2))
    assert imported(network).text != imported(network, flat=True).text
    monkeypatch.setattr(Folding, "draft", fail)
    assert imported(network).text == imported(network, flat=True).text
