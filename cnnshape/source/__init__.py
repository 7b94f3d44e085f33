"""Source texts, and places in them that diagnostics point at."""

from cnnshape.source.shipped import shipped_folder, shipped_names, shipped_page, shipped_path
from cnnshape.source.text import SourceText, Span

__all__ = ["SourceText", "Span", "shipped_folder", "shipped_names", "shipped_page", "shipped_path"]
