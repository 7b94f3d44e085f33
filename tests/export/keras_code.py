"""Exported Keras code as tests run it: all shipped networks, on the meta device of PyTorch."""

from __future__ import annotations

import os
import sys
from functools import cache
from math import prod
from typing import Any

from cnnshape.api import Examination
from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.writing import code_of, flat_text
from cnnshape.graph import Graph
from tests.export.exported import NAMES, network, source_of

os.environ.setdefault("KERAS_BACKEND", "torch")
REGIONS = frozenset(
    {
        "fast_rcnn", "faster_rcnn_mobilenet_v3_large_320_fpn", "faster_rcnn_mobilenet_v3_large_fpn",
        "faster_rcnn_resnet50_fpn", "faster_rcnn_resnet50_fpn_v2", "faster_rcnn_vgg16", "keypoint_rcnn_resnet50_fpn",
        "mask_rcnn_resnet50_fpn", "mask_rcnn_resnet50_fpn_v2", "rcnn",
    }
)  # fmt: skip
"""The networks whose layers pool regions."""
EXPRESSED = [name for name in NAMES if name not in REGIONS]
LAST, FIRST = Layout(channels_last=True), Layout(channels_last=False)


def graph_of(examination: Examination) -> Graph:
    """The graph of a sound design."""
    assert examination.graph is not None
    return examination.graph


@cache
def written(design: Any, layout: Layout = LAST, *, flat: bool = False) -> str:
    """The code of a shipped network by its name, or of a text."""
    source = network(design) if design in NAMES else source_of(design)
    layers = Network(graph_of(source.examination), layout)
    return flat_text(source, layers) if flat else code_of(source, layers).text


def built(text: str, device: str = "meta", **arguments: Any) -> Any:
    """The model of exported code. Keras walks a model in recursion, so deep ones need a deeper stack."""
    import keras

    scope: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "exported.py", "exec"), scope)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        with keras.device(device):
            return scope["Net"](**arguments)
    finally:
        sys.setrecursionlimit(limit)


def counts(weights: list[Any]) -> int:
    """The values of some weights."""
    return sum(prod(weight.shape) for weight in weights)


def expected(graph: Graph, layout: Layout) -> tuple[int, int]:
    """The trainable values and all values that a model has: Keras counts no batches, and has no layer without a use."""
    order = set(Network(graph, layout).order)
    own = [node for index, node in enumerate(graph.nodes) if index in order and node.shares is None]
    trained = sum(node.application.params for node in own if not node.frozen)
    batches = sum(node.application.layer.name == "batch_norm" for node in own)
    everything = sum(node.application.params + node.application.buffers for node in own)
    return trained, everything - batches


def same_weights(model: Any, other: Any) -> None:
    """Gives another model of the same code the weights of a model, in order."""
    for weight, own in zip(model.weights, other.weights, strict=True):
        own.assign(weight)


def output_shapes(model: Any, graph: Graph) -> dict[str, tuple[int, ...]]:
    """The shapes of the outputs without the batch, by name; a single output has none in Keras."""
    outputs = model.output if isinstance(model.output, dict) else {next(iter(graph.outputs)): model.output}
    return {name: tuple(output.shape[1:]) for name, output in outputs.items()}
