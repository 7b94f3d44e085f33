"""Texts and places in them: the ground that everything else points at."""

from cnnshape.source.text import SourceText, Span

__all__ = ["SourceText", "Span"]
