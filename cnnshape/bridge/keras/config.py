"""The configuration of a model: JSON, alone or in the zip of a `.keras` file."""

import json
from pathlib import Path

from cnnshape.bridge.building import quoted
from cnnshape.bridge.files import decoded, missing, unreadable
from cnnshape.bridge.operations import ImportProblem
from cnnshape.layers import LARGEST

MOST_BYTES = 8_000_000
"""Bytes of a configuration. The largest of Keras' own networks has 1,033,748."""
MOST_NESTED = 16
"""Models in models."""
_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 65_535
_END_64 = b"PK\x06\x06"
_END_64_SIZE = 76
"""Bytes of the end of a zip with more than 4 GB, and of what points to it."""

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def config_of_file(path: Path) -> Json:
    """The configuration in a `.keras` file or a file of JSON. Raises ImportProblem."""
    if not path.is_file():
        raise missing(path)
    try:
        with path.open("rb") as file:
            if file.read(2) == b"PK":
                return parsed(_zipped(path))
            file.seek(0)
            return parsed(decoded(file.read(MOST_BYTES + 1), MOST_BYTES))
    except OSError as error:
        raise unreadable(path, error) from error


def parsed(text: str) -> Json:
    """The value of a JSON text. Raises ImportProblem."""
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ImportProblem(f"the configuration is no JSON: {reason[:200]}") from error
    return value


def _zipped(path: Path) -> str:
    """`config.json` in a zip. The list of its files is read only if it is short."""
    import zipfile
    import zlib

    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(size - _END_SIZE - _LONGEST_COMMENT, 0))
        listed = size_of_list(file.read())
        if listed is None or listed > MOST_BYTES:
            raise ImportProblem("the file is a damaged zip" if listed is None else "the zip lists too many files")
        try:
            with zipfile.ZipFile(file) as archive:
                kind = archive.getinfo("config.json").compress_type
                if kind not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    # Others may need any amount of memory.
                    raise ImportProblem(f"`config.json` is compressed in another way than Keras does: method {kind}")
                with archive.open("config.json") as member:
                    data = member.read(MOST_BYTES + 1)
        except KeyError as error:
            raise ImportProblem("the zip has no `config.json`: it is no `.keras` file") from error
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
            raise ImportProblem(f"the file is a damaged zip: {str(error)[:200]}") from error
    return decoded(data, MOST_BYTES)


def size_of_list(tail: bytes) -> int | None:
    """The bytes of the list of files that the end of a zip states; None if there is none. Source: APPNOTE 6.3, 4.3."""
    last = len(tail) - _END_SIZE
    end = last if tail.endswith(b"\0\0") and tail.startswith(_END, max(last, 0)) else tail.rfind(_END)
    if end < 0:
        return None
    record = tail[max(end - _END_64_SIZE, 0) : end]
    large = int.from_bytes(record[40:48], "little") if record.startswith(_END_64) else 0
    return max(large, int.from_bytes(tail[end + 12 : end + 16], "little"))


class Config:
    """The arguments of a layer. Values of another type than expected raise ImportProblem, which names the layer."""

    def __init__(self, layer: str, values: Json) -> None:
        self.layer = layer
        self.values = values if isinstance(values, dict) else {}

    def problem(self, name: str) -> ImportProblem:
        """The problem of an argument."""
        return ImportProblem(f"{self.layer}: `{name}` is {quoted(str(self.values.get(name)))}, which it can't be")

    def has(self, name: str) -> bool:
        """Whether an argument is given, and not null."""
        return self.values.get(name) is not None

    def flag(self, name: str, default: bool) -> bool:
        """An argument that is true or false."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise self.problem(name)
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
            raise self.problem(name)
        return value

    def real(self, name: str, default: float) -> float:
        """A number."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
            raise self.problem(name)
        return value

    def word(self, name: str, default: str) -> str:
        """A word."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise self.problem(name)
        return value

    def per_axis(self, name: str, rank: int, default: int = 1) -> tuple[int, ...]:
        """A whole number per axis: a list, or one for all."""
        value = self.values.get(name, default)
        items: list[Json] = value if isinstance(value, list) else [value] * rank
        numbers = wholes(items)
        if numbers is None or len(numbers) != rank:
            raise self.problem(name)
        return numbers

    def pairs(self, name: str, rank: int) -> tuple[tuple[int, int], ...]:
        """Cells before and after, per axis: a list of pairs, of numbers, or one number for all."""
        value = self.values.get(name, 1)
        items: list[Json] = value if isinstance(value, list) else [value] * rank
        if rank == 1 and len(items) == 2:
            items = [value]
        pairs = [wholes(item if isinstance(item, list) else [item, item]) for item in items]
        made = tuple((pair[0], pair[1]) for pair in pairs if pair is not None and len(pair) == 2)
        if len(made) != rank or len(pairs) != rank:
            raise self.problem(name)
        return made


def wholes(items: list[Json]) -> tuple[int, ...] | None:
    """The items as whole numbers; None if one isn't."""
    numbers = tuple(
        item for item in items if isinstance(item, int) and not isinstance(item, bool) and abs(item) <= LARGEST
    )
    return numbers if len(numbers) == len(items) else None
