"""From a module of PyTorch to the list of operations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch

from cnnshape.bridge import names
from cnnshape.bridge.operations import (
    Argument,
    ImportProblem,
    NamedInput,
    NamedOutput,
    Network,
    Operation,
    Ref,
    Shape,
)
from cnnshape.bridge.torch.capturing import Capture, Subject, is_all_frozen
from cnnshape.bridge.torch.patterns import reads, rewritten
from cnnshape.bridge.torch.recorder import SAMPLES, Step
from cnnshape.bridge.torch.samples import check_samples, facts_of
from cnnshape.bridge.torch.sizes import join_pads, settle_sizes

_MOVING = frozenset(("split", "slice", "crop", "flatten", "reshape", "subsample", "channel_shuffle", "identity", "pad"))
"""Kinds that only move values: those that nothing reads are left out."""


def network_of(
    module: Any, inputs: Mapping[str, Shape], *, by_name: bool = False, name: str = "", origin: str = ""
) -> Network:
    """The operations of one forward pass of a module, in evaluation mode, for inputs of these shapes without the batch.

    Raises ImportProblem for what is not a module, and for a forward that can't be recorded.
    """
    if not isinstance(module, torch.nn.Module):
        raise ImportProblem(
            f"{type(module).__name__} is not a torch.nn.Module", "name a class, a function or an object that gives one"
        )
    if not inputs:
        raise ImportProblem("no input is given", "state its shape without the batch: `--input 3x224x224`")

    subject = Subject(module)

    def again(shapes: Mapping[str, Shape], samples: int) -> Capture:
        return rewritten(subject.run(shapes, by_name, samples))

    run = again(inputs, SAMPLES)
    recorded = facts_of(run) if run.recorder.reads_sizes else None
    if not settle_sizes(run, again, inputs) and recorded is not None:
        check_samples(recorded, lambda samples: again(inputs, samples))
    join_pads(run)
    operations, outputs = _ordered(run, len(inputs))
    if not operations:
        raise ImportProblem("the forward has no operation that the outputs need", "name the network itself")
    used = {weight.name for operation in operations for weight in operation.weights}
    weights = list(run.recorder.weights.values())
    unused = tuple(weight for weight in weights if weight.name not in used and weight.learned)
    return Network(
        name or type(module).__name__,
        origin,
        _inputs(inputs),
        operations,
        tuple(NamedOutput(key, value) for key, value in outputs.items()),
        sum(weight.elements for weight in weights if weight.learned),
        unused,
        (*run.recorder.notes, *_freezing_notes(module, operations)),
    )


def _freezing_notes(module: Any, operations: Sequence[Operation]) -> Iterator[str]:
    """What a spec doesn't say of weights without `requires_grad`."""
    weights = [weight for operation in operations for weight in operation.weights if weight.learned]
    if weights and is_all_frozen(module):
        yield "no weight of the module requires gradients; the spec has all weights as trained ones"
    for operation in operations:
        frozen = [weight.name for weight in operation.weights if weight.frozen]
        if frozen and not operation.frozen:
            place = f" in {operation.path}" if operation.path else ""
            yield f"{operation.kind}{place} is trained in part, but is a trained layer here: {', '.join(frozen)} is frozen"


def _inputs(shapes: Mapping[str, Shape]) -> tuple[NamedInput, ...]:
    """The inputs. Names that mean something in the language get a number. A single input is the `input`."""
    if len(shapes) == 1:
        return (NamedInput("input", tuple(*shapes.values())),)
    taken: list[str] = []
    for name in shapes:
        taken.append(names.variable(name, taken, "input"))
    return tuple(NamedInput(name, tuple(shape)) for name, shape in zip(taken, shapes.values(), strict=True))


def _ordered(run: Capture, inputs: int) -> tuple[tuple[Operation, ...], dict[str, int]]:
    """The operations that something reads, in the order they ran, and the outputs, with new numbers."""
    steps = run.steps
    read = {value for step in steps for value in reads(step)} | set(run.outputs.values())
    kept = [index for index, step in enumerate(steps) if step.kind]
    while True:
        gone = {index for index in kept if is_idle(steps[index]) and index + inputs not in read}
        if not gone:
            break
        kept = [index for index in kept if index not in gone]
        read = {value for index in kept for value in reads(steps[index])} | set(run.outputs.values())
    order = sorted(kept, key=lambda index: (steps[index].moment, index))
    numbers = {value: value for value in range(inputs)}
    numbers.update({index + inputs: place + inputs for place, index in enumerate(order)})
    operations = tuple(_operation(steps[index], numbers) for index in order)
    return operations, {name: numbers[value] for name, value in run.outputs.items()}


def is_idle(step: Step) -> bool:
    """Whether an operation may be left out if nothing reads it: it only moves values, or has become part of another."""
    return step.kind in _MOVING or bool(step.extra.get("idle"))


def _operation(step: Step, numbers: Mapping[int, int]) -> Operation:
    arguments: dict[str, Argument] = {
        name: Ref(numbers[argument.value]) if isinstance(argument, Ref) else argument
        for name, argument in step.arguments.items()
    }
    return Operation(
        step.kind,
        arguments,
        tuple(numbers[value] for value in step.inputs),
        step.shape,
        step.modules,
        step.weights,
        " ".join((step.what, step.extra["others"])) if step.extra.get("others") else step.what,
    )
