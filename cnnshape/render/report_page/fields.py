"""Receptive fields over the input, to scale."""

from collections.abc import Container, Sequence

from cnnshape.layers import format_shape
from cnnshape.render.layer_table import axes_text
from cnnshape.render.report_page.marks import Anchors, Positions, mark
from cnnshape.render.svg import element, escape_xml, number, rectangle
from cnnshape.study.rf import Region
from cnnshape.study.sheet import Layers, Network

_SIZE = 300
"""The longest side of the picture."""


def fields_html(network: Network, positions: Positions, anchors: Anchors, places: Container[str]) -> str:
    """The fields of a few layers: squares over the input if it has two axes, and their sizes as a list.

    A layer that has no row of its own among the `places`, as equal blocks share theirs, is found in the list.
    """
    traced = network.trace
    if not network.fields:
        why = f": {traced.opaque} doesn't state what it reads" if traced.opaque else ""
        return f"<p>no layer has a receptive field of its own{escape_xml(why)}</p>"
    steps = [_step_of(network, positions[region.layer]) for region in network.fields]
    picture = _picture(network, steps) if len(traced.input) == 2 else ""
    items = [_item(region, step, anchors, places) for region, step in zip(network.fields, steps, strict=True)]
    whole = f" covered from {traced.covered} on" if traced.covered else ""
    caption = f"of an input of {format_shape(traced.input)}{',' if whole else ''}{whole}: middle cells see"
    return f"<p>{escape_xml(caption)}</p>{picture}{element('ol', *items)}"


def _item(region: Region, step: Layers, anchors: Anchors, places: Container[str]) -> str:
    place = anchors.layers(step)
    own = {} if place in places else {"id": place}
    size = axes_text(tuple(span.size for span in region.spans))
    return element("li", f'<a href="#{place}">{escape_xml(region.layer)}</a> {size}', **mark(step), **own)


def _step_of(network: Network, position: int) -> Layers:
    return (next((start, end) for start, end in network.steps if start <= position < end),)


def _picture(network: Network, steps: Sequence[Layers]) -> str:
    rows, columns = network.trace.input
    spans = [region.spans for region in network.fields]
    top, left = (min(0, *(span[axis].first for span in spans)) for axis in (0, 1))
    bottom = max(rows, *(span[0].last + 1 for span in spans))
    right = max(columns, *(span[1].last + 1 for span in spans))
    height, width = bottom - top, right - left
    scale = _SIZE / max(height, width)
    drawn = [_square(region, scale, step) for region, step in zip(network.fields, steps, strict=True)]
    drawn.sort(key=lambda square: -square[0])
    parts = [
        rectangle(0, 0, columns * scale, rows * scale, **{"class": "input"}),
        *(square for _, square in drawn),
        rectangle(0, 0, 0, 0, **{"class": "field", "data-scale": f"{scale:.5g}"}),
    ]
    box = " ".join(number(side * scale) for side in (left, top, width, height))
    return element(
        "svg",
        *parts,
        viewBox=box,
        role="img",
        **{"class": "fields", "aria-label": "Receptive fields over the input, to scale"},
    )


def _square(region: Region, scale: float, step: Layers) -> tuple[int, str]:
    """The area of a field, and its square with the name of its layer."""
    rows, columns = region.spans
    x, y, width, height = (side * scale for side in (columns.first, rows.first, columns.size, rows.size))
    title = f"{region.layer}: {axes_text((rows.size, columns.size))}"
    return rows.size * columns.size, rectangle(x, y, width, height, title, **mark(step))
