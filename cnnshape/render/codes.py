"""The page of each code: a design rule's own page, or the section of the manual that every other code has."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import groupby

from cnnshape.diagnostics import GROUPS, Code
from cnnshape.lint import BY_NAME
from cnnshape.render.rules import paragraphs, rule_markdown, rule_page
from cnnshape.render.wrapping import BOLD, paint, wrapped
from cnnshape.source import shipped_page

ALL_CODES = "errors.md"
"""The page of the documentation that lists every code."""

_INDENT = "    "
_SECTION = re.compile(r"^### (CS\d+) [\w-]+\n\n(.*?)(?=^###? |\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def codes_overview(entries: Iterable[Code], width: int | None = None, *, color: bool = False) -> str:
    """A line for each code, under the heading of its group: the code, its name, its state, and its meaning."""
    shown = list(entries)
    names = max(len(entry.name) for entry in shown)
    lines: list[str] = []
    for group, members in groupby(shown, lambda entry: entry.group):
        lines.append(paint(f"{GROUPS[group]}:", BOLD if color else ""))
        for entry in members:
            start = f"  {entry.code}  {entry.name.ljust(names)}  {_state(entry):7}  "
            lines += wrapped(start, entry.meaning, width)
        lines.append("")
    if any(_state(entry) == "off" for entry in shown):
        lines += wrapped("", "A rule that is `off` runs if it is selected: `cnnshape check --select NAME`.", width)
    lines += wrapped("", "`cnnshape rule CODE` prints the page of a code.", width)
    return "\n".join(lines) + "\n"


def _state(entry: Code) -> str:
    rule = BY_NAME.get(entry.name)
    return "off" if rule and not rule.default else str(entry.severity)


def code_page(entry: Code, width: int | None = None) -> str:
    """The page of a code as text: what it means, an example, and what `check` prints for the example."""
    if entry.name in BY_NAME:
        return rule_page(BY_NAME[entry.name], width)
    text = _FENCE.sub(_indented, code_markdown(entry))
    return f"{entry.name} ({entry.code}, {entry.severity})\n\n{paragraphs(text, width)}\n"


def code_markdown(entry: Code) -> str:
    """The page of a code as Markdown, without its heading."""
    if entry.name in BY_NAME:
        return rule_markdown(BY_NAME[entry.name])
    # A code that is new in a checkout has no section until the documentation is written again.
    return _sections().get(entry.code, entry.meaning)


def page_of(entry: Code) -> str:
    """The page of the documentation that has the section of a code."""
    return "rules.md" if entry.name in BY_NAME else ALL_CODES


def anchor_of(entry: Code) -> str:
    """The anchor of a code's section on its page."""
    return f"{entry.code.lower()}-{entry.name}"


@cache
def _sections() -> dict[str, str]:
    return {code: text.strip() for code, text in _SECTION.findall(shipped_page(ALL_CODES).read_text(encoding="utf-8"))}


def _indented(fence: re.Match[str]) -> str:
    return "\n".join(f"{_INDENT}{line}".rstrip() for line in fence[1].rstrip("\n").split("\n"))
