"""The shapes that an ONNX model states."""

from cnnshape.bridge.onnx.wire import Field, Wire, parts_of

Dimensions = tuple[int | str, ...]
"""A shape as the file states it, batch included. A size that varies is a text, empty without a name."""


def value_info(wire: Wire, field: Field, shapes: dict[str, Dimensions]) -> str:
    """The name of a value. Its shape is added to `shapes` if it is stated."""
    name, dimensions = "", None
    for part in parts_of(wire, field):
        if part[0] == 1:
            name = wire.text(part)
        elif part[0] == 2:
            dimensions = _dimensions(wire, part)
    if dimensions is not None:
        shapes[name] = dimensions
    return name


def _dimensions(wire: Wire, type_: Field) -> Dimensions | None:
    """The shape in a type; None if it has none, or is no tensor's."""
    for tensor in parts_of(wire, type_):
        if tensor[0] != 1:
            return None
        for part in parts_of(wire, tensor):
            if part[0] == 2:
                return tuple(_dimension(wire, size) for size in parts_of(wire, part) if size[0] == 1)
    return None


def _dimension(wire: Wire, field: Field) -> int | str:
    for part in parts_of(wire, field):
        if part[0] == 1:
            size = wire.number(part)
            return size if size >= 0 else ""
        if part[0] == 2:
            return wire.text(part)
    return ""
