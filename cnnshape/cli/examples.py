"""Examples below the help of each command."""

EXAMPLES = {
    "summary": (
        "cnnshape summary resnet50",
        "cnnshape summary resnet50 --top 10",
        "cnnshape summary resnet50 -i 3x256x256 -b 8 --dtype float16 -f markdown",
    ),
    "draw": (
        "cnnshape draw resnet50",
        "cnnshape draw unet -o unet.svg --open",
        "cnnshape draw lenet5 --style volumes -o -",
        "cnnshape draw net.yaml --format mermaid -o -",
    ),
    "report": (
        "cnnshape report resnet50",
        "cnnshape report net.yaml -o net.html --open",
        "cnnshape report resnet50 resnet50:variant=original",
    ),
    "check": (
        "cnnshape check",
        "cnnshape check designs net.yaml --strict",
        "cnnshape check net.yaml --fix",
        "cnnshape check net.yaml --max-params 26M",
    ),
    "rule": ("cnnshape rule", "cnnshape rule heavy-head"),
    "compare": (
        "cnnshape compare resnet50 resnet101",
        "cnnshape compare net.yaml net.yaml:width=32:batch=8",
        "cnnshape compare designs net.yaml --against main --fail-if 'macs > +5%'",
    ),
    "block": (
        "cnnshape block resnet50",
        "cnnshape block resnet50 Bottleneck",
        "cnnshape block resnet50 Bottleneck -p width=64 -i 256x56x56",
    ),
    "explain": ("cnnshape explain resnet50", "cnnshape explain resnet50 conv", "cnnshape explain resnet50 stage.0"),
    "rf": ("cnnshape rf resnet50", "cnnshape rf resnet50 stage.1 --at 3,3"),
    "sizes": ("cnnshape sizes lenet5", "cnnshape sizes lenet5 --from 28 --to 64 --costs 28,32,64"),
    "sweep": (
        "cnnshape sweep resnet50 -p 'repeats=[1..3, 1..4, 1..6, 1..3]' --where 'params < 20M'",
        "cnnshape sweep mobilenet_v2 --input 96..224:32 --pareto max:macs,peak_activation_bytes --dtype int8",
        "cnnshape sweep resnet50 -p groups=1,2,4,8,16,32 --count",
    ),
    "memory": (
        "cnnshape memory resnet50 --depth 1",
        "cnnshape memory resnet50 --peak-flops 4T --bandwidth 50GB",
        "cnnshape memory ds_cnn --runtime tflm --dtype int8",
    ),
    "reconcile": ("cnnshape reconcile resnet50", "cnnshape reconcile resnet50 --tool fvcore"),
    "list": ("cnnshape list resnet", "cnnshape list --max-params 10M --sort macs"),
    "show": ("cnnshape show resnet50 > mine.yaml",),
    "import": (
        "cnnshape import torchvision.models:resnet50 --input 3x224x224 -o resnet50.yaml",
        "cnnshape import models/net.py:Net --input 3x64x64 --arg classes=10",
        "cnnshape import model.onnx",
    ),
    "export": (
        "cnnshape export resnet50 -o resnet50.py",
        "cnnshape export net.yaml -p width=128 --class Wide",
        "cnnshape export net.yaml --check net.py",
        "cnnshape export resnet50 -o resnet50.onnx --weights none --functions",
    ),
    "layers": ("cnnshape layers", "cnnshape layers conv"),
    "schema": ("cnnshape schema > cnnshape.schema.json", "cnnshape schema net.yaml > net.schema.json"),
}
"""The examples of each command, the simplest first."""


def epilog(name: str) -> str:
    """The examples of a command as the help prints them."""
    return "\n\n".join(("Examples:", *(f"  {example}" for example in EXAMPLES[name])))
