"""The folder of a sweep that writes its designs to a file: finished parts, and a manifest of what they are parts of.

A part is its rows and its tally, `000012.csv` and `000012.json`. The tally is written last, under another name first, so a
part is finished or missing. At the end the rows become one file, and the folder is removed.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cnnshape.diagnostics.refusal import Refusal
from cnnshape.study.sweep.tally import Tally, tally_data, tally_of

_MANIFEST = "manifest.json"
_CHANGED = {
    "cnnshape": "the release of cnnshape",
    "design": "the design",
    "space": "the space",
    "settings": "the batch or the type",
    "sample": "the sample",
    "part": "the size of parts",
    "format": "the format",
}
"""What the user calls the keys of a manifest that aren't options."""


class Folder:
    """The folder next to an output, for a sweep that `described` describes."""

    def __init__(self, output: Path, described: Mapping[str, Any]) -> None:
        self.output = output
        self.path = output.with_name(f"{output.name}.parts")
        self._ending = described["format"]
        self._described = json.loads(json.dumps(described))

    def open(self, *, resume: bool) -> None:
        """Starts the folder, or opens that of an unfinished sweep. Raises Refusal if there is one and it isn't resumed, or
        if it is one of another sweep. A folder without parts is none."""
        manifest = self._manifest() if self.has_parts() else None
        if manifest is None:
            self.path.mkdir(exist_ok=True)
            self.save(_MANIFEST, json.dumps(self._described).encode())
            return
        if not resume:
            help = "`--resume` continues it, or remove the folder"
            raise Refusal("output", f"{self.path} has an unfinished sweep; {help}")
        changed = [key for key in self._described if manifest.get(key) != self._described[key]]
        if changed:
            what = " and ".join(_CHANGED.get(key, f"`--{key}`") for key in changed)
            raise Refusal(
                "resume", f"{self.path} has a sweep in which {what} differs; remove the folder to start again"
            )

    def has_parts(self) -> bool:
        """Whether a part is finished."""
        return any(self.path.glob("[0-9]*.json"))

    def _manifest(self) -> Any:
        try:
            return json.loads((self.path / _MANIFEST).read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            raise Refusal(
                "resume", f"{self.path / _MANIFEST} can't be read; remove the folder to start again"
            ) from None

    def is_seen(self) -> bool:
        """Whether this machine sees the folder of this sweep."""
        try:
            return bool(self._manifest() == self._described)
        except (OSError, Refusal):
            return False

    def rows_of(self, number: int) -> Path:
        """The file with the rows of a part."""
        return self.path / f"{number:06}.{self._ending}"

    def add(self, number: int, tally: Tally, rows: bytes) -> None:
        """Writes a part. Raises OSError."""
        self.save(self.rows_of(number).name, rows)
        self.save(f"{number:06}.json", json.dumps({"bytes": len(rows), **tally_data(tally)}).encode())

    def save(self, name: str, data: bytes) -> None:
        """Writes a file of the folder as a whole, or not at all. Raises OSError."""
        partial = self.path / f"{name}.{os.getpid()}.partial"
        try:
            partial.write_bytes(data)
            partial.replace(self.path / name)
        except OSError as error:
            partial.unlink(missing_ok=True)
            # A write that fails doesn't name its file.
            raise OSError(error.errno, error.strerror, str(self.path / name)) from None

    def finished(self, parts: int) -> Iterator[tuple[int, Tally]]:
        """The parts that are finished, with their tallies. A damaged part is none of them."""
        for number in range(parts):
            try:
                data = json.loads((self.path / f"{number:06}.json").read_bytes())
                if self.rows_of(number).stat().st_size == data["bytes"]:
                    yield number, tally_of(data)
            except (FileNotFoundError, ValueError, KeyError, TypeError):
                continue

    def remove(self) -> None:
        """Removes the folder with all parts."""
        shutil.rmtree(self.path)
