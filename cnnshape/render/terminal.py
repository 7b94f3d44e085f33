"""The summary on a terminal: the plain text, with emphasis."""

from rich.console import Console
from rich.text import Text

from cnnshape.render.summary import plain, table_lines
from cnnshape.render.table import Table
from cnnshape.report import Report


def print_summary(report: Report, table: Table, console: Console) -> None:
    """Prints a summary with sums in bold and rules dimmed; the text is that of `plain`."""
    body = plain(report, table, width=console.width).split("\n")
    text = Text(no_wrap=True, overflow="ignore")
    count = len(table_lines(table))
    for index, line in enumerate(body[:-1]):
        text.append(line + "\n", _style(index, index - 4, count, table, line))
    console.print(text, end="", soft_wrap=True, highlight=False)


def _style(index: int, row: int, count: int, table: Table, line: str) -> str:
    if index == 0 or index == 2:
        return "bold"
    if line and not line.strip("-"):
        return "dim"
    if 0 <= row < count - 4:
        return "bold" if row in table.groups else ""
    return "bold" if index == count + 1 else "dim" if index > count + 2 else ""
