"""Expands the modifiers of steps: `when`, `dtype`, `frozen` and `repeat`."""

from abc import ABC, abstractmethod

from cnnshape.graph.applications import Chain
from cnnshape.graph.block_expansion import BlockExpander
from cnnshape.graph.evaluation import Refused
from cnnshape.graph.expansion import NAMES_PER_VISIT, Visit
from cnnshape.graph.guess import Guess
from cnnshape.graph.scope import Current, Handle, Rounds, Uncertain
from cnnshape.program import KindStep, ResolvedStep

NOT_WANTED = Rounds()
"""The rounds of a step whose `when` is false."""
_ROUND = frozenset({"i", "last"})
"""The names whose values differ between rounds."""


class ModifierExpander(BlockExpander, ABC):
    """Expands a step as often as its modifiers say."""

    @abstractmethod
    def _expanded(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        """Expands a step without its modifiers. Raises Refused or Uncertain if nothing certain comes out."""

    def _modified(self, step: ResolvedStep, current: Current, visit: Visit) -> tuple[Current, Rounds | None]:
        """A step with `from`, `when`, `repeat`, `frozen`, `dtype` or `share`."""
        try:
            if step.when is not None and not self._values.truth(step.when, "when", visit.current, visit.scope):
                return current, NOT_WANTED
        except (Refused, Uncertain) as problem:
            self._pass_over(step, visit.scope)
            left = self._left(step, visit.current, visit.scope, problem)
            return left.or_else(self._guess(current)), None
        return self._typed(step, visit)

    def _typed(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        """A step whose values have types of their own; what it leaves open has those of the steps around it."""
        outer = self._draft.dtypes
        if step.dtypes is not None:
            self._draft.dtypes = step.dtypes if outer is None else step.dtypes.over(outer)
        try:
            return self._frozen(step, visit)
        finally:
            self._draft.dtypes = outer

    def _frozen(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        if step.frozen is None:
            return self._repeated(step, visit)
        outer = self._draft.frozen
        try:
            self._draft.frozen = self._values.truth(step.frozen, "frozen", visit.current, visit.scope) or outer
        except Refused as refused:
            self._report(refused)
        except Uncertain:
            self.holes += 1
        try:
            return self._repeated(step, visit)
        finally:
            self._draft.frozen = outer

    def _repeated(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        if step.repeat is None:
            self._ran.add(step)
            return self._once(step, visit)
        try:
            count = self._values.count(step.repeat, visit.current, visit.scope)
        except (Refused, Uncertain) as problem:
            self._pass_over(step, visit.scope)
            return self._left(step, visit.current, visit.scope, problem), None
        if count:
            self._ran.add(step)
        handles: list[Handle] = []
        current = visit.current
        for index in range(count):
            start, entering, visits, holes = len(self._draft.nodes), current, self.visits, self.holes
            self._charge(step, len(visit.scope) // NAMES_PER_VISIT)
            repeat = Visit(current, {**visit.scope, "i": index, "last": index == count - 1}, visit.labels)
            repeat.suffix = f".{index}" if step.name else ""
            repeat.first = index == 0
            try:
                current, inner = self._expanded(step, repeat)
            except (Refused, Uncertain) as problem:
                # A problem of the step holds for its further repeats too.
                return self._left(step, current, visit.scope, problem), None
            # Rounds are read by name alone. Without one, it only matters whether there are any.
            if step.name is not None or not handles:
                inside = inner[-1].inside if inner else repeat.inside
                handles.append(Handle(current, start, len(self._draft.nodes), inside=inside, entering=entering))
            self._values.previous = None
            if index and isinstance(step, KindStep) and self.holes == holes and self._is_steady(step, start, current):
                rest = range(index + 1, count)
                return self._again(step, repeat, start, rest, self.visits - visits, handles), Rounds(handles)
        return current, Rounds(handles)

    def _is_steady(self, step: KindStep, start: int, current: Current) -> bool:
        """Whether all further repeats are the layers of the last one, whose nodes begin at `start`.

        They are if it gives the shape that it takes, and reads nothing that differs between rounds.
        """
        if step.plan is None or isinstance(current, Guess) or not _ROUND.isdisjoint(step.plan.variables):
            return False
        entering = self._draft.nodes[start].inputs
        before = len(self._draft.tensors) - len(self._draft.nodes) + start - 1
        return entering == (before,) and self._draft.tensors[before] == self._draft.tensors[current]

    def _again(
        self, step: KindStep, visit: Visit, start: int, rounds: range, visits: int, handles: list[Handle]
    ) -> Current:
        """Adds the layers from `start` on once more for each of the rounds, which cost as many visits as the last one."""
        draft = self._draft
        chain = tuple([node.application for node in draft.nodes[start:]])
        current = len(draft.tensors) - 1
        for index in rounds:
            self._charge(step, visits)
            visit.suffix = f".{index}" if step.name else ""
            start, entering = len(draft.nodes), current
            current = draft.append(chain, (entering,), step.word.span, self._labels(step, chain, visit))
            if step.name is not None:
                handles.append(Handle(current, start, len(draft.nodes), entering=entering))
        return current

    def _once(self, step: ResolvedStep, visit: Visit) -> tuple[Current, Rounds | None]:
        try:
            return self._expanded(step, visit)
        except (Refused, Uncertain) as problem:
            return self._left(step, visit.current, visit.scope, problem), None

    def _labels(self, step: KindStep, chain: Chain, visit: Visit) -> list[str]:
        if step.name is None:
            return [visit.labels.next(application.layer.name) for application in chain]
        own = self._draft.unique(visit.labels.prefix + step.name.text + visit.suffix)
        return [own, *[f"{own}.{application.layer.name}" for application in chain[1:]]]
