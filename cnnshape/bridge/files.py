"""Files of other formats, read within limits."""

from pathlib import Path

from cnnshape.bridge.building import quoted
from cnnshape.bridge.operations import ImportProblem, UsageProblem

MOST_BYTES = 20_000_000
"""Bytes of a text that describes a network."""


def text_of_file(path: Path, most: int = MOST_BYTES) -> str:
    """The text of a file. Raises ImportProblem if it can't be read, is too large, or is not UTF-8."""
    if not path.is_file():
        raise missing(path)
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    return decoded(data, most)


def missing(path: Path) -> UsageProblem:
    """The problem of a path without a file."""
    return UsageProblem(f"{quoted(str(path))} is {'not a file' if path.exists() else 'missing'}")


def unreadable(path: Path, error: OSError) -> UsageProblem:
    """The problem of a file that can't be opened."""
    return UsageProblem(f"{quoted(str(path))} can't be read: {error.strerror}")


def decoded(data: bytes, most: int = MOST_BYTES) -> str:
    """The text of bytes. Raises ImportProblem."""
    if len(data) > most:
        raise ImportProblem(f"the file is larger than {most:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportProblem(
            f"the file is no text: byte 0x{data[error.start]:02x} at {error.start:,} is not UTF-8"
        ) from error
