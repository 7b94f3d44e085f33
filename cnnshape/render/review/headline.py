"""One line about a design that differs: `+13.1 % MACs, params equal`."""

from collections import Counter

from cnnshape.named_tuple import NamedTuple
from cnnshape.render.diagnostics import closing
from cnnshape.render.wrapping import count, rounded
from cnnshape.report import FIGURES, Report
from cnnshape.study.compare import Comparison
from cnnshape.study.review import Review, Reviewed

_LEAST = 0.05
"""The least change in per cent that is shown as one: it rounds to 0.1."""
_STATUS = {"changed": "changed", "added": "new", "removed": "removed", "broken": "with errors"}


class Difference(NamedTuple):
    """A figure that differs: its heading, both values as text, the difference, and the change in per cent."""

    heading: str
    old: str
    new: str
    difference: str
    percent: str

    @property
    def change(self) -> str:
        """The change in per cent, or the difference if there is none; empty for a receptive field."""
        return self.percent or self.difference


def differences(comparison: Comparison) -> list[Difference]:
    """The figures of two versions that differ."""
    rows = [
        Difference(
            heading=FIGURES[name].heading,
            old=count(old),
            new=count(new),
            difference=f"{new - old:+,}",
            percent=percent(old, new),
        )
        for name, (old, new) in comparison.figures
        if old != new
    ]
    old_field, new_field = comparison.receptive_fields
    same = old_field == new_field
    return rows if same else [*rows, Difference("receptive field", old_field, new_field, "", "")]


def equal_figures(comparison: Comparison) -> list[str]:
    """The headings of the figures that are equal."""
    equal = [FIGURES[name].heading for name, (old, new) in comparison.figures if old == new]
    old_field, new_field = comparison.receptive_fields
    return [*equal, "receptive field"] if old_field == new_field else equal


def percent(old: int, new: int) -> str:
    """`+13.1 %`; empty if there is nothing to take a share of, or if the change rounds to 0."""
    share = (new - old) / old * 100 if old else 0.0
    return "" if abs(share) < _LEAST else f"{share:+,.1f} %"


def headline(design: Reviewed, revision: str) -> str:
    """What happened to a design, in one line without its name."""
    if design.status == "broken":
        return ", ".join(_errors(design, revision))
    if design.comparison is None:
        assert design.report is not None
        return f"{_STATUS[design.status]}, {_costs(design.report)}"
    return ", ".join(_changes(design, design.comparison))


def _errors(design: Reviewed, revision: str) -> list[str]:
    versions = ((design.old, f" in {revision}"), (design.new, " now"))
    errors = [f"{closing(own.problems)}{where}" for own, where in versions if own is not None and own.problems]
    return [*errors, f"now {_costs(design.new.report)}"] if design.new and design.new.report else errors


def _costs(report: Report) -> str:
    return f"{rounded(report.totals.macs)} MACs, {rounded(report.totals.params)} params"


def _changes(design: Reviewed, comparison: Comparison) -> list[str]:
    """MACs and params; if both are equal, the first other figure that differs, or what else does."""
    figures = dict(comparison.figures)
    if any(old != new for old, new in (figures["macs"], figures["params"])):
        return [_change(name, *figures[name]) for name in ("macs", "params")]
    others = [_described(row) for row in differences(comparison)]
    more = others[0] if others else "only connections differ" if design.is_rewired else "layers differ"
    return ["MACs and params equal", more]


def _change(name: str, old: int, new: int) -> str:
    heading = FIGURES[name].heading
    return f"{heading} equal" if old == new else f"{percent(old, new) or f'{new - old:+,}'} {heading}"


def _described(row: Difference) -> str:
    """A figure that differs; layers and receptive fields as both values."""
    if row.percent and row.heading != "layers":
        return f"{row.percent} {row.heading}"
    return f"{row.heading} {row.old} -> {row.new}"


def tally(review: Review) -> str:
    """`2 changed, 1 new, 1 refused`"""
    counts = Counter(_STATUS[design.status] for design in review.designs)
    words = [f"{counts[word]:,} {word}" for word in _STATUS.values() if counts[word]]
    refused = sum(bool(design.refused) for design in review.designs)
    return ", ".join([*words, *([f"{refused:,} refused"] if refused else [])])


def compared(review: Review) -> str:
    """`3 designs compared with main: 1 changed, 2 equal`"""
    parts = [tally(review), f"{review.equal:,} equal" if review.equal else ""]
    designs = f"{review.compared:,} design{'' if review.compared == 1 else 's'}"
    return f"{designs} compared with {review.revision}: {', '.join(filter(None, parts))}"
