"""A table as GitHub's Markdown, and texts in it."""

import re

from cnnshape.render.table.model import Table

_NOTHING = "&#8203;"
"""A space without width: GitHub sees no mention, reference or link across it."""
_SIGNS = str.maketrans({sign: "\\" + sign for sign in "\\|*_`<[]~$&#!^"})
_SPECIAL = str.maketrans({sign: "\\" + sign for sign in "\\|*_`<["})


def markdown_lines(table: Table, *, bold_groups: bool = False) -> list[str]:
    """The lines of a table; leading spaces are kept. Rows that sum up others are bold if asked for."""
    rule = ["---:" if column.numeric else ":---" for column in table.columns]
    bold = table.groups if bold_groups else frozenset()
    rows = [[_cell(text, index in bold) for text in cells] for index, cells in enumerate(table.cells)]
    return ["| " + " | ".join(row) + " |" for row in (list(table.headings), rule, *rows)]


def _cell(text: str, bold: bool) -> str:
    inner = text.lstrip(" ")
    cell = "&nbsp;" * (len(text) - len(inner)) + escape_markdown(inner)
    return f"**{cell}**" if cell and bold else cell


def escape_markdown(text: str) -> str:
    """The text with all Markdown escaped."""
    return text.translate(_SPECIAL)


def plain_markdown(text: str) -> str:
    """A name that anyone may have chosen, so that GitHub shows it as it is: no markup, mentions, references or links."""
    from cnnshape.render.diagnostics import escaped

    shown = escaped(text).translate(_SIGNS)
    return re.sub("@|#(?=\\d)|:(?=//)|(?i:www)(?=\\.)|(?i:gh)(?=-)", lambda match: f"{match[0]}{_NOTHING}", shown)


def code_span(text: str) -> str:
    """A text as code in a line, also one with backticks."""
    from cnnshape.render.diagnostics import escaped

    shown = escaped(text)
    fence = "`" * (longest_run(shown) + 1)
    pad = " " if "`" in (shown[:1], shown[-1:]) or (shown[:1] == shown[-1:] == " " and shown.strip()) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def code_block(text: str) -> list[str]:
    """The lines of a text as a block of code."""
    fence = "`" * max(longest_run(text) + 1, 3)
    return [f"{fence}text", *text.rstrip("\n").split("\n"), fence]


def longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)
