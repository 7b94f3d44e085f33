"""A second reading of specs, to compare with the first: which layers there are, what they read, and their shapes.

Shapes come from counting positions of windows and written cells, not from closed formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, takewhile
from math import prod
from typing import Any, NamedTuple

from .plain import JOINS, Spec, Step, body, is_block, modifiers, word

Shape = tuple[int, ...]
Arguments = dict[str, Any]

ACTIVATIONS = ("relu", "relu6", "tanh", "sigmoid", "silu", "hard_swish")
VIEWS = ("flatten", "reshape", "crop", "split", "slice", "subsample", "dropout", "drop_path", "identity")
GLOBAL_POOLS = ("global_avg_pool", "global_max_pool")
ADAPTIVE_POOLS = ("adaptive_avg_pool", "adaptive_max_pool")


class Unfit(Exception):
    """The steps don't go together."""


class Node(NamedTuple):
    """A layer: what it reads (indices of values, the network's input being 0), and the shape that it gives."""

    kind: str
    arguments: Arguments
    inputs: tuple[int, ...]
    shape: Shape
    shares: bool = False


class Network(NamedTuple):
    """All layers in the order in which they run; `outputs` are indices of values."""

    input: Shape
    nodes: list[Node]
    outputs: list[int]

    def shape(self, value: int) -> Shape:
        """The shape of a value."""
        return self.nodes[value - 1].shape if value else self.input


def wired(spec: Spec) -> Network:
    """The network of a spec; raises Unfit."""
    return Wiring(spec).network()


