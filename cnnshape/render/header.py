"""The first line of what is printed about a network."""

from cnnshape.layers import format_shape
from cnnshape.report import Report


def header(report: Report) -> str:
    """`ResNet-50: input 3x224x224, batch 1, float32`: inputs as `--input` takes them."""
    sizes = {
        name: str(given.boxes) if given.of_boxes else format_shape(given.shape) for name, given in report.inputs.items()
    }
    # Sizes without a name are those of the first input.
    inputs = [
        size if index == 0 and name == "input" else f"{name}={size}" for index, (name, size) in enumerate(sizes.items())
    ]
    return f"{report.name}: input {', '.join(inputs)}, batch {report.batch}, {report.dtype}"
