"""The words of a folded spec: names, conditions, expressions and columns, as a reader would write them."""

import pytest

from cnnshape.bridge.importing import imported
from cnnshape.bridge.same_padding import with_same_padding
from tests.bridge.networks import Making
from tests.bridge.test_fold import body, expected, folded

SHAPE = (8, 32, 32)


def test_a_padding_is_half_of_the_window() -> None:
    making = Making(SHAPE)
    value = making.inputs[0]
    for out, kernel, dilation in ((8, 3, 1), (16, 5, 1), (16, 3, 2), (24, 7, 1)):
        with making.module("unit", "Unit"):
            padding = dilation * (kernel // 2)
            value = making.add("conv", value, out=out, kernel=kernel, padding=padding, dilation=dilation)
            value = making.add("max_pool", value, kernel=2)
    text = folded(making.network(value))
    assert "- conv: {out: out, kernel: kernel, padding: dilation * (kernel // 2), dilation: dilation}" in text


def test_a_padding_of_a_constant_kernel_is_the_dilation() -> None:
    making = Making(SHAPE)
    value = making.inputs[0]
    for dilation in (1, 2, 4):
        value = making.add("conv", value, out=8, kernel=3, padding=dilation, dilation=dilation)
        value = making.add("max_pool", value, kernel=2)
    assert body(folded(making.network(value))) == expected("""
        layers:
          - for: {dilation: [1, 2, 4]}
            do:
              - conv: {out: 8, kernel: 3, padding: dilation, dilation: dilation}
              - max_pool: 2
        """)


def test_the_width_of_a_layer_says_whether_it_runs() -> None:
    making = Making((16, 32, 32))
    value = making.inputs[0]
    for width, out in ((16, 16), (40, 24), (72, 24), (100, 40)):
        with making.module("unit", "Unit"):
            wide = making.conv(value, width, 1) if width != making.channels(value) else value
            value = making.conv(making.conv(wide, width, groups=width), out, 1, act="")
    text = folded(making.network(value))
    assert ", when: in_channels != width}\n" in text
    assert "  - Unit: {out: 24, width: 72}\n    repeat: 2\n    first: {width: 40}\n" in text


def test_the_first_of_a_stage_has_columns_of_its_own() -> None:
    making = Making((16, 32, 32))
    value = making.inputs[0]
    for out, widths in ((16, (24, 40, 40)), (24, (72, 56, 56)), (40, (88, 104, 104))):
        for width in widths:
            with making.module("unit", "Unit"):
                value = making.conv(making.conv(value, width, 1), out, act="")
    assert "first_width: [24, 72, 88]" in folded(making.network(value))


def test_a_loop_whose_rounds_are_read_has_a_name() -> None:
    making = Making((3, 64, 64))
    value, seen = making.inputs[0], []
    for out in (8, 16, 24, 32):
        value = making.add("max_pool", making.conv(value, out, 5), kernel=2)
        seen.append(value)
    top = making.conv(value, 16, 1)
    value = making.conv(making.add("concat", making.add("upsample", top, scale=2), seen[2]), 8)
    text = folded(making.network(top, making.add("concat", making.add("upsample", value, scale=2), seen[1])))
    assert "  - for: {out: [8, 16, 24, 32]}\n    name: stage\n    do:\n" in text
    assert "  - upsample: 2\n  - concat: [prev, stage.2]\n" in text
    assert "concat: [prev, stage.1]" in text


def test_the_name_of_the_last_round_is_that_of_the_loop() -> None:
    making = Making(SHAPE)
    value = making.inputs[0]
    for out in (8, 16, 24, 32):
        value = making.add("max_pool", making.conv(value, out), kernel=2)
    gate = making.add("sigmoid", making.conv(making.conv(making.add("global_avg_pool", value), 8, 1), 32, 1))
    value = making.add("concat", making.add("multiply", value, gate), value)
    network = making.network(value)
    text = folded(network)
    loop = text.partition("  - for: {out: [8, 16, 24, 32]}\n    name: ")[2]
    assert loop.partition("\n")[0] in loop.partition("do:")[2]
    assert "stage" not in text


def test_outputs_keep_their_names_in_front_of_loops() -> None:
    making = Making(SHAPE)
    value, outputs = making.inputs[0], []
    for out in (8, 16, 24, 32):
        value = making.add("max_pool", making.conv(value, out), kernel=2)
        outputs.append(value)
    network = making.network(*outputs)
    text = folded(network)
    assert "stage" not in text
    assert all(output.name in text for output in network.outputs)


def test_widths_of_a_loop_follow_from_each_other() -> None:
    making = Making(SHAPE)
    value = making.inputs[0]
    for width in (8, 16, 24, 40):
        value = making.conv(making.conv(value, width, 1), 4 * width, act="silu")
    text = folded(making.network(value))
    assert "- for: {out: [8, 16, 24, 40]}\n" in text
    assert "- conv: {out: 4 * out, kernel: 3," in text


def test_a_depthwise_convolution_in_a_loop_has_the_channels_that_enter() -> None:
    making = Making(SHAPE)
    value = making.inputs[0]
    for out in (16, 24, 40, 56):
        channels = making.channels(value)
        value = making.conv(making.conv(value, channels, groups=channels), out, 1)
    text = folded(making.network(value))
    assert "- for: {out: [16, 24, 40, 56]}\n" in text
    assert "- conv: {out: in_channels, kernel: 3, padding: 1, groups: in_channels, norm: batch_norm, act: relu}" in text


@pytest.mark.parametrize(("count", "shared"), [(3, False), (5, True)])
def test_an_activation_of_many_steps_is_a_parameter_of_the_file(count: int, shared: bool) -> None:
    making = Making(SHAPE)
    value = making.inputs[0]
    for index in range(count):
        kernel = 1 + 2 * (index % 3)
        value = making.add("conv", value, out=8 + 3 * index, kernel=kernel, padding=0, bias=index % 2 == 0)
        value = making.add("leaky_relu", value, slope=0.1)
        value = making.add(("max_pool", "avg_pool")[index % 2], value, kernel=3, stride=1, padding=1)
    text = imported(making.network(value)).text
    assert ("params: {act: {leaky_relu: 0.1}}\n" in text) == shared
    assert text.count("leaky_relu") == (1 if shared else count)


def test_paddings_that_keep_the_size_are_same_as_the_others() -> None:
    making = Making(SHAPE)
    value = making.inputs[0]
    for stride, padding in ((2, "same"), (1, 1), (1, 1), (2, "same"), (1, 0)):
        value = making.add("conv", value, out=8, kernel=3, stride=stride, padding=padding)
    changed = [operation.arguments["padding"] for operation in with_same_padding(making.network(value)).operations]
    assert changed == ["same", "same", "same", "same", 0]


def test_paddings_stay_where_none_is_same() -> None:
    making = Making(SHAPE)
    network = making.network(making.conv(making.inputs[0], 8))
    assert with_same_padding(network) is network


@pytest.mark.parametrize(("kernel", "dilation", "padding"), [(2, 1, 1), (3, 2, 1), ((3, 5), 1, 1), (1, 1, 0)])
def test_other_paddings_stay(kernel: int | tuple[int, ...], dilation: int, padding: int) -> None:
    making = Making(SHAPE)
    value = making.add("conv", making.inputs[0], out=8, kernel=3, stride=2, padding="same")
    value = making.add("conv", value, out=8, kernel=kernel, dilation=dilation, padding=padding)
    assert with_same_padding(making.network(value)).operations[1].arguments["padding"] == padding


def test_branches_are_called_by_the_attributes_that_tell_them_apart() -> None:
    making = Making(SHAPE)
    value, ends = making.inputs[0], []
    with making.module("mixed", "Mixed"):
        for attribute, kernel in (("small", 1), ("large", 5)):
            with making.module(attribute, "Branch"):
                ends.append(making.conv(making.conv(value, 8, kernel), 8))
        ends.append(making.add("max_pool", value, kernel=3, stride=1, padding=1))
    text = folded(making.network(making.add("concat", *ends)))
    assert "small: [Branch: 1]\n" in text
    assert "large: [Branch: 5]\n" in text


def test_what_is_added_after_most_of_a_network_is_no_branch() -> None:
    making = Making(SHAPE)
    low = making.conv(making.inputs[0], 8)
    value = low
    for index in range(90):
        value = making.conv(value, 8 + index % 2)
    text = folded(making.network(making.add("add", making.conv(value, 8, 1, act=""), making.conv(low, 8, 1, act=""))))
    assert "residual" not in text
    assert "  - add: [" in text
