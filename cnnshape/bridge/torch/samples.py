"""What a source computes from the number of samples: a spec has one sample, and is right for any batch."""

from collections.abc import Callable

from cnnshape.bridge.operations import ImportProblem
from cnnshape.bridge.torch.capturing import Capture
from cnnshape.bridge.torch.recorder import SAMPLES, Step

OTHER_SAMPLES = 3
"""Samples of the second run: another prime."""
_HELP = "a spec is right for any batch: leave the number of samples out of the forward's arithmetic"


def check_samples(run: Capture, again: Callable[[int], Capture]) -> None:
    """Raises ImportProblem if a run with another number of samples has other operations, arguments or shapes."""
    try:
        other = again(OTHER_SAMPLES)
    except ImportProblem as problem:
        message = f"the forward runs with {SAMPLES} samples, but not with {OTHER_SAMPLES}: {problem.message}"
        raise ImportProblem(message, _HELP) from problem
    if [step.kind for step in run.steps] != [step.kind for step in other.steps]:
        raise ImportProblem("the forward takes another way with another number of samples", _HELP)
    for one, two in zip(run.steps, other.steps, strict=True):
        if (one.arguments, one.inputs, one.shape) != (two.arguments, two.inputs, two.shape):
            raise ImportProblem(f"{one.place} {_difference(one, two)}", _HELP)


def _difference(one: Step, two: Step) -> str:
    """The first value of a step that depends on the number of samples."""
    for name, value in one.arguments.items():
        if two.arguments.get(name) != value:
            other = two.arguments.get(name)
            return f"depends on the number of samples: {name} is {value} with {SAMPLES}, {other} with {OTHER_SAMPLES}"
    return "depends on the number of samples"
