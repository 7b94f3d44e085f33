"""Writes ONNX files, so that the tests need no `onnx` package. `test_onnx_oracle.py` compares it with that package."""

import struct
from collections.abc import Sequence
from math import prod

Attribute = int | float | str | bytes | list[int] | list[float]
FLOAT, INT64 = 1, 7


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return bytes((*encoded, number))


def whole(number: int, value: int) -> bytes:
    """A field with a whole number."""
    return varint(number << 3) + varint(value)


def data(number: int, value: bytes | str) -> bytes:
    """A field with bytes, a text or a message."""
    encoded = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(encoded)) + encoded


def real(number: int, value: float) -> bytes:
    """A field with a number of single precision."""
    return varint(number << 3 | 5) + struct.pack("<f", value)


def tensor(name: str, shape: Sequence[int], values: Sequence[float] | None = None, *, kind: int = FLOAT) -> bytes:
    """A tensor of float or int64. Without values it has zeros."""
    count = prod(shape) if all(0 <= size < 10**6 for size in shape) else 0
    values = [0] * count if values is None else values
    code = "f" if kind == FLOAT else "q"
    raw = struct.pack(f"<{len(values)}{code}", *values)
    return b"".join(whole(1, size) for size in shape) + whole(2, kind) + data(8, name) + data(9, raw)


def wholes(name: str, *values: int) -> bytes:
    """A tensor of whole numbers in one axis."""
    return tensor(name, [len(values)], values, kind=INT64)


def scalar(name: str, value: float) -> bytes:
    """A tensor of one real number without axes."""
    return tensor(name, [], [value])


def attribute(name: str, value: Attribute) -> bytes:
    """An attribute. Bytes are a tensor."""
    if isinstance(value, int):
        return data(1, name) + whole(3, value) + whole(20, 2)
    if isinstance(value, float):
        return data(1, name) + real(2, value) + whole(20, 1)
    if isinstance(value, str):
        return data(1, name) + data(4, value) + whole(20, 3)
    if isinstance(value, bytes):
        return data(1, name) + data(5, value) + whole(20, 4)
    if value and isinstance(value[0], float):
        return data(1, name) + b"".join(real(7, item) for item in value) + whole(20, 6)
    return data(1, name) + b"".join(whole(8, int(item)) for item in value) + whole(20, 7)


def node(
    op: str,
    inputs: str,
    outputs: str,
    *,
    name: str = "",
    domain: str = "",
    metadata: dict[str, str] | None = None,
    **attributes: Attribute,
) -> bytes:
    """A node. Inputs and outputs are names with spaces between; `_` is one that is left out."""
    parts = [data(1, "" if item == "_" else item) for item in inputs.split()]
    parts += [data(2, item) for item in outputs.split()]
    parts += [data(3, name), data(4, op), data(7, domain)]
    parts += [data(5, attribute(key, value)) for key, value in attributes.items()]
    parts += [data(9, data(1, key) + data(2, value)) for key, value in (metadata or {}).items()]
    return b"".join(parts)


def value(name: str, *shape: int | str) -> bytes:
    """The name and the shape of a value of real numbers. A text is a size that varies."""
    sizes = b"".join(data(1, whole(1, size) if isinstance(size, int) else data(2, size)) for size in shape)
    return data(1, name) + data(2, data(1, whole(1, FLOAT) + data(2, sizes)))


def model(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes] = (value("x", 1, 3, 8, 8),),
    outputs: str | Sequence[bytes] = "y",
    stored: Sequence[bytes] = (),
    *,
    values: Sequence[bytes] = (),
    opset: int = 17,
    producer: str = "",
    name: str = "",
) -> bytes:
    """A model. Outputs are names with spaces between, or values with their shapes."""
    given = [data(1, item) for item in outputs.split()] if isinstance(outputs, str) else outputs
    graph = [data(1, item) for item in nodes] + [data(2, name or "main_graph")] + [data(5, item) for item in stored]
    graph += (
        [data(11, item) for item in inputs] + [data(12, item) for item in given] + [data(13, item) for item in values]
    )
    head = whole(1, 8) + (data(2, producer) if producer else b"")
    return head + data(7, b"".join(graph)) + data(8, data(1, "") + whole(2, opset))
