"""The first line of what is printed about a network."""

from cnnshape.layers import format_shape
from cnnshape.report import Report


def header(report: Report) -> str:
    """`ResNet-50: input 3x224x224, batch 1, float32`: inputs as `--input` takes them. The first one needs no name, and
    `input` would say nothing."""
    sizes = {
        name: str(given.boxes) if given.of_boxes else format_shape(given.shape) for name, given in report.inputs.items()
    }
    first = next(iter(sizes), "")
    inputs = [size if name == first == "input" else f"{name}={size}" for name, size in sizes.items()]
    folded = ", norms folded" if report.folded_norms else ""
    return f"{report.name}: input {', '.join(inputs)}, batch {report.batch}, {dtypes_text(report)}{folded}"


def dtypes_text(report: Report) -> str:
    """The types of the values, as `--dtype` takes them."""
    return f"{report.dtype} unless stated" if report.states_dtypes else report.dtype
