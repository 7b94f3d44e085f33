"""The wire format of protocol buffers, read in place: nothing is copied but what is asked for.

Source: https://protobuf.dev/programming-guides/encoding/
"""

import mmap
from collections.abc import Iterator
from struct import unpack_from

from cnnshape.bridge.operations import ImportProblem

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
LONGEST_VARINT = 10
"""Bytes of a number: 64 bits, 7 in each."""
LONGEST_TEXT = 4096
MOST_FIELDS = 400_000
"""Fields that are read in one file: more than any network needs, in less than a second."""

_MOST_MAPPED = 4_000_000
"""Bytes of a file that are passed before its pages are given back."""

Data = bytes | mmap.mmap
"""The bytes of a file. A map reads a page when it is touched."""
Field = tuple[int, int, int, int]
"""Number and wire type of a field, then its value and 0 for a number, or the start and end of its bytes."""


class Wire:
    """The bytes of a file, and how many of its fields were read. Every method raises ImportProblem for damage."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self._left = MOST_FIELDS
        self._passed = 0

    def varint(self, at: int, end: int) -> tuple[int, int]:
        """An unsigned number and the place after it."""
        data = self.data
        value = shift = 0
        for place in range(at, min(end, at + LONGEST_VARINT)):
            byte = data[place]
            value |= (byte & 127) << shift
            if byte < 128:
                return value, place + 1
            shift += 7
        raise _damaged(at, "a number doesn't end" if end - at >= LONGEST_VARINT else "the file ends in a number")

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of a message."""
        at = start
        data = self.data
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise ImportProblem(f"the file has more than {MOST_FIELDS:,} fields besides its weights")
            # Nearly all tags and lengths are a single byte.
            tag = data[at]
            at += 1
            if tag > 127:
                tag, at = self.varint(at - 1, end)
            number, kind = tag >> 3, tag & 7
            if kind == LENGTH:
                length, at = self.varint(at, end)
                if length > end - at:
                    raise _damaged(at, f"a field claims {length:,} bytes of the {end - at:,} that are left")
                yield number, kind, at, at + length
                at += length
                self._passed += length
                if self._passed > _MOST_MAPPED:
                    self._forget()
            elif kind == VARINT:
                value, at = self.varint(at, end)
                yield number, kind, value, 0
            elif kind in (FIXED32, FIXED64):
                size = 4 if kind == FIXED32 else 8
                if size > end - at:
                    raise _damaged(at, "the file ends in a number")
                yield number, kind, at, at + size
                at += size
            else:
                raise _damaged(at, f"a field has the unknown wire type {kind}")

    def _forget(self) -> None:
        """Releases the pages that were read so far: the system maps many neighbours of each."""
        self._passed = 0
        if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.data.madvise(mmap.MADV_DONTNEED)

    def text(self, field: Field) -> str:
        """A text; what is not UTF-8 in it is replaced."""
        _, kind, start, end = field
        if kind != LENGTH:
            raise _damaged(start, "a text is a number")
        if end - start > LONGEST_TEXT:
            raise ImportProblem(f"a name in the file has {end - start:,} bytes: at most {LONGEST_TEXT:,} can be")
        return self.data[start:end].decode("utf-8", "replace")

    def number(self, field: Field) -> int:
        """A signed whole number."""
        if field[1] != VARINT:
            raise _damaged(field[2], "a number is no number")
        return _signed(field[2])

    def real(self, field: Field) -> float:
        """A number of single precision."""
        if field[1] != FIXED32:
            raise _damaged(field[2], "a number of 4 bytes has another size")
        value: float = unpack_from("<f", self.data, field[2])[0]
        return value

    def numbers(self, field: Field, most: int) -> list[int]:
        """Signed whole numbers: all of a packed field, or the one of another."""
        if field[1] == VARINT:
            return [_signed(field[2])]
        _, kind, at, end = field
        if kind != LENGTH:
            raise _damaged(at, "a number is no number")
        values: list[int] = []
        while at < end:
            value, at = self.varint(at, end)
            values.append(_signed(value))
            if len(values) > most:
                raise ImportProblem(f"a list in the file has more than {most:,} numbers")
        return values

    def reals(self, field: Field, most: int, code: str = "f") -> list[float]:
        """Numbers of single (`f`) or double (`d`) precision: all of a packed field, or the one of another."""
        _, kind, start, end = field
        size = 4 if code == "f" else 8
        if kind == VARINT or (end - start) % size:
            raise _damaged(start, f"numbers of {size} bytes have another size")
        if end - start > most * size:
            raise ImportProblem(f"a list in the file has more than {most:,} numbers")
        return list(unpack_from(f"<{(end - start) // size}{code}", self.data, start))


def message(field: Field) -> Field:
    """A field that is a message. Raises ImportProblem for a number."""
    if field[1] != LENGTH:
        raise ImportProblem("the file is damaged or no ONNX model: a part of it is a number")
    return field


def parts_of(wire: Wire, field: Field) -> list[Field]:
    """The fields of a message."""
    _, _, start, end = message(field)
    return list(wire.fields(start, end))


def _signed(value: int) -> int:
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def _damaged(at: int, what: str) -> ImportProblem:
    return ImportProblem(f"the file is damaged or no ONNX model: at byte {at:,}, {what}")
