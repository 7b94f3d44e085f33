"""`cnnshape list`"""

import sys
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from math import prod
from typing import Annotated

import typer

from cnnshape.analysis import Field, receptive_fields, weight_counts, work
from cnnshape.api import Design, DesignError, expand, load
from cnnshape.cli.cores import on_all_cores
from cnnshape.cli.writing import terminal_width
from cnnshape.diagnostics import did_you_mean
from cnnshape.graph import Graph, Options
from cnnshape.render.zoo import SORTS, Entry, zoo_csv, zoo_json, zoo_markdown, zoo_plain, zoo_table
from cnnshape.report.quantity import parse_quantity
from cnnshape.source import shipped_folder, shipped_names


class Format(StrEnum):
    """How the list is printed."""

    TABLE = "table"
    PLAIN = "plain"
    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


class Sort(StrEnum):
    """What the list is ordered by."""

    NAME = "name"
    YEAR = "year"
    PARAMS = "params"
    MACS = "macs"
    RF = "rf"


def _complete_family(incomplete: str) -> list[str]:
    return [family for family in families() if family.startswith(incomplete)]


def list_(
    family: Annotated[
        list[str] | None,
        typer.Option("--family", help="Only these families.", metavar="NAME", autocompletion=_complete_family),
    ] = None,
    max_params: Annotated[
        str | None, typer.Option("--max-params", help="At most so many parameters: `10M`.", metavar="N")
    ] = None,
    max_macs: Annotated[
        str | None, typer.Option("--max-macs", help="At most so many multiply-accumulates: `1G`.", metavar="N")
    ] = None,
    sort: Annotated[Sort, typer.Option("--sort", help="What comes first: the least of this.")] = Sort.NAME,
    format: Annotated[
        Format, typer.Option("--format", "-f", help="`table` leaves columns out where the terminal is too narrow.")
    ] = Format.TABLE,
) -> None:
    """List the shipped architectures with what they cost.

    Parameters, MACs and receptive field are those of the default input and params (`cnnshape summary NAME`).
    RF: input cells per axis that a cell of the last map before the first output depends on; `all`: it sees the whole
    input; `*`: paths with different centres have met.
    """
    limits = (_limit(max_params, "--max-params"), _limit(max_macs, "--max-macs"))
    chosen = chosen_names(family or [])
    found = [entry for entry in entries(chosen) if entry.params <= limits[0] and entry.macs <= limits[1]]
    found.sort(key=SORTS[sort])
    sys.stdout.write(_text(found, format))
    if not found:
        sys.stderr.write("no shipped architecture is within these limits\n")


def _limit(text: str | None, option: str) -> Fraction | float:
    if text is None:
        return float("inf")
    quantity = parse_quantity(text)
    if quantity is None:
        raise typer.BadParameter(f"{text!r} is no number; write 10M or 25557032", param_hint=option)
    return quantity.value


def _text(found: Sequence[Entry], format: Format) -> str:
    if format is Format.JSON:
        return zoo_json(found)
    if format is Format.CSV:
        return zoo_csv(found)
    if format is Format.MARKDOWN:
        return zoo_markdown(found)
    return zoo_plain(zoo_table(found, terminal_width() if format is Format.TABLE else None))


def chosen_names(wanted: Sequence[str]) -> list[str]:
    """The architectures of these families, or all if none is named; raises typer.BadParameter for an unknown one."""
    if not wanted:
        return shipped_names()
    members = families()
    for family in wanted:
        if family not in members:
            hint = did_you_mean(family, members) or f"known: {', '.join(members)}"
            raise typer.BadParameter(f"no family is called {family!r}; {hint}", param_hint="--family")
    return sorted(name for family in set(wanted) for name in members[family])


def families() -> dict[str, list[str]]:
    """The names of the shipped architectures by their families, both sorted."""
    members: dict[str, list[str]] = {}
    for name in shipped_names():
        spec = _design(name).spec
        members.setdefault(spec.family if spec else "", []).append(name)
    return dict(sorted(members.items()))


def entries(names: Sequence[str]) -> list[Entry]:
    """What these shipped architectures cost; raises DesignError for one with errors."""
    return list(on_all_cores(_entry, names))


def _design(name: str) -> Design:
    return load(shipped_folder() / f"{name}.yaml")


def _entry(name: str) -> Entry:
    design = _design(name)
    graph, problems = expand(design, Options())
    if graph is None or design.spec is None:
        raise DesignError(problems)
    spec = design.spec
    params = sum(counts.params for counts in weight_counts(graph))
    macs = sum(amount.macs for amount in work(graph))
    reach = _reach(graph)
    size, aligned = (reach.size, reach.aligned) if reach else (None, True)
    shape = graph.inputs[0].tensor.shape
    return Entry(name, spec.name, spec.family, spec.year, shape, params, macs, size, aligned, spec.origin)


def _reach(graph: Graph) -> Field | None:
    """The field of the last map on the way to the first output; None where its cells all see all.

    What was pooled to a single cell is passed over, and so are regions.
    """
    end = next(iter(graph.outputs.values())) - len(graph.inputs) + 1
    for node, field in zip(reversed(graph.nodes[:end]), reversed(receptive_fields(graph)[:end]), strict=True):
        output = node.application.output
        if output.boxes > 1 or len(output.shape) == 1 or not isinstance(field, Field):
            continue
        if any(field.stride):
            return field
        if prod(output.shape[1:]) > 1:
            return None
    return None
