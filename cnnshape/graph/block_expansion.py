"""Expands blocks: opens their params and their group, and repeats earlier expansions."""

from abc import ABC, abstractmethod

from cnnshape.graph.blocks import param_values
from cnnshape.graph.expansion import ITEMS_PER_VISIT, VALUES_PER_VISIT, Expansion, Visit
from cnnshape.graph.faults import Frame
from cnnshape.graph.guess import Guess
from cnnshape.graph.naming import Labels, ReservedNames
from cnnshape.graph.scope import UNSETTLED, Current, Finished, Handle, Inside, Rounds, Scope, Uncertain, Unsettled
from cnnshape.graph.template import Recording, Template
from cnnshape.language import grammar
from cnnshape.program import (
    BlockProgram,
    BlockStep,
    Body,
)

_TENSORS = (Handle, Rounds, Finished)


def _has_tensor(items: tuple[object, ...]) -> bool:
    """Whether a list has a tensor in it, or a list that has one."""
    types = set(map(type, items))
    if not types.isdisjoint(_TENSORS):
        return True
    return tuple in types and any(type(item) is tuple and _has_tensor(item) for item in items)


class BlockExpander(Expansion, ABC):
    """Expands uses of blocks."""

    @abstractmethod
    def _steps(self, body: Body, current: Current, scope: Scope, labels: Labels) -> Current:
        """Expands steps one after the other."""

    def _block(self, step: BlockStep, visit: Visit) -> tuple[Current, None]:
        block = step.block
        if block is None:
            raise Uncertain
        self._charge(step, len(block.params) // VALUES_PER_VISIT)
        label = visit.labels.prefix + step.name.text + visit.suffix if step.name else visit.labels.next(block.name.text)
        given = step.first if visit.first else step.given
        inner, refused = self._blocks.open(step, block, given, visit.current, visit.scope)
        for problem in refused:
            self._report(problem)
        read = step.name is not None and bool(block.outputs)
        self._charge(step, sum([len(value) for value in inner.values() if type(value) is tuple]) // ITEMS_PER_VISIT)
        key = None if read else self._template_key(block, inner, visit.current)
        repeated = self._replayed(key, label, visit.current)
        if repeated is not None:
            return repeated, None
        self._ran.add(block.body)
        self._opened += 1
        frame = Frame(
            step.word.span,
            where=visit.labels.prefix.rstrip("."),
            label=block.name.text,
            values=self._shown(inner) if key is None else dict(inner),
            origins=lambda: param_values(block, given),
            closed=True,
        )
        inner[grammar.ENTERING] = Handle(visit.current)
        shared, self._values.shared = self._values.shared, None
        try:
            result = self._recorded(key, frame, block, label, visit.current, inner)
        finally:
            self._values.shared = shared
        if step.name is not None:
            names = {
                name.text: inner.get(name.text, UNSETTLED) for name in block.outputs if name.text in block.body.names
            }
            visit.inside = Inside(names, block.name.text, block.body.names)
        return result, None

    def _shown(self, scope: Scope) -> dict[str, object]:
        """The values of params for groups and traces: a tensor is replaced by its shape."""
        return {name: self._shown_value(value) for name, value in scope.items() if value is not UNSETTLED}

    def _shown_value(self, value: object) -> object:
        last = value[-1] if isinstance(value, Rounds) and value else value
        if isinstance(last, Handle) and isinstance(last.value, int):
            return self._draft.tensors[last.value]
        return tuple(map(self._shown_value, value)) if type(value) is tuple and _has_tensor(value) else value

    def _template_key(self, block: BlockProgram, inner: Scope, current: Current) -> object:
        """Everything that a block's expansion depends on; None if it can't be repeated."""
        values = tuple(inner.values())
        types = tuple(map(type, values))
        if isinstance(current, Guess) or Handle in types or Rounds in types or Unsettled in types:
            return None
        if tuple in types and any(type(value) is tuple and _has_tensor(value) for value in values):
            return None
        return block, self._draft.tensors[current], (self._draft.frozen, self._draft.dtypes), values, types

    def _replayed(self, key: object, label: str, current: Current) -> int | None:
        """The output of a block that was expanded before; None if it must be expanded."""
        template = self._template(key)
        if template is None or isinstance(current, Guess) or len(self._trace) > template.depth:
            return None
        fits = len(self._draft.nodes) + template.size <= self._draft.max_layers
        if not fits or self.visits + template.visits > self._most:
            return None
        repeated = template.repeat(self._draft, label, current)
        self.visits += template.visits if repeated is not None else 0
        return repeated

    def _template(self, key: object) -> Template | None:
        known = self._templates.get(key)
        if isinstance(known, Recording):
            known = self._templates[key] = known.template()
        return known

    def _recorded(
        self, key: object, frame: Frame, block: BlockProgram, label: str, current: Current, inner: Scope
    ) -> Current:
        """Expands a block, and records the result if it can be repeated: without faults and without renamed layers."""
        if key is None or isinstance(current, Guess) or key in self._templates:
            return self._grouped(frame, block.name.text, label, block.body, current, inner)
        recording = Recording(self._draft, label, current)
        holes, visits, renamed = self.holes, self.visits, self._draft.renamed
        outer = self._draft.current_group
        before = len(outer.children)
        result = self._grouped(frame, block.name.text, label, block.body, current, inner)
        if self.holes == holes and self._draft.renamed == renamed and isinstance(result, int):
            recording.end, recording.result = len(self._draft.nodes), result
            recording.children = outer.children[before:]
            recording.visits, recording.depth = self.visits - visits, len(self._trace)
            self._templates[key] = recording
        return result

    def _grouped(self, frame: Frame, word: str, label: str, body: Body, current: Current, scope: Scope) -> Current:
        self._trace.append(frame)
        outer = self._draft.open_group(label, word, frame.values, frame.at)
        try:
            return self._steps(body, current, scope, Labels(label + ".", self._reserved_names(body)))
        finally:
            self._draft.close_group(outer)
            self._trace.pop()

    def _reserved_names(self, body: Body) -> ReservedNames:
        if body not in self._reserved:
            self._reserved[body] = ReservedNames(body.names)
        return self._reserved[body]
