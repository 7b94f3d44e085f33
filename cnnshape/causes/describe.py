"""Causes and edits in words."""

from collections.abc import Sequence

from cnnshape.causes.edit import Edit
from cnnshape.causes.search import Cause
from cnnshape.graph import Node
from cnnshape.layers import counted, format_shape


def edit_text(edit: Edit, *, full: bool = False) -> str:
    """What to write, and where: `` `padding: 2` on the conv in line 8``. Only a `full` text names the kind."""
    kind = f" on the {edit.step.word.text}" if full else ""
    return f"`{edit.text}`{kind} in line {edit.at.line}"


def edits_text(edits: Sequence[Edit]) -> str:
    """Alternative edits as text."""
    return " or ".join(edit_text(edit, full=index == 0) for index, edit in enumerate(edits))


def cause_text(cause: Cause) -> str:
    """What a layer does without the edit: the number of its channels, or how it changes the size."""
    if cause.edit.argument == "out":
        shape = cause.node.application.output.shape
        return f"ends with {counted(shape[0], 'channel' if len(shape) > 1 else 'value')}"
    return sizes_text(cause.node)


def sizes_text(node: Node) -> str:
    """How a layer changes the size of its input."""
    before, after = node.application.inputs[0].shape, node.application.output.shape
    if before[1:] == after[1:]:
        return f"keeps {format_shape(before[1:])}"
    return f"{format_shape(before[1:])} becomes {format_shape(after[1:])}"


def rounds_text(node: Node) -> str:
    """How a layer rounds the size of its input."""
    before, after = node.application.inputs[0].shape, node.application.output.shape
    return f"rounds: {format_shape(before[1:])} becomes {format_shape(after[1:])}"
