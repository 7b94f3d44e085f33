"""`cnnshape list`"""

from __future__ import annotations

import sys

from cnnshape.api import analyze, load
from cnnshape.layers import show
from cnnshape.render.numbers import count, rounded
from cnnshape.render.summary import table_lines
from cnnshape.render.table import Table, receptive_field
from cnnshape.report import Report
from cnnshape.source import shipped_names, shipped_path

_HEADINGS = ("name", "network", "input", "params", "MACs", "RF")


def list_() -> None:
    """List the shipped architectures with what they cost."""
    rows = [_row(name) for name in shipped_names()]
    table = Table(_HEADINGS, tuple(rows), frozenset(), (False, False, False, True, True, True))
    lines = table_lines(table)
    sys.stdout.write("\n".join([*lines[:-2], lines[-1]]) + "\n")


def _row(name: str) -> tuple[str, ...]:
    report = analyze(load(shipped_path(name) or name))
    return (
        name,
        report.name,
        _input(report),
        count(report.totals.params),
        rounded(report.totals.macs),
        receptive_field(report.reach.receptive_field) if report.reach else "-",
    )


def _input(report: Report) -> str:
    return show(next(iter(report.inputs.values())).shape)
