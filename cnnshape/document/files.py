"""Reads files and decodes their text."""

from pathlib import Path
from stat import S_ISDIR, S_ISREG

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.source import SourceText

MAX_BYTES = 1 << 20


def read_file_bytes(path: Path) -> bytes:
    """The bytes of a file, at most one more than the limit. Raises OSError, also if it is not a regular file."""
    mode = path.stat().st_mode
    if not S_ISREG(mode):
        raise IsADirectoryError(None, "not a file") if S_ISDIR(mode) else OSError(None, "not a regular file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def decode(name: str, data: bytes) -> str | Diagnostic:
    """The text of a file's bytes (UTF-8, without a byte order mark), or a diagnostic."""
    if len(data) > MAX_BYTES:
        return diagnose(
            "limit-exceeded", f"the file is larger than {MAX_BYTES:,} bytes, the limit for a spec", file=name
        )
    if data[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return diagnose("not-utf8", "the file is UTF-32; a spec is UTF-8", file=name, help="save it as UTF-8")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return diagnose("not-utf8", "the file is UTF-16; a spec is UTF-8", file=name, help="save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8", "replace")
        line, _ = SourceText(name, good).place(len(good))
        return diagnose(
            "not-utf8",
            f"byte 0x{data[error.start]:02x} on line {line} is not UTF-8 text",
            file=name,
            help="save the file as UTF-8",
        )
