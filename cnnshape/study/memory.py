"""Activation memory over time, and the FLOPs of each layer per byte moved."""

from fractions import Fraction

from cnnshape.analysis import Moment, memory_timeline
from cnnshape.graph import Graph
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import DTYPES, Report, Row, parse_quantity
from cnnshape.study.refusal import Refusal


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


class _MemoryFields(NamedTuple):
    """The fields of a memory."""

    report: Report
    steps: tuple[Step, ...]
    device: Device | None
    peak: Step | None
    seconds: Fraction | None


class Memory(Data, _MemoryFields):
    """All steps of a network, in the order in which they run.

    `peak` is the first step with the most memory alive; None without layers. `seconds` is the sum of the
    layers' lower bounds, None without a device.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        peak = f"peak {self.report.peak.bytes:,} bytes at {brief(self.report.peak.layer or 'the input', 60)}"
        return f"<Memory {brief(self.report.name, 60)}: {len(self.steps):,} layers, {peak}>"


def device_of(peak_flops: str | None, bandwidth: str | None) -> Device | None:
    """The ideal machine of two quantities, `4T` and `50GB`; None without both. Raises Refusal for one of them alone."""
    if (peak_flops is None) != (bandwidth is None):
        missing = "peak_flops" if peak_flops is None else "bandwidth"
        raise Refusal(missing, "an ideal machine has FLOPs and bytes per second; give both")
    if peak_flops is None or bandwidth is None:
        return None
    return Device(_per_second(peak_flops, "peak_flops"), _per_second(bandwidth, "bandwidth"))


def _per_second(text: str, option: str) -> int:
    quantity = parse_quantity(text)
    if quantity is None or quantity.value < 1:
        raise Refusal(option, f"{text!r} is not a number above 0; write 4T or 50GB")
    return round(quantity.value)


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
