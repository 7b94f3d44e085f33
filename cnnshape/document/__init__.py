"""Reads YAML into nodes with their places, within limits that also hold for hostile files.

Specs use a small part of YAML. This room reads it without a library, because the errors of YAML libraries differ
between releases and implementations.
"""

from cnnshape.document.document import Document
from cnnshape.document.files import MAX_BYTES, decode, read_file_bytes
from cnnshape.document.node import Entry, Mapping, Node, Scalar, Sequence
from cnnshape.document.reader import read_document

__all__ = [
    "MAX_BYTES",
    "Document",
    "Entry",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "decode",
    "read_document",
    "read_file_bytes",
]
