"""The key of a plot: the names of marks that have numbers, in columns."""

from collections.abc import Iterator

from cnnshape.render.picture.metrics import shortened, text_width
from cnnshape.render.plot.labels import NAME, NUMBER, Labels
from cnnshape.render.plot.page import soft, word

_ROW, _BETWEEN = 16, 18
"""The height of a row, and the space between columns."""
_GAP = 6
"""The space between a number and its name."""
_LONGEST = 300
"""The width of a name at most."""


class Key:
    """The key of the labels, in columns that are together no wider than `width`."""

    def __init__(self, labels: Labels, width: float) -> None:
        self._labels = labels
        numbered = labels.numbered
        self._digits = text_width(str(len(numbered)), NUMBER)
        self._names = [shortened(ball.name, NAME, min(_LONGEST, width - self._digits - _GAP)) for ball in numbered]
        longest = max((text_width(name, NAME) for name in self._names), default=0)
        self._step = self._digits + _GAP + longest + _BETWEEN
        columns = max(int((width + _BETWEEN) / self._step), 1)
        self._rows = -(-len(numbered) // columns)

    @property
    def height(self) -> float:
        """The height with the heading; 0 if every mark has its name next to it."""
        return (self._rows + 2) * _ROW if self._heading else 0

    @property
    def _heading(self) -> str:
        words = ["names without room next to their marks"] if self._labels.numbered else []
        words += [f"{self._labels.left} more names are shown under the pointer"] if self._labels.left else []
        return "; ".join(words)

    def drawn(self, left: float, top: float) -> Iterator[str]:
        """The key with its upper left corner at a point."""
        if self._heading:
            yield soft(left, top + NAME, self._heading)
        for index, (ball, name) in enumerate(zip(self._labels.numbered, self._names, strict=True)):
            column, row = divmod(index, self._rows)
            x, y = left + column * self._step + self._digits, top + (row + 1) * _ROW + NAME
            yield word(x, y, str(index + 1), ball.color, "end", NUMBER)
            yield word(x + _GAP, y, name, ball.color, size=NAME)
