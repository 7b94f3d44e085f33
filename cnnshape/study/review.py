"""Designs in two versions: which of them differ, and how."""

from collections.abc import Iterable
from typing import Literal

from cnnshape.diagnostics import Diagnostic
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import COMPARED, Report
from cnnshape.study.changes import signature
from cnnshape.study.compare import Comparison, Side, compare, field_of
from cnnshape.study.condition import Condition, Refusal, refusals

Status = Literal["changed", "added", "removed", "broken"]


class Version(NamedTuple):
    """One version of a design: its label, its report, and the errors for which it has none.

    `variant` is the name of the variant, if it is one that the file declares.
    """

    label: str
    report: Report | None
    problems: tuple[Diagnostic, ...] = ()
    variant: str = ""


class Reviewed(NamedTuple):
    """A design that differs between two versions; a version in which it doesn't exist is None.

    `comparison` compares the versions if both have a report. The `refused` conditions hold for the new version.
    """

    old: Version | None
    new: Version | None
    comparison: Comparison | None
    refused: tuple[Refusal, ...]

    @property
    def label(self) -> str:
        """The label of the new version, or of the old one if there is no other."""
        return next(version.label for version in (self.new, self.old) if version is not None)

    @property
    def report(self) -> Report | None:
        """The report of the new version, or of the old one if the new one has none."""
        return next((version.report for version in (self.new, self.old) if version and version.report), None)

    @property
    def name(self) -> str:
        """The name of the network, with its variant, or the label if it can't be read."""
        if self.report is None:
            return self.label
        variant = next(version.variant for version in (self.new, self.old) if version is not None)
        return f"{self.report.name} ({variant})" if variant else self.report.name

    @property
    def moved_from(self) -> str:
        """The label of the old version, if the design was renamed."""
        return self.old.label if self.old and self.new and self.old.label != self.new.label else ""

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The errors of both versions, the old one first."""
        return tuple(problem for version in (self.old, self.new) if version for problem in version.problems)

    @property
    def is_broken(self) -> bool:
        """Whether the new version has errors."""
        return self.new is not None and bool(self.new.problems)

    @property
    def status(self) -> Status:
        """How the design differs. It is broken if a version of it has errors."""
        if self.problems:
            return "broken"
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    @property
    def is_rewired(self) -> bool:
        """Whether all figures and layers are equal, and only the connections differ."""
        comparison = self.comparison
        if comparison is None or comparison.changes != ():
            return False
        fields = comparison.receptive_fields
        return all(old == new for _, (old, new) in comparison.figures) and fields[0] == fields[1]


class Review(NamedTuple):
    """The designs that differ from a revision, in order; `commit` is the full name of its commit.

    `compared` counts the designs that were compared, and `equal` those of them that are equal. A variant that differs is
    a design of its own in `designs`, but is not counted.
    """

    revision: str
    commit: str
    designs: tuple[Reviewed, ...]
    compared: int
    equal: int


def review(old: Version | None, new: Version | None, conditions: Iterable[Condition] = ()) -> Reviewed | None:
    """A design in two versions, one of which may be missing; None if they are equal."""
    before, after = (version.report if version is not None else None for version in (old, new))
    if old is not None and new is not None and before is not None and after is not None:
        if are_equal(before, after):
            return None
        comparison = compare((Side(old.label, before), Side(new.label, after)))
    else:
        comparison = None
    refused = refusals(after, before, tuple(conditions)) if after is not None else ()
    return Reviewed(old, new, comparison, refused)


def are_equal(old: Report, new: Report) -> bool:
    """Whether two designs have the same layers, connections, inputs, outputs and figures; names may differ."""
    return (
        [figure.of(old) for figure in COMPARED] == [figure.of(new) for figure in COMPARED]
        and field_of(old) == field_of(new)
        and _structure(old) == _structure(new)
    )


def _structure(report: Report) -> tuple[object, ...]:
    """The layers and connections of a design without its names: a tensor is the number of its layer or input."""
    tensors = {name: number for number, name in enumerate((*report.inputs, *(row.name for row in report.rows)))}
    layers = [(signature(row), [tensors[name] for name in row.sources]) for row in report.rows]
    outputs = [tensors[report.output_layers[name]] for name in report.outputs]
    return list(report.inputs.values()), layers, outputs
