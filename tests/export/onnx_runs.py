"""Runs an exported ONNX file in onnxruntime, and the same design with the same weights in PyTorch.

`python -m tests.export.onnx_runs [NAME...]` compares whole shipped networks.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

from cnnshape.export import Source
from cnnshape.export.onnx import to_onnx
from cnnshape.export.onnx.lowered import lowered
from cnnshape.export.torch.flat import to_flat_torch
from tests.export.exported import NAMES, inputs_of, made, network

_GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}
"""PyTorch's gates, ifgo and rzn, in the order of ONNX: iofc and zrh."""


def session_of(data: bytes) -> Any:
    """A session of onnxruntime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(data: bytes, inputs: list[Any]) -> list[Any]:
    """The outputs of a file, as tensors of PyTorch."""
    import torch

    session = session_of(data)
    names = [given.name for given in session.get_inputs()]
    fed = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
    return [torch.from_numpy(output) for output in session.run(None, fed)]


def weights_of(source: Source, data: bytes) -> list[dict[str, Any]]:
    """The weights in a file by their names, for each layer that owns some."""
    import onnx
    import onnx.numpy_helper
    import torch

    graph = source.examination.graph
    assert graph is not None
    known: list[dict[str, Any]] = [{} for _ in graph.nodes]
    stored = lowered(graph).weights
    for tensor in onnx.load_from_string(data).graph.initializer:
        held, node = stored[tensor.name]
        parts = torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy()).reshape(len(held.weights), -1)
        for weight, part in zip(held.weights, parts, strict=True):
            values = part.reshape(weight.shape)
            order = _GATES.get(graph.nodes[node].application.layer.name)
            known[node][weight.name] = _reordered(values, order) if order else values
    return known


def _reordered(values: Any, order: tuple[int, ...]) -> Any:
    """ONNX's gates in the order of PyTorch."""
    import torch

    gates = values.chunk(len(order))
    return torch.cat([gates[order.index(gate)] for gate in range(len(order))])


def module_of(source: Source, data: bytes) -> Any:
    """The module of PyTorch with the weights of a file, layer by layer in order."""
    import torch

    module = made(to_flat_torch(source._replace(class_name="Net")), device="cpu")
    graph = source.examination.graph
    assert graph is not None
    learned, kept = iter(module.parameters()), iter(module.named_buffers())
    with torch.no_grad():
        for node, weights in zip(graph.nodes, weights_of(source, data), strict=True):
            for weight in node.application.weights if node.shares is None else ():
                if not weight.buffer:
                    target = next(learned)
                    target.copy_(weights[weight.name].reshape(target.shape))
                    continue
                name, target = next(kept)
                assert name.endswith(weight.name)
                if weight.name in weights:
                    target.copy_(weights[weight.name])
    return module


def difference(source: Source, batch: int = 2, *, functions: bool = False) -> float:
    """The largest difference between onnxruntime and PyTorch, relative to the largest value of each output."""
    import torch

    data = to_onnx(source, functions=functions)
    torch.manual_seed(1)
    inputs = inputs_of(source.examination, "cpu", batch)
    with torch.no_grad(), warnings.catch_warnings():
        # PyTorch warns that `same` with an even kernel copies its input.
        warnings.simplefilter("ignore")
        outputs = module_of(source, data)(*inputs)
    theirs = list(outputs.values()) if isinstance(outputs, dict) else [outputs]
    worst = 0.0
    for own, other in zip(run(data, inputs), theirs, strict=True):
        assert own.shape == other.shape
        assert bool(own.isfinite().all())
        worst = max(worst, float((own - other).abs().max() / max(float(other.abs().max()), 1e-3)))
    return worst


def main(names: list[str]) -> None:
    """Prints the difference of each network."""
    for name in names or NAMES:
        sys.stdout.write(f"{name} {difference(network(name), 1):.1e}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
