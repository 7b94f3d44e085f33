"""The one table behind text, Markdown, CSV and JSON: typed columns, values in rows, and a writer for each format."""

from cnnshape.render.table.csv import to_csv
from cnnshape.render.table.markdown import escape_markdown, markdown_lines
from cnnshape.render.table.model import GAP, Column, Table
from cnnshape.render.table.records import records
from cnnshape.render.table.text import fit, text_lines

__all__ = ["GAP", "Column", "Table", "escape_markdown", "fit", "markdown_lines", "records", "text_lines", "to_csv"]
