"""Shapes of inputs: as an option gives them, and as they were probably meant."""

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.graph.model import GraphInput
from cnnshape.language import Input
from cnnshape.layers import Shape, counted, format_shape
from cnnshape.source import SourceText, Span

_CHANNELS = (1, 3)
_LEAST_SIZE = 16


def meant(shape: Shape) -> Shape | None:
    """The shape that was probably meant, channels first and without a batch; None for an ordinary shape.

    `1x3x224x224` would be one channel of three slices, and `224x224x3` an image three pixels wide.
    """
    if len(shape) == 4 and shape[1] in _CHANNELS and shape[0] != 3 and _is_image(shape[2:]):
        return shape[1:]
    if len(shape) == 4 and shape[3] in _CHANNELS and _is_image(shape[1:3]):
        rest = shape[1:3] if shape[0] == 1 else shape[:3]
        return (shape[3], *rest)
    if len(shape) == 3 and _is_image(shape[:2]) and (shape[2] == 3 or (shape[2] == 1 and shape[0] == shape[1])):
        return (shape[2], *shape[:2])
    return None


def _is_image(sizes: Shape) -> bool:
    return min(sizes) >= _LEAST_SIZE


def reading(shape: Shape) -> str:
    """How the language reads an input of a shape: `1 channel of 3x224x224`."""
    channels = "1 channel" if shape[0] == 1 else f"{shape[0]} channels"
    return f"{channels} of {format_shape(shape[1:])}"


def likely_shape(given: GraphInput) -> str | None:
    """The shape that was probably meant, in the notation of its place; None for an ordinary shape."""
    shape = meant(given.tensor.shape)
    if shape is None:
        return None
    return format_shape(shape) if given.at.text == format_shape(given.tensor.shape) else f"{list(shape)}"


def doubtful_inputs(inputs: tuple[GraphInput, ...]) -> list[Label]:
    """The inputs whose shapes were probably meant differently, each with how it is read."""
    return [
        Label(given.at, f"read as {reading(given.tensor.shape)}; was `{likely}` meant?")
        for given in inputs
        if (likely := likely_shape(given)) is not None
    ]


def with_inputs(faults: list[Diagnostic], inputs: list[Label]) -> list[Diagnostic]:
    """The faults of a design. The first one about a shape also points at inputs that may be the cause."""
    for index, fault in enumerate(faults):
        if fault.code.startswith("CS5"):
            return [*faults[:index], fault._replace(related=(*fault.related, *inputs)), *faults[index + 1 :]]
    return faults


class InputOption:
    """A shape from outside of the file: `name` is that of the input or empty, `at` the place of the shape."""

    __slots__ = ("at", "shape")

    def __init__(self, name: str, shape: Shape, source: str) -> None:
        before = f"{name}=" if name else ""
        text = before + format_shape(shape)
        self.shape = shape
        self.at = Span(SourceText(source, text), 1, len(before) + 1, 1, len(text) + 1)


def wrong_rank(given: Input, option: InputOption, channels: int | None) -> Diagnostic:
    """The diagnostic of a shape with more or fewer sizes than the file's; `channels` are those of the file."""
    wanted = len(given.values)
    message = f"`{option.at.text}` has {counted(len(option.shape), 'size')}, the input `{given.name.text}` has {wanted}"
    related = [Label(given.span, counted(wanted, "size"))]
    return diagnose("bad-input", message, option.at, related=related, help=_help(option.shape, wanted, channels))


def _help(shape: Shape, wanted: int, channels: int | None) -> str:
    """The shape that was probably meant, if it is plain."""
    likely = meant(shape)
    if likely is not None and len(likely) == wanted:
        return f"leave the batch out, channels first: write `{format_shape(likely)}`"
    if len(shape) == wanted + 1 and shape[1] == channels:
        return f"leave the batch out: write `{format_shape(shape[1:])}`"
    if shape[0] == channels and len(shape) == wanted - 1:
        return f"write a size for each axis: `{format_shape((*shape, shape[-1]))}`"
    if len(shape) == wanted - 1 and channels is not None:
        return f"the channels come first: write `{format_shape((channels, *shape))}`"
    return "write as many sizes as the file does; for another number of axes, change the file"
