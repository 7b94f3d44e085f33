"""Darknet's cfg files as networks."""

import time

import pytest

from cnnshape.api import analyze, load
from cnnshape.bridge import imported
from cnnshape.bridge.darknet import darknet_network, read_darknet
from tests.bridge.darknet_files import cfg, conv, section, yolov3
from tests.bridge.readers import layers_of, problem_of


def network(text: str):
    return darknet_network(text, "net")


PLAIN = {"filters": 4, "size": 3, "stride": 1, "pad": 1, "activation": "linear"}
LAYERS = {
    "convolutional": (section("convolutional", **PLAIN), ["conv: {out: 4, kernel: 3, padding: 1}"]),
    "conv": (section("conv", **PLAIN), ["conv: {out: 4, kernel: 3, padding: 1}"]),
    "unpadded": (section("convolutional", **{**PLAIN, "pad": 0}), ["conv: {out: 4, kernel: 3}"]),
    "padding": (section("convolutional", **{**PLAIN, "pad": 0}, padding=2), ["conv: {out: 4, kernel: 3, padding: 2}"]),
    "pad_wins": (section("convolutional", **PLAIN, padding=2), ["conv: {out: 4, kernel: 3, padding: 1}"]),
    "even_kernel": (
        section("convolutional", **{**PLAIN, "size": 4}),
        ["conv: {out: 4, kernel: 4, padding: 2}"],
    ),
    "batch_normalize": (
        conv(4, activation="linear"),
        ["conv: {out: 4, kernel: 3, padding: 1, bias: false}", "batch_norm"],
    ),
    "groups": (section("convolutional", **{**PLAIN, "filters": 6}, groups=3), ["conv: {out: 6, kernel: 3, padding: 1, groups: 3}"]),
    "dilation": (section("convolutional", **PLAIN, dilation=2), ["conv: {out: 4, kernel: 3, padding: 1, dilation: 2}"]),
    "dilation_of_1x1": (section("convolutional", **{**PLAIN, "size": 1}, dilation=2), ["conv: {out: 4, kernel: 1}"]),
    "strides": (
        section("convolutional", **PLAIN, stride_x=1, stride_y=2),
        ["conv: {out: 4, kernel: 3, stride: [2, 1], padding: 1}"],
    ),
    "comments": (
        "# a comment\n[convolutional]\n; another\nfilters = 4\nsize= 1\nactivation=linear # the last\n".replace(" # the last", ""),
        ["conv: {out: 4, kernel: 1}"],
    ),
    "default_activation": (section("convolutional", filters=4), ["conv: {out: 4, kernel: 1}", "sigmoid"]),
    "maxpool": (section("maxpool", size=2, stride=2), ["max_pool: {kernel: 2, padding: same}"]),
    "maxpool_stride_1": (section("maxpool", size=2, stride=1), ["max_pool: {kernel: 2, stride: 1, padding: same}"]),
    "maxpool_of_spp": (section("maxpool", size=5, stride=1), ["max_pool: {kernel: 5, stride: 1, padding: same}"]),
    "maxpool_3_2": (section("maxpool", size=3, stride=2), ["max_pool: {kernel: 3, stride: 2, padding: 1}"]),
    "maxpool_4_4": (section("maxpool", size=4, stride=4), ["max_pool: {kernel: 4, padding: [[1, 2], [1, 2]]}"]),
    "maxpool_padding": (section("maxpool", size=3, stride=2, padding=0), ["max_pool: {kernel: 3, stride: 2}"]),
    "maxpool_size_is_stride": (section("max", stride=2), ["max_pool: {kernel: 2, padding: same}"]),
    "local_avgpool": (
        section("local_avgpool", size=2, stride=2),
        ["avg_pool: {kernel: 2, padding: same, count_include_pad: false}"],
    ),
    "avgpool": (section("avgpool"), ["global_avg_pool"]),
    "connected": (section("connected", output=5, activation="relu"), ["flatten", "linear: 5", "relu"]),
    "connected_norm": (
        section("connected", output=5, activation="linear", batch_normalize=1),
        ["flatten", "linear: {out: 5, bias: false}", "batch_norm"],
    ),
    "upsample": (section("upsample", stride=2), ["upsample: 2"]),
    "upsample_default": (section("upsample"), ["upsample: 2"]),
    "upsample_scale": (section("upsample", stride=2, scale=0.5), ["upsample: 2", "rescale: 0.5"]),
    "reorg": (section("reorg", stride=2), ["pixel_unshuffle: 2"]),
    "reorg3d": (section("reorg3d", stride=4), ["pixel_unshuffle: 4"]),
    "crop": (
        section("crop", crop_width=28, crop_height=27),
        ["crop: [[2, 3], [2, 2]]", "rescale: {scale: 2, shift: -1}"],
    ),
    "crop_only": (section("crop", crop_width=28, crop_height=28, noadjust=1), ["crop: 2"]),
    "dropout": (section("dropout", probability=0.3), ["dropout: 0.3"]),
    "dropout_default": (section("dropout"), ["dropout: 0.2"]),
    "softmax": (section("softmax", groups=1), ["flatten", "softmax"]),
    "softmax_of_means": (section("avgpool") + "\n" + section("softmax"), ["global_avg_pool", "softmax"]),
    "lrn": (section("lrn", size=3, kappa=2), ["local_response_norm: {size: 3, k: 2}"]),
    "batchnorm": (section("batchnorm"), ["batch_norm"]),
    "activation": (section("activation", activation="mish"), ["mish"]),
    "cost": (section("activation", activation="relu") + "\n" + section("cost"), ["relu"]),
    "route_back": (
        "\n".join((section("maxpool", size=2, stride=2), section("avgpool"), section("route", layers="-2"), section("dropout"))),
        ["{max_pool: {kernel: 2, padding: same}, name: max_pool_2}", "global_avg_pool", "{dropout: 0.2, from: max_pool_2}"],
    ),
    "route_join": (
        "\n".join((section("maxpool", size=2, stride=2), section("dropout"), section("route", layers="-1, 0"))),
        ["{max_pool: {kernel: 2, padding: same}, name: max_pool_2}", "{dropout: 0.2, name: dropout_2}", "concat: [dropout_2, max_pool_2]"],
    ),
    "route_group": (
        "\n".join((section("convolutional", **PLAIN), section("route", layers="-1", groups=2, group_id=1))),
        ["conv: {out: 4, kernel: 3, padding: 1}", "split: {parts: 2, take: 1}"],
    ),
    "shortcut": (
        "\n".join((section("dropout"), section("dropout"), section("shortcut", **{"from": -2, "activation": "leaky"}))),
        ["{dropout: 0.2, name: dropout_2}", "{dropout: 0.2, name: dropout_3}", "add: [dropout_3, dropout_2]", "leaky_relu: 0.1"],
    ),
    "shortcut_of_several": (
        "\n".join((section("dropout"), section("dropout"), section("dropout"), section("shortcut", **{"from": "-2, 0"}))),
        [
            "{dropout: 0.2, name: dropout_2}",
            "{dropout: 0.2, name: dropout_3}",
            "{dropout: 0.2, name: dropout_4}",
            "add: [dropout_4, dropout_3, dropout_2]",
        ],
    ),
    "shortcut_to_more_channels": (
        "\n".join((section("dropout"), section("convolutional", **PLAIN), section("shortcut", **{"from": -2}))),
        ["{dropout: 0.2, name: dropout_2}", "{conv: {out: 4, kernel: 3, padding: 1}, name: conv_2}", "{pad_channels: 1, from: dropout_2, name: pad_channels_2}", "add: [conv_2, pad_channels_2]"],
    ),
    "shortcut_to_fewer_channels": (
        "\n".join((section("dropout"), section("convolutional", **{**PLAIN, "filters": 2}), section("shortcut", **{"from": -2}))),
        ["{dropout: 0.2, name: dropout_2}", "{conv: {out: 2, kernel: 3, padding: 1}, name: conv_2}", "{slice: 2, from: dropout_2, name: slice_2}", "add: [conv_2, slice_2]"],
    ),
    "shortcut_of_a_larger_map": (
        "\n".join((section("dropout"), section("convolutional", **{**PLAIN, "filters": 3, "stride": 2}), section("shortcut", **{"from": -2}))),
        ["{dropout: 0.2, name: dropout_2}", "{conv: {out: 3, kernel: 3, stride: 2, padding: 1}, name: conv_2}", "{subsample: 2, from: dropout_2, name: subsample_2}", "add: [conv_2, subsample_2]"],
    ),
    "scale_channels": (
        "\n".join((section("dropout"), section("avgpool"), section("scale_channels", **{"from": -2, "activation": "linear"}))),
        ["{dropout: 0.2, name: dropout_2}", "{global_avg_pool, name: global_avg_pool_2}", "multiply: [dropout_2, global_avg_pool_2]"],
    ),
    "sam": (
        "\n".join((section("dropout"), section("activation", activation="logistic"), section("sam", **{"from": -2}))),
        ["{dropout: 0.2, name: dropout_2}", "{sigmoid, name: sigmoid_2}", "multiply: [dropout_2, sigmoid_2]"],
    ),
    "silence": (section("dropout") + "\n" + section("silence") + "\n" + section("avgpool"), ["dropout: 0.2", "global_avg_pool"]),
    "share_index": (
        "\n".join((section("convolutional", **{**PLAIN, "filters": 3}), section("convolutional", **{**PLAIN, "filters": 3}, share_index=0))),
        ["{conv: {out: 3, kernel: 3, padding: 1}, name: conv_2}", "conv: {out: 3, kernel: 3, padding: 1}", "share: conv_2"],
    ),
}  # fmt: skip
ACTIVATIONS = {
    "leaky": "leaky_relu: 0.1",
    "relie": "leaky_relu",
    "relu": "relu",
    "relu6": "relu6",
    "logistic": "sigmoid",
    "mish": "mish",
    "swish": "silu",
    "elu": "elu",
    "selu": "selu",
    "gelu": "gelu",
    "tanh": "tanh",
    "hardtan": "hard_tanh",
}


