"""Arguments that the source computes from sizes: a second run at another input size shows which ones change.

They are written so that they fit at every size: as `padding: same`, `like`, a global pool, or an expression.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from math import prod
from operator import add

from cnnshape.bridge.joining import is_zero
from cnnshape.bridge.operations import Argument, ImportProblem, Ref, Shape
from cnnshape.bridge.torch.capturing import Capture
from cnnshape.bridge.torch.recorder import Recorder, Step
from cnnshape.bridge.torch.samples import OTHER_SAMPLES
from cnnshape.bridge.torch.twins import POOLS, WINDOWS, Same, Twin, columns_of, do_the_same, padding_of, pads_of

GROWTHS = ((1, 3, 5), (32, 64, 96), (96, 128, 160))
"""Cells that other inputs are longer by along each axis. Networks that take multiples of 32 run at the later ones."""
HALVINGS = 6
"""How often strides may halve a size, so that each layer after them still sees another parity."""
_SIZED = frozenset(("crop", "reshape", "adaptive_avg_pool", "adaptive_max_pool"))
_JOINS = frozenset(("add", "concat", "multiply", "subtract", "maximum"))


Again = Callable[[Mapping[str, Shape], int], Capture]
"""Runs the network again on inputs of these shapes, and so many samples."""


def settle_sizes(run: Capture, again: Again, inputs: Mapping[str, Shape]) -> bool:
    """Writes what depends on sizes so that it fits all of them. The network runs at other sizes if that is needed.

    Those runs have other numbers of samples too. Returns whether they show that nothing depends on that number.
    """
    sized = any(_is_sized(run.recorder, step) for step in run.steps)
    padded = any(step.kind == "pad" for step in run.steps)
    if not (sized or padded or run.recorder.reads_sizes) or all(len(shape) < 2 for shape in inputs.values()):
        return False
    others = _reruns(again, inputs)
    other = next(others, None)
    if other is None:
        return False
    columns, same = columns_of([run, other])
    if sized and _needs_third(columns, same) and (third := next(others, None)) is not None:
        columns, same = columns_of([run, other, third])
    return _compare(run, columns, same)


def _reruns(again: Again, inputs: Mapping[str, Shape]) -> Iterator[Capture]:
    """Runs at other sizes, where the network runs at them."""
    flipped = {name: (shape[0], *_flipped(shape[1:])) for name, shape in inputs.items()}
    grown = [{name: (shape[0], *map(add, shape[1:], growth)) for name, shape in inputs.items()} for growth in GROWTHS]
    for shapes, samples in zip((flipped, *grown), OTHER_SAMPLES, strict=True):
        try:
            yield again(shapes, samples)
        except ImportProblem:
            continue


def _flipped(sizes: Shape) -> Iterator[int]:
    """Larger sizes whose halves are odd where those of the sizes are even, and even where they are odd.

    A padding that follows from the size differs at each of them then. With `same`, half of n cells is ceil(n / 2): after k
    strides it is odd where bit k of n - 1 is 0. On every second axis it is so after a first layer without padding.
    """
    block = 1 << HALVINGS
    for axis, size in enumerate(sizes):
        lost = 1 + 2 * (axis % 2)
        yield ((size - lost) ^ (block - 1)) + lost + block * (axis + 1)


def _needs_third(columns: Sequence[tuple[Twin, ...]], same: Same) -> bool:
    """Whether an argument differs in two runs so that only a third one shows how it follows from the sizes."""
    return any(
        twins[0].step.arguments != twins[1].step.arguments
        and _is_sized(twins[0].run.recorder, twins[0].step)
        and not (twins[0].step.kind in POOLS and all(map(_is_global, twins)))
        and not (twins[0].step.kind == "upsample" and _of_same_size(twins, same))
        for twins in columns
    )


def _is_sized(recorder: Recorder, step: Step) -> bool:
    """Whether a step has an argument that may be a size."""
    if step.kind in POOLS:
        return step.arguments["kernel"] == recorder.shape(step.inputs[0])[1:]
    return step.kind in _SIZED or (step.kind == "upsample" and "size" in step.arguments)


def _compare(run: Capture, columns: Sequence[tuple[Twin, ...]], same: Same) -> bool:
    """Settles the first run by the others beside it. Returns whether nothing is left that differs between them."""
    recorder = run.recorder
    if not columns or not all(do_the_same(twins, same) for twins in columns):
        recorder.notes.append("right at this input size only: the forward takes another way at other sizes")
        return False
    known = len(recorder.notes)
    windows = [twins for twins in columns if twins[0].step.kind in WINDOWS]
    changing = [twins for twins in windows if len({padding_of(twin) for twin in twins}) > 1]
    # Sizes of an even and an odd number of cells may need the same padding by chance: the class of the module decides.
    computed = {twins[0].step.modules[-1].type for twins in changing if twins[0].step.modules}
    for twins in windows:
        modules = twins[0].step.modules
        if twins in changing or (twins[0].pad is not None and modules and modules[-1].type in computed):
            _pad_window(twins, twins in changing)
    for twins in columns:
        _settle(twins, same)
    # An opaque operation may be of any shape, and none of its arguments was compared.
    return len(recorder.notes) == known and all(step.kind != "opaque" for step in run.steps)


def join_pads(run: Capture) -> None:
    """A pad before a window of its own is the padding of that window. One with another value than 0 has no kind.

    The zeros before a mean count as its cells.
    """
    for value, pad in pads_of(run).items():
        window = run.recorder.step(value)
        if window is not None and pad.kind and (window.kind != "avg_pool" or window.extra.get("inner")):
            window.arguments["padding"] = pad.arguments["padding"]
            window.inputs, pad.kind = pad.inputs, ""
    for step in run.steps:
        if step.kind == "pad" and step.extra["fill"]:
            step.kind, step.arguments = "opaque", {"output": step.shape, "what": "pad"}


def _pad_window(twins: tuple[Twin, ...], changes: bool) -> None:
    """A window after a pad that is computed from the size becomes `padding: same`."""
    step, pad = twins[0].step, twins[0].pad
    for word in ("same", "same_lower"):
        if all(_is_same(twin, word) for twin in twins):
            step.arguments["padding"] = word
            if pad is not None:
                step.inputs = pad.inputs
                pad.kind = ""
            return
    if changes:
        _note(twins[0], "its padding is computed from the size")


def _is_same(twin: Twin, word: str) -> bool:
    """Whether a window has the padding that the word means: ceil(size / stride) cells, an odd cell after or before."""
    step, pad = twin.step, twin.pad
    source = step.inputs[0] if pad is None else pad.inputs[0]
    sizes = twin.run.recorder.shape(source)[1:]
    rank = len(sizes)
    pairs = ((0, 0),) * rank if pad is None else pad.arguments["padding"]
    kernels, strides, dilations = (_numbers(step, name, rank) for name in ("kernel", "stride", "dilation"))
    wanted = []
    for size, kernel, stride, dilation in zip(sizes, kernels, strides, dilations, strict=True):
        total = max((-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
        less, more = total // 2, total - total // 2
        wanted.append((less, more) if word == "same" else (more, less))
    return pairs == tuple(wanted)


def _numbers(step: Step, name: str, rank: int) -> tuple[int, ...]:
    default = step.arguments["kernel"] if name == "stride" else 1
    value = step.arguments.get(name, default)
    items = value if isinstance(value, tuple) else (value,) * rank
    return tuple(item for item in items if isinstance(item, int))


def _settle(twins: tuple[Twin, ...], same: Same) -> None:
    step = twins[0].step
    if step.kind == "opaque":
        return
    for name, argument in list(step.arguments.items()):
        values = [twin.step.arguments.get(name) for twin in twins]
        if isinstance(argument, Ref) or argument in ("same", "same_lower") or len(set(values)) == 1:
            continue
        if step.kind in POOLS and name == "kernel" and all(map(_is_global, twins)):
            step.kind = f"global_{step.kind}"
            step.arguments = {}
            return
        if step.kind == "upsample" and name == "size" and _like(twins, same):
            continue
        facts = [_facts(twin) for twin in twins]
        expression = _expressed(values, facts) if step.kind != "pad" else None
        if expression is None:
            _note(twins[0], f"its {name} is computed from the size")
        else:
            step.arguments[name] = expression


def _is_global(twin: Twin) -> bool:
    given = twin.step.arguments
    sizes = twin.run.recorder.shape(twin.step.inputs[0])[1:]
    return given["kernel"] == sizes and is_zero(given.get("padding", 0))


def _of_same_size(twins: tuple[Twin, ...], same: Same) -> list[int]:
    """The values that are known before a step and have the size of its result, in all runs."""
    first, *others = twins
    sizes = first.step.shape[1:]
    here = (value for value in same if value < first.value and first.run.recorder.shape(value)[1:] == sizes)
    return [
        value
        for value in here
        if all(
            twin.run.recorder.shape(there)[1:] == twin.step.shape[1:]
            for twin, there in zip(others, same[value][1:], strict=True)
        )
    ]


def _like(twins: tuple[Twin, ...], same: Same) -> bool:
    """Resizes to another tensor's size, or by a factor. A tensor that is joined with the result is preferred."""
    run, value, step, _ = twins[0]
    fitting = _of_same_size(twins, same)
    joins = [joined for joined in run.steps if joined.kind in _JOINS and value in joined.inputs]
    partners = {operand for joined in joins for operand in joined.inputs}
    inputs = range(len(run.recorder.input_shapes))
    factors = {_factors(twin) for twin in twins}
    chosen = [here for here in fitting if here in partners] or [here for here in fitting if here in inputs]
    if not chosen and len(factors) == 1 and () not in factors:
        step.arguments["scale"] = factors.pop()
    elif fitting:
        step.arguments["like"] = Ref((chosen or fitting)[-1])
    else:
        return False
    del step.arguments["size"]
    return True


