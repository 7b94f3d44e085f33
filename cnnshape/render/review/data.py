"""A review for programs: JSON with everything, CSV with the figures."""

from collections.abc import Iterator
from typing import Any

from cnnshape.layers import format_shape
from cnnshape.render.compare import parts_data
from cnnshape.render.contract import to_contract
from cnnshape.render.findings.json import diagnostic_data
from cnnshape.render.review.headline import headline
from cnnshape.render.table import Column, Table
from cnnshape.render.table.csv import to_csv as table_to_csv
from cnnshape.report import COMPARED, Report
from cnnshape.study.compare import field_of
from cnnshape.study.condition import FIELD, Refusal
from cnnshape.study.review import Review, Reviewed, Version

_COLUMNS = tuple(map(Column, ("design", "status", "figure", "old", "new")))


def to_csv(review: Review) -> str:
    """The figures of both versions of each design, with an empty cell for a version without figures."""
    return table_to_csv(Table(_COLUMNS, [row for design in review.designs for row in _rows(design)]))


def _rows(design: Reviewed) -> Iterator[tuple[object, ...]]:
    for figure, values in _figures(design).items():
        yield (design.label, design.status, figure, *values)
    yield (design.label, design.status, FIELD, *_fields(design))


def to_json(review: Review) -> str:
    """The review as JSON."""
    data: dict[str, Any] = {
        "against": review.revision,
        "commit": review.commit,
        "equal": review.equal,
        "designs": [_design_data(design, review.revision) for design in review.designs],
    }
    return to_contract(data)


def _design_data(design: Reviewed, revision: str) -> dict[str, Any]:
    comparison = design.comparison
    return {
        "design": design.label,
        "name": design.name,
        "status": design.status,
        "moved_from": design.moved_from or None,
        "headline": headline(design, revision),
        "figures": _figures(design),
        "receptive_fields": _fields(design),
        **(parts_data(comparison) if comparison is not None else {"parts": [], "changes": None}),
        "refused": [_refusal_data(refusal) for refusal in design.refused],
        "problems": {"old": _problems(design.old), "new": _problems(design.new)},
    }


def _refusal_data(refusal: Refusal) -> dict[str, Any]:
    return {
        "condition": refusal.condition.text,
        "figure": refusal.condition.figure,
        "old": list(refusal.before) or None,
        "new": list(refusal.after),
    }


def _problems(version: Version | None) -> list[dict[str, Any]]:
    return [diagnostic_data(problem) for problem in version.problems] if version is not None else []


def _reports(design: Reviewed) -> list[Report | None]:
    return [version.report if version is not None else None for version in (design.old, design.new)]


def _figures(design: Reviewed) -> dict[str, list[int | None]]:
    reports = _reports(design)
    return {figure.name: [figure.of(report) if report else None for report in reports] for figure in COMPARED}


def _fields(design: Reviewed) -> list[str | None]:
    return [(format_shape(field_of(report)) or "-") if report is not None else None for report in _reports(design)]
