"""Keras' models as networks."""

import json
import struct
import time
import zipfile

import pytest

from cnnshape.bridge import imported
from cnnshape.bridge.keras import keras_network, read_keras
from cnnshape.bridge.keras.config import size_of_list
from cnnshape.bridge.keras.registry import HANDLERS
from tests.bridge.keras_files import functional, history, image, layer, sequential, single
from tests.bridge.mutants import VALUES, paths_of, replaced
from tests.bridge.readers import answer_of, layers_of, problem_of

MAP = (8, 8, 4)


def network(config, inputs=None):
    return keras_network(config, "model", inputs)


CASES = {
    "conv": (single("Conv2D", MAP, filters=6, kernel_size=[3, 3]), ["conv: {out: 6, kernel: 3}"]),
    "conv_all": (
        single("Conv2D", MAP, filters=6, kernel_size=[3, 5], strides=[2, 1], padding="same", groups=2, use_bias=False, activation="relu"),
        ["conv: {out: 6, kernel: [3, 5], stride: [2, 1], padding: same, groups: 2, bias: false}", "relu"],
    ),
    "conv_dilated": (
        single("Conv2D", MAP, filters=6, kernel_size=3, dilation_rate=[2, 2], activation="linear"),
        ["conv: {out: 6, kernel: 3, dilation: 2}"],
    ),
    "conv_1d_causal": (
        single("Conv1D", (9, 2), filters=6, kernel_size=[3], padding="causal"),
        ["conv: {out: 6, kernel: 3, padding: causal}"],
    ),
    "conv_3d": (single("Conv3D", (5, 6, 7, 2), filters=3, kernel_size=[1, 3, 3]), ["conv: {out: 3, kernel: [1, 3, 3]}"]),
    "conv_channels_first": (
        single("Conv2D", (4, 8, 9), filters=6, kernel_size=[3, 3], data_format="channels_first"),
        ["conv: {out: 6, kernel: 3}"],
    ),
    "depthwise": (
        single("DepthwiseConv2D", MAP, kernel_size=[3, 3], depth_multiplier=2, padding="same", strides=[2, 2]),
        ["conv: {out: 8, kernel: 3, stride: 2, padding: same, groups: 4}"],
    ),
    "depthwise_plain": (
        single("DepthwiseConv2D", MAP, kernel_size=[3, 3], use_bias=False),
        ["conv: {out: 4, kernel: 3, groups: 4, bias: false}"],
    ),
    "separable": (
        single("SeparableConv2D", MAP, filters=6, kernel_size=[3, 3], padding="same", activation="relu"),
        ["conv: {out: 4, kernel: 3, padding: same, groups: 4, bias: false}", "conv: {out: 6, kernel: 1}", "relu"],
    ),
    "separable_multiplied": (
        single("SeparableConv2D", MAP, filters=6, kernel_size=[3, 3], depth_multiplier=3, use_bias=False),
        ["conv: {out: 12, kernel: 3, groups: 4, bias: false}", "conv: {out: 6, kernel: 1, bias: false}"],
    ),
    "transposed": (
        single("Conv2DTranspose", MAP, filters=6, kernel_size=[3, 3], strides=[2, 2], padding="same"),
        ["conv_transpose: {out: 6, kernel: 3, stride: 2, padding: same}"],
    ),
    "transposed_valid": (
        single("Conv2DTranspose", MAP, filters=6, kernel_size=[3, 3], strides=[2, 2]),
        ["conv_transpose: {out: 6, kernel: 3, stride: 2}"],
    ),
    "transposed_valid_small": (
        single("Conv2DTranspose", MAP, filters=6, kernel_size=[2, 2], strides=[3, 3]),
        ["conv_transpose: {out: 6, kernel: 2, stride: 3, output_padding: 1}"],
    ),
    "transposed_output_padding": (
        single("Conv2DTranspose", MAP, filters=6, kernel_size=[3, 3], strides=[2, 2], padding="same", output_padding=[1, 1]),
        ["conv_transpose: {out: 6, kernel: 3, stride: 2, padding: 1, output_padding: 1}"],
    ),
    "dense": (single("Dense", (7,), units=5, activation="softmax"), ["linear: 5", "softmax"]),
    "dense_on_a_map": (single("Dense", MAP, units=5, use_bias=False), ["conv: {out: 5, kernel: 1, bias: false}"]),
    "batch_norm": (single("BatchNormalization", MAP, axis=-1), ["batch_norm: {eps: 0.001, momentum: 0.01}"]),
    "batch_norm_scale": (
        single("BatchNormalization", MAP, axis=3, center=False, epsilon=1e-5, momentum=0.9),
        ["batch_norm: {affine: scale}"],
    ),
    "batch_norm_shift": (
        single("BatchNormalization", MAP, axis=[3], scale=False, epsilon=1e-5, momentum=0.9),
        ["batch_norm: {affine: shift}"],
    ),
    "batch_norm_first": (
        functional([image(4, 8, 8), layer("MaxPooling2D", "a", "x", data_format="channels_first"), layer("BatchNormalization", "y", "a", axis=1, momentum=0.9, epsilon=1e-5)]),
        ["max_pool: 2", "batch_norm"],
    ),
    "layer_norm": (single("LayerNormalization", MAP, axis=[-1], epsilon=1e-6), ["layer_norm: {eps: 1e-06}"]),
    "group_norm": (single("GroupNormalization", MAP, groups=2, epsilon=1e-5), ["group_norm: 2"]),
    "group_norm_single": (single("GroupNormalization", MAP, groups=-1, epsilon=1e-5), ["group_norm: 4"]),
    "normalization": (single("Normalization", MAP, axis=[-1]), ["batch_norm: {affine: false}"]),
    "rescaling": (single("Rescaling", MAP, scale=0.5, offset=-1.0), ["rescale: {scale: 0.5, shift: -1}"]),
    "rescaling_scale": (single("Rescaling", MAP, scale=0.5, offset=0.0), ["rescale: 0.5"]),
    "max_pool": (single("MaxPooling2D", MAP, pool_size=[2, 2], strides=[2, 2]), ["max_pool: 2"]),
    "max_pool_default": (single("MaxPooling2D", MAP), ["max_pool: 2"]),
    "max_pool_same": (
        single("MaxPooling2D", MAP, pool_size=[3, 3], strides=[2, 2], padding="same"),
        ["max_pool: {kernel: 3, stride: 2, padding: same}"],
    ),
    "avg_pool": (single("AveragePooling2D", MAP, pool_size=[2, 2], strides=None), ["avg_pool: 2"]),
    "avg_pool_same": (
        single("AveragePooling2D", MAP, pool_size=3, strides=1, padding="same"),
        ["avg_pool: {kernel: 3, stride: 1, padding: same, count_include_pad: false}"],
    ),
    "pool_1d": (single("MaxPooling1D", (8, 3), pool_size=[2]), ["max_pool: 2"]),
    "global": (single("GlobalAveragePooling2D", MAP), ["global_avg_pool", "flatten"]),
    "global_kept": (single("GlobalAveragePooling2D", MAP, keepdims=True), ["global_avg_pool"]),
    "global_max": (single("GlobalMaxPooling2D", MAP), ["global_max_pool", "flatten"]),
    "zero_padding": (single("ZeroPadding2D", MAP, padding=[[1, 1], [2, 2]]), ["pad: [1, 2]"]),
    "zero_padding_uneven": (single("ZeroPadding2D", MAP, padding=[[0, 1], [0, 1]]), ["pad: [[0, 1], [0, 1]]"]),
    "zero_padding_single": (single("ZeroPadding2D", MAP, padding=2), ["pad: 2"]),
    "zero_padding_1d": (single("ZeroPadding1D", (8, 3), padding=[1, 2]), ["pad: [[1, 2]]"]),
    "cropping": (single("Cropping2D", MAP, cropping=[[1, 0], [1, 0]]), ["crop: [[1, 0], [1, 0]]"]),
    "up_sampling": (single("UpSampling2D", MAP, size=[2, 3], interpolation="bilinear"), ["upsample: {scale: [2, 3], mode: linear}"]),
    "up_sampling_default": (single("UpSampling2D", MAP), ["upsample: 2"]),
    "resizing": (single("Resizing", MAP, height=5, width=6), ["upsample: {size: [5, 6], mode: linear}"]),
    "relu": (single("ReLU", MAP), ["relu"]),
    "relu6": (single("ReLU", MAP, max_value=6.0, negative_slope=0.0, threshold=0.0), ["relu6"]),
    "relu_bound": (single("ReLU", MAP, max_value=2.0), ["hard_tanh: {min: 0, max: 2}"]),
    "relu_slope": (single("ReLU", MAP, negative_slope=0.2), ["leaky_relu: 0.2"]),
    "leaky_relu": (single("LeakyReLU", MAP, negative_slope=0.1), ["leaky_relu: 0.1"]),
    "leaky_relu_2": (single("LeakyReLU", MAP, alpha=0.1), ["leaky_relu: 0.1"]),
    "leaky_relu_default": (single("LeakyReLU", MAP), ["leaky_relu: 0.3"]),
    "prelu": (single("PReLU", MAP, shared_axes=[1, 2]), ["prelu: true"]),
    "elu": (single("ELU", MAP, alpha=0.5), ["elu: 0.5"]),
    "softmax": (single("Softmax", MAP, axis=-1), ["softmax"]),
    "flatten": (single("Flatten", MAP), ["flatten"]),
    "flatten_flat": (functional([image(7), layer("Flatten", "a", "x"), layer("ReLU", "y", "a")]), ["relu"]),
    "reshape": (single("Reshape", (12,), target_shape=[2, 2, 3]), ["reshape: [3, 2, 2]"]),
    "reshape_gate": (single("Reshape", (12,), target_shape=[1, 1, 12]), ["reshape: [12, 1, 1]"]),
    "reshape_flat": (single("Reshape", MAP, target_shape=[-1]), ["flatten"]),
    "permute_twice": (
        functional([image(*MAP), layer("Permute", "a", "x", dims=[3, 1, 2]), layer("ReLU", "b", "a"), layer("Permute", "y", "b", dims=[2, 3, 1])]),
        ["relu"],
    ),
    "dropout": (single("Dropout", MAP, rate=0.2), ["dropout: 0.2"]),
    "spatial_dropout": (single("SpatialDropout2D", MAP, rate=0.2), ["dropout: 0.2"]),
    "stochastic_depth": (single("Dropout", MAP, rate=0.2, noise_shape=[None, 1, 1, 1]), ["drop_path: 0.2"]),
    "dropout_of_channels": (single("Dropout", MAP, rate=0.2, noise_shape=[None, 1, 1, 4]), ["dropout: 0.2"]),
    "add": (functional([image(*MAP), layer("ReLU", "a", "x"), layer("Add", "y", "x", "a")]), ["{relu, name: a_relu}", "add: [input, a_relu]"]),
    "subtract": (functional([image(*MAP), layer("ReLU", "a", "x"), layer("Subtract", "y", "x", "a")]), ["{relu, name: a_relu}", "subtract: [input, a_relu]"]),
    "average": (functional([image(*MAP), layer("ReLU", "a", "x"), layer("Average", "y", "x", "a")]), ["{relu, name: a_relu}", "average: [input, a_relu]"]),
    "maximum": (functional([image(*MAP), layer("ReLU", "a", "x"), layer("Maximum", "y", "x", "a")]), ["{relu, name: a_relu}", "maximum: [input, a_relu]"]),
    "concat": (functional([image(*MAP), layer("ReLU", "a", "x"), layer("Concatenate", "y", "a", "x", axis=-1)]), ["{relu, name: a_relu}", "concat: [a_relu, input]"]),
    "concat_axis_3": (functional([image(*MAP), layer("ReLU", "a", "x"), layer("Concatenate", "y", "a", "x", axis=3)]), ["{relu, name: a_relu}", "concat: [a_relu, input]"]),
    "gate": (
        functional([image(*MAP), layer("GlobalAveragePooling2D", "a", "x", keepdims=True), layer("Multiply", "y", "x", "a")]),
        ["{global_avg_pool, name: a_global_avg_pool}", "multiply: [input, a_global_avg_pool]"],
    ),
    "operation": (
        functional([image(*MAP), layer("ReLU", "a", "x"), layer("Add", "y", module="keras.src.ops.numpy", args=[history("x"), history("a")])]),
        ["{relu, name: a_relu}", "add: [input, a_relu]"],
    ),
    "operation_with_number": (
        functional([image(*MAP), layer("Multiply", "y", module="keras.src.ops.numpy", args=[history("x"), 0.5])]),
        ["rescale: 0.5"],
    ),
    "number_minus": (
        functional([image(*MAP), layer("Subtract", "y", module="keras.src.ops.numpy", args=[1.0, history("x")])]),
        ["rescale: {scale: -1, shift: 1}"],
    ),
    "minus_number": (
        functional([image(*MAP), layer("Subtract", "y", module="keras.src.ops.numpy", args=[history("x"), 1.0])]),
        ["rescale: {shift: -1}"],
    ),
    "divided": (
        functional([image(*MAP), layer("TrueDivide", "y", module="keras.src.ops.numpy", args=[history("x"), 4])]),
        ["rescale: 0.25"],
    ),
    "layer_scale": (
        single("LayerScale", MAP, module="keras.src.applications.convnext", init_values=1e-6, projection_dim=4),
        ["layer_scale"],
    ),
    "scaled_sum": (
        functional([image(*MAP), layer("ReLU", "a", "x"), layer("CustomScaleLayer", "y", "x", "a", module="keras.src.applications.inception_resnet_v2", scale=0.17)]),
        ["relu", "{rescale: 0.17, name: y_rescale}", "add: [input, y_rescale]"],
    ),
    "augmentation": (functional([image(*MAP), layer("RandomFlip", "a", "x", mode="horizontal"), layer("ReLU", "y", "a")]), ["relu"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_layers_become_layers(name):
    config, layers = CASES[name]
    assert layers_of(network(config)) == layers


ACTIVATIONS = {
    "relu": "relu", "relu6": "relu6", "silu": "silu", "swish": "silu", "hard_silu": "hard_swish", "hard_swish": "hard_swish",
    "gelu": "gelu", "elu": "elu", "selu": "selu", "sigmoid": "sigmoid", "hard_sigmoid": "hard_sigmoid", "tanh": "tanh",
    "softplus": "softplus", "softsign": "softsign", "mish": "mish", "leaky_relu": "leaky_relu: 0.2", "softmax": "softmax",
    "log_softmax": "log_softmax", "celu": "celu", "hard_tanh": "hard_tanh",
}  # fmt: skip


@pytest.mark.parametrize("word", ACTIVATIONS)
def test_activations_become_layers(word):
    assert layers_of(network(single("Activation", MAP, activation=word))) == [ACTIVATIONS[word]]
    dense = network(single("Dense", (7,), units=5, activation=word)) if word != "glu" else None
    assert dense is None or layers_of(dense) == ["linear: 5", ACTIVATIONS[word]]


def test_an_activation_without_a_kind_is_opaque():
    layers = layers_of(network(single("Activation", MAP, activation="exponential")), opaque=True)
    assert layers == ["opaque: {output: [4, 8, 8], what: exponential}"]


@pytest.mark.parametrize("word", sorted(set(HANDLERS) - {"InputLayer"}))
def test_every_class_that_is_read_is_read_without_arguments_or_refused(word):
    """What lacks is a problem that names the layer, never an exception."""
    for sizes in ((7,), (8, 4), MAP, (4, 8, 8, 4)):
        answer = answer_of(network, single(word, sizes))
        assert not answer or word in answer or "no operation" in answer


def test_parameters_are_counted_from_the_configuration():
    layers = [
        image(*MAP),
        layer("Conv2D", "conv", "x", filters=6, kernel_size=[3, 3], use_bias=False),
        layer("BatchNormalization", "bn", "conv", scale=False),
        layer("SeparableConv2D", "sep", "bn", filters=5, kernel_size=[3, 3]),
        layer("GlobalAveragePooling2D", "mean", "sep"),
        layer("Dense", "y", "mean", units=10),
    ]
    made = network(functional(layers))
    assert made.params == 4 * 6 * 9 + 6 + (6 * 9 + 6 * 5 + 5) + (5 * 10 + 10)
    names = [weight.name for operation in made.operations for weight in operation.weights]
    assert names[:4] == ["conv.kernel", "bn.beta", "bn.moving_mean", "bn.moving_variance"]


def test_a_layer_that_is_called_twice_has_its_weights_once():
    shared = layer("Conv2D", "conv", "x", filters=4, kernel_size=[1, 1])
    shared["inbound_nodes"] = [{"args": [history("x")], "kwargs": {}}, {"args": [history("conv:0")], "kwargs": {}}]
    made = network(functional([image(*MAP), shared, layer("ReLU", "y", "conv:1")]))
    assert made.params == 20
    assert layers_of(made) == [
        "{conv: {out: 4, kernel: 1}, name: conv_conv}",
        "conv: {out: 4, kernel: 1}",
        "share: conv_conv",
        "relu",
    ]


def test_models_in_models_are_modules():
    stem = sequential(
        image(*MAP, name="in"),
        layer("Conv2D", "conv", filters=4, kernel_size=[1, 1]),
        layer("ReLU", "act"),
        name="stem",
    )
    stem |= {"name": "stem", "inbound_nodes": [{"args": [history("x")], "kwargs": {}}]}
    inner = functional([image(*MAP, name="in"), layer("Dense", "d", "in", units=4)], inputs=["in"], name="head")
    inner |= {
        "name": "head",
        "inbound_nodes": [{"args": [history("stem")], "kwargs": {}}, {"args": [history("head")], "kwargs": {}}],
    }
    made = network(functional([image(*MAP), stem, inner, layer("ReLU", "y", "head:1")]))
    assert [operation.path for operation in made.operations] == ["stem.conv", "stem.act", "head.d", "head.d", "y"]
    assert [operation.modules[0].container for operation in made.operations[:3]] == [True, True, False]
    # The second call of a model uses the same weights.
    assert made.params == 20 + 20
    assert made.operations[2].modules[0].call != made.operations[3].modules[0].call
    imported(made, flat=True)


def test_a_sequential_may_state_its_input_in_its_first_layer():
    """The form of Keras 2."""
    first = layer("Conv2D", "a", filters=2, kernel_size=[3, 3], batch_input_shape=[None, 8, 8, 3], activation="relu")
    made = network(sequential(first, layer("Flatten", "b"), layer("Dense", "c", units=2)))
    assert layers_of(made) == ["conv: {out: 2, kernel: 3}", "relu", "flatten", "linear: 2"]


def test_the_tensors_of_keras_2_are_read():
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"name": "x", "batch_input_shape": [None, 8, 8, 3]},
            "name": "x",
            "inbound_nodes": [],
        },
        {"class_name": "ReLU", "config": {"name": "a"}, "name": "a", "inbound_nodes": [[["x", 0, 0, {}]]]},
        {
            "class_name": "Add",
            "config": {"name": "y"},
            "name": "y",
            "inbound_nodes": [[["x", 0, 0, {}], ["a", 0, 0, {}]]],
        },
    ]
    config = {"name": "m", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": [["y", 0, 0]]}
    made = network({"class_name": "Functional", "config": config, "keras_version": "2.9.0", "backend": "tensorflow"})
    assert layers_of(made) == ["{relu, name: a_relu}", "add: [input, a_relu]"]


def test_layers_run_in_the_order_of_their_tensors():
    """The list of the file may have another order."""
    made = network(
        functional([image(*MAP), layer("ReLU", "y", "b"), layer("ReLU", "b", "x", max_value=6)], outputs=["y"])
    )
    assert [operation.kind for operation in made.operations] == ["relu6", "relu"]


def test_several_inputs_and_outputs():
    layers = [
        image(*MAP, name="left"),
        image(*MAP, name="right"),
        layer("Add", "sum", "left", "right"),
        layer("ReLU", "y", "sum"),
    ]
    made = network(functional(layers, outputs=["y", "sum"], inputs=["left", "right"]))
    assert [given.name for given in made.inputs] == ["left", "right"]
    assert [(output.name, output.value) for output in made.outputs] == [("y", 3), ("sum", 2)]
    imported(made, flat=True)


def test_sizes_that_vary_are_asked_for():
    config = functional([image(None, None, 3), layer("ReLU", "y", "x")])
    problem = problem_of(network, config)
    assert str(problem) == "the input `x` has sizes that vary: ?x?x3"
    assert "--input 3x224x224" in problem.help
    assert network(config, {"x": (3, 32, 48)}).inputs[0].shape == (3, 32, 48)
    assert "has no input `z`" in str(problem_of(network, config, {"z": (3, 8, 8), "x": (3, 8, 8)}))


def tensor_of(shape):
    return functional([image(*MAP), layer("ReLU", "y", args=[history("x", shape)])])


def test_the_shapes_that_the_file_states_are_compared():
    assert len(network(tensor_of([None, 8, 8, 4])).operations) == 1
    assert len(network(tensor_of([None, None, None, 4])).operations) == 1
    message = "`ReLU` `y` reads a tensor of 8x8x4, but the file says 4x8x8"
    assert str(problem_of(network, tensor_of([None, 4, 8, 8]))) == message


def nested(depth):
    model = sequential(image(*MAP), layer("ReLU", "y"))
    for _ in range(depth):
        model = sequential(image(*MAP), model)
    return model


PROBLEMS = {
    "lambda": (single("Lambda", MAP, function={"class_name": "__lambda__"}), "`Lambda` `y` holds code of Python, and an import of a file runs none"),
    "custom": (single("Attention2", MAP, module="my_package.layers"), "`Attention2` `y` is a class of the program `my_package.layers`"),
    "unknown": (single("ConvLSTM2D", MAP), "no kind describes `ConvLSTM2D` `y`"),
    "list": ([], "the file is no Keras model"),
    "layer": (layer("Dense", "y", units=3), "the file is no Keras model"),
    "no_layers": (functional([image(*MAP)]) | {"config": {"name": "n"}}, "has no layers"),
    "no_class": (functional([image(*MAP), {"config": {}, "name": "y"}]), "has a layer without a class and arguments"),
    "no_outputs": (functional([image(*MAP)]) | {"config": {"layers": [image(*MAP)], "input_layers": [["x", 0, 0]]}}, "has no inputs or no outputs"),
    "two_names": (functional([image(*MAP), layer("ReLU", "y", "x"), layer("ReLU", "y", "x")]), "two layers with the name `y`"),
    "circle": (functional([image(*MAP), layer("Add", "a", "x", "b"), layer("ReLU", "b", "a")]), "is part of a circle of layers"),
    "unknown_source": (functional([image(*MAP), layer("ReLU", "y", "z")]), "reads `z`, which gives no such tensor"),
    "unknown_output": (functional([image(*MAP), layer("ReLU", "y", "x")], outputs=["z"]), "the output `z` is no layer"),
    "filters": (single("Conv2D", MAP, filters="many", kernel_size=[3, 3]), "`Conv2D` `y`: `filters` is `many`, which it can't be"),
    "filters_huge": (single("Conv2D", MAP, filters=10**18, kernel_size=[3, 3]), "which it can't be"),
    "filters_missing": (single("Conv2D", MAP, kernel_size=[3, 3]), "`filters` is `None`"),
    "kernel": (single("Conv2D", MAP, filters=3, kernel_size=[3]), "`kernel_size` is `[3]`"),
    "kernel_large": (single("Conv2D", MAP, filters=3, kernel_size=[9, 9]), "a window of 9 doesn't fit height 8"),
    "padding": (single("Conv2D", MAP, filters=3, kernel_size=[3, 3], padding="full"), "`padding` is `full`"),
    "rank": (single("Conv2D", (8, 4), filters=3, kernel_size=[3, 3]), "works on 2 spatial axes, but reads a tensor of 1"),
    "layout": (
        functional([image(*MAP), layer("ReLU", "a", "x"), layer("Permute", "b", "a", dims=[3, 1, 2]), layer("MaxPooling2D", "y", "b", data_format="channels_last")]),
        "has `channels_last`, but reads a tensor in the other order",
    ),
    "layout_word": (single("MaxPooling2D", MAP, data_format="\x1b[31m"), "`data_format` is `?[31m`, which it can't be"),
    "axis": (single("BatchNormalization", MAP, axis=1), "normalizes the axes [1], which no kind describes"),
    "concat_axis": (functional([image(*MAP), layer("ReLU", "a", "x"), layer("Concatenate", "y", "x", "a", axis=1)]), "is not along the channels"),
    "concat_of_one": (single("Concatenate", MAP, axis=-1), "joins two or more tensors"),
    "add_shapes": (functional([image(*MAP), layer("MaxPooling2D", "a", "x"), layer("Add", "y", "x", "a")]), "joins tensors of 8x8x4 and 4x4x4"),
    "reshape": (single("Reshape", MAP, target_shape=[7, 7]), "`target_shape` is `[7, 7]`"),
    "reshape_axes": (single("Reshape", (16,), target_shape=[2, 2, 2, 2, 1]), "gives a tensor of 5 axes"),
    "permute": (single("Permute", MAP, dims=[1, 1, 2]), "`dims` is `[1, 1, 2]`"),
    "threshold": (single("ReLU", MAP, threshold=0.5), "has a `threshold`"),
    "prelu": (single("PReLU", MAP), "has a slope per position"),
    "activation": (single("Dense", (7,), units=3, activation=7), "`activation` is `7`"),
    "activation_raw": (single("Dense", (7,), units=3, activation="\x1b[31m"), "which it can't be"),
    "interpolation": (single("UpSampling2D", MAP, interpolation="lanczos3"), "`interpolation` is `lanczos3`"),
    "crop": (single("Cropping2D", MAP, cropping=[[5, 5], [0, 0]]), "cutting 5 and 5 off height 8 leaves nothing"),
    "infinite": (single("Rescaling", MAP, scale=float("inf")), "`scale` is `inf`"),
    "huge_input": (single("ReLU", (10**12, 8, 3)), "has a size that can't be"),
    "raw": (single("\x1b[31mRm", MAP), "no kind describes"),
    "nested": (nested(30), "more than 16 models are nested in each other"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_does_not_fit_is_a_problem(name):
    config, message = PROBLEMS[name]
    assert message in str(problem_of(network, config))


def test_a_layer_of_code_is_answered_with_a_way_out():
    assert "ONNX" in problem_of(network, PROBLEMS["lambda"][0]).help
    assert "ONNX" in problem_of(network, PROBLEMS["custom"][0]).help


def write_zip(path, content, name="config.json", **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr(name, content)
        archive.writestr("model.weights.h5", b"\x89HDF\r\n")


def test_a_keras_file_is_read_as_data(tmp_path):
    config = CASES["conv_all"][0]
    write_zip(tmp_path / "a.keras", json.dumps(config), compression=zipfile.ZIP_DEFLATED)
    (tmp_path / "a.json").write_text(json.dumps(config))
    assert read_keras(tmp_path / "a.keras") == read_keras(tmp_path / "a.json")
    assert read_keras(str(tmp_path / "a.json")).name == "net"


def test_damaged_files_are_problems(tmp_path):
    path = tmp_path / "a.keras"
    write_zip(path, json.dumps(CASES["conv"][0]))
    content = path.read_bytes()
    for share in (0.2, 0.5, 0.8, 0.97):
        path.write_bytes(content[: int(len(content) * share)])
        assert "damaged zip" in str(problem_of(read_keras, path))
    write_zip(path, "{}", name="other.json")
    assert "the zip has no `config.json`" in str(problem_of(read_keras, path))
    write_zip(path, "{")
    assert "the configuration is no JSON" in str(problem_of(read_keras, path))
    assert "is missing" in str(problem_of(read_keras, tmp_path / "b.keras"))
    assert "is not a file" in str(problem_of(read_keras, tmp_path))


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_keras_does_not_write_is_refused(tmp_path, compression):
    """Such a text may claim a dictionary of 4 GB, which is made before the first byte is read."""
    write_zip(tmp_path / "a.keras", json.dumps(CASES["conv"][0]), compression=compression)
    assert f"method {compression}" in str(problem_of(read_keras, tmp_path / "a.keras"))


def end_of_zip(size, large=None, comment=b""):
    """The end of a zip whose list of files has so many bytes. `large` is what the end for more than 4 GB says."""
    end = b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, size, 0, len(comment)) + comment
    if large is None:
        return end
    return b"PK\6\6" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, 1, 1, large, 0) + b"PK\6\7" + bytes(16) + end


@pytest.mark.parametrize(
    ("end", "size"),
    [
        (end_of_zip(7), 7),
        (end_of_zip(7, comment=b"PK"), 7),
        (end_of_zip(7, large=2**40), 2**40),
        # Python takes the 22 bytes at the end, also if what follows looks like another end.
        (b"PK\5\6" + struct.pack("<4H", 0, 0, 1, 1) + struct.pack("<L", 2**31) + b"PK\5\6\0\0", 2**31),
        (b"PK", None),
        (b"", None),
    ],
)
def test_the_size_of_the_list_of_files_is_known_before_it_is_read(end, size):
    assert size_of_list(bytes(100) + end) == size_of_list(end) == size


def test_a_zip_that_lists_too_many_files_is_refused(tmp_path):
    write_zip(tmp_path / "a.keras", json.dumps(CASES["conv"][0]))
    content = (tmp_path / "a.keras").read_bytes()
    (tmp_path / "b.keras").write_bytes(content[:-22] + end_of_zip(0, large=10**9))
    assert "lists too many files" in str(problem_of(read_keras, tmp_path / "b.keras"))


@pytest.mark.parametrize(
    "content",
    [
        b" " * 9_000_000,
        b"[" * 1_000_000,
        b"9" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b"",
        b"[" + b"{}," * 1_000_000,
    ],
    ids=["large", "nested", "digits", "objects", "binary", "empty", "many"],
)
def test_hostile_texts_are_refused_at_once(tmp_path, content):
    started = time.process_time()
    (tmp_path / "a.json").write_bytes(content)
    problem_of(read_keras, tmp_path / "a.json")
    write_zip(tmp_path / "a.keras", content, compression=zipfile.ZIP_DEFLATED)
    problem_of(read_keras, tmp_path / "a.keras")
    assert time.process_time() - started < 2


SEEDS = ["conv_all", "scaled_sum", "gate", "separable", "transposed", "reshape", "zero_padding", "batch_norm_first"]


@pytest.mark.parametrize("name", SEEDS)
def test_any_value_in_any_place_is_a_network_or_a_problem(name):
    config = CASES[name][0]
    for path in paths_of(config):
        for new in VALUES:
            assert answer_of(network, replaced(config, path, new)).isprintable()


def test_models_that_double_at_each_level_are_refused():
    """Each model calls the one inside of it twice: 2^14 layers in 14 models."""
    config = functional([image(8, 8, 3), layer("ReLU", "r", "x")], name="m0")
    for level in range(14):
        calls = [{"args": [history(source)], "kwargs": {}} for source in ("x", f"m{level}")]
        inner = {**config, "name": f"m{level}", "inbound_nodes": calls}
        config = functional([image(8, 8, 3), inner], [f"m{level}:1"], name=f"m{level + 1}")
        config["config"]["output_layers"] = [[f"m{level}", 1, 0]]
    assert "more than 10,000 operations" in str(problem_of(network, config))
