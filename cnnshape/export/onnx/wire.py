"""The wire format of protocol buffers, written: a message is a list of chunks, which are joined once at the end.

Source: https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterable
from struct import pack

Chunk = bytes | memoryview
_VARINT, _LENGTH, _FIXED32 = 0, 2, 5
_MASK = (1 << 64) - 1


def varint(number: int) -> bytes:
    """A whole number of 64 bits; a negative one as its two's complement."""
    number &= _MASK
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


class Message:
    """A message that grows field by field. Large chunks are kept as they are given, and `size` counts all bytes."""

    __slots__ = ("chunks", "size")

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.size = 0

    def _add(self, chunk: Chunk) -> None:
        self.chunks.append(chunk)
        self.size += len(chunk)

    def whole(self, field: int, value: int) -> "Message":
        """A field with a whole number."""
        self._add(varint(field << 3 | _VARINT) + varint(value))
        return self

    def real(self, field: int, value: float) -> "Message":
        """A field with a number of single precision."""
        self._add(varint(field << 3 | _FIXED32) + pack("<f", value))
        return self

    def text(self, field: int, value: str) -> "Message":
        """A field with a text. A lone surrogate, which UTF-8 can't hold, becomes a question mark."""
        return self.data(field, (value.encode("utf-8", "replace"),))

    def texts(self, field: int, values: Iterable[str]) -> "Message":
        """A field that repeats."""
        for value in values:
            self.text(field, value)
        return self

    def data(self, field: int, chunks: Iterable[Chunk]) -> "Message":
        """A field with bytes, given in chunks of single bytes."""
        listed = list(chunks)
        self._add(varint(field << 3 | _LENGTH) + varint(sum(map(len, listed))))
        for chunk in listed:
            self._add(chunk)
        return self

    def message(self, field: int, inner: "Message") -> "Message":
        """A field with a message."""
        self._add(varint(field << 3 | _LENGTH) + varint(inner.size))
        self.chunks += inner.chunks
        self.size += inner.size
        return self

    def wholes(self, field: int, values: Iterable[int]) -> "Message":
        """A packed list of whole numbers."""
        return self.data(field, (b"".join(map(varint, values)),))

    def reals(self, field: int, values: Iterable[float]) -> "Message":
        """A packed list of numbers of single precision."""
        listed = list(values)
        return self.data(field, (pack(f"<{len(listed)}f", *listed),))

    def joined(self) -> bytes:
        """All bytes."""
        return b"".join(self.chunks)
