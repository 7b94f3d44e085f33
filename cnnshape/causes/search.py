"""The layers whose arguments keep shapes from meeting: each edit is worked out on the shapes, then tried."""

from collections.abc import Callable, Collection, Mapping, Sequence

from cnnshape.causes.edit import Edit, edit_of, kind_steps, place
from cnnshape.causes.options import Option, options_of
from cnnshape.causes.replay import Replay
from cnnshape.causes.trial import Trial
from cnnshape.graph import Node
from cnnshape.language import Expression
from cnnshape.layers import Shape, Tensor
from cnnshape.program import KindStep, Program

MOST_CAUSES = 4
MOST_TEXTS = 3
_BORROWED = frozenset({"out", "stride"})
Tensors = Mapping[int, Tensor]
Rank = Callable[[int, Option], int]


class Layers:
    """All layers that one step made with the same arguments, as far as they matter: an edit changes them together."""

    __slots__ = ("node", "step", "values")

    def __init__(self, step: KindStep, node: Node, value: int) -> None:
        self.step = step
        self.node = node
        self.values = [value]


class Cause:
    """A layer and an edit of it with which the shapes meet: `result` is that of the first path then.

    `text` is an expression that another layer has for the value, which the edit writes in its stead.
    """

    __slots__ = ("edit", "node", "option", "rank", "result", "value")

    def __init__(self, layers: Layers, option: Option, rank: int, result: Shape, text: str = "") -> None:
        self.result = result
        self.node = layers.node
        self.value = layers.values[-1]
        self.option = option
        self.rank = rank
        self.edit: Edit = edit_of(layers.step, layers.node, option.argument, text or option.written)


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


def find_causes(
    layers: Sequence[Layers],
    replay: Replay,
    channels: Collection[int],
    *,
    meets: Callable[[Tensors], bool],
    rank: Rank,
) -> list[Cause]:
    """The edits of single steps with which the shapes meet, the most likely first."""
    causes = []
    texts = _texts(layers)
    for group in layers:
        for option in options_of(group.node.application, channels):
            if replay.exhausted:
                break
            tensors = replay.outputs(dict.fromkeys(group.values, option.layer))
            if tensors is not None and meets(tensors):
                result = tensors[replay.values[0]].shape
                likely = rank(group.values[-1], option)
                for text in texts.get((option.argument, option.written), ()):
                    causes.append(Cause(group, option, likely, result, text))
                causes.append(Cause(group, option, likely, result))
    return sorted(causes, key=lambda cause: cause.rank)


def _texts(layers: Sequence[Layers]) -> dict[tuple[str, object], list[str]]:
    """The expressions that steps have for values of strides and channels: a block is used with several of them."""
    texts: dict[tuple[str, object], list[str]] = {}
    for group in layers:
        plan = group.step.plan
        for argument in _BORROWED & plan.values.keys() if plan else ():
            value = plan.values[argument] if plan else None
            if isinstance(value, Expression) and not value.constant and not value.dynamic:
                listed = texts.setdefault((argument, getattr(group.node.application.layer, argument)), [])
                listed += [*sorted(value.names), value.text]
    return {key: sorted(dict.fromkeys(listed), key=len)[:MOST_TEXTS] for key, listed in texts.items()}


def tried(causes: Sequence[Cause], trial: Trial) -> list[Cause]:
    """The edits that solve the problem on the whole program, at most one of a step."""
    solved: dict[int, Cause] = {}
    for cause in causes:
        if len(solved) == MOST_CAUSES:
            break
        if id(cause.edit.step) not in solved and trial.solves([cause.edit]):
            solved[id(cause.edit.step)] = cause
    return list(solved.values())
