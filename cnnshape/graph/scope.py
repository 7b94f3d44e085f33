"""Names during expansion: the scope of expressions and references at a step."""

from collections.abc import Mapping

from cnnshape.graph.guess import Guess
from cnnshape.language import ExpressionProblem, Named
from cnnshape.source import Span

Current = int | Guess
"""The index of a tensor of the graph, or a guess if an earlier fault left a hole."""


class Unsettled:
    """The value of a param that couldn't be evaluated."""

    __slots__ = ()


UNSETTLED = Unsettled()
Scope = dict[str, object]


class Uncertain(Exception):
    """A step needs something that an earlier fault left uncertain, so it can't be checked."""


class Inside:
    """The names inside a block or a round that can be read from outside.

    `owner` is the name of the block, or empty for a round. `hidden` are the block's other names.
    """

    __slots__ = ("hidden", "names", "owner")

    def __init__(self, names: Mapping[str, object], owner: str = "", hidden: frozenset[str] = frozenset()) -> None:
        self.names = names
        self.owner = owner
        self.hidden = hidden

    def part(self, name: str) -> object:
        """What a name means. Raises ExpressionProblem for one that isn't there."""
        if name in self.names:
            return self.names[name]
        if name in self.hidden:
            message, help = (
                f"`{name}` isn't an output of {self.owner}: add it to `outputs`",
                f"write `outputs: [{name}]`",
            )
            raise _missing(message, help if not self.names else f"write `outputs: [{', '.join((*self.names, name))}]`")
        # Only a misspelt name pays for it.
        from cnnshape.diagnostics import did_you_mean

        where = f"{self.owner} has no output" if self.owner else "no step of the round is"
        known = did_you_mean(name, tuple({**self.names, **dict.fromkeys(self.hidden)}))
        given = f"write `name: {name}` at the step" + (" and list it in `outputs`" if self.owner else "")
        raise _missing(f"{where} called `{name}`", known or given)


class Handle(Named):
    """A tensor as the value of an expression. The nodes from `start` to `end` made it.

    `at` is where the tensor got its name. `left_out` says why the step of that name doesn't run: `when`, `repeat` or
    `for`; the name then means the tensor that enters the step. `inside` has the names of a block or a round.
    `entering` is the tensor that entered the step.
    """

    __slots__ = ("at", "end", "entering", "inside", "left_out", "start", "value")

    def __init__(
        self,
        value: Current,
        start: int = 0,
        end: int = 0,
        *,
        at: Span | None = None,
        inside: Inside | None = None,
        entering: Current | None = None,
    ) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.left_out = ""
        self.at = at
        self.inside = inside
        self.entering = value if entering is None else entering

    def round(self, number: int) -> "Handle":
        """Raises Uncertain or ExpressionProblem: a single tensor has no rounds."""
        self._need_certain()
        raise _missing(
            _never_run(self.left_out) if self.left_out else f"{{}} has no rounds; there is no round {number}"
        )

    def rounds(self) -> "tuple[Handle, ...]":
        """No rounds, where the step doesn't run. Raises Uncertain, or ExpressionProblem for a step without rounds."""
        self._need_certain()
        if self.left_out:
            return ()
        raise _missing("{} has no rounds: it has neither a `for` nor a `repeat`", "leave out `.all`")

    def part(self, name: str) -> object:
        """What a name means inside the step. Raises Uncertain or ExpressionProblem."""
        if self.inside is not None:
            return self.inside.part(name)
        self._need_certain()
        if self.left_out:
            raise _missing(_never_run(self.left_out))
        help = "a block with `outputs` has, and a round of a `for` that has a name"
        raise _missing(f"{{}} has no part called `{name}`", help)

    def _need_certain(self) -> None:
        """Raises Uncertain if a fault left only a guess: then the step may have had rounds and parts."""
        if isinstance(self.value, Guess):
            raise Uncertain


class Rounds(tuple[Handle, ...], Named):
    """The outputs of a named `for` or `repeat`; as a tensor it is the last one."""

    __slots__ = ()

    def round(self, number: int) -> Handle:
        """The output of a round. Raises ExpressionProblem."""
        if 0 <= number < len(self):
            return self[number]
        counted = "1 round" if len(self) == 1 else f"{len(self)} rounds"
        finished, help = "", None
        if isinstance(self, Finished):
            finished, help = (
                " so far",
                "a round reads those before it; the first ones take another tensor: `... if i > 0 else prev`",
            )
        raise _missing(f"{{}} has {counted}{finished}, counted from 0; there is no round {number}", help)

    def rounds(self) -> tuple[Handle, ...]:
        """The outputs of all rounds."""
        return (*self,)

    def part(self, name: str) -> object:
        """What a name means inside the last round. Raises Uncertain or ExpressionProblem."""
        if not self:
            raise _missing("no round of {} is finished yet")
        return self[-1].part(name)


class Finished(Rounds):
    """The rounds of a `for` that are finished, in a later round of it."""

    __slots__ = ()


def names_inside(value: object) -> tuple[str, ...]:
    """The names of the steps in a block or in the last round, by which they can be read from outside."""
    last = value[-1] if isinstance(value, Rounds) and value else value
    return (*last.inside.names,) if isinstance(last, Handle) and last.inside is not None else ()


def _never_run(left_out: str) -> str:
    why = {"when": "its `when` is false", "repeat": "its `repeat` is 0", "for": "its `for` has no rounds"}
    return f"{{}} doesn't run: {why[left_out]}"


def _missing(message: str, help: str | None = None) -> ExpressionProblem:
    """The problem of a name or round that isn't there; `{}` in the message is the tensor."""
    return ExpressionProblem("unknown-tensor", message, help=help)
