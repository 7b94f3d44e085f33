"""Rounds of a loop from steps that differ by values: each list of values becomes a column."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import TypeGuard

from cnnshape.bridge.draft import FROZEN, DraftCall, DraftJoin, DraftLoop, DraftResidual, DraftStep, Marks, Steps, Value
from cnnshape.bridge.flat import same
from cnnshape.bridge.fold.param import Window, fits, half_of
from cnnshape.bridge.fold.steps import walk_steps
from cnnshape.layers import BY_NAME
from cnnshape.named_tuple import NamedTuple

MOST_COLUMNS = 10
MOST_FACTOR = 8
"""The largest factor between the widths of two columns that is written out; a larger one is chance."""
LEAST_WIDTH = 8
"""Channels of a layer; a smaller number counts other things."""


class Blocks(NamedTuple):
    """What loops need to know of blocks: the default of each parameter, by block; None for a required one."""

    defaults: Mapping[str, Mapping[str, Value | None]]

    def default(self, step: DraftCall, argument: str) -> Value | None:
        """The default of an argument of a block or a kind; None if there is none."""
        if step.word in self.defaults:
            return self.defaults[step.word].get(argument)
        declared = BY_NAME[step.word].arguments.get(argument)
        if declared is None:
            return False if argument == FROZEN else "none"
        default: Value | None = None if declared.required else declared.default
        return default

    def order(self, step: DraftCall) -> tuple[str, ...]:
        """The arguments that a block or a kind may have, in their order."""
        if step.word in self.defaults:
            return tuple(self.defaults[step.word])
        kind = BY_NAME[step.word]
        return (*kind.arguments, *kind.followers, FROZEN)


class _Different(Exception):
    """Steps that differ by more than values."""


def merged(rounds: Sequence[Steps], blocks: Blocks) -> DraftLoop | None:
    """A loop of rounds; None if they differ by more than values."""
    columns = _Columns(frozenset(_words(rounds[0])))
    try:
        body = _bodies(rounds, columns, blocks)
    except _Different:
        return None
    if len(columns.listed) > MOST_COLUMNS or not columns.listed:
        return None
    return DraftLoop(dict(sorted(columns.listed.items(), key=lambda column: column[0] == COUNT)), body)


def are_alike(one: DraftStep, other: DraftStep, blocks: Blocks) -> bool:
    """Whether two steps differ by values alone."""
    try:
        _step((one, other), _Columns((), only_check=True), blocks)
    except _Different:
        return False
    return True


PADDING = "padding"
COUNT = "n"
"""The column that holds the numbers of repeats."""
FIRST = "first"
"""What the columns of the first of several repeats are called, before the argument."""


class _Columns:
    """The columns of a loop while it is made: a name for each list of values. `taken` are names that mean something else.

    With `only_check` no column is made: it matters only whether there could be one.
    """

    def __init__(self, taken: Collection[str], *, only_check: bool = False) -> None:
        self.taken = taken
        self.only_check = only_check
        self.listed: dict[str, tuple[Value, ...]] = {}

    def of(self, name: str, values: Sequence[Value], other: str = "") -> Value:
        """The value itself if it is the same in all rounds, else the name of its column: `other` if the first is taken."""
        if _are_the_same(values):
            return values[0]
        _check_listable(values)
        if self.only_check:
            return values[0]
        for known, column in self.listed.items():
            if all(map(same, column, values)):
                return known
        derived = self._derived(values) if name != COUNT else ""
        if derived:
            return derived
        numbered = (f"{name}_{number}" for number in count(2))
        own = next(own for own in chain((name, other or name), numbered) if own not in (*self.listed, *self.taken))
        self.listed[own] = tuple(values)
        return own

    def _derived(self, values: Sequence[Value]) -> str:
        """Widths as a multiple or a part of those of another column; empty if they are none."""
        widths = [value for value in values if _is_width(value)]
        if len(widths) < len(values):
            return ""
        for known, column in self.listed.items():
            bases = [value for value in column if _is_width(value)]
            if len(bases) < len(widths):
                continue
            # All have the factor of the first ones.
            times, part = widths[0] // bases[0], bases[0] // widths[0]
            if 2 <= times <= MOST_FACTOR and all(own == times * one for one, own in zip(bases, widths, strict=True)):
                return f"{times} * {known}"
            if 2 <= part <= MOST_FACTOR and all(one == part * own for one, own in zip(bases, widths, strict=True)):
                return f"{known} // {part}"
        return ""


def _are_the_same(values: Sequence[Value]) -> bool:
    first = values[0]
    return all(value is first or same(value, first) for value in values)


def _check_listable(values: Sequence[Value]) -> None:
    """Raises _Different for what depends on the tensor that enters a step: a list has values that are known before."""
    if any(isinstance(value, str) and value not in BY_NAME and value != "none" for value in values):
        raise _Different


def _is_width(value: Value) -> TypeGuard[int]:
    """Whether a value may be a number of channels, rather than a stride or a number of repeats."""
    return isinstance(value, int) and value >= LEAST_WIDTH


def _words(steps: Steps) -> Iterator[str]:
    """The names in the expressions of steps."""
    for step in walk_steps(steps):
        texts: list[Value | None] = [step.marks.when]
        if isinstance(step, DraftCall):
            values = (*step.arguments.values(), *step.marks.first.values())
            texts += [value for value in values if isinstance(value, str) and not value.isidentifier()]
        elif isinstance(step, DraftResidual):
            texts.append(step.shortcut if isinstance(step.shortcut, str) else "")
        for text in texts:
            yield from re.findall(r"[A-Za-z_]\w*", str(text))


def _bodies(bodies: Sequence[Steps], columns: _Columns, blocks: Blocks) -> Steps:
    if any(len(body) != len(bodies[0]) for body in bodies):
        raise _Different
    return tuple(_step(versions, columns, blocks) for versions in zip(*bodies, strict=True))


def _step(versions: Sequence[DraftStep], columns: _Columns, blocks: Blocks) -> DraftStep:
    first = versions[0]
    if isinstance(first, DraftCall):
        return _call([step for step in versions if isinstance(step, DraftCall)], len(versions), columns, blocks)
    if isinstance(first, DraftResidual):
        residuals = [step for step in versions if isinstance(step, DraftResidual)]
        if len(residuals) < len(versions):
            raise _Different
        body = _bodies([step.body for step in residuals], columns, blocks)
        shortcut = _shortcut([step.shortcut for step in residuals], columns, blocks)
        return DraftResidual(body, shortcut, _marks(versions, columns, blocks))
    if isinstance(first, DraftJoin):
        joins = [step for step in versions if isinstance(step, DraftJoin)]
        heads = {(step.word, tuple(step.branches), step.operands, step.broadcast) for step in joins}
        if len(joins) < len(versions) or len(heads) > 1:
            raise _Different
        branches = {name: _bodies([join.branches[name] for join in joins], columns, blocks) for name in first.branches}
        return first._replace(branches=branches, marks=_marks(versions, columns, blocks))
    if any(step != first for step in versions):
        raise _Different
    return first


def _shortcut(shortcuts: Sequence[Steps | str], columns: _Columns, blocks: Blocks) -> Steps | str:
    if all(shortcut == shortcuts[0] for shortcut in shortcuts):
        return shortcuts[0]
    listed = [shortcut for shortcut in shortcuts if isinstance(shortcut, tuple)]
    if len(listed) < len(shortcuts):
        raise _Different
    return _bodies(listed, columns, blocks)


def _call(calls: Sequence[DraftCall], count: int, columns: _Columns, blocks: Blocks) -> DraftCall:
    first = calls[0]
    if len(calls) < count or any(step.word != first.word for step in calls):
        raise _Different
    calls = _led(calls, blocks)
    given = {key for step in calls for key in step.arguments}
    order = [key for key in blocks.order(first) if key in given]
    chosen: dict[str, Value] = {}
    for key in sorted(order, key=PADDING.__eq__):
        values = [_given(step.arguments.get(key, blocks.default(step, key))) for step in calls]
        text = _half(values, calls, chosen) if key == PADDING else _entering(key, values, calls)
        chosen[key] = text or columns.of(key, values)
    return first._replace(arguments={key: chosen[key] for key in order}, marks=_marks(calls, columns, blocks))


def _entering(key: str, values: Sequence[Value], calls: Sequence[DraftCall]) -> str:
    """The channels that enter, if those of a depthwise convolution differ from round to round; else empty."""
    depthwise = key in ("out", "groups") and all(step.depthwise for step in calls)
    return "in_channels" if depthwise and len(set(values)) > 1 else ""


def _half(values: Sequence[Value], calls: Sequence[DraftCall], chosen: Mapping[str, Value]) -> str:
    """The padding as half of the window, if it differs from round to round as the window does; else empty."""
    if "kernel" not in chosen or all(same(value, values[0]) for value in values):
        return ""
    kernels, dilations = (tuple(step.arguments.get(key, 1) for step in calls) for key in ("kernel", "dilation"))
    fitting = fits(tuple(values), Window(kernels, dilations).half)
    return half_of(chosen["kernel"], chosen.get("dilation", 1)) if fitting else ""


def _led(calls: Sequence[DraftCall], blocks: Blocks) -> list[DraftCall]:
    """The calls; one that runs once has in `first` what the others have there, so that the rest can be the same."""
    keys = dict.fromkeys(key for step in calls for key in step.marks.first)
    led = []
    for step in calls:
        if keys and step.marks.repeat == 1:
            own = {key: _given(step.arguments.get(key, blocks.default(step, key))) for key in keys}
            rest = {
                key: value
                for key, value in step.arguments.items()
                if key not in keys or blocks.default(step, key) is None
            }
            step = step._replace(arguments=rest, marks=step.marks._replace(first=own))
        led.append(step)
    return led


def _given(value: Value | None) -> Value:
    if value is None:
        raise _Different
    return value


def _marks(versions: Sequence[DraftStep], columns: _Columns, blocks: Blocks) -> Marks:
    """The modifiers of the steps together; a round without `first` gets the arguments of the others."""
    marks = [step.marks for step in versions]
    if any(mark.name or mark.source or mark.share for mark in marks) or len({mark.when for mark in marks}) > 1:
        raise _Different
    first: dict[str, Value] = {}
    for key in dict.fromkeys(key for mark in marks for key in mark.first):
        values = []
        for step, mark in zip(versions, marks, strict=True):
            assert isinstance(step, DraftCall)
            values.append(_given(mark.first.get(key, step.arguments.get(key, blocks.default(step, key)))))
        first[key] = columns.of(key, values, f"{FIRST}_{key}")
    repeat = columns.of(COUNT, [mark.repeat for mark in marks])
    assert isinstance(repeat, int | str)
    return Marks(when=marks[0].when, repeat=repeat, first=first)
