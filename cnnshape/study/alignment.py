"""Aligns two sequences: finds equal items in the same order.

Common ends match first. Between them, items that occur once in either sequence are anchors, as in the patience diff of
Cohen (2003); the longest rising run of them divides the rest into smaller pieces. A piece without anchors is aligned by
the shortest edit (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986), or not at all if that is longer
than MOST_EDITS. The time grows with the length of the sequences, not with its square.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from cnnshape.named_tuple import NamedTuple

MOST_EDITS = 500
MOST_DIVISIONS = 12
Pair = tuple[int, int]


class Piece(NamedTuple):
    """The items `start` to `end` of the old sequence and `new_start` to `new_end` of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def aligned(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Pair]:
    """The positions of equal items, rising in both sequences."""
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    pairs: list[Pair] = []
    pieces = [(Piece(0, len(a), 0, len(b)), 0)]
    while pieces:
        piece, divisions = pieces.pop()
        inner = _without_ends(a, b, piece)
        pairs += _diagonal(piece.start, piece.new_start, inner.start - piece.start)
        pairs += _diagonal(inner.end, inner.new_end, piece.end - inner.end)
        if inner.start == inner.end or inner.new_start == inner.new_end:
            continue
        anchors = _anchors(a, b, inner) if divisions < MOST_DIVISIONS else []
        pairs += anchors or shortest_edit(a, b, inner)
        pieces += [(between, divisions + 1) for between in _between(inner, anchors)] if anchors else []
    return sorted(pairs)


def differences(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Piece]:
    """The pieces between equal items, in order."""
    whole = Piece(0, len(old), 0, len(new))
    return [
        piece
        for piece in _between(whole, aligned(old, new))
        if piece.start < piece.end or piece.new_start < piece.new_end
    ]


def common(old: Sequence[Hashable], new: Sequence[Hashable]) -> int:
    """The number of items that both have in any order: the most that can be aligned."""
    return (Counter(old) & Counter(new)).total()


def _diagonal(start: int, new_start: int, length: int) -> list[Pair]:
    return list(zip(range(start, start + length), range(new_start, new_start + length), strict=True))


def _between(piece: Piece, pairs: Sequence[Pair]) -> Iterator[Piece]:
    """The pieces between these pairs, and before and after them."""
    start, new_start = piece.start, piece.new_start
    for end, new_end in pairs:
        yield Piece(start, end, new_start, new_end)
        start, new_start = end + 1, new_end + 1
    yield Piece(start, piece.end, new_start, piece.new_end)


def _without_ends(a: Sequence[int], b: Sequence[int], piece: Piece) -> Piece:
    """The piece without the equal items at its ends."""
    start, end, new_start, new_end = piece
    while start < end and new_start < new_end and a[start] == b[new_start]:
        start, new_start = start + 1, new_start + 1
    while start < end and new_start < new_end and a[end - 1] == b[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    return Piece(start, end, new_start, new_end)


def _anchors(a: Sequence[int], b: Sequence[int], piece: Piece) -> list[Pair]:
    """The longest rising run of the items that occur once in either sequence."""
    counts, new_counts = Counter(a[piece.start : piece.end]), Counter(b[piece.new_start : piece.new_end])
    places = {b[index]: index for index in range(piece.new_start, piece.new_end)}
    once = [
        (index, places[a[index]])
        for index in range(piece.start, piece.end)
        if counts[a[index]] == 1 and new_counts[a[index]] == 1
    ]
    return _longest_rise(once)


def _longest_rise(pairs: Sequence[Pair]) -> list[Pair]:
    """The longest of the runs whose second numbers rise, too."""
    tails: list[int] = []
    tops: list[int] = []
    before: list[int | None] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        before.append(tops[at - 1] if at else None)
        # A slice of one item, or of none at the end: it replaces or appends.
        tails[at : at + 1] = [place]
        tops[at : at + 1] = [index]
    run: list[Pair] = []
    last = tops[-1] if tops else None
    while last is not None:
        run.append(pairs[last])
        last = before[last]
    return run[::-1]


def shortest_edit(a: Sequence[int], b: Sequence[int], piece: Piece) -> list[Pair]:
    """The pairs of a shortest edit from one piece to the other; none if it has more than MOST_EDITS edits."""
    height, width = piece.end - piece.start, piece.new_end - piece.new_start
    furthest = {1: 0}
    rounds: list[dict[int, int]] = []
    for edits in range(min(MOST_EDITS, height + width) + 1):
        rounds.append(furthest.copy())
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            while x < height and 0 <= x - diagonal < width and a[piece.start + x] == b[piece.new_start + x - diagonal]:
                x += 1
            furthest[diagonal] = x
            if x >= height and x - diagonal >= width:
                return _traced(rounds, piece, edits)
    return []


def _traced(rounds: list[dict[int, int]], piece: Piece, edits: int) -> list[Pair]:
    """The pairs on the way to the end of a piece, from the furthest places of each number of edits."""
    x, y = piece.end - piece.start, piece.new_end - piece.new_start
    pairs: list[Pair] = []
    for number in range(edits, -1, -1):
        furthest, diagonal = rounds[number], x - y
        down = diagonal == -number or (diagonal != number and furthest[diagonal - 1] < furthest[diagonal + 1])
        came_from = diagonal + 1 if down else diagonal - 1
        before = furthest[came_from] if number else 0
        before_y = before - came_from if number else 0
        while x > before and y > before_y:
            x, y = x - 1, y - 1
            pairs.append((piece.start + x, piece.new_start + y))
        x, y = before, before_y
    return pairs[::-1]
