"""Blocks as functions of the file: calls of a block whose nodes are the same call one function."""

from collections.abc import Collection, Mapping, Sequence

from cnnshape.export.onnx.lowered import Lowered
from cnnshape.export.onnx.proto import FUNCTIONS, Function, Op, function
from cnnshape.export.python import Names
from cnnshape.graph import Group

_AFTER = 1 << 60
"""The place of what reads the outputs of the network."""


class Functions:
    """The functions so far. Those that others call come first."""

    def __init__(self, given: Lowered, blocks: Collection[str]) -> None:
        self._ops = given.ops
        self._blocks = blocks
        self._names = Names()
        self._known: dict[bytes, str] = {}
        self.made: list[Function] = []
        self._read: dict[str, list[int]] = {}
        for place, ops in enumerate(given.ops):
            for op in ops:
                for name in op.inputs:
                    self._read.setdefault(name, []).append(place)
        for name, index in given.outputs.items():
            self._read.setdefault(name, []).append(_AFTER)
            self._read.setdefault(given.values[index], []).append(_AFTER)

    def body(self, group: Group, end: int | None = None) -> list[Op]:
        """The nodes of a group, with calls in place of its blocks."""
        ops: list[Op] = []
        at = group.start
        for child in group.children:
            for own in self._ops[at : child.start]:
                ops += own
            ops += self._call(child) if child.word in self._blocks else self.body(child)
            at = child.end
        for own in self._ops[at : group.end if end is None else end]:
            ops += own
        return ops

    def _call(self, group: Group) -> list[Op]:
        """One node that calls the function of a block."""
        body = self.body(group)
        made = {name for op in body for name in op.outputs}
        inputs = list(dict.fromkeys(name for op in body for name in op.inputs if name and name not in made))
        outputs = [name for op in body for name in op.outputs if self._leaves(name, group)]
        if not outputs or not inputs:
            return body
        local = _local_names(group.label, inputs, body)
        called = self._named(group.word, tuple(_within(op, local, group.label) for op in body), inputs, outputs, local)
        return [Op(called, group.label, tuple(inputs), tuple(outputs), domain=FUNCTIONS)]

    def _leaves(self, name: str, group: Group) -> bool:
        return any(not group.start <= place < group.end for place in self._read.get(name, ()))

    def _named(
        self, word: str, ops: tuple[Op, ...], inputs: Sequence[str], outputs: Sequence[str], local: Mapping[str, str]
    ) -> str:
        """The name of the function with these nodes, which is added if there is none."""
        made = Function("", tuple(local[name] for name in inputs), tuple(local[name] for name in outputs), ops)
        key = function(made).joined()
        if key not in self._known:
            self._known[key] = self._names.new(word)
            self.made.append(made._replace(name=self._known[key]))
        return self._known[key]


def _short(name: str, label: str) -> str:
    """A name without that of the block that it is in."""
    return name.removeprefix(f"{label}.")


def _local_names(label: str, inputs: Sequence[str], body: Sequence[Op]) -> dict[str, str]:
    """The names within a function, which don't tell where it is called or who reads what it gives."""
    names = Names()
    local = {}
    for op in body:
        for number, name in enumerate(op.outputs):
            local[name] = names.new(_short(op.name, label) + (f".{number}" if number else ""))
    for name in inputs:
        local[name] = names.new(_short(name, label) if name.startswith(f"{label}.") else "x")
    return local


def _within(op: Op, local: Mapping[str, str], label: str) -> Op:
    return op._replace(
        name=_short(op.name, label),
        inputs=tuple(local.get(name, name) for name in op.inputs),
        outputs=tuple(local[name] for name in op.outputs),
    )
