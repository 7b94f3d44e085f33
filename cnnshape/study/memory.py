"""Activation memory over time, and the FLOPs of each layer per byte moved."""

from fractions import Fraction

from cnnshape.analysis import Moment, memory_timeline
from cnnshape.graph import Graph
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import DTYPES, Report, Row


class Device(NamedTuple):
    """An ideal machine: floating-point operations and bytes per second."""

    flops_per_second: int
    bytes_per_second: int


class Step(NamedTuple):
    """One layer in time. `alive_bytes` are those of all activations alive while it runs, in `tensors` tensors.

    `moved_bytes`: its inputs read once, its weights read once, its output written once; a view moves nothing.
    `seconds` is a lower bound on an ideal machine, None without a device, or if the FLOPs are unknown.
    """

    row: Row
    alive_bytes: int
    tensors: int
    moved_bytes: int
    seconds: Fraction | None

    @property
    def intensity(self) -> Fraction | None:
        """FLOPs per byte moved; None if nothing is moved or the FLOPs are unknown."""
        if self.row.flops is None or not self.moved_bytes:
            return None
        return Fraction(self.row.flops, self.moved_bytes)


class Memory(NamedTuple):
    """All steps of a network, in the order in which they run.

    `peak` is the first step with the most memory alive; None without layers. `seconds` is the sum of the
    layers' lower bounds, None without a device.
    """

    report: Report
    steps: tuple[Step, ...]
    device: Device | None
    peak: Step | None
    seconds: Fraction | None


def study_memory(graph: Graph, report: Report, device: Device | None = None) -> Memory:
    """The memory of a graph with the settings of its report."""
    moments = memory_timeline(graph, inplace_activations=report.inplace_activations, inplace_adds=report.inplace_adds)
    steps = tuple(_step(report, row, moment, device) for row, moment in zip(report.rows, moments, strict=True))
    known = (step.seconds for step in steps if step.seconds is not None)
    return Memory(
        report=report,
        steps=steps,
        device=device,
        peak=max(steps, key=lambda step: step.alive_bytes, default=None),
        seconds=sum(known, Fraction(0)) if device else None,
    )


def _step(report: Report, row: Row, moment: Moment, device: Device | None) -> Step:
    width = DTYPES[report.dtype]
    moved = _moved(row, report.batch, width)
    return Step(
        row=row,
        alive_bytes=moment.elements * report.batch * width,
        tensors=moment.tensors,
        moved_bytes=moved,
        seconds=_seconds(row, moved, device),
    )


def _moved(row: Row, batch: int, width: int) -> int:
    """Bytes that a layer reads and writes: `(inputs + output) * batch + weights`, times the bytes per value."""
    application = row.application
    if application.layer.view:
        return 0
    activations = sum(tensor.elements for tensor in (*application.inputs, application.output)) * batch
    weights = sum(weight.elements for weight in application.layer.weights(application.inputs))
    return (activations + weights) * width


def _seconds(row: Row, moved: int, device: Device | None) -> Fraction | None:
    if device is None or row.flops is None:
        return None
    return max(Fraction(row.flops, device.flops_per_second), Fraction(moved, device.bytes_per_second))
