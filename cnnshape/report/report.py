"""A report: one row per layer, totals, and the settings. Units are in the names."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnshape.graph import Application, Group
from cnnshape.language.dtypes import Dtypes, parse_dtypes
from cnnshape.layers import Shape, format_shape
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction


class ReceptiveField(NamedTuple):
    """Per spatial axis of the first input: output cell `u` sees cells `u * stride - padding` onwards, `size` of them.

    `stride` 0 means that all cells see the same; a fraction comes from an enlargement, whose largest `size` is given.
    `aligned` is False if paths with different centres met.
    """

    size: tuple[int, ...]
    stride: "tuple[int | Fraction, ...]"
    padding: tuple[int, ...]
    aligned: bool

    @property
    def is_global(self) -> bool:
        """True if every output cell sees the same cells: after a global pool, or a linear layer."""
        return not any(self.stride)


class Row(NamedTuple):
    """One layer. Counts are of the whole batch; `params` is 0 for a layer that uses another's weights (`shares`).
    `dtypes` are the types of its values.

    `sources` are the names of the layers and inputs that it reads, in order. `main_activation_bytes` is 0 for a layer
    that works value by value or only renames its input, and else `activation_bytes`.
    `flops` is None if it is unknown. `receptive_field` is None if there is none (`undefined` says why) or if the layer
    doesn't depend on the first input.
    """

    name: str
    application: Application
    sources: tuple[str, ...]
    line: int
    params: int
    buffers: int
    macs: int
    flops: int | None
    weight_bytes: int
    activation_bytes: int
    main_activation_bytes: int
    receptive_field: ReceptiveField | None
    undefined: str
    follows: bool
    frozen: bool
    shares: str
    shortcut: str
    dtypes: Dtypes

    def __repr__(self) -> str:
        figures = f"{format_shape(self.output)}, {self.params:,} params, {self.macs:,} MACs"
        return f"<Row {brief(self.name, 80)}: {self.kind}, {figures}>"

    @property
    def kind(self) -> str:
        """The layer kind's word."""
        return self.application.layer.name

    @property
    def stated(self) -> bool:
        """True if the spec states the layer's output and figures, which nothing checks."""
        return self.application.layer.stated

    @property
    def inputs(self) -> tuple[Shape, ...]:
        """The shapes of the inputs, without the batch."""
        return tuple(tensor.shape for tensor in self.application.inputs)

    @property
    def output(self) -> Shape:
        """The shape of the output, without the batch, and without the boxes if there are any."""
        return self.application.output.shape

    @property
    def boxes(self) -> int:
        """The number of regions that the layer runs for; 1 if it runs for the whole image."""
        return self.application.output.boxes

    @property
    def trainable_params(self) -> int:
        """The parameters that training changes."""
        return 0 if self.frozen else self.params


class PeakActivation(NamedTuple):
    """The peak of activation memory: the layer that runs then, and the tensors alive with their bytes."""

    bytes: int
    layer: str
    tensors: tuple[tuple[str, int], ...]

    def __repr__(self) -> str:
        return f"<PeakActivation {self.bytes:,} bytes at {brief(self.layer or 'the input', 80)}>"


class Totals(NamedTuple):
    """Sums over all rows; `flops_unknown` names the layers whose FLOPs are unknown and left out.

    `stated` names the layers whose figures the spec states; `stated_params` and `stated_macs` are their parts of the sums.
    """

    params: int
    trainable_params: int
    buffers: int
    macs: int
    flops: int
    flops_unknown: tuple[str, ...]
    weight_bytes: int
    activation_bytes: int
    main_activation_bytes: int
    peak_activation_bytes: int
    stated: tuple[str, ...] = ()
    stated_params: int = 0
    stated_macs: int = 0

    def __repr__(self) -> str:
        return f"<Totals {self.params:,} params, {self.macs:,} MACs, {self.flops:,} FLOPs>"


