"""YAML, read into nodes that know their places, within limits that hold for hostile files.

Specs are a small part of YAML, read here without a library: what a library says of a broken text, and where, differs
from one release and one implementation to the next.
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
