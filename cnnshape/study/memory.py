"""Activation memory over time, and the FLOPs of each layer per byte moved."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import repeat

from cnnshape.analysis import Moment, memory_timeline, owned_bytes, tensor_bytes
from cnnshape.device.deployment import Deployment
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph, Node
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report, Row, parse_quantity


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
    sizes = tensor_bytes(graph, [row.dtypes for row in report.rows], report.dtypes, report.batch)
    moments = memory_timeline(
        graph, sizes, inplace_activations=report.inplace_activations, inplace_adds=report.inplace_adds
    )
    moved = map(_moved, graph.nodes, report.rows, repeat(report.rows), repeat(sizes))
    steps = tuple(map(_step, report.rows, moments, moved, repeat(device)))
    known = (step.seconds for step in steps if step.seconds is not None)
    return Memory(
        report=report,
        steps=steps,
        device=device,
        peak=max(steps, key=lambda step: step.alive_bytes, default=None),
        seconds=sum(known, Fraction(0)) if device else None,
    )


def _step(row: Row, moment: Moment, moved: int, device: Device | None) -> Step:
    return Step(
        row=row,
        alive_bytes=moment.bytes,
        tensors=moment.tensors,
        moved_bytes=moved,
        seconds=_seconds(row, moved, device),
    )


def _moved(node: Node, row: Row, rows: Sequence[Row], sizes: Sequence[int]) -> int:
    """Bytes that a layer reads and writes: its inputs, its output, and its weights in the types of their owner."""
    application = node.application
    if application.layer.view:
        return 0
    activations = sum(sizes[value] for value in node.inputs) + row.activation_bytes
    owner = row if node.shares is None else rows[node.shares]
    return activations + owned_bytes(application, owner.dtypes)


def _seconds(row: Row, moved: int, device: Device | None) -> Fraction | None:
    if device is None or row.flops is None:
        return None
    return max(Fraction(row.flops, device.flops_per_second), Fraction(moved, device.bytes_per_second))


def on_device(memory: Memory, deployment: Deployment) -> Memory:
    """The memory over time as the runtime holds it. A layer that is a part of an operation has the operation's bytes."""
    numbers: dict[int, int] = {}
    for number, operation in enumerate(deployment.lowered.operations):
        for node in operation.nodes:
            numbers[node] = max(number, numbers.get(node, 0))
    steps, number = [], 0
    for node, step in enumerate(memory.steps):
        number = numbers.get(node, number)
        alive = sum(held.first <= number <= held.last for held in deployment.lowered.held)
        steps.append(step._replace(alive_bytes=deployment.alive_bytes[number], tensors=alive))
    return memory._replace(steps=tuple(steps), peak=max(steps, key=lambda step: step.alive_bytes, default=None))
