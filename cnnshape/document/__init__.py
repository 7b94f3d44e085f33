"""YAML, read into nodes that know their places, within limits that hold for hostile files."""

from cnnshape.document.node import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.document.reading import MAX_BYTES, decode, read_document, read_file_bytes

__all__ = ["MAX_BYTES", "Entry", "Mapping", "Node", "Scalar", "Sequence", "decode", "read_document", "read_file_bytes"]
