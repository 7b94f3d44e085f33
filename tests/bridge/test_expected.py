"""Whole specs of imported networks, without blocks. `python -m tests.bridge.test_expected` writes them: read the difference."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import cnnshape
from cnnshape.bridge import imported
from cnnshape.bridge.darknet import darknet_network
from cnnshape.bridge.keras import keras_network
from cnnshape.bridge.keras.config import Json
from cnnshape.bridge.operations import Network
from tests.bridge.darknet_files import yolov3
from tests.bridge.keras_files import functional, image, layer
from tests.bridge.onnx_files import model, node, tensor, value
from tests.bridge.readers import onnx_network

FOLDER = Path(__file__).parent / "expected"


def basic_blocks() -> Network:
    """ResNet-18 in ONNX, with batch norms. Source: He et al. (2015), table 1."""
    nodes, stored = [], []

    def conv(source: str, out: int, given: int, size: int, stride: int, name: str) -> str:
        stored.append(tensor(f"{name}.weight", [out, given, size, size]))
        stored.extend(tensor(f"{name}.bn.{part}", [out]) for part in ("weight", "bias", "mean", "var"))
        nodes.append(node("Conv", f"{source} {name}.weight", f"{name}.c", strides=[stride] * 2, pads=[size // 2] * 4))
        parts = " ".join(f"{name}.bn.{part}" for part in ("weight", "bias", "mean", "var"))
        nodes.append(node("BatchNormalization", f"{name}.c {parts}", name))
        return name

    def relu(source: str) -> str:
        nodes.append(node("Relu", source, f"{source}.relu"))
        return f"{source}.relu"

    last = relu(conv("x", 64, 3, 7, 2, "stem"))
    nodes.append(node("MaxPool", last, "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4))
    last, given = "pool", 64
    for stage, out in enumerate((64, 128, 256, 512)):
        for block in range(2):
            name = f"layer{stage + 1}.{block}"
            stride = 2 if stage and not block else 1
            body = relu(conv(last, out, given, 3, stride, f"{name}.conv1"))
            body = conv(body, out, out, 3, 1, f"{name}.conv2")
            shortcut = last if (stride, given) == (1, out) else conv(last, out, given, 1, stride, f"{name}.downsample")
            nodes.append(node("Add", f"{body} {shortcut}", f"{name}.sum"))
            last, given = relu(f"{name}.sum"), out
    nodes += [node("GlobalAveragePool", last, "mean"), node("Flatten", "mean", "flat")]
    nodes.append(node("Gemm", "flat fc.weight fc.bias", "y", transB=1))
    stored += [tensor("fc.weight", [1000, 512]), tensor("fc.bias", [1000])]
    return onnx_network(model(nodes, [value("x", "N", 3, 224, 224)], stored=stored, name="ResNet-18"))


def inverted_residuals() -> Network:
    """MobileNetV2 in Keras. Source: Sandler et al. (2018), table 2; the padding of strides as in keras.applications."""
    layers = [image(224, 224, 3)]

    def add(word: str, name: str, *sources: str, **config: Json) -> str:
        layers.append(layer(word, name, *(sources or (str(layers[-1]["name"]),)), **config))
        return name

    def normed(name: str, *, act: bool = True) -> str:
        add("BatchNormalization", f"{name}_BN", epsilon=1e-3, momentum=0.999)
        return add("ReLU", f"{name}_relu", max_value=6.0) if act else f"{name}_BN"

    add("Conv2D", "Conv1", filters=32, kernel_size=[3, 3], strides=[2, 2], padding="same", use_bias=False)
    last, given, block = normed("Conv1"), 32, 0
    for expand, out, count, stride in (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ):
        for index in range(count):
            name, step = f"block_{block}", stride if not index else 1
            if expand > 1:
                add("Conv2D", f"{name}_expand", last, filters=expand * given, kernel_size=[1, 1], use_bias=False)
                normed(f"{name}_expand")
            if step == 2:
                add("ZeroPadding2D", f"{name}_pad", padding=[[0, 1], [0, 1]])
            padding = "valid" if step == 2 else "same"
            add(
                "DepthwiseConv2D",
                f"{name}_depthwise",
                kernel_size=[3, 3],
                strides=[step] * 2,
                padding=padding,
                use_bias=False,
            )
            normed(f"{name}_depthwise")
            add("Conv2D", f"{name}_project", filters=out, kernel_size=[1, 1], use_bias=False)
            body = normed(f"{name}_project", act=False)
            last = add("Add", f"{name}_add", last, body) if (step, given) == (1, out) else body
            given, block = out, block + 1
    add("Conv2D", "Conv_1", filters=1280, kernel_size=[1, 1], use_bias=False)
    normed("Conv_1")
    add("GlobalAveragePooling2D", "mean")
    add("Dense", "predictions", units=1000, activation="softmax")
    return keras_network(functional(layers, name="MobileNetV2"), "mobilenet_v2")


NETWORKS: Mapping[str, Callable[[], Network]] = {
    "yolov3": lambda: darknet_network(yolov3(), "yolov3"),
    "resnet18": basic_blocks,
    "mobilenet_v2": inverted_residuals,
}
PARAMS = {"yolov3": 61_949_149, "resnet18": 11_689_512, "mobilenet_v2": 3_504_872}
"""As the authors of the networks and of torchvision count them."""
MOST_LINES = 45


@pytest.mark.parametrize("name", NETWORKS)
def test_the_flat_spec_is_as_expected(name):
    assert imported(NETWORKS[name](), flat=True).text == (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_spec_is_sound_and_has_the_published_parameters(name):
    path = FOLDER / f"{name}.yaml"
    report = cnnshape.analyze(cnnshape.load(path))
    assert report.totals.params == PARAMS[name] == NETWORKS[name]().params


@pytest.mark.parametrize("name", NETWORKS)
def test_the_folded_spec_is_shorter_and_has_the_same_parameters(name):
    text = imported(NETWORKS[name]()).text
    assert cnnshape.analyze(cnnshape.load(text, name=name)).totals.params == PARAMS[name]
    assert len(text.splitlines()) < len((FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()) * 0.7


def test_a_network_without_modules_folds_into_stages():
    text = imported(NETWORKS["yolov3"]()).text
    assert len(text.splitlines()) <= MOST_LINES
    assert "concat: [prev, stage.3]" in text


if __name__ == "__main__":
    for name, made in NETWORKS.items():
        (FOLDER / f"{name}.yaml").write_text(imported(made(), flat=True).text, encoding="utf-8")
