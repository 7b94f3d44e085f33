"""Edits and sizes tried on the whole program: they count only where they solve a problem and bring no other."""

from collections.abc import Mapping, Sequence

from cnnshape.causes.edit import Edit, applied, place
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Built, Options, build
from cnnshape.layers import Shape
from cnnshape.program import Program

MOST_TRIES = 24
"""Edits that are tried for one explanation."""
MOST_VISITS = 40_000
"""Steps that these builds go through together, before the last of them."""
MOST_VARIANTS = 4


class Trial:
    """Tries edits of a program against one of its problems."""

    __slots__ = ("_known", "_left", "_options", "_program", "_visits", "problem")

    def __init__(self, program: Program, options: Options, problems: Sequence[Diagnostic], problem: Diagnostic) -> None:
        self._program = program
        self._options = options
        self._known = set(map(key_of, problems))
        self._left = MOST_TRIES
        self._visits = MOST_VISITS
        self.problem = problem

    def solves(self, edits: Sequence[Edit] = (), inputs: Mapping[str, Shape] | None = None) -> bool:
        """True where the problem is gone with these edits, and no other has come; False where no try is left."""
        return self.built(edits, inputs) is not None

    def built(self, edits: Sequence[Edit] = (), inputs: Mapping[str, Shape] | None = None) -> Built | None:
        """The program with these edits, if they solve the problem and bring no other."""
        self._left -= 1
        if self._left < 0 or self._visits < 0:
            return None
        options = self._options._replace(inputs=inputs) if inputs else self._options
        with applied(edits):
            built = build(self._program, options)
            varied = [build(self._program, options._replace(variant=name)) for name in self._variants()]
        self._visits -= sum(one.visits for one in (built, *varied))
        problems = set(map(key_of, built.problems))
        if any(key_of(self.problem) in map(key_of, one.problems) for one in (built, *varied)):
            return None
        return built if problems <= self._known else None

    def _variants(self) -> list[str]:
        """The variants that an edit must serve too, the file without one included."""
        variants = ["", *[variant.name.text for variant in self._program.spec.variants[:MOST_VARIANTS]]]
        return [name for name in variants if name != self._options.variant]


def key_of(problem: Diagnostic) -> tuple[object, ...]:
    """The identity of a problem: its name and place."""
    return (problem.name, *(place(problem.at.span) if problem.at else (problem.message,)))
