"""The figures of a report, each declared once: name, unit, values, words.

Tables, CSV, JSON, Markdown, expectations, budgets, comparisons and the documentation read this list. A new figure is a
pass that computes it, a field that holds it, and an entry here.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from cnnshape.report.report import Report, Row

Parts = Iterable[tuple[str, int]]


class Figure:
    """One figure: where its values are, and the words that every face uses for it.

    `unit` is `bytes`, or empty for a plain count. `of` reads the value of the whole network from a report or an outline, `of_row` that of a layer
    (None if it is unknown); it is missing for figures that layers don't have. `parts` splits the value into named parts
    that add up to it. `heading` names it in tables, `label` in the totals below a summary (empty: not listed there),
    `definition` says what it is, `column` what it is for one layer (empty: no column in tables and CSV), `budget` is
    the option and the key of a configuration that limits it (empty: none). `compared` figures are in comparisons and
    their conditions, `totalled` ones are under `totals` in JSON. All can be expected.
    """

    __slots__ = (
        "budget", "column", "compared", "definition", "heading", "label", "name", "of", "of_row", "parts", "totalled",
        "unit",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        definition: str,
        *,
        of: Callable[[Any], int],
        of_row: Callable[[Row], int | None] | None = None,
        parts: Callable[[Report], Parts] | None = None,
        unit: str = "",
        heading: str = "",
        label: str = "",
        column: str = "",
        budget: str = "",
        compared: bool = True,
        totalled: bool = True,
    ) -> None:
        self.name = name
        self.definition = definition
        self.of = of
        self.of_row = of_row
        self.parts = parts or (_parts(of_row) if of_row else None)
        self.unit = unit
        self.heading = heading or name.replace("_", " ")
        self.label = label
        self.column = column
        self.budget = budget
        self.compared = compared
        self.totalled = totalled

    def __repr__(self) -> str:
        return f"Figure({self.name!r})"


def _parts(of_row: Callable[[Row], int | None]) -> Callable[[Report], Parts]:
    return lambda report: [(row.name, of_row(row) or 0) for row in report.rows]


_DECLARED = (
    Figure(
        "params",
        "learned parameters, frozen ones too",
        of=attrgetter("totals.params"),
        of_row=attrgetter("params"),
        label="params",
        column="learned parameters",
        budget="max-params",
    ),
    Figure(
        "trainable_params",
        "parameters that training changes",
        of=attrgetter("totals.trainable_params"),
        of_row=attrgetter("trainable_params"),
        compared=False,
    ),
    Figure(
        "buffers",
        "values kept with the weights but not learned",
        of=attrgetter("totals.buffers"),
        of_row=attrgetter("buffers"),
        column="running statistics",
    ),
    Figure(
        "macs",
        "multiply-accumulates of convolutions and other matrix products, without bias",
        of=attrgetter("totals.macs"),
        of_row=attrgetter("macs"),
        heading="MACs",
        label="MACs",
        column="multiply-accumulates",
        budget="max-macs",
    ),
    Figure(
        "flops",
        "floating-point operations of all layers",
        of=attrgetter("totals.flops"),
        of_row=attrgetter("flops"),
        heading="FLOPs",
        label="FLOPs",
        column="floating-point operations",
        budget="max-flops",
    ),
    Figure(
        "weight_bytes",
        "bytes of the parameters",
        of=attrgetter("totals.weight_bytes"),
        parts=_parts(attrgetter("weight_bytes")),
        unit="bytes",
        label="weights",
        budget="max-weight-memory",
    ),
    Figure(
        "activation_bytes",
        "bytes of all layers' outputs together",
        of=attrgetter("totals.activation_bytes"),
        of_row=attrgetter("activation_bytes"),
        unit="bytes",
        label="activations",
        column="bytes of the output",
        budget="max-activation-memory",
    ),
    Figure(
        "main_activation_bytes",
        "bytes of the outputs, without those of activations, normalizations, dropout and views",
        of=attrgetter("totals.main_activation_bytes"),
        of_row=attrgetter("main_activation_bytes"),
        unit="bytes",
        column="bytes of the output, 0 for activations, normalizations, dropout and views",
        budget="max-main-activation-memory",
    ),
    Figure(
        "peak_activation_bytes",
        "the most bytes of activations alive at once",
        of=attrgetter("totals.peak_activation_bytes"),
        parts=lambda report: report.peak.tensors,
        unit="bytes",
        label="peak memory",
        budget="max-peak-memory",
    ),
    Figure(
        "layers",
        "layers in the expanded design",
        of=lambda report: len(report.rows),
        totalled=False,
    ),
)
FIGURES = {figure.name: figure for figure in _DECLARED}
"""All figures by name, in the order in which faces list them."""
ROW_FIGURES = tuple(figure for figure in _DECLARED if figure.of_row)
"""The figures that each layer has."""
COLUMN_FIGURES = tuple(figure for figure in _DECLARED if figure.column)
"""The figures that are columns of tables and of CSV."""
TOTAL_FIGURES = tuple(figure for figure in _DECLARED if figure.totalled)
"""The figures under `totals` in JSON."""
BUDGETS = {figure.budget: figure.name for figure in _DECLARED if figure.budget}
"""The figures that can be limited, by the word of the option and the configuration."""
COMPARED = (FIGURES["layers"], *(figure for figure in TOTAL_FIGURES if figure.compared))
"""The figures of a comparison, in its order."""
