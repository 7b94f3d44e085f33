"""Finds YAML files that look like designs but have no `cnnshape:` line."""

from pathlib import Path

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.document import Mapping, Node, Scalar, Sequence, decode, read_document, read_file_bytes
from cnnshape.layers import BY_NAME
from cnnshape.source import SourceText

_KEY = "layers"


def unmarked_design(path: str) -> Diagnostic | None:
    """The diagnostic of a file without `cnnshape:` whose `layers` name a layer kind; None for any other file."""
    text = _text_of(path)
    if f"{_KEY}:" not in text:
        return None
    root = read_document(SourceText(path, text, Path(path))).root
    layers = root.get(_KEY) if isinstance(root, Mapping) else None
    if layers is None or not isinstance(layers.value, Sequence) or not any(map(_names_kind, layers.value.items)):
        return None
    message = "the file looks like a design, but has no line `cnnshape: 1`: it is not checked"
    help = "write `cnnshape: 1` at its top; a file that is named on the command line needs none"
    return diagnose("missing-key", message, layers.key.span, help=help)


def _text_of(path: str) -> str:
    try:
        text = decode(path, read_file_bytes(Path(path)))
    except OSError:
        return ""
    return text if isinstance(text, str) else ""


def _names_kind(step: Node) -> bool:
    """Whether an item of a list has the form of a step with a known kind."""
    if isinstance(step, Scalar):
        return step.text in BY_NAME
    return isinstance(step, Mapping) and any(key.text in BY_NAME for key, _ in step.entries)


def left_out(number: int) -> str:
    """The line that counts the YAML files that are no designs."""
    files = "1 YAML file has" if number == 1 else f"{number:,} YAML files have"
    return f"{files} no `cnnshape:` line and {'is' if number == 1 else 'are'} not checked\n"
