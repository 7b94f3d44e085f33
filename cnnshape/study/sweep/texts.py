"""A design as texts, which another process or machine can read it from again."""

from hashlib import sha256
from pathlib import Path

from cnnshape.api import Design, design_of
from cnnshape.document import read_file_bytes
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText


class Texts(NamedTuple):
    """The text of a design, and the bytes of all files that it extends."""

    name: str
    text: str
    path: Path | None
    files: tuple[tuple[Path, bytes], ...]

    def design(self) -> Design:
        """The design."""
        files = dict(self.files)

        def read(path: Path) -> bytes:
            if path not in files:
                raise FileNotFoundError(path)
            return files[path]

        return design_of(SourceText(self.name, self.text, self.path), read)

    @property
    def digest(self) -> str:
        """A digest of the texts. The names of their files don't matter."""
        digest = sha256()
        for data in (self.text.encode("utf-8", "surrogatepass"), *(data for _, data in self.files)):
            digest.update(len(data).to_bytes(8, "big"))
            digest.update(data)
        return digest.hexdigest()


def texts_of(design: Design) -> Texts:
    """The texts of a design. The files that it extends are read again."""
    files: dict[Path, bytes] = {}

    def read(path: Path) -> bytes:
        files[path] = read_file_bytes(path)
        return files[path]

    source = design.source
    design_of(source, read)
    return Texts(source.name, source.text, source.path, tuple(files.items()))
