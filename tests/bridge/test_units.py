"""Networks without classes: what comes again in the same form becomes a block."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnshape.bridge import imported, proof
from cnnshape.bridge.darknet import darknet_network
from cnnshape.bridge.fold.fold import Folding
from cnnshape.bridge.operations import Network
from cnnshape.export import Weights
from cnnshape.export.onnx import to_onnx
from tests.bridge.darknet_files import cfg, conv, section
from tests.bridge.networks import Making, basic, bottleneck, head, inverted
from tests.bridge.readers import onnx_network
from tests.export.exported import network as shipped_source


def without_classes(network: Network) -> Network:
    """The network as a file has it that names no modules."""
    return network._replace(operations=tuple(operation._replace(modules=()) for operation in network.operations))


def text_of(network: Network) -> str:
    """The import of a network, which gives the report of the flat one."""
    text = imported(network).text
    assert proof.differences(proof.report_of(text), proof.report_of(imported(network, flat=True).text)) is None
    return text


@cache
def shipped(name: str) -> str:
    """The import of a shipped network from a file that names no modules."""
    return text_of(without_classes(onnx_network(to_onnx(shipped_source(name), weights=Weights.NONE))))


# Whole networks

LINES = {
    "resnet18": 24,
    "resnet50": 26,
    "resnet152": 26,
    "mobilenet_v1": 23,
    "mobilenet_v2": 27,
    "efficientnet_b0": 37,
    "efficientnet_b7": 40,
    "regnet_y_400mf": 29,
    "densenet121": 28,
    "convnext_tiny": 28,
    "googlenet": 38,
    "inception_v3": 83,
    "inception_resnet_v2": 87,
    "res2net50": 50,
    "resnest50": 48,
    "darknet53": 25,
}
"""Lines of imports from files without modules, at most."""


@pytest.mark.parametrize("name", LINES)
def test_shipped_networks_are_short(name: str) -> None:
    assert shipped(name).count("\n") <= LINES[name]


def test_the_stages_of_a_resnet_are_its_params() -> None:
    text = shipped("resnet50")
    assert "- for: {width: [64, 128, 256, 512], stride: [1, 2, 2, 2], n: [3, 4, 6, 3]}" in text
    deeper = text.partition("expect:")[0].replace("n: [3, 4, 6, 3]", "n: [3, 4, 23, 3]")
    assert proof.report_of(deeper).totals.params == proof.report_of(shipped("resnet101")).totals.params


def test_the_page_shows_what_is_written() -> None:
    text = shipped("resnet50")
    page = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
    without_source = re.sub(r"(?m)^source: .*\n", "", text).strip()
    assert f"```yaml\n{without_source}\n```\n" in page


def test_the_first_of_a_stage_is_a_residual_without_its_sum() -> None:
    text = shipped("mobilenet_v2")
    assert "shortcut: identity if stride == 1 and in_channels == out else none" in text
    assert text.count("- residual:") == 1


def test_a_cfg_of_a_resnet() -> None:
    stages = []
    for width, count in ((16, 3), (32, 4), (64, 2)):
        for index in range(count):
            stride = 2 if not index and width > 16 else 1
            stages += [conv(width, 1), conv(width, 3, stride), conv(64, 1, activation="linear")]
            stages.append(section("shortcut", **{"from": -4}, activation="leaky") if stride == 1 else "")
    text = text_of(darknet_network(cfg(conv(64), *filter(None, stages), conv(10, 1)), "resnet"))
    assert text.count("- residual:") == 1
    assert text.count("\n") < 30


# What is a unit


def units_of(network: Network) -> list[tuple[str, int]]:
    """The classes of the units in a network, with how many operations each call has."""
    operations = Folding(network, {}).network.operations
    calls: dict[int, list[str]] = {}
    for operation in operations:
        for module in operation.modules:
            if module.type.endswith(("Unit", "Unit2")):
                calls.setdefault(module.call, []).append(module.type)
    return [(types[0], len(types)) for types in calls.values()]


def stacked(block: Callable[..., int], *given: tuple[int, ...], shape: tuple[int, ...] = (16, 32, 32)) -> Network:
    making = Making(shape)
    value = making.inputs[0]
    for arguments in given:
        value = block(making, value, *arguments)
    return without_classes(making.network(value))


def test_the_activation_after_a_sum_is_a_part_of_the_unit() -> None:
    assert units_of(stacked(basic, (16,), (16,), (32, 2))) == [
        ("ResidualUnit", 7),
        ("ResidualUnit", 7),
        ("ResidualUnit", 9),
    ]


def test_a_fork_that_comes_once_is_no_unit() -> None:
    assert units_of(stacked(bottleneck, (4,))) == []


def test_steps_like_the_body_of_a_residual_are_units_where_they_change_the_shape() -> None:
    sizes = [size for _, size in units_of(stacked(inverted, (16, 6), (16, 6), (24, 6, 2), (24, 6), (40, 6)))]
    assert sizes == [9, 9, 8, 9, 8]


def test_steps_of_another_form_are_no_units() -> None:
    """The first block of a MobileNetV2 has no expansion."""
    sizes = [size for _, size in units_of(stacked(inverted, (24, 1), (24, 6), (24, 6)))]
    assert sizes == [9, 9]


def separable(making: Making, value: int, out: int, stride: int = 1) -> int:
    value = making.conv(value, making.channels(value), stride=stride, groups=making.channels(value))
    return making.conv(value, out, 1)


def test_rounds_of_layers_are_units_from_three_on() -> None:
    assert units_of(stacked(separable, (32,), (32,), (64, 2))) == [("Unit", 6)] * 3
    assert units_of(stacked(separable, (32,), (32,))) == []


def test_equal_layers_are_no_units() -> None:
    """They have a `repeat`."""
    making = Making((8, 32, 32))
    value = making.inputs[0]
    for _ in range(9):
        value = making.conv(value, 8)
    assert units_of(without_classes(making.network(value))) == []


def branches(making: Making, value: int, out: int, pooled: bool = False) -> int:
    one = making.conv(value, out, 1)
    two = making.conv(making.conv(value, out, 1), 2 * out)
    other = [making.add("max_pool", value, kernel=3, stride=1, padding=1)] if pooled else []
    return making.add("concat", one, two, *other)


def test_joins_of_branches_are_units_of_one_class_per_form() -> None:
    given = ((8,), (16,), (8, True), (16, True))
    assert [type for type, _ in units_of(stacked(branches, *given))] == ["ConcatUnit"] * 2 + ["ConcatUnit2"] * 2


def test_classes_of_the_source_stay_what_they_are() -> None:
    making = Making((3, 32, 32))
    value = making.conv(making.inputs[0], 16)
    for _ in range(3):
        value = basic(making, value, 16)
    network = making.network(head(making, value))
    assert Folding(network, {}).units == frozenset()
    assert "BasicBlock:" in text_of(network)
    assert "ResidualUnit:" in text_of(without_classes(network))


def test_operations_between_those_of_a_fork_keep_it_from_being_a_unit() -> None:
    making = Making((16, 32, 32))
    value = making.inputs[0]
    others = []
    for _ in range(2):
        body = making.conv(value, 16)
        others.append(making.conv(value, 8, 1))
        value = making.add("relu", making.add("add", making.conv(body, 16, act=""), value))
    network = without_classes(making.network(value, *others))
    assert units_of(network) == []
    text_of(network)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from((basic, bottleneck, inverted, separable, branches)),
            st.integers(1, 4),
            st.sampled_from((8, 16, 24)),
            st.integers(1, 2),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_stack_of_blocks_gives_the_report_of_the_flat_spec(stages) -> None:
    making = Making((16, 64, 64))
    value = making.inputs[0]
    for block, count, width, stride in stages:
        for index in range(count):
            step = stride if not index else 1
            more = {inverted: (4, step), branches: (bool(stride - 1),)}.get(block, (step,))
            value = block(making, value, width, *more)
    network = without_classes(making.network(head(making, value)))
    assert text_of(network) == text_of(network)


# What sources write apart


def test_a_pad_before_a_convolution_is_its_padding() -> None:
    making = Making((3, 32, 32))
    padded = making.add("pad", making.inputs[0], padding=((0, 1), (0, 1)))
    value = making.add("conv", padded, out=8, kernel=3, stride=2)
    wide = making.add("pad", value, padding=3)
    network = making.network(making.add("max_pool", wide, kernel=3))
    text = imported(network).text
    assert "- conv: {out: 8, kernel: 3, stride: 2, padding: [[0, 1], [0, 1]]}" in text
    assert "- pad: 3" in text
    assert "- pad: [[0, 1], [0, 1]]" in imported(network, flat=True).text


def test_a_pad_stays_where_it_is_read_twice_or_not_zeros() -> None:
    making = Making((3, 32, 32))
    padded = making.add("pad", making.inputs[0], padding=1)
    one, two = (making.add("conv", padded, out=8, kernel=3) for _ in range(2))
    mirrored = making.add("pad", making.add("add", one, two), padding=1, mode="reflect")
    network = making.network(making.add("conv", mirrored, out=8, kernel=3))
    text = imported(network).text
    assert "pad: 1" in text
    assert "- pad: {padding: 1, mode: reflect}" in text


def test_a_flatten_that_is_undone_is_left_out() -> None:
    making = Making((8, 16, 16))
    pooled = making.add("global_avg_pool", making.inputs[0])
    value = making.add("reshape", making.add("flatten", pooled), shape=(8, 1, 1))
    value = making.add("conv", value, out=8, kernel=1)
    other = making.add("reshape", making.add("flatten", value), shape=(4, 2, 1))
    text = imported(making.network(other)).text
    assert text.count("flatten") == 1
    assert "reshape: [4, 2, 1]" in text
