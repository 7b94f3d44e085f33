"""YAML, read into nodes that know their places, within limits that hold for hostile files."""

from cnnshape.document.node import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.document.reading import decode, read_document, read_file_bytes

__all__ = ["Entry", "Mapping", "Node", "Scalar", "Sequence", "decode", "read_document", "read_file_bytes"]
