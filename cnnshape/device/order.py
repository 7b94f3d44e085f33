"""Another order of the operations: the one with the fewest bytes alive at once.

The search is exact. It goes through sets of operations that have run, those with the lowest maximum so far first, as
Dijkstra's algorithm does with sums. An operation that frees at least what it adds, and needs no more than the maximum so
far, runs at once: any order from there that puts it off can run it first, and holds no more at any time.
"""

from collections.abc import Sequence
from heapq import heappop, heappush

from cnnshape.device.lowering import Lowered, timed
from cnnshape.device.placement import alive_bytes, end_of, placed
from cnnshape.device.runtime import Runtime
from cnnshape.named_tuple import NamedTuple

MOST_STATES = 50_000
"""The search gives up after so many sets of operations."""


class Ordered(NamedTuple):
    """An order of the operations, by their positions, with the fewest bytes alive at once, and its arena.

    It is the own order if no other has a smaller arena. `least_bytes` are alive at once in any order at least; None if the
    search gave up, so that others may be better.
    """

    operations: tuple[int, ...]
    alive_bytes: int
    arena_bytes: int
    least_bytes: int | None


def ordered(lowered: Lowered, sizes: Sequence[int], runtime: Runtime, most_states: int = MOST_STATES) -> Ordered:
    """The order with the fewest bytes alive, if its arena is smaller than that of the own order."""
    own = tuple(range(len(lowered.operations)))
    places, alive = placed(runtime, lowered.held, sizes, len(own))
    order = least_order(lowered, sizes, most_states)
    kept = Ordered(own, max(alive), end_of(places, alive), None)
    if order is None:
        return kept
    held = timed(lowered.held, lowered.operations, lowered.outputs, order)
    # A converter that keeps this order numbers the tensors in it, which decides between equal sizes.
    numbered = sorted(range(len(held)), key=lambda index: held[index].first)
    places, alive = placed(runtime, [held[index] for index in numbered], [sizes[index] for index in numbered], len(own))
    other = Ordered(order, max(alive), end_of(places, alive), max(alive))
    return other if other.arena_bytes < kept.arena_bytes else kept._replace(least_bytes=other.least_bytes)


def least_order(lowered: Lowered, sizes: Sequence[int], most_states: int = MOST_STATES) -> tuple[int, ...] | None:
    """The positions of the operations in an order with the fewest bytes alive at once; None if the search gave up.

    `sizes` are the bytes of what is held. Of several such orders it is one, the same in every run.
    """
    return _Search(lowered, sizes).run(most_states)


class _Needs(NamedTuple):
    """What an operation needs: a bit for each operation before it, the bytes beside those alive, and those it leaves.

    `frees` has what it reads and writes over: a bit for each reader, and the bytes that are free after all of them.
    """

    before: int
    beside: int
    leaves: int
    frees: tuple[tuple[int, int], ...]


class _State(NamedTuple):
    """A set of operations that have run: the bytes that stay alive, and the operations that can run next."""

    alive: int
    ready: int


