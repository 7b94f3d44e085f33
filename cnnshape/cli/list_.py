"""`cnnshape list`"""

import sys
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

import typer

from cnnshape.cli.command import command
from cnnshape.cli.cores import on_all_cores
from cnnshape.cli.output import Screen
from cnnshape.diagnostics import did_you_mean
from cnnshape.render.zoo import FORMATS
from cnnshape.report import parse_quantity
from cnnshape.source import shipped_names
from cnnshape.study.zoo import SORTS, Entry, families, survey


class Sort(StrEnum):
    """What the list is ordered by."""

    NAME = "name"
    YEAR = "year"
    PARAMS = "params"
    MACS = "macs"
    RF = "rf"


def _complete_family(incomplete: str) -> list[str]:
    return [family for family in families() if family.startswith(incomplete)]


@command
def list_(
    *,
    family: Annotated[
        list[str] | None,
        typer.Option("--family", help="Only these families.", metavar="NAME", autocompletion=_complete_family),
    ] = None,
    max_params: Annotated[
        str | None, typer.Option("--max-params", help="The most parameters: `10M`.", metavar="N")
    ] = None,
    max_macs: Annotated[
        str | None, typer.Option("--max-macs", help="The most multiply-accumulates: `1G`.", metavar="N")
    ] = None,
    sort: Annotated[Sort, typer.Option("--sort", help="Sort by this, smallest first.")] = Sort.NAME,
    screen: Annotated[Screen[Sequence[Entry]], FORMATS, "`table` leaves out columns if the terminal is too narrow."],
) -> None:
    """List the shipped architectures with what they cost.

    Parameters, MACs and receptive field are those of the default input and params (`cnnshape summary NAME`).
    RF: input cells per axis that a cell of the last map before the first output depends on; `all`: it sees the whole
    input; `*`: paths with different centres have met.
    """
    limits = (_limit(max_params, "--max-params"), _limit(max_macs, "--max-macs"))
    chosen = chosen_names(family or [])
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
        raise typer.BadParameter(f"{text!r} is not a number; write 10M or 25557032", param_hint=option)
    return quantity.value


def chosen_names(wanted: Sequence[str]) -> list[str]:
    """The architectures of these families, or all without families. Raises typer.BadParameter for an unknown one."""
    if not wanted:
        return shipped_names()
    members = families()
    for family in wanted:
        if family not in members:
            hint = did_you_mean(family, members) or f"known: {', '.join(members)}"
            raise typer.BadParameter(f"no family is called {family!r}; {hint}", param_hint="--family")
    return sorted(name for family in set(wanted) for name in members[family])


def entries(names: Sequence[str]) -> list[Entry]:
    """The entries of these architectures. Raises DesignError for one with errors."""
    return list(on_all_cores(survey, names))
