"""The outcomes of designs: their figures as columns, and the problems of those that are refused."""

from typing import Any

from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.language import Spec
from cnnshape.layers import AXES
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import FIGURES, Outline

ABSENT = -1
"""The receptive field of a design that has none."""


class Refusal(NamedTuple):
    """Why designs are refused: the code and the name of their first problem, and its place.

    `path` is the name of the file, or of the option whose value is at fault; `line` and `column` are 0 for a problem
    without a place. All designs with the same refusal count as one; their messages differ in numbers.
    """

    code: str
    name: str
    path: str
    line: int
    column: int


class Figures(NamedTuple):
    """The figures of some designs, a column each.

    `values` has an array per name: int64, or Python's own integers (dtype object) if one of them is larger. `refused`
    has the position in `diagnostics` of a design's refusal; -1 if it is accepted. The figures of a refused design are 0.
    """

    names: tuple[str, ...]
    values: dict[str, Any]
    refused: Any
    diagnostics: tuple[Refusal, ...]


def figure_names(spec: Spec | None) -> tuple[str, ...]:
    """The names of the columns: those of the report's figures, and the main output's receptive field per axis.

    A file that leaves the number of axes to an option has no columns of receptive fields.
    """
    given = spec.inputs[0] if spec is not None and spec.inputs else None
    axes = AXES.get(len(given.values) - 1, ()) if given is not None else ()
    return (*FIGURES, *[f"receptive_field_{axis}" for axis in axes])


def figures_of(outline: Outline, names: tuple[str, ...]) -> list[Any]:
    """The figures of a design in the order of the names."""
    axes = len(names) - len(FIGURES)
    fields = outline.field if len(outline.field) == axes else (ABSENT,) * axes
    return [*[figure.of(outline) for figure in FIGURES.values()], *fields]


def refusal_of(problems: list[Diagnostic]) -> Refusal:
    """The refusal of a design with these problems, sorted by place: its first error."""
    first = next((problem for problem in problems if problem.severity is Severity.ERROR), problems[0])
    if first.at is None:
        return Refusal(first.code, first.name, first.path, 0, 0)
    span = first.at.span
    # In the text of an option, columns depend on the number of digits.
    column = span.column if span.source.path is not None or span.source.text.count("\n") else 1
    return Refusal(first.code, first.name, first.path, span.line, column)
