"""The memory that training takes: weights, their gradients, the optimizer's state, and what is kept for the backward pass."""

from cnnshape.analysis import owned_bytes, tensor_bytes
from cnnshape.analysis.kept import kept_bytes
from cnnshape.device.deployment import Deployment
from cnnshape.diagnostics.refusal import Refusal
from cnnshape.graph import Graph
from cnnshape.lazy import Data, brief
from cnnshape.named_tuple import NamedTuple
from cnnshape.report import Report

OPTIMIZERS = {"sgd": 0, "momentum": 1, "adam": 2}
"""The values that an optimizer keeps for each trainable weight: none, a velocity, and two moments."""
TOO_LOW, TOO_HIGH = 1.8, 0.0
"""How far the kept activations were from what PyTorch 2.13 saved in measured networks, in per cent."""


class _TrainingFields(NamedTuple):
    """The fields of a training."""

    report: Report
    optimizer: str
    buffer_bytes: int
    gradient_bytes: int
    state_bytes: int
    input_bytes: int
    kept_bytes: tuple[int, ...]
    unknown: tuple[str, ...]


class Training(Data, _TrainingFields):
    """The bytes that one step of training holds between the forward and the backward pass: an estimate.

    `kept_bytes` has what is kept of each layer's output, with what the layer keeps beside it, and `input_bytes` what is kept of the
    network's inputs. Gradients and the optimizer's state are of trainable weights, in their type. `unknown` names layers of
    kinds that no rule describes: their inputs and their output are counted.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Training {brief(self.report.name, 60)} with {self.optimizer}: {self.total_bytes:,} bytes>"

    @property
    def weight_bytes(self) -> int:
        """The weights."""
        return self.report.totals.weight_bytes

    @property
    def activation_bytes(self) -> int:
        """All that is kept for the backward pass."""
        return self.input_bytes + sum(self.kept_bytes)

    @property
    def total_bytes(self) -> int:
        """The sum of all parts."""
        kept_with_weights = self.weight_bytes + self.buffer_bytes + self.gradient_bytes + self.state_bytes
        return kept_with_weights + self.activation_bytes


def training_of(graph: Graph, report: Report, optimizer: str, deployment: Deployment | None) -> Training | None:
    """The memory of training; None without an optimizer. Raises Refusal for an unknown one, and for a device."""
    if optimizer and deployment is not None:
        raise Refusal("training", "a runtime of devices doesn't train; leave one of them out")
    return study_training(graph, report, optimizer) if optimizer else None


def study_training(graph: Graph, report: Report, optimizer: str) -> Training:
    """The memory of training with an optimizer. Raises Refusal for an unknown one."""
    if optimizer not in OPTIMIZERS:
        raise Refusal("training", f"{optimizer!r} is none of {', '.join(OPTIMIZERS)}")
    sizes = tensor_bytes(graph, [row.dtypes for row in report.rows], report.dtypes, report.batch)
    kept = kept_bytes(graph, sizes, [row.weight_bytes for row in report.rows], report.batch)
    gradients = sum(row.weight_bytes for row in report.rows if not row.frozen)
    buffers = sum(owned_bytes(row.application, row.dtypes) - row.weight_bytes for row in report.rows if row.buffers)
    inputs = len(graph.inputs)
    return Training(
        report=report,
        optimizer=optimizer,
        buffer_bytes=buffers,
        gradient_bytes=gradients,
        state_bytes=OPTIMIZERS[optimizer] * gradients,
        input_bytes=sum(kept.values[:inputs]),
        kept_bytes=kept.values[inputs:],
        unknown=tuple(graph.nodes[node].name for node in kept.unknown),
    )
