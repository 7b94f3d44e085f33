"""Finds the layers whose arguments keep shapes from meeting. Each edit is computed on the shapes, then tried."""

from collections.abc import Callable, Collection, Mapping, Sequence

from cnnshape.causes.edit import Edit, edit_of, kind_steps, place
from cnnshape.causes.options import LIKELY, REMOTE, Option, changed, keeping_padding, keeping_text, options_of
from cnnshape.causes.replay import Replay
from cnnshape.causes.trial import Trial
from cnnshape.causes.uses import Uses
from cnnshape.graph import Node
from cnnshape.language import Expression
from cnnshape.layers import Layer, Shape, Tensor
from cnnshape.program import KindStep, Program

MOST_CAUSES = 4
MOST_TEXTS = 3
IN_USE = REMOTE
"""The rank of a param in a use of a block: other layers depend on it too."""
FIXED = REMOTE + 1
"""The rank of a number that replaces an expression with several values."""
_BORROWED = frozenset({"out", "stride"})
Tensors = Mapping[int, Tensor]
Rank = Callable[[int, Option], int]


class Layers:
    """The layers that one step made with the same relevant arguments: an edit changes them together."""

    __slots__ = ("node", "step", "values")

    def __init__(self, step: KindStep, node: Node, value: int) -> None:
        self.step = step
        self.node = node
        self.values = [value]


class Cause:
    """A layer and an edit with which the shapes meet. `result` is then the shape of the first path."""

    __slots__ = ("edit", "node", "rank", "result")

    def __init__(self, node: Node, edit: Edit, *, rank: int, result: Shape) -> None:
        self.node = node
        self.edit = edit
        self.rank = rank
        self.result = result


def layers_of(program: Program, replay: Replay) -> list[Layers]:
    """The layers that can be edited, the nearest to the end first; those on the way to all paths come last."""
    steps = kind_steps(program)
    groups: dict[object, Layers] = {}
    for value in replay.made:
        node = replay.node(value)
        step = steps.get(place(node.at))
        if step is None or node.follows or step.kind is not type(node.application.layer):
            continue
        key = step, node.application.layer
        if key in groups:
            groups[key].values.append(value)
        else:
            groups[key] = Layers(step, node, value)
    exclusive = replay.exclusive()
    return sorted(groups.values(), key=lambda group: (not exclusive.intersection(group.values), -group.values[-1]))


class Search:
    """Finds edits with which shapes meet; `channels` are those that may have been meant."""

    __slots__ = ("_channels", "_layers", "_meets", "_rank", "_replay", "_steps", "_texts", "_uses", "_values")

    def __init__(
        self,
        layers: Sequence[Layers],
        uses: Uses,
        channels: Collection[int],
        meets: Callable[[Tensors], bool],
        rank: Rank,
    ) -> None:
        self._layers = layers
        self._uses = uses
        self._replay = uses.replay
        self._channels = channels
        self._meets = meets
        self._rank = rank
        self._texts = _texts(layers)
        self._steps = {value: group.step for group in layers for value in group.values}
        self._values: dict[KindStep, list[int]] = {}
        for value, step in self._steps.items():
            self._values.setdefault(step, []).append(value)

    def causes(self) -> list[Cause]:
        """The edits of single steps with which the shapes meet, the most likely first; those of layers before uses."""
        inside: list[Cause] = []
        outside: list[Cause] = []
        for group in self._layers:
            if self._replay.exhausted:
                break
            for option in options_of(group.node.application, self._channels):
                inside += self._in_step(group, option)
                outside += self._in_uses(group, option)
        return sorted(inside + outside, key=lambda cause: cause.rank)

    def _in_step(self, group: Layers, option: Option) -> list[Cause]:
        """Edits of a step: another step's expression, which has the value in this group, or a number for all groups."""
        texts = self._texts.get((option.argument, option.written), ())
        computed = _computed(group, option)
        borrowed = self._result(dict.fromkeys(group.values, option.layer)) if texts or computed else ()
        stated = self._result(self._in_all(group.step, option))
        rank = self._rank(group.values[-1], option)
        rank = FIXED if rank > LIKELY and self._varies(group.step, option.argument) else rank
        results = [
            *((text, borrowed) for text in texts),
            (option.written, stated),
            *((text, borrowed) for text in computed),
        ]
        return [
            Cause(group.node, edit_of(group.step, group.node, option.argument, value), rank=rank, result=result)
            for value, result in results
            if result
        ]

    def _varies(self, step: KindStep, argument: str) -> bool:
        """Whether the layers of a step have different values. A number would then override what each use chooses."""
        layers = [self._replay.node(value).application.layer for value in self._values[step]]
        return len({layer.values[argument] for layer in layers}) > 1

    def _in_all(self, step: KindStep, option: Option) -> dict[int, Layer]:
        """All layers of a step with the value."""
        changes = {}
        for value in self._values[step]:
            layer = changed(self._replay.node(value).application.layer, option.argument, option.written)
            if layer is not None:
                changes[value] = layer
        return changes

    def _in_uses(self, group: Layers, option: Option) -> list[Cause]:
        """Edits of the uses of a block, if the argument is a param of the block."""
        causes = []
        uses = {self._uses.params_of(value, group.step, option.argument): value for value in group.values}
        for use, value in uses.items():
            if use is None:
                continue
            result = self._result(self._uses.changes(*use, option, self._steps))
            if result:
                rank = max(self._rank(value, option), IN_USE)
                causes.append(Cause(group.node, Edit(*use, option.written), rank=rank, result=result))
        return causes

    def _result(self, changes: dict[int, Layer]) -> Shape:
        """The shape of the first value with other layers, if the shapes then meet; empty if they don't."""
        tensors = self._replay.outputs(changes)
        return tensors[self._replay.values[0]].shape if tensors is not None and self._meets(tensors) else ()


def _texts(layers: Sequence[Layers]) -> dict[tuple[str, object], list[str]]:
    """The expressions that steps write for strides and channels, by their value."""
    texts: dict[tuple[str, object], list[str]] = {}
    for group in layers:
        plan = group.step.plan
        for argument in _BORROWED & plan.values.keys() if plan else ():
            value = plan.values[argument] if plan else None
            if isinstance(value, Expression) and not value.constant and not value.dynamic:
                listed = texts.setdefault((argument, group.node.application.layer.values[argument]), [])
                listed += [*sorted(value.names), value.text]
    return {key: sorted(dict.fromkeys(listed), key=len)[:MOST_TEXTS] for key, listed in texts.items()}


def _computed(group: Layers, option: Option) -> list[str]:
    """The padding that keeps the size as an expression, for names whose values need different numbers."""
    if option.argument != "padding" or option.written != keeping_padding(group.node.application):
        return []
    text = keeping_text(group.step.plan)
    return [text] if text else []


def tried(causes: Sequence[Cause], trial: Trial) -> list[Cause]:
    """The edits that solve the problem on the whole program, at most one of a step."""
    solved: dict[int, Cause] = {}
    for cause in causes:
        if len(solved) == MOST_CAUSES:
            break
        if id(cause.edit.step) not in solved and trial.solves([cause.edit]):
            solved[id(cause.edit.step)] = cause
    return list(solved.values())