def _factors(twin: Twin) -> tuple[int, ...]:
    """The whole factors of a resize; empty if there are none."""
    sizes = twin.run.recorder.shape(twin.step.inputs[0])[1:]
    pairs = list(zip(twin.step.shape[1:], sizes, strict=True))
    return tuple(out // size for out, size in pairs) if all(out % size == 0 for out, size in pairs) else ()


def _facts(twin: Twin) -> dict[str, int]:
    """The sizes of the input of a step by the names that an expression may use."""
    shape = twin.run.recorder.shape(twin.step.inputs[0]) if twin.step.inputs else ()
    names = {2: ("in_length",), 3: ("in_height", "in_width"), 4: ("in_depth", "in_height", "in_width")}
    return dict(zip(("in_channels", *names.get(len(shape), ())), shape, strict=False))


def _expressed(values: Sequence[Argument | None], facts: Sequence[Mapping[str, int]]) -> Argument | None:
    """An argument that gives all values from the sizes of the inputs; None if none is known, or two values are too few."""
    first = values[0]
    if len(set(values)) == 1:
        return first
    if isinstance(first, tuple):
        if any(not isinstance(value, tuple) or len(value) != len(first) for value in values):
            return None
        columns = zip(*(value for value in values if isinstance(value, tuple)), strict=True)
        items = [_expressed(column, facts) for column in columns]
        return None if any(item is None for item in items) else tuple(item for item in items if item is not None)
    wanted = [value for value in values if isinstance(value, int)]
    if len(wanted) != len(values) or len(values) < 3:
        return None
    candidates = list(_candidates(facts))
    for text, sizes in candidates:
        if sizes == wanted:
            return text
    singles = [(text, sizes) for text, sizes in candidates if "*" not in text]
    for text, sizes in singles:
        divisor = sizes[-1] // (wanted[-1] or 1)
        if divisor > 1 and [size // divisor for size in sizes] == wanted:
            return f"{text} // {divisor}"
    for text, sizes in singles:
        shifts = {size - value for size, value in zip(sizes, wanted, strict=True)}
        if len(shifts) == 1:
            shift = shifts.pop()
            return f"{text} {'-' if shift > 0 else '+'} {abs(shift)}"
    for text, sizes in candidates:
        divisor = sizes[-1] // (wanted[-1] or 1)
        if divisor > 1 and [divisor * value for value in wanted] == sizes:
            return f"({text}) // {divisor}"
    return None


def _candidates(facts: Sequence[Mapping[str, int]]) -> Iterator[tuple[str, list[int]]]:
    """Products of sizes, as an expression and its values."""
    names = [name for name in facts[0] if name != "in_channels"]
    for count in range(1, len(names) + 1):
        for chosen in combinations(names, count):
            sizes = [prod(fact[name] for name in chosen) for fact in facts]
            yield " * ".join(chosen), sizes
            channels = [fact["in_channels"] * size for fact, size in zip(facts, sizes, strict=True)]
            yield f"in_channels * {' * '.join(chosen)}", channels


def _note(twin: Twin, why: str) -> None:
    twin.run.recorder.notes.append(f"right at this input size only: {twin.step.place}, {why}")
