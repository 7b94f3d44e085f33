"""The one table behind text, Markdown, CSV and JSON: typed columns, and values in rows.

The writers of other formats than text are modules of their own: `markdown`, `csv`, `records`.
"""

from cnnshape.render.table.model import GAP, Column, Table
from cnnshape.render.table.text import fit, text_lines

__all__ = ["GAP", "Column", "Table", "fit", "text_lines"]
