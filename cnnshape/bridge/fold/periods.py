"""Periodic steps become `for`: the loop that saves most lines, then those before and after it."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import accumulate

from cnnshape.bridge.draft import (
    DraftCall,
    DraftLoop,
    DraftSetting,
    DraftStep,
    Steps,
    Value,
)
from cnnshape.bridge.flat import same
from cnnshape.bridge.fold.forms import content_of, form_of
from cnnshape.bridge.fold.rounds import Blocks, merged
from cnnshape.bridge.fold.steps import calls_in, is_named, is_row, size_of, unnamed
from cnnshape.bridge.names import variable
from cnnshape.named_tuple import NamedTuple

LONGEST_PERIOD = 12
"""Steps of a round."""
ROUNDS = 2
"""Rounds of the shortest loop."""
MOST_SHORTENED = 16
"""How often a loop is tried with one round less."""
SHORT_HEAD = 2
"""Lines of `for` and `do`."""
LOOP = "stage"
"""The name of a loop whose rounds are referred to."""
COLUMNS_WIDTH = 108
"""Characters of columns that fit on a line."""


class Names(NamedTuple):
    """The names of a block, or of the network: those that must stay, all, and what names of rounds became."""

    kept: frozenset[str]
    taken: set[str]
    rounds: dict[str, str]

    def of_loop(self) -> str:
        """A name for a loop."""
        name = variable(LOOP, self.taken)
        self.taken.add(name)
        return name


def with_periods(steps: Steps, blocks: Blocks, names: Names) -> Steps:
    """The steps with loops in place of periodic ones."""
    return _Search(steps, blocks, names).between(0, len(steps)) if len(steps) >= ROUNDS else steps


class _Start(NamedTuple):
    """Where a loop may start: the more lines it could save, the earlier it is tried."""

    most: int
    period: int
    start: int
    rounds: int


class _Loop(NamedTuple):
    """A loop in place of steps from `start` to `stop`, and about how many lines it saves."""

    saved: int
    start: int
    stop: int
    period: int
    step: DraftLoop


class _Search:
    """The steps with their sizes, and which of them may be the same step of two rounds."""

    def __init__(self, steps: Steps, blocks: Blocks, names: Names) -> None:
        self.blocks = blocks
        self.names = names
        self.listed = steps
        self.named = {
            index: step.marks.name
            for index, step in enumerate(steps)
            if step.marks.name and step.marks.name not in names.kept
        }
        plain = [unnamed(step) if index in self.named else step for index, step in enumerate(steps)]
        # A step with names inside is equal to no other, and has no form in common with another.
        keys = [index if is_named(step) else content_of(step) for index, step in enumerate(plain)]
        unique: dict[Hashable, DraftStep] = {}
        self.steps = tuple(unique.setdefault(key, step) for key, step in zip(keys, plain, strict=True))
        forms = {key: key if isinstance(key, int) else form_of(step, blocks) for key, step in unique.items()}
        numbers: dict[Hashable, int] = {}
        self.forms = [numbers.setdefault(forms[key], len(numbers)) for key in keys]
        self.lines = list(accumulate((size_of((step,)) for step in steps), initial=0))
        longest = min(LONGEST_PERIOD, len(steps) // ROUNDS)
        self.runs = {period: self._runs(period, self._are_alike) for period in range(1, longest + 1)}
        self.equal = {period: self._runs(period, self._are_equal) for period in self.runs}
        self.closed = {period: self._closed(period) for period in self.runs}

    def _runs(self, period: int, agree: Callable[[int, int], bool]) -> list[int]:
        """For each step: how many from there on agree with the ones a period later."""
        runs = [0] * (len(self.steps) + 1)
        for at in range(len(self.steps) - period - 1, -1, -1):
            runs[at] = runs[at + 1] + 1 if agree(at, at + period) else 0
        return runs

    def _are_equal(self, one: int, other: int) -> bool:
        return self.steps[one] is self.steps[other]

    def _are_alike(self, one: int, other: int) -> bool:
        return self.forms[one] == self.forms[other]

    def between(self, start: int, stop: int) -> Steps:
        """The steps from `start` to `stop` with loops."""
        loop = self._best(start, stop)
        if loop is None:
            return self.listed[start:stop]
        return (*self.between(start, loop.start), self._named(loop), *self.between(loop.stop, stop))

    def _named(self, loop: _Loop) -> DraftLoop:
        """The loop with a name, if something refers to its rounds."""
        ends = range(loop.start + loop.period - 1, loop.stop, loop.period)
        rounds = {self.named[end]: number for number, end in enumerate(ends) if end in self.named}
        if not rounds:
            return loop.step
        last = len(ends) - 1
        name = next(iter(rounds)) if set(rounds.values()) == {last} else self.names.of_loop()
        self.names.rounds.update({other: f"{name}.{number}" for other, number in rounds.items() if number < last})
        self.names.rounds.update({other: name for other, number in rounds.items() if number == last})
        return loop.step._replace(marks=loop.step.marks._replace(name=name))

    def _best(self, start: int, stop: int) -> _Loop | None:
        best: _Loop | None = None
        order: tuple[int, int] = (0, 0)
        for place in sorted(self._starts(start, stop), key=lambda place: (-place.most, place.period, place.start)):
            if best is not None and place.most < best.saved:
                break
            loop = self._loop(place, best.saved if best else 1)
            own = place.period, place.start
            if loop is not None and (best is None or (loop.saved, order) > (best.saved, own)):
                best, order = loop, own
        return best

    def _starts(self, start: int, stop: int) -> Iterator[_Start]:
        for period, runs in self.runs.items():
            for at in range(start, stop - ROUNDS * period + 1):
                count = min(1 + runs[at] // period, (stop - at) // period, self.closed[period][at])
                most = self._most(at, period, count)
                if count >= ROUNDS and most > 0:
                    yield _Start(most, period, at, count)

    def _closed(self, period: int) -> list[int]:
        """For each step: how many rounds from there on have no name but that of their last step."""
        count = len(self.steps)
        unnamed_steps = 0
        rounds = [0] * (count + period)
        for at in range(count - 1, -1, -1):
            unnamed_steps = 0 if at in self.named else unnamed_steps + 1
            rounds[at] = 0 if unnamed_steps < period - 1 else 1 + rounds[at + period]
        return rounds

    def _most(self, start: int, period: int, count: int) -> int:
        """The lines that a loop saves if its body is no longer than its first round."""
        return self.lines[start + count * period] - self.lines[start + period] - SHORT_HEAD

    def _loop(self, place: _Start, least: int) -> _Loop | None:
        """The longest loop from a start, if it saves at least so many lines."""
        start, period = place.start, place.period
        # Rounds without a value that differs give no column.
        equal = 1 + self.equal[period][start] // period
        shortest = max(ROUNDS, place.rounds - MOST_SHORTENED + 1, equal + 1)
        counts = [count for count in range(shortest, place.rounds + 1) if self._most(start, period, count) >= least]
        count, loop = self._longest(start, period, counts)
        if loop is None:
            return None
        stop = start + count * period
        saved = self.lines[stop] - self.lines[start] - size_of(loop.body) - _head(loop, self.blocks)
        better = saved >= least and not _is_short(self._rounds(start, period, count))
        return _Loop(saved, start, stop, period, loop) if better else None

    def _longest(self, start: int, period: int, counts: Sequence[int]) -> tuple[int, DraftLoop | None]:
        """The largest of these numbers of rounds that make a loop, and the loop; None if none does."""
        longest: tuple[int, DraftLoop | None] = (0, None)
        low, high = 0, len(counts) - 1
        # More rounds never have fewer columns. Most loops have all rounds, and of the others most have too many columns.
        at = high
        while low <= high:
            loop = merged(self._rounds(start, period, counts[at]), self.blocks)
            if loop is None:
                high = at - 1
            else:
                longest = counts[at], loop
                low = at + 1
            at = low if longest[1] is None else (low + high) // 2
        return longest

    def _rounds(self, start: int, period: int, count: int) -> list[Steps]:
        return [self.steps[at : at + period] for at in range(start, start + count * period, period)]


def _is_short(rounds: Sequence[Steps]) -> bool:
    """Whether rounds are two steps on a line each, which read better as they are."""
    rows = [step for steps in rounds for step in steps if isinstance(step, DraftCall) and is_row(step)]
    return len(rows) == len(rounds) == ROUNDS and len(rounds[0]) == 1


def _head(loop: DraftLoop, blocks: Blocks) -> int:
    """What a loop costs besides its body: the lines of its columns, and of `do`.

    A column that one end alone needs makes a loop hard to read, and so do as many columns as rounds, unless they are
    those of a block: such columns cost a line each.
    """
    columns = [values for values in loop.columns.values() if isinstance(values, tuple)]
    words = [len(name) + _width(values) + len(": ,") for name, values in loop.columns.items()]
    alone = len(words) > 1 and max(words) > COLUMNS_WIDTH
    lines = 1 + sum(map(_lines, words)) if alone else _lines(sum(words))
    odd = sum(_is_odd(values) for values in columns)
    if any(call.word in blocks.defaults for call in calls_in(loop.body)):
        return lines + 1 + odd
    alternating = sum(map(_alternates, columns))
    if alternating < len(columns):
        # Rounds of two steps state less.
        odd += 2 * alternating
    return lines + 1 + odd + max(0, len(columns) + (len(loop.body) == 1) - len(columns[0]))


def _is_odd(values: Sequence[Value]) -> bool:
    """Whether the first value alone differs, or the last."""
    return len(values) > ROUNDS and any(all(value == part[0] for value in part) for part in (values[1:], values[:-1]))


def _alternates(values: Sequence[Value]) -> bool:
    """Whether each value is that of the round before the last."""
    return len(values) > ROUNDS + 1 and all(map(same, values, values[2:]))


def _lines(characters: int) -> int:
    return -(-characters // COLUMNS_WIDTH)


def _width(value: Value) -> int:
    """The characters of a value."""
    if isinstance(value, tuple) and not isinstance(value, DraftSetting):
        return sum(_width(item) + 2 for item in value)
    if isinstance(value, DraftSetting):
        return len(value.kind) + sum(len(name) + _width(item) + 4 for name, item in value.arguments) + 4
    return len(str(value))
