"""Diagnostics on a terminal, in colour."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from cnnshape.diagnostics import Diagnostic
from cnnshape.render.diagnostics import full_lines

_STYLES = {
    "error": "bold red", "warning": "bold yellow", "message": "bold", "place": "blue", "related": "cyan", "help": "green",
}  # fmt: skip


def print_full(diagnostics: Iterable[Diagnostic], console: Console) -> None:
    """Prints diagnostics with excerpts; the text is that of `full`."""
    for diagnostic in diagnostics:
        text = Text(no_wrap=True, overflow="ignore")
        for line in full_lines(diagnostic, console.width):
            for piece in line:
                text.append(piece.text, _STYLES.get(piece.role, ""))
            text.append("\n")
        console.print(text, end="", soft_wrap=True, highlight=False)
