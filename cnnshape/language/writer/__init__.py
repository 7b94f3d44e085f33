"""Writes a spec as YAML. Reading the text gives an equal tree, except for places."""

from cnnshape.language.writer.spec import line_count, write

__all__ = ["line_count", "write"]
