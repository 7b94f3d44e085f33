"""The picture of a network as SVG: the network, and below it each form of its blocks once."""

from collections.abc import Callable, Iterator, Sequence
from math import ceil

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.picture.colors import FRAME, FRAME_EDGE, SOFT, TEXT, dark_style
from cnnshape.render.picture.drawing import Drawing, Prepared, form_drawing, network_drawing
from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.picture.volumes import NOTE_OF_SCALE, volumes_drawing
from cnnshape.render.picture.words import DOT, form_title, shape_text
from cnnshape.render.svg import element, rectangle, text
from cnnshape.render.svg import picture as picture_file
from cnnshape.render.wrapping import rounded, size
from cnnshape.study.picture.model import Form, Picture, Style
from cnnshape.study.picture.values import boxes_text

WIDEST = 1777
"""The width of a picture at most: at 1,600 pixels, its smallest font still has 9."""
_EDGE = 20
_HEADER = 76
_LIMITS = (2000, 1700, 1500, 1250, 1050, 850, 600, 300, 1)
"""The lengths of a line of cards that are tried until the picture is narrow enough; wires need space too."""
_FORM_LENGTH = 760
"""The length of a form; a longer one continues in a second column."""
_FORM_EDGE, _FORM_HEADER = 16, 52
_LONGEST_HEADING, _OTHER_FONT = 500, 1.15
"""The longest heading of a form, and how much wider other fonts are."""
_SHELF = 1000
"""The least width of the space for forms, if there are several."""
_LEAST = 380
_STEEPEST, _WIDEST_RATIO = 3, 4
"""The height is at most three times the width, and the width four times the height."""
_FEW = 60
"""A picture with more cards may be steeper: text would be too small."""


class _Placed(NamedTuple):
    """A form with its place in the picture."""

    drawing: Drawing
    x: float
    y: float


def to_svg(picture: Picture) -> str:
    """The picture as an SVG file, whose colors follow the reader's preference for a light or dark ground."""
    if picture.style is Style.VOLUMES:
        main = _fitting(lambda limit: volumes_drawing(picture.diagram, limit))
        return _page(picture, main, [], (NOTE_OF_SCALE,))
    prepared = Prepared(picture.diagram)
    main = _fitting(lambda limit: network_drawing(prepared, limit))
    more = (f"{picture.unseen} more forms of blocks are not drawn",) if picture.unseen else ()
    return _page(picture, main, [_framed(form) for form in picture.forms], more)


def _page(picture: Picture, main: Drawing, framed: Sequence[Drawing], notes: Sequence[str]) -> str:
    top = _HEADER + main.height + _EDGE
    summary = _summary(picture, notes)
    header = max(text_width(picture.report.name, 22, bold=True), text_width(summary, 12))
    forms = list(_shelved(framed, max(main.width, _SHELF), top))
    width = max([_LEAST, main.width, header, *(form.x + form.drawing.width for form in forms)])
    height = max([top, *(form.y + form.drawing.height + _EDGE for form in forms)])
    width += 2 * _EDGE
    if len(picture.diagram.cards) <= _FEW:
        width = max(width, height / _STEEPEST)
    height = max(height, ceil(width) / _WIDEST_RATIO)
    parts = [*_header(picture.report.name, summary), _moved(main, _EDGE, _HEADER)]
    parts += [_moved(form.drawing, _EDGE + form.x, form.y) for form in forms]
    return _file(picture.report.name, parts, ceil(width), ceil(height))


def _fitting(draw: Callable[[float], Drawing]) -> Drawing:
    """The drawing with the longest lines that fit."""
    drawing = draw(_LIMITS[0])
    for limit in _LIMITS[1:]:
        if drawing.width <= WIDEST - 2 * _EDGE:
            break
        drawing = draw(limit)
    return drawing


def _header(name: str, summary: str) -> Iterator[str]:
    name = shortened(name, 22, WIDEST - 2 * _EDGE, bold=True)
    yield text(_EDGE, 40, name, font_size=22, font_weight="bold", text_anchor="start")
    yield text(_EDGE, 62, summary, font_size=12, fill=SOFT, text_anchor="start", **{"class": "soft"})


def _summary(picture: Picture, notes: Sequence[str]) -> str:
    report = picture.report
    first, *others = [
        boxes_text(given.boxes) if given.of_boxes else shape_text(given.shape) for given in report.inputs.values()
    ]
    figures = (
        f"input {first} and {len(others)} more" if others else f"input {first}",
        f"{rounded(report.totals.params)} params",
        f"{rounded(report.totals.macs)} MACs",
        f"peak {size(report.peak.bytes)} of activations",
    )
    return shortened(DOT.join((*figures, *notes)), 12, WIDEST - 2 * _EDGE)


def _framed(form: Form) -> Drawing:
    """A form in its frame, with its name, how often it is used, and which use is drawn."""
    title = shortened(form_title(form), 13, _LONGEST_HEADING, bold=True)
    example = shortened(f"as in {form.example}", 10, _LONGEST_HEADING) if form.example != form.word else ""
    inner = form_drawing(form.diagram, f"{form.example}/", _FORM_LENGTH)
    # A heading has no border that hides how much wider another font is.
    heading = max(text_width(title, 13, bold=True), text_width(example, 10)) * _OTHER_FONT
    width = max(inner.width, heading) + 2 * _FORM_EDGE
    height = inner.height + _FORM_HEADER + _FORM_EDGE
    frame, soft = {"class": "frame"}, {"class": "soft"}
    parts = [
        rectangle(0, 0, width, height, rx=8, fill=FRAME, stroke=FRAME_EDGE, **frame),
        text(_FORM_EDGE, 24, title, font_size=13, font_weight="bold", text_anchor="start"),
        text(_FORM_EDGE, 40, example, font_size=10, fill=SOFT, text_anchor="start", **soft) if example else "",
        _moved(inner, (width - inner.width) / 2, _FORM_HEADER),
    ]
    inset = element("g", *parts, **{"class": "inset", "data-inset": form.example})
    return Drawing((inset,), width, height)


def _shelved(forms: Sequence[Drawing], width: float, top: float) -> Iterator[_Placed]:
    """The forms from left to right, on as many shelves as they need."""
    x, y, tallest = 0.0, top, 0.0
    for form in forms:
        if x and x + form.width > width:
            x, y, tallest = 0.0, y + tallest + _FORM_EDGE, 0.0
        yield _Placed(form, x, y)
        x += form.width + _FORM_EDGE
        tallest = max(tallest, form.height)


def _moved(drawing: Drawing, x: float, y: float) -> str:
    return element("g", *drawing.parts, transform=f"translate({x:.1f} {y:.1f})")


def _file(name: str, parts: Sequence[str], width: int, height: int) -> str:
    attributes: dict[str, str | int] = {
        "width": width,
        "height": height,
        "font_family": "Helvetica, Arial, sans-serif",
        "text_anchor": "middle",
        "fill": TEXT,
        "role": "img",
    }
    return picture_file(width, height, parts, name, dark_style(), **attributes)
