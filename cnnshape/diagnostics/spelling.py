"""Suggests the known word that a misspelt word was meant to be."""

from collections.abc import Iterable, Sized
from functools import lru_cache
from typing import TYPE_CHECKING

from cnnshape.source import Span

if TYPE_CHECKING:
    from cnnshape.diagnostics.fix import Fix

MOST_CANDIDATES = 300


LIKENESS = 0.6
SLIP = 0.7
"""The least similarity of a suggestion; typing errors leave a word more similar than this."""
SHORT = 6
"""The letters from which on a word may have two wrong ones and still be fixed without a question."""
LEAST_BEGUN = 3
"""The letters of a word from which on it suggests the only known word that begins with it."""


def nearest(word: str, known: Iterable[str], least: float = LIKENESS) -> str | None:
    """The known word closest to `word`; None if no similarity (from 0 to 1) reaches the limit."""
    if isinstance(known, Sized) and len(known) > MOST_CANDIDATES:
        return None
    words = tuple(known)
    return _nearest(word[:60], words, least) if len(words) <= MOST_CANDIDATES else None


@lru_cache(maxsize=256)
def _nearest(word: str, known: tuple[str, ...], least: float) -> str | None:
    """The cached search: a repeated step looks up the same word among the same words each time."""
    from difflib import get_close_matches

    wanted = word.lower()
    # Of a kind and a block with the same letters, the one that begins like the word is meant.
    alike = [candidate for candidate in known if candidate[:1].isupper() == word[:1].isupper()]
    lowered = {
        candidate.lower(): candidate for candidate in (*sorted(known, reverse=True), *sorted(alike, reverse=True))
    }
    begun = [candidate for candidate in lowered if candidate.startswith(wanted)]
    if begun and len(wanted) >= LEAST_BEGUN:
        # The usual kinds are the first that are known: `max` means `max_pool`.
        return min([lowered[candidate] for candidate in begun], key=known.index)
    # Comparing letter by letter is slow, and most candidates are excluded by their letters alone.
    letters = set(wanted)
    likely = [candidate for candidate in lowered if 2 * len(letters & set(candidate)) >= len(letters)]
    matches = get_close_matches(wanted, likely, n=1, cutoff=least)
    return lowered[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help line for a misspelt word: the nearest known word, or all known words if there are few."""
    if isinstance(known, Sized) and len(known) > MOST_CANDIDATES:
        return None
    words = list(known)
    close = nearest(word, words)
    if close is not None:
        return f"did you mean `{close}`?"
    if words and len(words) <= 12:
        return "known here: " + ", ".join(f"`{word}`" for word in sorted(words))
    return None


def misspelt(word: str, known: Iterable[str], at: Span) -> "tuple[Fix, ...]":
    """The fix that writes the nearest known word; empty if no word is so near that it is a slip of the keys, or begun."""
    return respelled(word, slip_of(word, nearest(word, known)), at)


def slip_of(word: str, right: str | None) -> str | None:
    """The word that was meant, if the other is its beginning or has few wrong letters: a fix needs no question. None for
    a word that may mean something else, of which help may still ask whether it was meant."""
    return right if right and _is_slip(word, right) else None


def _is_slip(word: str, right: str) -> bool:
    """Case and `_` don't count."""
    wrong, meant = (text[:60].lower().replace("_", "") for text in (word, right))
    return meant.startswith(wrong) or _distance(wrong, meant) <= (1 if len(meant) < SHORT else 2)


def _distance(first: str, second: str) -> int:
    """How many letters are missing, added, wrong, or swapped with the next one."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for number, letter in enumerate(first, 1):
        before, last, row = row, before, [number]
        for index, other in enumerate(second, 1):
            steps = min(before[index] + 1, row[-1] + 1, before[index - 1] + (letter != other))
            if number > 1 and index > 1 and first[number - 2 : number] == other + second[index - 2]:
                steps = min(steps, last[index - 2] + 1)
            row.append(steps)
    return row[-1]


def respelled(word: str, right: str | None, at: Span) -> "tuple[Fix, ...]":
    """The fix that replaces a word with `right`; empty if `right` is None, or if the place holds another text."""
    # A sound design needs no fixes.
    from cnnshape.diagnostics.fix import Fix, Replace

    if right is None or at.text not in (word, f"'{word}'", f'"{word}"'):
        return ()
    return (Fix((Replace(at, right),)),)
