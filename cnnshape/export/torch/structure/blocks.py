"""A block as a class."""

import re
from collections.abc import Sequence

from cnnshape.export.python import Code, Group, Lines, constant, identifier, names_of, resolved, variable
from cnnshape.export.torch.structure.file import (
    IN_CHANNELS,
    ClassInfo,
    File,
    follower_roles,
    layer_key,
    read_names,
    shared_names,
)
from cnnshape.export.torch.structure.loops import LoopWriter
from cnnshape.export.torch.structure.model import Context, Fixed, Scope, Unstructured, Val
from cnnshape.graph import LayerValue
from cnnshape.graph.scope import Handle, Rounds
from cnnshape.language import Param
from cnnshape.language.expression.tree import Constant, Node, Variable
from cnnshape.program import BlockProgram

INPUT = "input"


def write_block(file: File, block: BlockProgram) -> ClassInfo:
    """The class of a block; raises Unstructured. A param that can't be open is fixed if all uses give it one value."""
    fixed: set[str] = set()
    while True:
        try:
            return _written(file, block, fixed)
        except Fixed as problem:
            names = {name for name in problem.names if name not in fixed}
            if not names:
                raise Unstructured(str(problem)) from None
            fixed |= names


def _written(file: File, block: BlockProgram, fixed: set[str]) -> ClassInfo:
    rans = file.rans.get(block.body, [])
    if not rans:
        raise Unstructured(f"{block.name.text} is never used")
    contexts = [Context(ran, {IN_CHANNELS: file.channels(ran.entering)}) for ran in rans]  # type: ignore[arg-type]
    writer = LoopWriter(file, contexts)
    if block.outputs:
        raise Unstructured("a block with outputs")
    writer.read = frozenset(read_names(block.body))
    writer.shared = frozenset(shared_names(block.body))
    opened = _Opened(writer, block, fixed)
    target = "x"
    if INPUT in writer.read:
        target = writer.tensors.new("y")
    entering = Val("x", variable(IN_CHANNELS))
    opened.scope[INPUT] = entering
    result = writer.body(block.body, contexts, entering, opened.scope, target)
    out = _out(writer, result.channels, opened)
    name = file.names.new(block.name.text)
    params, optional, signature = opened.signature(out)
    text = class_text(name, signature, opened.derived_lines(out), writer, ["x", *opened.tensors.values()], result.code)
    info = ClassInfo(name, text, params, optional, tuple(opened.tensors), out, {})
    file.classes[name] = info
    return info


class _Opened:
    """The params of a block as names of Python."""

    def __init__(self, writer: LoopWriter, block: BlockProgram, fixed: set[str]) -> None:
        self.writer = writer
        self.fixed = fixed
        self.block = block
        self.scope: Scope = {}
        self.tensors: dict[str, str] = {}
        self.python: dict[str, str] = {}
        self.derived: dict[str, Node] = {}
        self.roles = follower_roles(block.body)
        for param in block.params:
            self._open(param)

    def _open(self, param: Param) -> None:
        name, writer = param.name.text, self.writer
        values = [context.ran.scope[name] for context in writer.contexts]
        if any(isinstance(value, Handle | Rounds) for value in values):
            self._tensor(name, values)
            return
        if any(isinstance(value, tuple) and any(isinstance(one, Handle | Rounds) for one in value) for value in values):
            raise Unstructured("a list of tensors as a param")
        given = writer.file.is_given(self.block.name.text, name)
        role = self.roles.get(name)
        layers = role is not None or any(isinstance(value, LayerValue) for value in values)
        if layers and not given and param.default is not None:
            self.scope[name] = constant(values[0])
            return
        if identifier(name) in self.fixed:
            if any(value != values[0] for value in values):
                raise Unstructured(f"{name} can't be open")
            self.scope[name] = constant(values[0])
            return
        state = writer.locals.state()
        own = writer.locals.new(identifier(name))
        if not given and param.default is not None and not _is_constant(param):
            # The names of Python are values of the default, so no use has to give it.
            node = writer.node(param.default, {**self.scope, IN_CHANNELS: variable(IN_CHANNELS)}, writer.contexts)
            if isinstance(node, Variable) and role is None:
                writer.locals.restore(state)
                self.scope[name] = node
                return
            self.derived[name] = node
        self.python[name] = own
        if role is not None:
            writer.factories.add(own)
        elif layers:
            raise Unstructured("a layer as a word")
        for context, value in zip(writer.contexts, values, strict=True):
            context.env[own] = value
        self.scope[name] = variable(own)

    def _tensor(self, name: str, values: Sequence[object]) -> None:
        own = self.writer.tensors.new(identifier(name))
        self.tensors[name] = own
        channels = self.writer.locals.new(f"{identifier(name)}_channels")
        for context, value in zip(self.writer.contexts, values, strict=True):
            last = value[-1] if isinstance(value, Rounds) else value
            if not isinstance(last, Handle) or not isinstance(last.value, int):
                raise Unstructured("a tensor as a param")
            context.env[channels] = self.writer.file.channels(last.value)
        self.python[f"{name}.channels"] = channels
        self.scope[name] = Val(own, variable(channels))

    def used(self, out: Node) -> set[str]:
        """The names of Python that the class reads."""
        used = self.writer.used | names_of(out)
        for name, node in reversed(self.derived.items()):
            if self.python[name] in used:
                used |= names_of(node)
        return used

    def derived_lines(self, out: Node) -> list[tuple[str, Code]]:
        """Statements for the params that follow from others."""
        used = self.used(out)
        return [
            (f"{self.python[name]} = ", self.writer.text(node, self.writer.contexts, whole=True))
            for name, node in self.derived.items()
            if self.python[name] in used
        ]

    def signature(self, out: Node) -> tuple[tuple[tuple[str, str], ...], frozenset[str], list[tuple[str, Code]]]:
        """The params of the constructor with their names in the spec, the optional ones, and their code."""
        used = self.used(out)
        names = [(IN_CHANNELS, IN_CHANNELS)] if IN_CHANNELS in used else []
        names += [(own, source) for source, own in self.python.items() if source.endswith(".channels") and own in used]
        rest = [(own, source) for source, own in self.python.items() if not source.endswith(".channels")]
        rest = [(own, source) for own, source in rest if own in used and source not in self.derived]
        defaults = {source: self._default(source) for _, source in rest}
        required = [pair for pair in rest if defaults[pair[1]] is None]
        optional = [pair for pair in rest if defaults[pair[1]] is not None]
        texts: list[tuple[str, Code]] = [("", f"{own}: {self._type(own)}") for own, _ in (*names, *required)]
        texts += [(f"{own}: {self._type(own)} = ", defaults[source] or "") for own, source in optional]
        return (*names, *required, *optional), frozenset(own for own, _ in optional), texts

    def _default(self, name: str) -> str | None:
        param = next(param for param in self.block.params if param.name.text == name)
        if param.default is None or not _is_constant(param):
            return None
        role = self.roles.get(name)
        value = self.writer.node(param.default, {}, self.writer.contexts)
        if role is None:
            return self.writer.text(value, self.writer.contexts)
        assert isinstance(value, Constant)
        if value.value == "none":
            return "None"
        return self.writer.file.factories.get((role, layer_key(value.value)))

    def _type(self, own: str) -> str:
        if own in self.writer.factories:
            some = any(context.env.get(own) == "none" for context in self.writer.contexts)
            return "Callable[..., nn.Module]" + (" | None" if some else "")
        return type_of([context.env[own] for context in self.writer.contexts])


