"""The state while a function is written: its lines, names and scope."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.structure.runs import Runs
from cnnshape.export.keras.structure.scope import Scope
from cnnshape.export.keras.text import Expression, written
from cnnshape.export.python import Names
from cnnshape.named_tuple import NamedTuple
from cnnshape.program import BlockProgram


class Argument(NamedTuple):
    """An argument of a function: its name in the spec and in the code, and its default, which is empty for none."""

    param: str
    name: str
    default: str


class Function(NamedTuple):
    """A function for a block. `parts` are the outputs that it returns in addition to the last one."""

    name: str
    arguments: tuple[Argument, ...]
    parts: tuple[str, ...]
    lines: list[str]


class Functions(Protocol):
    """The functions of a file, which are written when they are needed."""

    def of(self, block: BlockProgram) -> Function:
        """The function of a block."""


class Writer:
    """Writes the body of a function. `params` are those of the file, if it is the network's and they are open."""

    def __init__(self, network: Network, runs: Runs, functions: Functions, names: Names, read: frozenset[str]) -> None:
        self.network = network
        self.runs = runs
        self.functions = functions
        self.names = names
        self.read = read
        self.scope = Scope(network.layout)
        self.lines: list[str] = []
        self.helpers: list[str] = []
        self.depth = 1
        self._closed = "", 0, 0
        self.params: frozenset[str] = frozenset()

    @property
    def layout(self) -> Layout:
        """The order of the axes."""
        return self.network.layout

    def line(self, text: str) -> None:
        """Adds a line."""
        self.lines.append(f"{'    ' * self.depth}{text}")

    def assign(self, target: str, code: Expression) -> None:
        """Adds an assignment, unless it would change nothing."""
        if code != target:
            self.lines += written(f"{target} = ", code, self.depth)

    @contextmanager
    def condition(self, text: str) -> Iterator[None]:
        """Lines inside run under a condition. They join those before them that run under the same one."""
        same = self._closed == (text, self.depth, len(self.lines))
        if not same:
            self.line(f"if {text}:")
        with self.indented():
            yield
        if ".shape[" not in text:
            self._closed = text, self.depth, len(self.lines)

    @contextmanager
    def indented(self) -> Iterator[None]:
        """Lines inside stand one level deeper; `pass` if there are none."""
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self.depth -= 1

    @contextmanager
    def scoped(self) -> Iterator[None]:
        """Names that are given inside don't reach outside."""
        outer, self.scope = self.scope, self.scope.inner()
        yield
        self.scope = outer
