"""`cnnshape list`"""

import sys
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from cnnshape.cli.command import Argument, BadParameter, Option, command
from cnnshape.cli.cores import on_all_cores
from cnnshape.cli.output import Screen
from cnnshape.cli.progress import with_progress
from cnnshape.diagnostics import did_you_mean
from cnnshape.render.zoo import FORMATS
from cnnshape.report import parse_quantity
from cnnshape.source import shipped_names
from cnnshape.study.zoo import SORTS, Entry, families, survey


class Sort(StrEnum):
    """The sort key of the list."""

    NAME = "name"
    YEAR = "year"
    PARAMS = "params"
    MACS = "macs"
    RF = "rf"
    RESULT = "result"


def _complete_family(incomplete: str) -> list[str]:
    return [family for family in families() if family.startswith(incomplete)]


def _complete_name(incomplete: str) -> list[str]:
    return [name for name in [*shipped_names(), *families()] if name.startswith(incomplete)]


@command
def list_(
    names: Annotated[
        list[str] | None,
        Argument(
            metavar="NAMES...",
            help="Only these architectures, by name or family.",
            completion=_complete_name,
        ),
    ] = None,
    *,
    family: Annotated[
        list[str] | None,
        Option("--family", help="Only these families.", metavar="NAME", completion=_complete_family),
    ] = None,
    max_params: Annotated[str | None, Option("--max-params", help="The most parameters: `10M`.", metavar="N")] = None,
    max_macs: Annotated[
        str | None, Option("--max-macs", help="The most multiply-accumulates: `1G`.", metavar="N")
    ] = None,
    sort: Annotated[
        Sort, Option("--sort", help=f"Sort by this, smallest first: {', '.join(Sort)}.", metavar="FIGURE")
    ] = Sort.NAME,
    screen: Annotated[
        Screen[Sequence[Entry]],
        FORMATS,
        "How to print it: {formats}; `table` leaves out columns if the terminal is too narrow.",
    ],
) -> None:
    """List the shipped architectures with what they cost.

    Parameters, MACs and receptive field are those of the default input and params (`cnnshape summary NAME`).
    RF: input cells per axis that a cell of the last map before the first output depends on.
    RF `all`: each cell sees the whole input. RF `*`: paths with different centres have met.
    Result: the first of the published results. They are sorted by their measure, then by their values.
    """
    limits = (_limit(max_params, "--max-params"), _limit(max_macs, "--max-macs"))
    chosen = _named(names or [], chosen_names(family or []))
    cheap = [entry for entry in entries(chosen) if entry.params <= limits[0] and entry.macs <= limits[1]]
    cheap.sort(key=SORTS[sort])
    screen.write(cheap)
    if not cheap:
        sys.stderr.write("no shipped architecture meets these limits\n")


def _limit(text: str | None, option: str) -> Fraction | float:
    if text is None:
        return float("inf")
    quantity = parse_quantity(text)
    if quantity is None:
        raise BadParameter(f"{text!r} is not a number; write 10M or 25557032", param_hint=option)
    return Fraction(quantity.value)


def _named(wanted: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Those of the chosen architectures that are named, by name or family; raises BadParameter for a bad name."""
    if not wanted:
        return list(chosen)
    members = {**families(), **{name: [name] for name in shipped_names()}}
    for name in wanted:
        if name not in members:
            hint = did_you_mean(name, members) or "`cnnshape list` shows all names"
            if any(sign in name for sign in "<>="):
                hint = "conditions are options: `--max-params 10M`, `--max-macs 1G`"
            raise BadParameter(f"no architecture or family is called {name!r}; {hint}", param_hint="NAMES")
    named = {name for word in wanted for name in (*members[word], *families().get(word, ()))}
    return [name for name in chosen if name in named]


def chosen_names(wanted: Sequence[str]) -> list[str]:
    """The architectures of these families, or all without families. Raises BadParameter for an unknown one."""
    if not wanted:
        return shipped_names()
    members = families()
    for family in wanted:
        if family not in members:
            hint = did_you_mean(family, members) or f"known: {', '.join(members)}"
            raise BadParameter(f"no family is called {family!r}; {hint}", param_hint="--family")
    return sorted(name for family in set(wanted) for name in members[family])


def entries(names: Sequence[str]) -> list[Entry]:
    """The entries of these architectures. Raises DesignError for one with errors."""
    return list(with_progress(on_all_cores(survey, names), len(names), "architectures"))
