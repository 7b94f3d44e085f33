"""Imports the ONNX files that PyTorch's exporters write of torchvision's classifiers, and compares each with PyTorch.

    python benchmarks/exports.py [--exporter torchscript|dynamo] [--seconds 300] [NAME ...]

Needs torch, torchvision, onnx and onnxscript. A row is exact if each operation has a kind, and if multiply-accumulates are
those that PyTorch counts, params those that the file stores, the output that of the module, and each shape between that of
`onnx.shape_inference`. The exporters merge batch norms into convolutions: then the params of the file and those of the module
differ, and the row says so. The file is folded too.
"""

import argparse
import math
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import onnx
import torch
from imports import Slow, limited, macs_of, torchvision_models, torchvision_names

from cnnshape.api import analyze, load
from cnnshape.bridge import ImportProblem, imported
from cnnshape.bridge.onnx import read_onnx
from cnnshape.bridge.onnx.model import model_of
from cnnshape.bridge.onnx.reader import network_of

EXPORTERS = {"torchscript": False, "dynamo": True}
SIZE = (3, 224, 224)


def names() -> list[str]:
    """The convolutional classifiers of torchvision."""
    models = torchvision_models()
    listed = set(models.list_models(module=models))
    return [name for name in torchvision_names() if name in listed]


def network(name: str) -> Any:
    """A network whose weights all differ: the exporters store equal ones once, and drop biases of zeros."""
    models = torchvision_models()
    given = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    module = models.get_model(name, weights=None, **given).eval()
    with torch.no_grad():
        for index, weight in enumerate(module.parameters()):
            weight.uniform_(0.5, 1.5 + index / 1000)
        for buffer in module.buffers():
            if buffer.is_floating_point():
                buffer.uniform_(0.5, 1.5)
    return module


def stored(graph: Any) -> int:
    """The learned values that a file stores: real tensors with axes, without means and variances."""
    moving = {name for node in graph.node if node.op_type == "BatchNormalization" for name in node.input[3:5]}
    tensors = [tensor for tensor in graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT and tensor.dims]
    return sum(math.prod(tensor.dims) for tensor in tensors if tensor.name not in moving)


def judged(name: str, path: Path, dynamo: bool) -> tuple[str, str]:
    """The verdict on one export, and its cause."""
    module = network(name)
    torch.onnx.export(module, (torch.zeros(1, *SIZE),), str(path), dynamo=dynamo, verbose=False)
    own = sum(parameter.numel() for parameter in module.parameters())
    macs, shapes = macs_of(module, SIZE)
    start = time.process_time()
    try:
        read = read_onnx(path)
        flat = imported(read, flat=True)
        folded = imported(read)
    except ImportProblem as problem:
        return "refused", problem.message
    seconds = time.process_time() - start
    totals = analyze(load(flat.text)).totals
    outputs = [read.shape(output.value) for output in read.outputs]
    if totals.macs != macs or outputs != shapes:
        return "SILENT", f"{totals.macs:,} MACs, {macs:,} in PyTorch; outputs {outputs}, {shapes} in PyTorch"
    file = onnx.load(str(path), load_external_data=False)
    weights = stored(file.graph)
    if totals.params != weights:
        return "SILENT", f"{totals.params:,} params, {weights:,} in the file"
    file.graph.ClearField("value_info")
    inferred = onnx.shape_inference.infer_shapes(file)
    try:
        # The reader compares its shapes with those that the file states.
        network_of(model_of(inferred.SerializeToString()), name, {})
    except ImportProblem as problem:
        return "OTHER SHAPES", problem.message
    lines = f"{flat.text.count(chr(10))} lines to {folded.text.count(chr(10))} in {seconds:.2f} s"
    known = len(inferred.graph.value_info)
    merged = f"; {own:,} params in the module, {totals.params:,} in the file" if totals.params != own else ""
    return "exact", f"{lines}; {known} shapes inferred{merged}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--exporter", choices=tuple(EXPORTERS), help="both by default")
    parser.add_argument("--seconds", type=int, default=300, help="limit for each export")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for exporter in [options.exporter] if options.exporter else EXPORTERS:
        verdicts: Counter[str] = Counter()
        for name in options.names or names():
            with tempfile.TemporaryDirectory() as folder:
                try:
                    with limited(options.seconds):
                        verdict, cause = judged(name, Path(folder) / f"{name}.onnx", EXPORTERS[exporter])
                except Slow:
                    verdict, cause = "slow", f"over {options.seconds} s"
                except Exception as error:  # noqa: BLE001  the table goes on
                    verdict, cause = "BROKEN", f"{type(error).__name__}: {error}"[:300]
            verdicts[verdict] += 1
            print(f"{exporter:12} {name:25} {verdict:14} {cause[:300]}", flush=True)
        for verdict, count in verdicts.most_common():
            print(f"{exporter}: {verdict:14} {count:4} of {verdicts.total()}, {count / verdicts.total():.1%}")


if __name__ == "__main__":
    sys.exit(main())
