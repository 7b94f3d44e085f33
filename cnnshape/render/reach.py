"""The receptive field of a network in the totals of a summary: of its main output, then of the others."""

from cnnshape.render.layer_table import receptive_field_text
from cnnshape.report import Report

MOST_OUTPUTS = 8


def reach_lines(report: Report) -> list[tuple[str, str, str]]:
    """Name, value and definition for each output whose last map differs from those of earlier outputs."""
    if report.reach is None:
        return []
    lines: list[tuple[str, str, str]] = []
    rows: set[str] = set()
    for output, row in report.reaches.items():
        if row.name not in rows:
            name = f"of {output}" if rows else "receptive field"
            field = row.receptive_field
            lines.append((name, receptive_field_text(field) if field else "-", f"at {row.name}"))
        rows.add(row.name)
    more = len(lines) - MOST_OUTPUTS
    return [*lines[:MOST_OUTPUTS], ("", "", f"and {more:,} more (--format json has all)")] if more > 0 else lines
