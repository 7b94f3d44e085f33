"""Rounds of a loop from steps that differ by values: each list of values becomes a column."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, count

from cnnshape.bridge.draft import FROZEN, DraftCall, DraftJoin, DraftLoop, DraftResidual, DraftStep, Steps, Value
from cnnshape.bridge.flat import are_same, same
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


class _Unlistable(Exception):
    """Values that no column can have, or those of too many columns."""


def merged(rounds: Sequence[Steps], blocks: Blocks) -> DraftLoop | None:
    """A loop of rounds; None if it would have too many columns, or none.

    The steps of one place in the rounds have one form (`form_of`). Equal ones are one object.
    """
    columns = _Columns(frozenset(_words(rounds[0])))
    try:
        body = _bodies(rounds, columns, blocks)
    except _Unlistable:
        return None
    if not columns.listed:
        return None
    return DraftLoop(dict(sorted(columns.listed.items(), key=lambda column: column[0] == COUNT)), body)


PADDING = "padding"
COUNT = "n"
"""The column that holds the numbers of repeats."""
FIRST = "first"
"""What the columns of the first of several repeats are called, before the argument."""


class _Columns:
    """The columns of a loop while it is made: a name for each list of values. `taken` are names that mean something else."""

    def __init__(self, taken: Collection[str]) -> None:
        self.taken = taken
        self.listed: dict[str, tuple[Value, ...]] = {}

    def of(self, name: str, values: Sequence[Value], other: str = "") -> Value:
        """The value itself if it is the same in all rounds, else the name of its column: `other` if the first is taken."""
        if are_same(values):
            return values[0]
        if not all(map(is_listable, values)):
            raise _Unlistable
        own = tuple(values)
        for known, column in self.listed.items():
            if own == column and all(map(same, column, own)):
                return known
        derived = self._derived(values) if name != COUNT else ""
        if derived:
            return derived
        if len(self.listed) == MOST_COLUMNS:
            raise _Unlistable
        numbered = (f"{name}_{number}" for number in count(2))
        free = next(free for free in chain((name, other or name), numbered) if free not in (*self.listed, *self.taken))
        self.listed[free] = own
        return free

    def _derived(self, values: Sequence[Value]) -> str:
        """Widths as a multiple or a part of those of another column; empty if they are none."""
        widths = _widths(values)
        for known, column in self.listed.items() if widths else ():
            bases = _widths(column)
            if not bases:
                continue
            # All have the factor of the first ones.
            times, part = widths[0] // bases[0], bases[0] // widths[0]
            if 2 <= times <= MOST_FACTOR and all(own == times * one for one, own in zip(bases, widths, strict=True)):
                return f"{times} * {known}"
            if 2 <= part <= MOST_FACTOR and all(one == part * own for one, own in zip(bases, widths, strict=True)):
                return f"{known} // {part}"
        return ""


def is_listable(value: Value) -> bool:
    """Whether a column may have a value. One that depends on the tensor that enters a step is not known before."""
    return not isinstance(value, str) or value in BY_NAME or value == "none"


def _widths(values: Sequence[Value]) -> list[int]:
    """The values if all may be numbers of channels, rather than strides or numbers of repeats; else none."""
    widths: list[int] = []
    for value in values:
        if not isinstance(value, int) or value < LEAST_WIDTH:
            return []
        widths.append(value)
    return widths


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
    return tuple(_step(versions, columns, blocks) for versions in zip(*bodies, strict=True))


def _step(versions: Sequence[DraftStep], columns: _Columns, blocks: Blocks) -> DraftStep:
    first = versions[0]
    if all(step is first for step in versions):
        versions = versions[:1]
    if isinstance(first, DraftCall):
        return _call([step for step in versions if isinstance(step, DraftCall)], columns, blocks)
    if isinstance(first, DraftResidual):
        residuals = [step for step in versions if isinstance(step, DraftResidual)]
        shortcuts = [step.shortcut for step in residuals if isinstance(step.shortcut, tuple)]
        return DraftResidual(
            _bodies([step.body for step in residuals], columns, blocks),
            _bodies(shortcuts, columns, blocks) if shortcuts else first.shortcut,
            first.marks._replace(repeat=_repeat(versions, columns)),
        )
    if isinstance(first, DraftJoin):
        joins = [step for step in versions if isinstance(step, DraftJoin)]
        branches = {name: _bodies([join.branches[name] for join in joins], columns, blocks) for name in first.branches}
        return first._replace(branches=branches, marks=first.marks._replace(repeat=_repeat(versions, columns)))
    return first


def _call(calls: Sequence[DraftCall], columns: _Columns, blocks: Blocks) -> DraftCall:
    model = calls[0]
    leading = dict.fromkeys(key for step in calls for key in step.marks.first)
    if leading:
        calls = [_led(step, leading, blocks) for step in calls]
    arguments = [step.arguments for step in calls]
    given = set().union(*arguments)
    order = [key for key in blocks.order(model) if key in given]
    chosen: dict[str, Value] = {}
    for key in sorted(order, key=PADDING.__eq__):
        values = _values_of(key, arguments, blocks.default(model, key))
        text = _half(values, calls, chosen) if key == PADDING else _entering(key, values, calls)
        chosen[key] = text or columns.of(key, values)
    first = {
        key: columns.of(
            key,
            _values_of(key, [{**step.arguments, **step.marks.first} for step in calls], blocks.default(model, key)),
            f"{FIRST}_{key}",
        )
        for key in leading
    }
    marks = model.marks._replace(repeat=_repeat(calls, columns), first=first)
    return model._replace(arguments={key: chosen[key] for key in order}, marks=marks)


def _entering(key: str, values: Sequence[Value], calls: Sequence[DraftCall]) -> str:
    """The channels that enter, if those of a depthwise convolution differ from round to round; else empty."""
    depthwise = key in ("out", "groups") and all(step.depthwise for step in calls)
    return "in_channels" if depthwise and len(set(values)) > 1 else ""


def _half(values: Sequence[Value], calls: Sequence[DraftCall], chosen: Mapping[str, Value]) -> str:
    """The padding as half of the window, if it differs from round to round as the window does; else empty."""
    if "kernel" not in chosen or are_same(values):
        return ""
    kernels, dilations = (tuple(step.arguments.get(key, 1) for step in calls) for key in ("kernel", "dilation"))
    fitting = fits(tuple(values), Window(kernels, dilations).half)
    return half_of(chosen["kernel"], chosen.get("dilation", 1)) if fitting else ""


def _led(step: DraftCall, leading: Collection[str], blocks: Blocks) -> DraftCall:
    """A step that runs once, with what others have in `first` there too, so that the rest can be the same."""
    if step.marks.repeat != 1:
        return step
    defaults = {key: blocks.default(step, key) for key in leading}
    own = {key: step.arguments.get(key, default) for key, default in defaults.items()}
    rest = {key: value for key, value in step.arguments.items() if key not in defaults or defaults[key] is None}
    first = {key: value for key, value in own.items() if value is not None}
    return step._replace(arguments=rest, marks=step.marks._replace(first=first))


def _values_of(key: str, arguments: Sequence[Mapping[str, Value]], default: Value | None) -> list[Value]:
    """The value of an argument in each round. Raises _Unlistable if one has none."""
    values = [given.get(key, default) for given in arguments]
    present = [value for value in values if value is not None]
    if len(present) < len(values):
        raise _Unlistable
    return present


def _repeat(versions: Sequence[DraftStep], columns: _Columns) -> int | str:
    repeat = columns.of(COUNT, [step.marks.repeat for step in versions])
    assert isinstance(repeat, int | str)
    return repeat