class _Search:
    """`_after` has the operations that may be ready once an operation has run."""

    def __init__(self, lowered: Lowered, sizes: Sequence[int]) -> None:
        operations, count = lowered.operations, len(lowered.operations)
        makers = {made: number for number, operation in enumerate(operations) for made in operation.makes[:1]}
        readers: dict[int, int] = {}
        for number, operation in enumerate(operations):
            for tensor in {*operation.reads, *([] if operation.over is None else [operation.over])}:
                readers[tensor] = readers.get(tensor, 0) | 1 << number
        outputs = set(lowered.outputs)
        self._all = (1 << count) - 1
        self._needs: list[_Needs] = []
        self._after: list[list[int]] = [[] for _ in operations]
        for number, operation in enumerate(operations):
            own, over = 1 << number, operation.over
            reads = {*operation.reads, *([] if over is None else [over])}
            before = 0
            for tensor in reads:
                before |= 1 << makers[tensor] if tensor in makers else 0
            if over is not None:
                # What is written over has no reader left.
                before |= readers[over] & ~own
            frees = tuple((readers[tensor], sizes[tensor]) for tensor in sorted(reads) if tensor not in outputs)
            made, output = sum(sizes[tensor] for tensor in operation.makes), operation.makes[0]
            stays = sizes[output] if output in readers or output in outputs else 0
            self._needs.append(_Needs(before, made - (0 if over is None else sizes[over]), stays, frees))
        for number, needs in enumerate(self._needs):
            for earlier in _bits(needs.before):
                self._after[earlier].append(number)
        self._unread = sum(sizes[given] for given in lowered.inputs if given not in readers and given not in outputs)
        ready = sum(1 << number for number, needs in enumerate(self._needs) if not needs.before)
        self._start = _State(sum(sizes[given] for given in lowered.inputs), ready)
        self._least = _least_bytes(lowered, sizes)
        self._own = max(alive_bytes(lowered.held, sizes, count))

    def run(self, most_states: int) -> tuple[int, ...] | None:
        """The best order."""
        states, came_from = {0: self._start}, {0: (0, -1)}
        highest = {0: self._least}
        queue = [(self._least, 0, 0)]
        while queue:
            peak, _, done = heappop(queue)
            if done == self._all:
                return _path(came_from, done)
            if peak >= self._own:
                return tuple(range(len(self._needs)))
            if peak > highest[done]:
                continue
            if len(states) > most_states:
                return None
            for number, during, next_state in self._steps(done, states[done], peak):
                reached, level = done | 1 << number, max(peak, during)
                if level < highest.get(reached, level + 1):
                    highest[reached], states[reached], came_from[reached] = level, next_state, (done, number)
                    heappush(queue, (level, -reached.bit_count(), reached))
        raise AssertionError("operations depend on each other in a circle")

    def _steps(self, done: int, state: _State, peak: int) -> list[tuple[int, int, _State]]:
        """The operations that can run next, with the bytes alive meanwhile; one alone if it can't be wrong."""
        steps = []
        # The first operation also frees the inputs that nothing reads, whichever it is: that is no reason to choose it.
        is_open = not done and self._unread > 0
        for number in _bits(state.ready):
            during, after = self._run(number, done, state)
            step = number, during, _State(after, self._ready(number, done, state))
            if not is_open and during <= peak and after <= state.alive:
                return [step]
            steps.append(step)
        return steps

    def _run(self, number: int, done: int, state: _State) -> tuple[int, int]:
        """The bytes alive while an operation runs, and after it."""
        needs, left = self._needs[number], ~(done | 1 << number)
        freed = sum(size for readers, size in needs.frees if not readers & left)
        unread = 0 if done else self._unread
        return state.alive + needs.beside, state.alive + needs.leaves - freed - unread

    def _ready(self, number: int, done: int, state: _State) -> int:
        ready, missing = state.ready & ~(1 << number), ~(done | 1 << number)
        for later in self._after[number]:
            if not self._needs[later].before & missing:
                ready |= 1 << later
        return ready


def _least_bytes(lowered: Lowered, sizes: Sequence[int]) -> int:
    """What any order needs: each operation its own tensors, and the last one all outputs beside what it reads."""
    ends = {tensor for operation in lowered.operations for tensor in operation.reads}
    ends |= {operation.over for operation in lowered.operations if operation.over is not None}
    own, last = [], []
    for operation in lowered.operations:
        own.append(sum(sizes[held] for held in {*operation.reads, *operation.makes}))
        if operation.makes[0] not in ends:
            last.append(sum(sizes[held] for held in {*operation.reads, *operation.makes, *lowered.outputs}))
    return max(*own, min(last))


def _bits(number: int) -> list[int]:
    """The positions of the bits that are set, the lowest first."""
    positions = []
    while number:
        lowest = number & -number
        positions.append(lowest.bit_length() - 1)
        number ^= lowest
    return positions


def _path(came_from: dict[int, tuple[int, int]], done: int) -> tuple[int, ...]:
    order: list[int] = []
    while done:
        done, number = came_from[done]
        order.append(number)
    return tuple(reversed(order))
