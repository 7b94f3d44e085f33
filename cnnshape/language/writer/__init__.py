"""Writing a spec back as YAML. Reading the text gives an equal tree, but for the places in it."""

from cnnshape.language.writer.spec import write

__all__ = ["write"]
