"""What a source computes from the number of samples: a spec has one sample, and is right for any batch."""

from collections.abc import Callable, Mapping, Sequence

from cnnshape.bridge.operations import Argument, ImportProblem, Shape
from cnnshape.bridge.torch.capturing import Capture
from cnnshape.bridge.torch.recorder import SAMPLES
from cnnshape.named_tuple import NamedTuple

OTHER_SAMPLES = (3, 5, 7, 11)
"""Samples of other runs: other primes."""
_HELP = "a spec is right for any batch: leave the number of samples out of the forward's arithmetic"


class StepFacts(NamedTuple):
    """What a step was right after the run: later it is written so that it fits other sizes."""

    kind: str
    arguments: Mapping[str, Argument]
    inputs: tuple[int, ...]
    shape: Shape
    place: str


def facts_of(run: Capture) -> list[StepFacts]:
    """The steps of a run."""
    return [StepFacts(step.kind, dict(step.arguments), step.inputs, step.shape, step.place) for step in run.steps]


def check_samples(steps: Sequence[StepFacts], again: Callable[[int], Capture]) -> None:
    """Raises ImportProblem if a run with another number of samples has other operations, arguments or shapes."""
    samples = OTHER_SAMPLES[0]
    try:
        others = facts_of(again(samples))
    except ImportProblem as problem:
        message = f"the forward runs with {SAMPLES} samples, but not with {samples}: {problem.message}"
        raise ImportProblem(message, _HELP) from problem
    if [step.kind for step in steps] != [step.kind for step in others]:
        raise ImportProblem("the forward takes another way with another number of samples", _HELP)
    for one, two in zip(steps, others, strict=True):
        if one != two:
            raise ImportProblem(f"{one.place} {_difference(one, two)}", _HELP)


def _difference(one: StepFacts, two: StepFacts) -> str:
    """The first value of a step that depends on the number of samples."""
    for name, value in one.arguments.items():
        if two.arguments.get(name) != value:
            other = two.arguments.get(name)
            values = f"{value} with {SAMPLES}, {other} with {OTHER_SAMPLES[0]}"
            return f"depends on the number of samples: {name} is {values}"
    return "depends on the number of samples"
