"""ResNet-50 by another tool: `other_tools.py NAME` prints what that tool counts.

Each tool runs as its manual shows, on PyTorch's meta device where it works there, which is what costs it least.
`other_tools.py onnx-export FILE` writes the file for `other_tools.py onnx FILE`; it holds no weights.
"""

from __future__ import annotations

import sys
import warnings

SHAPE = (1, 3, 224, 224)


def counted(params: float, macs: float) -> str:
    return f"{int(params):,} parameters, {int(macs):,} MACs"


def torchinfo() -> str:
    import torch
    from resnet50 import resnet50
    from torchinfo import summary

    with torch.device("meta"):
        model = resnet50()
    statistics = summary(model, input_size=SHAPE, device="meta", verbose=0)
    return counted(statistics.total_params, statistics.total_mult_adds)


def fvcore() -> str:
    import torch
    from fvcore.nn import FlopCountAnalysis, parameter_count
    from resnet50 import resnet50

    model = resnet50()
    analysis = FlopCountAnalysis(model, torch.zeros(SHAPE)).unsupported_ops_warnings(False)
    return counted(parameter_count(model)[""], analysis.total())


def ptflops() -> str:
    from ptflops import get_model_complexity_info
    from resnet50 import resnet50

    macs, params = get_model_complexity_info(resnet50(), SHAPE[1:], as_strings=False, print_per_layer_stat=False)
    return counted(params, macs)


def flop_counter() -> str:
    import torch
    from resnet50 import resnet50
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        model, image = resnet50(), torch.zeros(SHAPE)
    with FlopCounterMode(display=False) as counter:
        model(image)
    return counted(sum(parameter.numel() for parameter in model.parameters()), counter.get_total_flops() / 2)


def onnx(path: str) -> str:
    import onnx as package

    model = package.shape_inference.infer_shapes(package.load(path))
    return f"{len(model.graph.value_info)} shapes"


def onnx_export(path: str) -> str:
    import torch
    from resnet50 import resnet50

    warnings.simplefilter("ignore")
    torch.onnx.export(resnet50(), (torch.zeros(SHAPE),), path, dynamo=False, export_params=False)
    return path


TOOLS = {
    "torchinfo": torchinfo,
    "fvcore": fvcore,
    "ptflops": ptflops,
    "torch": flop_counter,
    "onnx": onnx,
    "onnx-export": onnx_export,
}

if __name__ == "__main__":
    print(TOOLS[sys.argv[1]](*sys.argv[2:]))
