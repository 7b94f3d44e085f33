"""The contents of a text: its tree, its comments and its diagnostics."""

from collections.abc import Sequence

from cnnshape.diagnostics import Diagnostic
from cnnshape.document.node import Node
from cnnshape.source import Span


class Document:
    """A text that was read.

    `root` is None if nothing could be read: the text is empty, or beyond a limit. For a text that is not YAML, `root`
    has the parts around the faults, and `repaired` has the lines that were completed or left out.
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
        """Whether the tree has everything in the text."""
        return self.root is not None and not self.repaired

    def is_repaired(self, span: Span) -> bool:
        """Whether a place is on a repaired line, where a problem may come from the repair."""
        return any(span.line <= lines.end_line and lines.line <= span.end_line for lines in self.repaired)
