"""Residuals and joins: several tensors become one."""

from itertools import islice

from cnnshape.arithmetic import minimum
from cnnshape.diagnostics import Label, diagnose, nearest
from cnnshape.graph.applications import Applications
from cnnshape.graph.draft import Draft
from cnnshape.graph.evaluation import Refused
from cnnshape.graph.guess import ANY, UNKNOWN, Guess, Pattern, exactly, meet
from cnnshape.graph.naming import Labels
from cnnshape.graph.recovery import after_join
from cnnshape.graph.scope import Current, Rounds, Scope
from cnnshape.language import Expression, Name, Reference, describe, shown
from cnnshape.layers import BY_NAME, Layer, format_shape
from cnnshape.program import JoinStep, ResidualStep

MOST_NAMED = 12
_SHORTCUTS = ("identity", "none")


class Joins:
    """Joins tensors of a draft."""

    def __init__(self, draft: Draft, applications: Applications) -> None:
        self._draft = draft
        self._applications = applications

    def residual(self, step: ResidualStep, inputs: list[int], start: int, label: str | None, labels: Labels) -> int:
        """Adds a body and its shortcut, whose nodes begin at `start`. Raises Refused."""
        body, shortcut = (self._draft.tensors[index] for index in inputs)
        if body != shortcut:
            from cnnshape.graph.mismatch import residual_mismatch

            raise Refused(residual_mismatch(step, body, shortcut, len(self._draft.nodes) > start))
        added = self._append(BY_NAME["add"](), inputs, step.word, label or labels.next("add"))
        self._draft.mark_shortcut(start)
        return added

    def join(self, step: JoinStep, inputs: list[int], label: str | None, labels: Labels) -> int:
        """Joins branches or tensors that exist already; raises Refused."""
        if step.crop is not None:
            inputs = self._cropped(inputs, step.crop, labels)
        label = label or labels.next(step.word.text)
        try:
            arguments = {"broadcast": step.broadcast.text} if step.broadcast else {}
            return self._append(BY_NAME[step.word.text](**arguments), inputs, step.word, label)
        except Refused as refused:
            if step.broadcast is not None and refused.diagnostic.name == "misplaced-modifier":
                at = Label(step.broadcast.span, "")
                raise Refused(refused.diagnostic._replace(at=at), left=self.failed(list(inputs))) from None
            paths: tuple[Name | Reference, ...] = step.operands or tuple([name for name, _ in step.branches])
            related = [
                Label(path.span, f"`{path.text}` is {format_shape(self._draft.tensors[index].shape)}")
                # The tensors of a list have no names of their own.
                for path, index in islice(
                    zip(paths, inputs, strict=False), MOST_NAMED if len(paths) == len(inputs) else 0
                )
            ]
            raise Refused(refused.diagnostic._replace(related=tuple(related))) from None

    def shortcut_word(self, shortcut: Expression, word: object) -> str:
        """The word of a shortcut that is not a list of steps. Raises Refused."""
        if isinstance(word, str) and word in _SHORTCUTS:
            return str(word)
        message = f"`shortcut` is `identity`, `none` or a list of steps, got {describe(word)}"
        close = nearest(word, _SHORTCUTS) if isinstance(word, str) else None
        projection = "a projection is a list of steps: `- conv: {out: ..., kernel: 1}`"
        help = f"did you mean `{close}`?" if close else projection
        raise Refused(diagnose("bad-argument", message, shortcut.span, help=help), shortcut)

    def guessed(self, word: str, values: list[Current], *, broadcast: bool = False) -> Guess:
        """The output of a join with uncertain tensors: it has the shape of the certain ones."""
        if broadcast:
            return UNKNOWN
        guesses = [self._guess(value) for value in values]
        certain = [guess for guess, value in zip(guesses, values, strict=True) if isinstance(value, int)]
        if word == "concat":
            return _concatenated(certain or guesses)
        if word == "multiply":
            return _multiplied(certain)
        whole = (certain or guesses)[0]
        for guess in guesses:
            whole = meet(whole, guess)
        return whole

    def failed(self, values: list[Current]) -> Guess:
        """The output of a join whose tensors don't fit together."""
        return after_join([self._guess(value) for value in values])

    def _guess(self, value: Current) -> Guess:
        return value if isinstance(value, Guess) else exactly(self._draft.tensors[value].shape)

    def _cropped(self, inputs: list[int], crop: Name, labels: Labels) -> list[int]:
        """Cuts all tensors to the smallest, about their centre. An odd cell is cut at the end."""
        shapes = [self._draft.tensors[index].shape for index in inputs]
        if len({len(shape) for shape in shapes}) > 1 or len(shapes[0]) < 2:
            return inputs
        least = tuple(map(minimum, *(shape[1:] for shape in shapes)))
        cropped = []
        for index, shape in zip(inputs, shapes, strict=True):
            over = tuple(size - small for size, small in zip(shape[1:], least, strict=True))
            if any(over):
                cut = tuple((rest // 2, rest - rest // 2) for rest in over)
                index = self._append(BY_NAME["crop"](cut=cut), [index], crop, labels.next("crop"))
            cropped.append(index)
        return cropped

    def _append(self, layer: Layer, inputs: list[int], word: Name, label: str) -> int:
        chain = self._applications.of_layer(layer, tuple(inputs), word)
        return self._draft.append(chain, tuple(inputs), word.span, [label])


def few_operands(step: JoinStep, count: int, scope: Scope) -> Refused:
    """The problem of a join of a list without tensors, or of one tensor that is no list."""
    word = step.word.text
    if count:
        only = step.operands[0]
        message = f"`{word}` joins two or more tensors, `{shown(only.text)}` is one"
        text, other = shown(only.text), "input" if only.text == "prev" else "prev"
        help = f"name another one: `{word}: [{text}, {other}]`"
        if isinstance(scope.get(only.text), Rounds):
            help = f"name a list: `{word}: {text}.all` has the rounds of the loop; or `{word}: [{text}, {other}]`"
        return Refused(diagnose("wrong-structure", message, only.span, help=help), only)
    message = f"`{word}` joins an empty list"
    help = "a loop without rounds has no tensors; name another tensor too: `[prev, ...]`"
    return Refused(diagnose("wrong-structure", message, step.operands[0].span, help=help), step.operands[0])


def _concatenated(guesses: list[Guess]) -> Guess:
    """The output of a concatenation. All tensors have the same sizes, so the first one gives them."""
    return Guess((ANY, *pattern[1:]) for pattern in guesses[0].patterns)


def _multiplied(certain: list[Guess]) -> Guess:
    """A product. A certain tensor may be a gate, so only its channels are those of the product."""
    if not certain:
        return UNKNOWN
    return Guess(_of_gate(pattern) for pattern in certain[0].patterns)


def _of_gate(pattern: Pattern) -> Pattern:
    gate = all(most == 1 for _, most in pattern[1:])
    return (pattern[0], *[ANY for _ in pattern[1:]]) if gate else pattern
