"""The facts of one layer that counting rules are written with. Amounts are of one sample."""

from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import Any, TypeVar

from cnnshape.layers import Layer, Shape, Weight, Window
from cnnshape.report import Report, Row
from cnnshape.study.counting.holders import holders

Value = TypeVar("Value")


class Case:
    """The facts of a row that rules ask for."""

    def __init__(self, row: Row, holders: int = 1) -> None:
        self.row = row
        self.holders = holders
        """How many blocks hold the layer as a module of theirs."""

    @property
    def layer(self) -> Layer:
        """The layer's kind with its arguments."""
        return self.row.application.layer

    @property
    def kind(self) -> str:
        """The kind's word."""
        return self.layer.name

    @cached_property
    def values(self) -> int:
        """Values of the output, all boxes together."""
        return self.row.application.output.elements

    @property
    def input_values(self) -> int:
        """Values of the first input, all boxes together."""
        return self.row.application.inputs[0].elements

    @property
    def boxes(self) -> int:
        """How often the layer runs, which frameworks treat as the batch size."""
        return self.row.application.output.boxes

    @property
    def channels(self) -> int:
        """Channels of the first input."""
        return self.row.inputs[0][0]

    @property
    def input_sizes(self) -> Shape:
        """Spatial sizes of the first input."""
        return self.row.inputs[0][1:]

    @property
    def output_sizes(self) -> Shape:
        """Spatial sizes of the output."""
        return self.row.output[1:]

    @property
    def positions(self) -> int:
        """Spatial positions of the output, all boxes together."""
        return prod(self.output_sizes) * self.boxes

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of the matrix product, by the kind's own formula."""
        return self.row.application.macs

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The learned tensors that the layer uses, its own or those of another layer."""
        return tuple(weight for weight in self._tensors if not weight.buffer)

    @property
    def statistics(self) -> int:
        """Values that the layer keeps per channel without learning them: running means and variances."""
        return sum(weight.elements for weight in self._tensors if weight.buffer and weight.shape)

    @cached_property
    def _tensors(self) -> tuple[Weight, ...]:
        return self.layer.weights(self.row.application.inputs)

    @property
    def learned(self) -> int:
        """Learned values that the layer uses, its own or those of another layer."""
        return sum(weight.elements for weight in self.weights)

    @property
    def biased(self) -> bool:
        """Whether the layer adds a bias."""
        return any(weight.name == "bias" for weight in self.weights)

    @property
    def gate_biases(self) -> int:
        """The biases that the gates of a recurrent layer add in all steps."""
        return sum(weight.elements for weight in self.weights if weight.name.startswith("bias")) * self.positions

    @property
    def scales(self) -> bool:
        """Whether the layer has learned tensors at all: an affine normalization."""
        return bool(self.weights)

    @property
    def windows(self) -> tuple[Window, ...]:
        """The window of each axis; only for kinds whose windows slide."""
        footprint = self.row.application.footprint
        assert isinstance(footprint, tuple)
        sliding = tuple(axis for axis in footprint if isinstance(axis, Window))
        assert len(sliding) == len(footprint)
        return sliding

    @property
    def window_cells(self) -> int:
        """Cells of one window that slides."""
        return prod(window.kernel for window in self.windows)

    @property
    def kernel_cells(self) -> int:
        """Cells of one learned kernel."""
        return prod(self.weights[0].shape[2:])

    def argument(self, name: str) -> Any:
        """An argument as the spec gave it."""
        return self.layer.values[name]


class Cases:
    """The distinct cases of a report, and which of them each row is. Rows differ by layer, inputs, shared weights, and
    the number of blocks that hold the layer. With `held_once` one block holds each layer, however often it runs."""

    def __init__(self, report: Report, *, held_once: bool = False) -> None:
        self.report = report
        self.distinct: list[Case] = []
        self._by_value: dict[tuple[object, ...], int] = {}
        self._by_application: dict[tuple[int, bool, int], int] = {}
        blocks = [1] * len(report.rows) if held_once else holders(report)
        self.of_rows = [self._index(row, number) for row, number in zip(report.rows, blocks, strict=True)]

    @property
    def held_by_several(self) -> bool:
        """Whether several blocks hold a layer."""
        return any(case.holders > 1 for case in self.distinct)

    def spread(self, values: Sequence[Value]) -> tuple[Value, ...]:
        """The values of the distinct cases, row by row."""
        return tuple([values[index] for index in self.of_rows])

    def _index(self, row: Row, blocks: int) -> int:
        application, shared = row.application, bool(row.shares)
        key = id(application), shared, blocks
        if key not in self._by_application:
            value = application.layer, application.inputs, shared, blocks
            self._by_application[key] = self._by_value.setdefault(value, len(self.distinct))
            if self._by_application[key] == len(self.distinct):
                self.distinct.append(Case(row, blocks))
        return self._by_application[key]
