"""What injected faults lead to: how many errors name the line, come alone, and offer a fix that is right.

`shares.csv` has the counts of each network and each kind of fault; docs/robustness.md has their sums. `python -m
tests.mutations` rewrites both.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cnnshape.diagnostics import Diagnostic
from cnnshape.document.editing import replacements, rewritten

from .slips import SLIPS

FILE = Path(__file__).parent / "shares.csv"
PAGE = Path(__file__).parents[2] / "docs" / "robustness.md"
SLIPPED = {*(slip.name for slip in SLIPS), "an uneven input"}
START, END = "<!-- shares of tests.mutations -->", "<!-- end of shares -->"


class Led(NamedTuple):
    """What one fault led to: an error or none, where it is, whether it is alone, its fixes, and those that are right."""

    wrong: bool
    at_line: bool
    named: bool
    alone: bool
    fixes: int
    right: int


class Shares(NamedTuple):
    """Counts of faults: how many there were, and of how many each part of `Led` is true; `fixes` are sums."""

    faults: int
    wrong: int
    at_line: int
    named: int
    alone: int
    fixes: int
    right: int

    @classmethod
    def of(cls, every: Iterable[Led]) -> Shares:
        """The counts of what some faults led to."""
        rows = list(every)
        return cls(len(rows), *(sum(int(row[part]) for row in rows) for part in range(len(Led._fields))))


def followed(line: int, problems: list[Diagnostic], check: Callable[[str], list[Diagnostic]]) -> Led:
    """What the fault in a line led to. A fix is right if its error is gone and no other has come."""
    at = {problem.at.span.line for problem in problems if problem.at}
    related = {label.span.line for problem in problems for label in problem.related}
    fixed = [text for problem in problems for text in fixed_texts(problem)]
    right = sum(len(check(text)) < len(problems) for text in fixed)
    return Led(bool(problems), line in at, line in at | related, len(problems) == 1, len(fixed), right)


def fixed_texts(problem: Diagnostic) -> Iterable[str]:
    """The text with each fix that a problem offers."""
    for fix in problem.fixes:
        changes = replacements(fix)
        if changes:
            yield rewritten(changes[0].at.source, changes)


def total(rows: Iterable[Shares]) -> Shares:
    """The sums of counts."""
    return Shares(*map(sum, zip(*rows, strict=True)))


@cache
def stored() -> dict[str, dict[str, Shares]]:
    """The counts in `shares.csv`, by network and kind of fault."""
    networks: dict[str, dict[str, Shares]] = {}
    with FILE.open(newline="", encoding="utf-8") as file:
        for network, kind, *counts in list(csv.reader(file))[1:]:
            networks.setdefault(network, {})[kind] = Shares(*map(int, counts))
    return networks


def recorded(network: str) -> dict[str, Shares]:
    """The counts of a network in `shares.csv`, by the kind of fault."""
    return stored().get(network, {})


def write(networks: Mapping[str, Mapping[str, Shares]]) -> None:
    """Writes the counts, and their sums into the page."""
    with FILE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("network", "fault", *Shares._fields))
        for network, kinds in networks.items():
            writer.writerows((network, kind, *shares) for kind, shares in kinds.items())
    PAGE.write_text(with_section(PAGE.read_text("utf-8"), section(networks)), encoding="utf-8")


def with_section(page: str, text: str) -> str:
    """The page with another text in its section."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{text}\n{END}{after}"


def sums(networks: Mapping[str, Mapping[str, Shares]]) -> dict[str, Shares]:
    """The sums over all networks, by the kind of fault."""
    kinds = dict.fromkeys(kind for network in networks.values() for kind in network)
    return {kind: total(network[kind] for network in networks.values() if kind in network) for kind in kinds}


def section(networks: Mapping[str, Mapping[str, Shares]]) -> str:
    """The table of the page."""
    head = "| fault | injected | refused | at the line | at the line or related | exactly one error | fixes right |"
    lines = [head, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    kinds = sums(networks)
    lines += [row_text(kind, shares) for kind, shares in kinds.items()]
    lines.append(row_text("all slips of a number", total(kinds[slip] for slip in SLIPPED if slip in kinds)))
    return "\n".join(lines) + "\n"


def row_text(kind: str, shares: Shares) -> str:
    """A line of the table. Shares are of what was refused."""
    parts = [percent(part, shares.wrong) for part in (shares.at_line, shares.named, shares.alone)]
    refused = f"{shares.wrong:,}"
    fixes = f"{shares.right:,} of {shares.fixes:,}" if shares.fixes else ""
    return f"| {' | '.join([kind, f'{shares.faults:,}', refused, *parts, fixes])} |".replace("|  |", "| |")


def percent(part: int, whole: int) -> str:
    """A share, rounded down, so that 100 % is all of them."""
    return f"{100 * part // whole} %" if whole else ""