@pytest.mark.parametrize("name", LAYERS)
def test_sections_become_layers(name):
    text, layers = LAYERS[name]
    assert layers_of(network(cfg(text))) == layers


@pytest.mark.parametrize("word", ACTIVATIONS)
def test_activations_become_layers(word):
    assert layers_of(network(cfg(section("activation", activation=word)))) == [ACTIVATIONS[word]]


def test_the_identity_is_no_layer():
    assert "has no operation" in str(problem_of(network, cfg(section("activation", activation="linear"))))


@pytest.mark.parametrize("word", ["ramp", "plse", "loggy", "stair", "lhtan", "hard_mish", "norm_chan"])
def test_activations_without_a_kind_are_opaque(word):
    layers = layers_of(network(cfg(section("activation", activation=word))), opaque=True)
    assert layers == [f"opaque: {{output: [3, 32, 32], what: {word}}}"]


def test_yolov3_has_the_parameters_of_the_authors():
    """61,949,149 is what the authors' file of weights holds without its header: 62,001,757 with means and variances."""
    made = network(yolov3())
    assert made.params == 61_949_149
    assert [output.name for output in made.outputs] == ["yolo", "yolo_2", "yolo_3"]
    assert [made.shape(output.value) for output in made.outputs] == [(255, 13, 13), (255, 26, 26), (255, 52, 52)]
    text = imported(made, flat=True).text
    report = analyze(load(text, name="yolov3"))
    assert report.totals.params == 61_949_149
    buffers = sum(
        weight.elements for operation in made.operations for weight in operation.weights if not weight.learned
    )
    assert made.params + buffers == 62_001_757


