"""The steps of several runs of a network side by side."""

from collections.abc import Mapping, Sequence

from cnnshape.bridge.joining import is_zero
from cnnshape.bridge.operations import Argument
from cnnshape.bridge.torch.capturing import Capture
from cnnshape.bridge.torch.patterns import reads
from cnnshape.bridge.torch.recorder import Step
from cnnshape.named_tuple import NamedTuple

POOLS = frozenset(("max_pool", "avg_pool"))
WINDOWS = POOLS | {"conv"}
"""Kinds that may have a pad before them as their own."""


class Twin(NamedTuple):
    """A step in one of the runs, with its value and the pad that belongs to it."""

    run: Capture
    value: int
    step: Step
    pad: Step | None


Same = Mapping[int, tuple[int, ...]]
"""The values that are the same one in all runs, by that of the first run."""


def columns_of(runs: Sequence[Capture]) -> tuple[list[tuple[Twin, ...]], Same]:
    """The steps of all runs side by side, and the values that are the same one. There are no steps if their numbers differ."""
    rows = [_aligned(run) for run in runs]
    columns = list(zip(*rows, strict=True)) if len(set(map(len, rows))) == 1 else []
    same = {value: (value,) * len(runs) for value in range(len(runs[0].recorder.input_shapes))}
    same.update((twins[0].value, tuple(twin.value for twin in twins)) for twins in columns)
    return columns, same


def do_the_same(twins: tuple[Twin, ...], same: Same) -> bool:
    """Whether the steps are of one kind, and read the same values."""
    first = twins[0]
    if any(twin.step.kind != first.step.kind for twin in twins):
        return False
    read = [_sources(twin) for twin in twins]
    return len(set(map(len, read))) == 1 and list(map(same.get, read[0])) == list(zip(*read, strict=True))


def _sources(twin: Twin) -> tuple[int, ...]:
    """The values that a step reads. A pad of its own is a part of it."""
    return twin.step.inputs if twin.pad is None else twin.pad.inputs


def pads_of(run: Capture) -> dict[int, Step]:
    """The pads that belong to a window: each the only one that reads it, by the value of that window."""
    if all(step.kind != "pad" for step in run.steps):
        return {}
    readers: dict[int, list[int]] = {}
    first = len(run.recorder.input_shapes)
    for index, step in enumerate(run.steps, first):
        for value in reads(step):
            readers.setdefault(value, []).append(index)
    pads = {}
    for value, step in enumerate(run.steps, first):
        users = readers.get(value, [])
        if step.kind != "pad" or step.arguments["mode"] != "zeros" or len(users) > 1 or value in run.outputs.values():
            continue
        window = run.recorder.step(users[0]) if users else None
        if window is None or window.kind not in WINDOWS:
            continue
        fill = float("-inf") if window.kind == "max_pool" else 0.0
        if step.extra.get("fill") == fill and is_zero(window.arguments.get("padding", 0)):
            pads[users[0]] = step
    return pads


def _aligned(run: Capture) -> list[Twin]:
    """The operations that all runs share: all but the pads of windows, which may be missing at some sizes."""
    pads = pads_of(run)
    gone = {id(step) for step in pads.values()}
    steps = enumerate(run.steps, len(run.recorder.input_shapes))
    return [Twin(run, value, step, pads.get(value)) for value, step in steps if step.kind and id(step) not in gone]


def padding_of(twin: Twin) -> Argument:
    """The padding of the pad that belongs to a window; 0 without one."""
    return 0 if twin.pad is None else twin.pad.arguments["padding"]
