"""Writes a spec as YAML. Reading the text gives an equal tree, except for places."""

from cnnshape.language.writer.spec import write

__all__ = ["write"]
