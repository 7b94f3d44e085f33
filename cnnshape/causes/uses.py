"""Uses of blocks: an argument that is a param of a block is set where the block is used."""

from collections.abc import Iterator

from cnnshape.causes.edit import block_steps, place
from cnnshape.causes.options import Option, changed
from cnnshape.causes.replay import Replay
from cnnshape.graph import Group
from cnnshape.language import Expression
from cnnshape.layers import Layer
from cnnshape.program import BlockStep, KindStep, Program


class Uses:
    """The innermost use of a block that each layer comes from."""

    __slots__ = ("_steps", "_uses", "replay")

    def __init__(self, program: Program, replay: Replay) -> None:
        self.replay = replay
        self._steps = block_steps(program)
        self._uses: dict[int, BlockStep | None] = {}
        self._assign(replay.graph.root, None)

    def _assign(self, group: Group, outer: BlockStep | None) -> None:
        use = self._steps.get(place(group.at), outer) if group.at else outer
        first = len(self.replay.graph.inputs)
        self._uses.update(dict.fromkeys(range(first + group.start, first + group.end), use))
        for child in group.children:
            self._assign(child, use)

    def params_of(self, value: int, step: KindStep, argument: str) -> tuple[BlockStep, str] | None:
        """The use of a block and its param that set an argument of the layer that makes a value; None if none does."""
        param = _param(step, argument)
        use = self._uses.get(value) if param else None
        if use is None or use.block is None or param not in {declared.name.text for declared in use.block.params}:
            return None
        return use, param

    def changes(self, use: BlockStep, param: str, option: Option, steps: dict[int, KindStep]) -> dict[int, Layer]:
        """The layers of a use with another value for a param."""
        layers: dict[int, Layer] = {}
        for value, step in steps.items():
            if self._uses.get(value) is use:
                layer = self._changed(value, step, param, option)
                layers |= {value: layer} if layer else {}
        return layers

    def _changed(self, value: int, step: KindStep, param: str, option: Option) -> Layer | None:
        layer: Layer | None = self.replay.node(value).application.layer
        arguments = list(_arguments(step, param))
        for argument in arguments:
            layer = changed(layer, argument, option.written) if layer else None
        return layer if arguments else None


def _param(step: KindStep, argument: str) -> str:
    """The name, if an argument is a single name; else empty."""
    value = step.plan.values.get(argument) if step.plan else None
    return value.word if isinstance(value, Expression) else ""


def _arguments(step: KindStep, param: str) -> Iterator[str]:
    if step.plan:
        yield from (argument for argument in step.plan.values if _param(step, argument) == param)