class Outline(NamedTuple):
    """The figures of a design without its rows: totals, layers, and `field`, the sizes of the network's receptive field
    per axis; empty if it has none."""

    totals: Totals
    rows: Sequence[object]
    field: tuple[int, ...]


class InputTensor(NamedTuple):
    """An input of the network. `boxes` is the number of regions, 1 for an ordinary tensor; `of_boxes` says whether the spec
    states it as a number of boxes."""

    shape: Shape
    boxes: int
    of_boxes: bool


class FailedStep(NamedTuple):
    """A step that has an error: its word, its place, the message, and the name of the tensor that enters it; empty if that
    is missing too."""

    word: str
    line: int
    column: int
    message: str
    source: str


class KeptNorm(NamedTuple):
    """A norm that doesn't fold into the layer before it, and why."""

    layer: str
    reason: str


class FoldedNorms(NamedTuple):
    """What became of the norms: `into` has the layer that each of them went into, by its name; `kept` are the others."""

    into: dict[str, str]
    kept: tuple[KeptNorm, ...]


class _ReportFields(NamedTuple):
    """The fields of a report. Type checkers let no named tuple have a second parent, so the report is its child."""

    name: str
    origin: str
    inputs: dict[str, InputTensor]
    batch: int
    dtype: str
    inplace_activations: bool
    inplace_adds: bool
    rows: tuple[Row, ...]
    groups: Group
    totals: Totals
    peak: PeakActivation
    outputs: dict[str, Shape]
    output_layers: dict[str, str]
    reaches: dict[str, Row]
    main_fields: dict[str, ReceptiveField | None] | None = None
    complete: bool = True
    failed: tuple[FailedStep, ...] = ()
    folded_norms: FoldedNorms | None = None


class Report(Data, _ReportFields):
    """All figures of a design. `str` is the table of `cnnshape summary`, and a notebook shows it too.

    `groups` is the tree of stages and blocks over `rows`. `reaches` has the row of each output's last map, before its
    space is pooled, flattened or cut into regions; outputs without one are left out. `output_layers` has the name of
    the layer or input that gives each output. `main_fields` are the receptive fields along the main path, past gates that
    see the whole input, of the layers where they differ; None unless the settings ask for them. So is `folded_norms`: with
    it the rows are those of the network whose norms are folded, and norms that went into other layers have none. `complete` is False if a
    part of the design could not be built; `failed` are the steps with errors.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        figures = f"{len(self.rows):,} layers, {self.totals.params:,} params, {self.totals.macs:,} MACs"
        return f"<Report {brief(self.name, 60)}: {figures}{'' if self.complete else ', incomplete'}>"

    @property
    def dtypes(self) -> Dtypes:
        """The types of the values whose type no step states."""
        return parse_dtypes(self.dtype)

    @property
    def states_dtypes(self) -> bool:
        """Whether steps state other types."""
        default = self.dtypes
        return any(row.dtypes is not default and row.dtypes != default for row in self.rows)

    @property
    def unknown_reach(self) -> Row | None:
        """The row of the main output, if it comes after a layer that doesn't state what it reads."""
        if self.reach is not None or not self.outputs:
            return None
        name = self.output_layers[next(iter(self.outputs))]
        return next((row for row in self.rows if row.name == name and row.undefined), None)

    @property
    def reach(self) -> Row | None:
        """The row of the last map of the main output, which is the first one: the network's receptive field.

        Its field is global if a gate or a global path lets every cell see the whole input.
        """
        main = next(iter(self.outputs), "")
        return self.reaches.get(main)

    def main_field(self, row: Row) -> ReceptiveField | None:
        """The receptive field of a layer along the main path. Raises ValueError if the settings didn't ask for it."""
        if self.main_fields is None:
            raise ValueError("the report has no fields of the main path: it was made without `main_fields`")
        return self.main_fields.get(row.name, row.receptive_field)
