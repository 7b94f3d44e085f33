"""The first line of what is printed about a network."""

from cnnshape.layers import format_shape
from cnnshape.report import Report


def header(report: Report) -> str:
    """`ResNet-50: input 3x224x224, batch 1, float32`: inputs as `--input` takes them."""
    inputs = [
        f"{name}={given.boxes}"
        if given.boxes > 1
        else format_shape(given.shape)
        if name == "input"
        else f"{name}={format_shape(given.shape)}"
        for name, given in report.inputs.items()
    ]
    return f"{report.name}: input {', '.join(inputs)}, batch {report.batch}, {report.dtype}"
