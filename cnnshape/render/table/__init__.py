"""Tables for text, Markdown, CSV and JSON: typed columns, and values in rows.

The writers of formats other than text are separate modules: `markdown`, `csv`, `records`.
"""

from cnnshape.render.table.model import GAP, Column, Table
from cnnshape.render.table.text import fit, text_lines

__all__ = ["GAP", "Column", "Table", "fit", "text_lines"]
