"""Tries edits and sizes on the whole program. They count only if they solve a problem and bring no other."""

from collections.abc import Mapping, Sequence

from cnnshape.causes.edit import Edit, applied, place
from cnnshape.diagnostics import Diagnostic
from cnnshape.graph import Built, Options, build
from cnnshape.layers import Shape
from cnnshape.program import Program

MOST_TRIES = 24
"""The most edits to try for one explanation."""
MOST_VISITS = 40_000
"""The number of steps that the builds may visit together. The build that exceeds it is the last one."""
MOST_VARIANTS = 4


class Trial:
    """Tries edits of a program against one of its problems."""

    __slots__ = ("_known", "_left", "_program", "_visits", "options", "problem")

    def __init__(self, program: Program, options: Options, problems: Sequence[Diagnostic], problem: Diagnostic) -> None:
        self._program = program
        self.options = options
        self._known = set(map(key_of, problems))
        self._left = MOST_TRIES
        self._visits = MOST_VISITS
        self.problem = problem

    def solves(self, edits: Sequence[Edit] = (), inputs: Mapping[str, Shape] | None = None) -> bool:
        """Whether these edits remove the problem and bring no other; False if no try is left."""
        return self.built(edits, inputs) is not None

    def built(self, edits: Sequence[Edit] = (), inputs: Mapping[str, Shape] | None = None) -> Built | None:
        """The program with these edits, if they solve the problem and bring no other."""
        self._left -= 1
        if self._left < 0 or self._visits < 0:
            return None
        options = self.options._replace(inputs=inputs) if inputs else self.options
        with applied(edits):
            built = build(self._program, options)
            varied = [build(self._program, options._replace(variant=name)) for name in self._variants()]
        self._visits -= sum(result.visits for result in (built, *varied))
        problems = set(map(key_of, built.problems))
        if any(key_of(self.problem) in map(key_of, result.problems) for result in (built, *varied)):
            return None
        return built if problems <= self._known else None

    def _variants(self) -> list[str]:
        """The other variants in which an edit must work, including the file without a variant."""
        variants = ["", *[variant.name.text for variant in self._program.spec.variants[:MOST_VARIANTS]]]
        return [name for name in variants if name != self.options.variant]


def key_of(problem: Diagnostic) -> tuple[object, ...]:
    """The identity of a problem: its name and place."""
    return (problem.name, *(place(problem.at.span) if problem.at else (problem.message,)))
