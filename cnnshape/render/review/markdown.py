"""A review as Markdown: a comment on a pull request, or the summary of a job."""

from collections.abc import Callable, Iterator

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.compare import changes_folded
from cnnshape.render.diagnostics import closing, full
from cnnshape.render.picture.mermaid import to_mermaid
from cnnshape.render.review.headline import differences, equal_figures, headline, tally
from cnnshape.render.table import Column, Table
from cnnshape.render.table.markdown import code_block, code_span, markdown_lines, plain_markdown
from cnnshape.study.condition import Refusal
from cnnshape.study.picture.forms import picture_of
from cnnshape.study.review import Review, Reviewed

COMMENT_LIMIT = 65_536
"""The most characters of a comment on GitHub. Bytes are counted, which are at least as many."""
_COLUMNS = (Column("figure"), Column("values", "old -> new", numeric=True), Column("change", numeric=True))
Folded = Callable[[Reviewed], list[str]]


class Section(NamedTuple):
    """The text about a design in three lengths: a headline, with the figures, and with everything that is folded."""

    headline: str
    figures: str
    whole: str


def marker(sticky: str) -> str:
    """The line by which a workflow recognizes its comment; readers don't see it."""
    return f"<!-- cnnshape: {sticky} -->\n"


def to_markdown(review: Review, limit: int = COMMENT_LIMIT, first: str = "") -> str:
    """The designs that differ, those that are refused first, in at most `limit` bytes; empty if all are equal.

    `first` is a line before the text. A text that is too long loses what is folded, then the figures, then designs,
    from the end, and says so.
    """
    if not review.designs:
        return ""
    ordered = sorted(review.designs, key=lambda design: not (design.refused or design.is_broken))
    sections = [_section(design, review.revision) for design in ordered]
    head = (
        f"{first}### Designs: {tally(review)}\n\nCompared with {code_span(review.revision)} ({review.commit[:10]}).\n"
    )
    text = head + "".join(section.whole for section in sections)
    return text if _size(text) <= limit else _shortened(head, sections, limit)


def _shortened(head: str, sections: list[Section], limit: int) -> str:
    """The text with as much of each section as fits, the first ones first; empty if not even the head fits."""
    note = (
        f"\nShortened to {limit:,} bytes: {len(sections):,} designs differ. "
        "`cnnshape compare --against` with `--format json` has everything.\n"
    )
    rest = limit - _size(head + note)
    if rest < 0:
        return ""
    texts: list[str] = []
    for section in sections:
        rest -= _size(section.headline)
        if rest < 0:
            break
        texts.append(section.headline)
    rest += _size(sections[len(texts)].headline) if len(texts) < len(sections) else 0
    for number, section in enumerate(sections[: len(texts)]):
        longer = (text for text in (section.whole, section.figures) if _size(text) <= rest + _size(texts[number]))
        chosen = next(longer, texts[number])
        rest -= _size(chosen) - _size(texts[number])
        texts[number] = chosen
    return head + "".join(texts) + note


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _section(design: Reviewed, revision: str) -> Section:
    parts = [_headline(design, revision), list(_figures(design)), [line for fold in FOLDED for line in fold(design)]]
    texts = ["".join(f"{line}\n" for line in lines) for lines in parts]
    return Section(texts[0], texts[0] + texts[1], "".join(texts))


def _headline(design: Reviewed, revision: str) -> list[str]:
    moved = f", renamed from {code_span(design.moved_from)}" if design.moved_from else ""
    name = plain_markdown(design.name)
    lines = ["", f"#### {name}: {plain_markdown(headline(design, revision))}", "", f"{code_span(design.label)}{moved}"]
    if design.refused:
        lines += ["", *map(_refusal, design.refused)]
    return lines


def _refusal(refusal: Refusal) -> str:
    return f"- **refused** by {code_span(refusal.condition.text)}: {plain_markdown(refusal.figure)}"


def _figures(design: Reviewed) -> Iterator[str]:
    """The figures that differ, and the names of the others."""
    if design.comparison is None:
        return
    rows = [(row.heading, f"{row.old} -> {row.new}", row.change) for row in differences(design.comparison)]
    if rows:
        yield from ("", *markdown_lines(Table(_COLUMNS, rows)))
        equal = equal_figures(design.comparison)
        yield from ("", f"Equal: {', '.join(equal)}.") if equal else ()


def _layers(design: Reviewed) -> list[str]:
    """The layers that differ, folded."""
    changes = design.comparison.changes if design.comparison is not None else None
    return ["", *changes_folded(changes)] if changes else []


def _picture(design: Reviewed) -> list[str]:
    """The network as it is now, folded."""
    if design.report is None:
        return []
    diagram = to_mermaid(picture_of(design.report)).rstrip("\n")
    return ["", "<details><summary>Picture</summary>", "", "```mermaid", *diagram.split("\n"), "```", "", "</details>"]


def _problems(design: Reviewed) -> list[str]:
    """The errors of both versions, folded."""
    if not design.problems:
        return []
    lines = [f"<details><summary>{closing(design.problems)}</summary>", ""]
    return ["", *lines, *code_block(full(design.problems)), "", "</details>"]


FOLDED: tuple[Folded, ...] = (_problems, _layers, _picture)
"""What is folded below the figures of a design, in this order; each gives its lines, or none."""
