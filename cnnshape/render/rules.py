"""The design rules as text, from the rules' own pages."""

import re
from itertools import groupby

from cnnshape.lint import Rule
from cnnshape.named_tuple import NamedTuple
from cnnshape.render.wrapping import wrapped

_INDENT = "    "
_MARK = r" *# warning: [\w-]+"


class Page(NamedTuple):
    """A rule's page in parts: the text before the example, the example as a spec, and the text after it."""

    before: str
    example: str
    after: str


def rule_page(rule: Rule, width: int | None = None) -> str:
    """The manual page of one rule."""
    return f"{rule.name} ({rule.code}, {_state(rule)})\n\n{paragraphs(rule.page.strip(), width)}\n"


def paragraphs(text: str, width: int | None) -> str:
    """A text with its wide paragraphs wrapped."""
    return "\n\n".join(_paragraph(part, width) for part in text.split("\n\n"))


def _paragraph(text: str, width: int | None) -> str:
    """A paragraph, rewrapped if its lines are too long. Specs keep their lines."""
    if width is None or text.startswith(_INDENT) or max(map(len, text.split("\n"))) <= width:
        return text
    return "\n".join(wrapped("", " ".join(text.split()), width))


def _state(rule: Rule) -> str:
    return "on by default" if rule.default else "off unless selected"


def markdown_parts(rule: Rule) -> Page:
    """The page for a Markdown document: specs in fences, and the example separate and without its marks."""
    before, _, rest = rule.page.strip().partition("\nExample:\n\n")
    spec, _, after = rest.partition("\nInstead:")
    example = "".join(f"{re.sub(_MARK, '', line).removeprefix(_INDENT)}\n" for line in spec.rstrip("\n").split("\n"))
    return Page(f"{before.strip()}\n\nThis rule is {_state(rule)}.", example, _fenced(f"Instead:{after}"))


def rule_markdown(rule: Rule) -> str:
    """The whole page as Markdown."""
    page = markdown_parts(rule)
    return f"{page.before}\n\n```yaml\n{page.example}```\n\n{page.after}"


def _fenced(text: str) -> str:
    """The text with its indented specs in fences."""
    lines: list[str] = []
    for indented, group in groupby(text.split("\n"), lambda line: line.startswith(_INDENT)):
        inner = [line.removeprefix(_INDENT) for line in group]
        lines += ["```yaml", *inner, "```"] if indented else inner
    return "\n".join(lines)
