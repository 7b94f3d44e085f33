"""A join whose tensors don't fit together, as the graph had them when it failed."""

from cnnshape.source import Span


class Misfit:
    """A failed join: `word` is its kind, `inputs` are the values that it was to join, in the order of its paths.

    `at` is the place of its word. `entering` is the value that enters a residual, and None for other joins.
    """

    __slots__ = ("at", "entering", "inputs", "word")

    def __init__(self, at: Span, *, word: str, inputs: tuple[int, ...], entering: int | None) -> None:
        self.at = at
        self.word = word
        self.inputs = inputs
        self.entering = entering
