"""The shape of an input as an option gives it, and what is said of one that doesn't fit the file."""

from cnnshape.diagnostics import Diagnostic, Label, diagnose
from cnnshape.graph.layout import meant
from cnnshape.language import Input
from cnnshape.layers import Shape, counted, format_shape
from cnnshape.source import SourceText, Span


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
    if len(shape) == wanted - 1 and channels is not None:
        return f"the channels come first: write `{format_shape((channels, *shape))}`"
    return "write as many sizes as the file does; for another number of axes, change the file"