def _is_constant(param: Param) -> bool:
    """Whether a default is a value or a word."""
    from cnnshape.language import Expression, ListValue

    default = param.default
    if isinstance(default, Expression):
        return not default.names or bool(default.word) and default.word != IN_CHANNELS and default.word not in _AXES
    return isinstance(default, ListValue) and default.constant


_AXES = frozenset({"in_length", "in_height", "in_width", "in_depth", "input"})


def type_of(values: Sequence[object]) -> str:
    """The annotation of a name with these values."""
    kinds = {type(value) for value in values}
    if kinds <= {str} or all(isinstance(value, str) for value in values):
        return "str"
    if kinds == {bool}:
        return "bool"
    if kinds == {int}:
        return "int"
    if kinds <= {int, float}:
        return "float"
    if kinds == {tuple}:
        items = [item for value in values if isinstance(value, tuple) for item in value]
        return f"Sequence[{type_of(items)}]"
    if kinds <= {int, tuple}:
        return "int | tuple[int, ...]"
    raise Unstructured("a value of several types")


def _out(writer: LoopWriter, channels: Node, opened: _Opened) -> Node:
    """The channels of the output, as an expression of the constructor's params."""
    own = {*opened.python.values(), IN_CHANNELS} - {opened.python[name] for name in opened.derived}
    for name, node in [
        *writer.known.items(),
        *[(opened.python[name], node) for name, node in reversed(opened.derived.items())],
    ]:
        if name in names_of(channels):
            kept: dict[str, Node] = {other: variable(other) for other in names_of(channels)}
            channels = resolved(channels, {**kept, name: node})
    if names_of(channels) <= own:
        return channels
    values: list[object] = [writer.file.channels(context.ran.result) for context in writer.contexts]  # type: ignore[arg-type]
    if all(value == values[0] for value in values):
        return constant(values[0])
    for name in own:
        if [context.env.get(name) for context in writer.contexts] == values:
            return variable(name)
    raise Unstructured("channels that only the class knows")


def class_text(
    name: str,
    signature: Sequence[tuple[str, Code]],
    first: Sequence[tuple[str, Code]],
    writer: LoopWriter,
    given: Sequence[str],
    result: str,
    doc: Sequence[str] = (),
    returns: str = "Tensor",
) -> str:
    """The code of a class."""
    _without_unread(writer)
    lines = Lines()
    lines.line(f"class {name}(nn.Module):")
    with lines.indented():
        for line in doc:
            lines.line(line)
        if doc:
            lines.line()
        params = (("", "self"), *signature)
        if writer.init.lines or first:
            lines.add("def ", Group("__init__", params), " -> None:")
            with lines.indented():
                lines.line("super().__init__()")
                for before, code in first:
                    lines.add(before, code)
                lines.extend(writer.init)
            lines.line()
        tensors = tuple([("", "self"), *[("", f"{tensor}: Tensor") for tensor in given]])
        lines.add("def ", Group("forward", tensors), f" -> {returns}:")
        with lines.indented():
            if writer.result is not None:
                lines.extend(writer.run)
                lines.add("return ", writer.result)
            else:
                _run(lines, writer.run, result)
    return lines.text


def _without_unread(writer: LoopWriter) -> None:
    """Removes the statements that set local names for channels which nothing reads."""
    for name in writer.mutable:
        sets = re.compile(rf" *{name} = ")
        others = [sets.sub("", line) for line in writer.init.lines]
        if not any(re.search(rf"\b{name}\b", line) for line in others):
            writer.init.lines[:] = [line for line in writer.init.lines if not sets.match(line)]


def _run(lines: Lines, run: Lines, result: str) -> None:
    """The statements of `forward`; the last one returns what it computes."""
    last = run.taken_back(f"{result} = ", 2)
    lines.extend(run)
    if last is not None:
        lines.add("return ", last)
    else:
        lines.line(f"return {result}")
