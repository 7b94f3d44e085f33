"""What a text holds: its tree, its comments, and what is wrong with it."""

from collections.abc import Sequence

from cnnshape.diagnostics import Diagnostic
from cnnshape.document.node import Node
from cnnshape.source import Span


class Document:
    """A text that was read.

    `root` is None where nothing could be read: an empty text, or one beyond a limit. A text that is not YAML has a
    root for what surrounds its faults; `repaired` are the lines that were completed or left out to get it.
    """

    __slots__ = ("comments", "problems", "repaired", "root")

    def __init__(
        self, root: Node | None, problems: list[Diagnostic], comments: Sequence[Span], repaired: Sequence[Span] = ()
    ) -> None:
        self.root = root
        self.problems = problems
        self.comments = tuple(comments)
        self.repaired = tuple(repaired)

    @property
    def complete(self) -> bool:
        """True where the tree is all that the text says."""
        return self.root is not None and not self.repaired

    def is_repaired(self, span: Span) -> bool:
        """Whether a place lies on lines that were repaired, so that a problem there may be none of the author's."""
        return any(span.line <= lines.end_line and lines.line <= span.end_line for lines in self.repaired)