class Wiring:
    """Follows the steps of a spec one by one."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.shapes: list[Shape] = [tuple(spec.input)]
        self.nodes: list[Node] = []

    def network(self) -> Network:
        scope = {"input": 0} | self.spec.params
        last = self.steps(self.spec.layers, 0, scope)
        outputs = [self.value(name, last, scope) for name in self.spec.outputs] or [last]
        return Network(self.shapes[0], self.nodes, outputs)

    def steps(self, steps: list[Step], current: int, scope: dict[str, Any]) -> int:
        for step in steps:
            current = self.step(step, current, scope)
        return current

    def step(self, step: Step, current: int, scope: dict[str, Any]) -> int:
        beside = modifiers(step)
        current = self.value(beside.get("from", "prev"), current, scope)
        if "repeat" in beside:
            rounds = []
            for index in range(beside["repeat"]):
                current = _last(self.once(step, current, scope, beside.get("first", {}) if index == 0 else {}))
                rounds.append(current)
            outcome: Any = rounds
        else:
            outcome = self.once(step, current, scope, {})
        if "name" in beside:
            scope[beside["name"]] = outcome
        return _last(outcome)

    def once(self, step: Step, current: int, scope: dict[str, Any], first: Arguments) -> Any:
        kind, arguments, beside = word(step), body(step), modifiers(step)
        if kind == "for":
            return self.loop(arguments, beside["do"], current, scope)
        if kind == "residual":
            return self.residual(arguments, beside.get("shortcut", "identity"), current, scope)
        if kind in JOINS:
            return self.join(kind, arguments, "crop" in beside, current, scope)
        given = {name: self.resolved(value, current, scope) for name, value in {**arguments, **first}.items()}
        if is_block(kind):
            block = self.spec.blocks[kind]
            return self.steps(block["do"], current, {**block["params"], **given})
        return self.layer(kind, given, current, "share" in beside)

    def value(self, name: str, current: int, scope: dict[str, Any]) -> int:
        if name == "prev":
            return current
        stem, _, number = name.partition(".")
        bound = scope[stem]
        if number:
            return int(bound[int(number)])
        return _last(bound)

    def resolved(self, value: Any, current: int, scope: dict[str, Any]) -> Any:
        if isinstance(value, list):
            return [self.resolved(part, current, scope) for part in value]
        if value == "in_channels":
            return self.shapes[current][0]
        return scope.get(value, value) if isinstance(value, str) else value

    def loop(self, columns: dict[str, Any], steps: list[Step], current: int, scope: dict[str, Any]) -> list[int]:
        lists = {name: scope[column] if isinstance(column, str) else column for name, column in columns.items()}
        rounds = []
        for index in range(len(next(iter(lists.values())))):
            values = {name: column[index] for name, column in lists.items()}
            current = self.steps(steps, current, {**scope, **values})
            rounds.append(current)
        return rounds

    def residual(self, steps: list[Step], shortcut: Any, current: int, scope: dict[str, Any]) -> int:
        main = self.steps(steps, current, scope)
        if shortcut == "none":
            return main
        side = current if shortcut == "identity" else self.steps(shortcut, current, scope)
        return self.append("add", {}, (main, side))

    def join(self, kind: str, branches: Any, crop: bool, current: int, scope: dict[str, Any]) -> int:
        if isinstance(branches, dict):
            values = [self.steps(branch, current, scope) for branch in branches.values()]
        else:
            values = [self.value(name, current, scope) for name in branches]
        return self.append(kind, {}, tuple(self.cropped(values) if crop else values))

    def cropped(self, values: list[int]) -> list[int]:
        least = [min(sizes) for sizes in zip(*(self.shapes[value][1:] for value in values), strict=True)]
        results = []
        for value in values:
            over = [size - small for size, small in zip(self.shapes[value][1:], least, strict=True)]
            cut = [[surplus // 2, surplus - surplus // 2] for surplus in over]
            results.append(self.append("crop", {"cut": cut}, (value,)) if any(over) else value)
        return results

    def layer(self, kind: str, arguments: Arguments, current: int, shares: bool) -> int:
        own = {name: value for name, value in arguments.items() if name not in ("norm", "act")}
        current = self.append(kind, own, (current,), shares)
        for follower in ("norm", "act"):
            if arguments.get(follower, "none") != "none":
                current = self.append(arguments[follower], {}, (current,))
        return current

    def append(self, kind: str, arguments: Arguments, inputs: tuple[int, ...], shares: bool = False) -> int:
        shape = output_shape(kind, arguments, [self.shapes[value] for value in inputs])
        if min(shape) < 1:
            raise Unfit(f"{kind} leaves nothing")
        self.nodes.append(Node(kind, arguments, inputs, shape, shares))
        self.shapes.append(shape)
        return len(self.shapes) - 1


def _last(value: Any) -> int:
    """The last of several rounds."""
    return int(value[-1] if isinstance(value, list) else value)


def per_axis(value: Any, axis: int) -> Any:
    """The value of one axis."""
    return value[axis] if isinstance(value, list) else value


def padding_of(arguments: Arguments, axis: int, size: int) -> tuple[int, int]:
    """The padding before and after an axis."""
    padding = arguments.get("padding", 0)
    if padding == "same":
        return same(size, *(per_axis(arguments.get(name, 1), axis) for name in ("kernel", "stride", "dilation")))
    given = per_axis(padding, axis)
    return (given[0], given[1]) if isinstance(given, list) else (given, given)


def same(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """The least padding with which windows that start at every `stride`-th cell of the input all fit."""
    last_start = max(start for start in range(0, size, stride))
    total = max(last_start + dilation * (kernel - 1) - (size - 1), 0)
    return total // 2, total - total // 2


def window_starts(arguments: Arguments, axis: int, size: int) -> list[int]:
    """Where the windows of a convolution or pool stand on an axis."""
    kernel, dilation = (per_axis(arguments.get(name, 1), axis) for name in ("kernel", "dilation"))
    stride = per_axis(arguments.get("stride", 1), axis)
    before, after = padding_of(arguments, axis, size)
    extent, end = dilation * (kernel - 1) + 1, size + after
    if extent > before + size + after:
        return []
    if arguments.get("ceil"):
        # A window starts as long as the one before it has not reached the end, and inside of the input.
        return list(
            takewhile(
                lambda start: start == -before or (start - stride + extent < end and start < size),
                count(-before, stride),
            )
        )
    return list(takewhile(lambda start: start + extent <= end, count(-before, stride)))


def written_cells(arguments: Arguments, axis: int, size: int) -> int:
    """How many cells a transposed convolution writes on an axis, before anything is cut off or added."""
    kernel, stride, dilation = (per_axis(arguments.get(name, 1), axis) for name in ("kernel", "stride", "dilation"))
    return max(cell * stride + tap * dilation for cell in range(size) for tap in range(kernel)) + 1


def _slide(arguments: Arguments, inputs: list[Shape], channels: int) -> Shape:
    return channels, *(len(window_starts(arguments, axis, size)) for axis, size in enumerate(inputs[0][1:]))


def _convolved(arguments: Arguments, inputs: list[Shape]) -> Shape:
    groups = arguments.get("groups", 1)
    if inputs[0][0] % groups or arguments["out"] % groups:
        raise Unfit("groups")
    return _slide(arguments, inputs, arguments["out"])


def _pooled(arguments: Arguments, inputs: list[Shape]) -> Shape:
    for axis, size in enumerate(inputs[0][1:]):
        around = padding_of(arguments, axis, size)
        if arguments.get("padding") != "same" and 2 * max(around) > per_axis(arguments["kernel"], axis):
            raise Unfit("more padding than half of a pool's kernel")
    return _slide({"stride": arguments["kernel"], **arguments}, inputs, inputs[0][0])


def _enlarged(arguments: Arguments, inputs: list[Shape]) -> Shape:
    groups = arguments.get("groups", 1)
    if inputs[0][0] % groups or arguments["out"] % groups:
        raise Unfit("groups")
    sizes = []
    for axis, size in enumerate(inputs[0][1:]):
        extra = per_axis(arguments.get("output_padding", 0), axis)
        sizes.append(written_cells(arguments, axis, size) - sum(padding_of(arguments, axis, size)) + extra)
    return arguments["out"], *sizes


def _linear(arguments: Arguments, inputs: list[Shape]) -> Shape:
    if len(inputs[0]) != 1:
        raise Unfit("linear")
    return (arguments["out"],)


def _padded(arguments: Arguments, inputs: list[Shape]) -> Shape:
    channels, *sizes = inputs[0]
    return channels, *(size + sum(padding_of(arguments, axis, size)) for axis, size in enumerate(sizes))


def _cut(arguments: Arguments, inputs: list[Shape]) -> Shape:
    channels, *sizes = inputs[0]
    cut = {"padding": arguments["cut"]}
    return channels, *(size - sum(padding_of(cut, axis, size)) for axis, size in enumerate(sizes))


def _resized(arguments: Arguments, inputs: list[Shape]) -> Shape:
    channels, *sizes = inputs[0]
    if "size" in arguments:
        return channels, *(per_axis(arguments["size"], axis) for axis in range(len(sizes)))
    return channels, *(int(size * per_axis(arguments["scale"], axis)) for axis, size in enumerate(sizes))


def _subsampled(arguments: Arguments, inputs: list[Shape]) -> Shape:
    channels, *sizes = inputs[0]
    return channels, *(len(range(0, size, per_axis(arguments["stride"], axis))) for axis, size in enumerate(sizes))


def _shuffled(arguments: Arguments, inputs: list[Shape]) -> Shape:
    channels, *sizes = inputs[0]
    factor = arguments["factor"]
    if channels % factor ** len(sizes):
        raise Unfit("pixel_shuffle")
    return channels // factor ** len(sizes), *(size * factor for size in sizes)


def _unshuffled(arguments: Arguments, inputs: list[Shape]) -> Shape:
    channels, *sizes = inputs[0]
    factor = arguments["factor"]
    if any(size % factor for size in sizes):
        raise Unfit("pixel_unshuffle")
    return channels * factor ** len(sizes), *(size // factor for size in sizes)


def _part(arguments: Arguments, inputs: list[Shape]) -> Shape:
    if inputs[0][0] % arguments["parts"]:
        raise Unfit("split")
    return inputs[0][0] // arguments["parts"], *inputs[0][1:]


def _sliced(arguments: Arguments, inputs: list[Shape]) -> Shape:
    if arguments["stop"] > inputs[0][0]:
        raise Unfit("slice")
    return arguments["stop"] - arguments.get("start", 0), *inputs[0][1:]


def _joined(_: Arguments, inputs: list[Shape]) -> Shape:
    if len(set(inputs)) > 1:
        raise Unfit("join")
    return inputs[0]


def _gated(_: Arguments, inputs: list[Shape]) -> Shape:
    full = max(inputs, key=prod)
    if any(shape not in (full, (full[0], *(1 for _ in full[1:]))) for shape in inputs):
        raise Unfit("multiply")
    return full


def _stacked(_: Arguments, inputs: list[Shape]) -> Shape:
    if len({shape[1:] for shape in inputs}) > 1:
        raise Unfit("concat")
    return sum(shape[0] for shape in inputs), *inputs[0][1:]


_SHAPES: dict[str, Callable[[Arguments, list[Shape]], Shape]] = {
    "conv": _convolved,
    "conv_transpose": _enlarged,
    "max_pool": _pooled,
    "avg_pool": _pooled,
    "linear": _linear,
    "pad": _padded,
    "crop": _cut,
    "upsample": _resized,
    "subsample": _subsampled,
    "pixel_shuffle": _shuffled,
    "pixel_unshuffle": _unshuffled,
    "split": _part,
    "slice": _sliced,
    "pad_channels": lambda arguments, inputs: (inputs[0][0] + arguments["after"], *inputs[0][1:]),
    "flatten": lambda arguments, inputs: (prod(inputs[0]),),
    "reshape": lambda arguments, inputs: tuple(arguments["shape"]),
    "add": _joined,
    "multiply": _gated,
    "concat": _stacked,
    **{kind: lambda arguments, inputs: (inputs[0][0], *(1 for _ in inputs[0][1:])) for kind in GLOBAL_POOLS},
    **{
        kind: lambda arguments, inputs: (
            inputs[0][0],
            *(per_axis(arguments["size"], axis) for axis, _ in enumerate(inputs[0][1:])),
        )
        for kind in ADAPTIVE_POOLS
    },
}


def output_shape(kind: str, arguments: Arguments, inputs: list[Shape]) -> Shape:
    """The shape that a layer gives; a kind without a rule keeps its input's."""
    rule = _SHAPES.get(kind)
    return rule(arguments, inputs) if rule else inputs[0]