def test_the_folded_yolov3_is_short():
    text = imported(network(yolov3())).text
    assert analyze(load(text, name="yolov3")).totals.params == 61_949_149
    assert len(text.splitlines()) <= 45


@pytest.mark.parametrize("size", [320, 608])
def test_yolov3_fits_other_sizes(size):
    made = network(yolov3(size=size))
    assert made.shape(made.outputs[0].value)[1:] == (size // 32, size // 32)


def test_detectors_are_outputs_and_that_is_said():
    made = network(cfg(conv(30, 1), section("region", classes=1)))
    assert [output.name for output in made.outputs] == ["region"]
    assert made.notes == (
        "detection layers are outputs: what they compute of boxes and scores is not in the spec (1x)",
    )


def test_binary_weights_are_said():
    made = network(cfg(section("convolutional", **PLAIN, xnor=1), section("convolutional", **PLAIN, binary=1)))
    assert made.notes == ("convolutions have binary weights, which the spec counts as numbers (2x)",)


def test_an_untied_convolution_is_opaque_with_its_figures():
    made = network(cfg(section("local", filters=2, size=3, stride=1, pad=1, activation="linear"), width=4, height=5))
    arguments = made.operations[0].arguments
    assert arguments["output"] == (2, 5, 4)
    assert arguments["macs"] == 3 * 2 * 9 * 20
    assert arguments["params"] == made.params == 3 * 2 * 9 * 20 + 2 * 20


def test_an_input_may_be_flat():
    text = section("net", inputs=256) + "\n" + section("connected", output=10, activation="linear")
    assert layers_of(network(text)) == ["linear: 10"]


def test_a_file_is_read_by_its_path(tmp_path):
    path = tmp_path / "tiny.cfg"
    path.write_text(cfg(section("avgpool")))
    assert read_darknet(path).name == "tiny"
    path.write_bytes(b"[net]\xff")
    assert "is no text: byte 0xff at 5" in str(problem_of(read_darknet, path))
    assert "is missing" in str(problem_of(read_darknet, tmp_path / "other.cfg"))


PROBLEMS = {
    "empty": ("", "the file has no section"),
    "no_net": (section("convolutional"), "line 1: the file begins with `[convolutional]`"),
    "no_size": ("[net]\nwidth=3\n" + section("avgpool"), "line 1: `[net]` lacks `width`, `height` or `channels`"),
    "misspelt": (cfg(section("convolutionl")), "line 7: `[convolutionl]` is no section of Darknet"),
    "no_section": ("width=3\n", "line 1: `width` is in no section"),
    "no_option": ("[net]\nwidth 3\n", "line 2: `width3` is no `[section]`, no `option=value` and no comment"),
    "no_number": (
        cfg(section("convolutional", filters="many")),
        "line 8: `filters` is `many`, which is no whole number",
    ),
    "huge_number": (cfg(section("convolutional", filters=10**12)), "which is no whole number up to 1,000,000,000"),
    "huge_input": (cfg(section("avgpool"), width=10**11), "is no whole number up to"),
    "activation": (cfg(section("activation", activation="leeky")), "has the unknown activation `leeky`"),
    "before": (cfg(section("route", layers="-1")), "names the layer -1, but 0 layers are before it"),
    "after": (cfg(section("dropout"), section("route", layers="5")), "names the layer 5, but 1 layers are before it"),
    "itself": (cfg(section("dropout"), section("route", layers="1")), "names the layer 1, but 1 layers are before it"),
    "no_source": (cfg(section("route")), "`[route]` lacks `layers`"),
    "sizes": (
        cfg(section("dropout"), section("maxpool", size=3, stride=3), section("route", layers="0,1")),
        "concat needs equal sizes",
    ),
    "shortcut": (
        cfg(section("dropout"), section("maxpool", size=3, stride=3), section("shortcut", **{"from": 0})),
        "adds tensors of 3x11x11 and 3x32x32, which no kind describes",
    ),
    "weights_type": (
        cfg(section("dropout"), section("shortcut", **{"from": 0, "weights_type": "per_channel"})),
        "has `weights_type`",
    ),
    "antialiasing": (cfg(section("convolutional", filters=1, antialiasing=1)), "has `antialiasing`"),
    "depth": (cfg(section("maxpool", size=2, maxpool_depth=1)), "has `maxpool_depth`"),
    "negative": (cfg(section("upsample", stride=-2)), "has a negative stride"),
    "recurrent": (cfg(section("lstm", output=4)), "`[lstm]` can't become a layer of a spec"),
    "no_stride": (
        cfg(section("convolutional", filters=1, stride=0)),
        "`stride` (0, 0) is not a whole number, 1 or more",
    ),
    "no_filters": (cfg(section("convolutional", filters=0)), "`out` 0 is not a whole number, 1 or more"),
    "crop": (cfg(section("crop", crop_width=64, crop_height=64)), "is not a whole number, 0 or more"),
    "raw": (cfg(section("\x1b[31mrm")), "is no section of Darknet"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_does_not_fit_is_a_problem_at_its_line(name):
    text, message = PROBLEMS[name]
    assert message in str(problem_of(network, text))


def test_a_misspelt_word_is_answered_with_the_right_one():
    assert problem_of(network, cfg(section("convolutionl"))).help == "did you mean `[convolutional]`?"
    assert problem_of(network, cfg(section("activation", activation="leeky"))).help == "did you mean `leaky`?"


@pytest.mark.parametrize(
    "text", ["[net]\n" + "[route]\n" * 20_000, "[net]\na=" + "1," * 10**6, "[" * 10**6, "[net]\n" + "x=1\n" * 10**6]
)
def test_large_files_are_read_or_refused_at_once(text):
    started = time.process_time()
    problem_of(network, text)
    assert time.process_time() - started < 1


def test_a_file_larger_than_any_network_is_not_split_into_lines(tmp_path):
    path = tmp_path / "long.cfg"
    path.write_text("[net]\n" + "a=1\n" * 600_000)
    assert "the file is larger than 2,000,000 bytes" in str(problem_of(read_darknet, path))
