"""Reads a spec: turns YAML nodes into the tree of a file, and reports their problems."""

from cnnshape.language.reader.problems import shown
from cnnshape.language.reader.spec import read_spec, read_value

__all__ = ["read_spec", "read_value", "shown"]
