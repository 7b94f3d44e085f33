"""What a card says: its title, its notes, and the color that its kind has."""

from textwrap import wrap

from cnnshape.layers import Layer, Shape
from cnnshape.layers.family import Activation, Join, MatrixProduct, Normalization, Pooling, Resize, Scaling, Stated
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.window import axes, short
from cnnshape.report import Row
from cnnshape.study.picture.forms import MOST_PARTS
from cnnshape.study.picture.items import own_name
from cnnshape.study.picture.model import Card, CardKind, Form

TIMES = "×"
DOT = " \u00b7 "
_SYMBOLS = {"add": "+", "subtract": "\u2212", "multiply": TIMES}
"""Joins that formulas have a sign for."""


_LINE, _MOST_LINES = 26, 5
"""The length of the lines of a message, and their number."""


class Face(NamedTuple):
    """The texts of a card. `title` has its lines; `tail` is what follows the first one if there is room.

    `color` is the name of a color of `colors.py`. A `slim` card does little, and may be narrow. A `sign` is drawn in a
    circle.
    """

    title: tuple[str, ...]
    notes: tuple[str, ...]
    color: str
    slim: bool = False
    sign: bool = False


def face_of(card: Card) -> Face:
    """What a card says."""
    if card.kind is CardKind.GROUP:
        return _group(card)
    if card.kind is CardKind.STEP:
        return _step(card)
    if card.kind is CardKind.ERROR:
        return Face((card.label,), _lines(card.note), "error")
    title = card.label or (shape_text(card.shape) if card.shape else "")
    return Face((title,), (card.note,) if card.note else (), "port")


def _lines(note: str) -> tuple[str, ...]:
    """A message in a few short lines."""
    lines = wrap(note, _LINE)
    return (
        tuple(lines[:_MOST_LINES])
        if len(lines) <= _MOST_LINES
        else (*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]} ...")
    )


def shape_text(shape: Shape) -> str:
    """`64×56×56`"""
    return TIMES.join(map(str, shape))


def form_title(form: Form) -> str:
    """`Bottleneck (identity shortcut) x12`: a block, the variety of this form, and how often it is used."""
    return _times(f"{form.word} ({form.variety})" if form.variety else form.word, form.uses)


def _times(word: str, times: int) -> str:
    return f"{word} {TIMES}{times}" if times > 1 else word


def _group(card: Card) -> Face:
    if len(card.parts) > MOST_PARTS:
        word = card.label.rpartition(".")[0].rpartition(".")[2]
        return Face((_times(word, card.times),), (card.label,), "group")
    title = tuple([_times(_spaced(part.word), part.times * card.times) for part in card.parts])
    return Face(title, (card.label,) if card.label else (), "group")


def _step(card: Card) -> Face:
    head, *followers = card.rows[: len(card.rows) // card.times]
    layer = head.application.layer
    named = (card.label,) if own_name(head) else ()
    after = (DOT.join(_spaced(row.kind) for row in followers),) if followers else ()
    if head.kind in _SYMBOLS and not named and not followers and card.times == 1:
        return Face((_SYMBOLS[head.kind],), (), "join", sign=True)
    title = _times(_layer_title(head), card.times)
    return Face((title,), (*after, *named), _color(layer), slim=not isinstance(layer, MatrixProduct) and not followers)


def _layer_title(row: Row) -> str:
    """`7×7 conv, 64 /2`: the window, the kind, the number of outputs, and the stride."""
    values = row.application.layer.values
    rank = max(len(row.inputs[0]) - 1, 0) if row.inputs else 0
    window = f"{axes(values['kernel'], rank, TIMES)} " if values.get("kernel") is not None and rank else ""
    # On one axis, a number alone would read as a count.
    window = f"k{window}" if rank == 1 and window else window
    # A pool without a stride moves by its window.
    stride = short(values.get("stride") or 1, TIMES)
    word = _word(row, values)
    out = f", {values['out']}" if "out" in values else ""
    dilation = short(values.get("dilation", 1), TIMES)
    settings = (f" /{stride}" if stride != "1" else "", f" d{dilation}" if dilation != "1" else "")
    title = f"{window}{word}{out}" if isinstance(row.application.layer, MatrixProduct) else f"{word} {window}".rstrip()
    return title + "".join(settings)


def _word(row: Row, values: dict[str, object]) -> str:
    """The kind in words; a grouped convolution says so."""
    groups = values.get("groups", 1)
    word = _spaced(row.kind)
    if not isinstance(groups, int) or groups == 1 or not row.inputs:
        return word
    return f"depthwise {word}" if groups == row.inputs[0][0] else f"{word} in {groups} groups"


def _spaced(word: str) -> str:
    return word.replace("_", " ")


def _color(layer: Layer) -> str:
    """The color of a layer's family."""
    if isinstance(layer, MatrixProduct):
        return "resize" if layer.enlarges else "conv" if "kernel" in layer.values else "linear"
    return next((color for family, color in _FAMILIES if isinstance(layer, family)), "other")


_FAMILIES: tuple[tuple[type[Layer], str], ...] = (
    (Pooling, "pool"),
    (Normalization, "norm"),
    (Scaling, "norm"),
    (Activation, "act"),
    (Join, "join"),
    (Resize, "resize"),
    (Stated, "linear"),
)
