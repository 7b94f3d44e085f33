"""The functions of a file: one for each block, and one for the network."""

from collections.abc import Iterable, Sequence

from cnnshape.export.keras.names import TAKEN, Names, lower
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.structure.rounds import uses
from cnnshape.export.keras.structure.runs import Runs, Unstructured
from cnnshape.export.keras.structure.scope import part_of, valued, written
from cnnshape.export.keras.structure.steps import write_steps
from cnnshape.export.keras.structure.writer import Argument, Function, Writer
from cnnshape.export.keras.text import Code, Group, breakable
from cnnshape.export.keras.text import written as laid_out
from cnnshape.export.python import Lines, identifier, literal, variable
from cnnshape.graph.evaluation import LayerValue
from cnnshape.graph.visits import Ran
from cnnshape.language import Expression, ListValue, Param, Reference, Setting, Spec, Step, Value, walk
from cnnshape.language.expression import SIZE_NAMES, All, Item, Named, Node, Part, Variable
from cnnshape.program import BlockProgram


class BlockFunctions:
    """Writes the function of each block that is called, once."""

    def __init__(self, network: Network, runs: Runs, spec: Spec, name: str) -> None:
        self._network = network
        self._runs = runs
        self._blocks = {block.name.text: block for block in spec.blocks}
        names = Names(TAKEN | {name})
        self._names = {block.name.text: names.new(lower(block.name.text)) for block in spec.blocks}
        self.taken = TAKEN | {name} | set(self._names.values())
        self._written: dict[BlockProgram, Function] = {}
        self.helpers: list[str] = []

    @property
    def written(self) -> list[Function]:
        """All functions, those that others call first."""
        return list(self._written.values())

    def of(self, block: BlockProgram) -> Function:
        """The function of a block."""
        if block not in self._written:
            self._written[block] = self._function(block)
        return self._written[block]

    def _function(self, block: BlockProgram) -> Function:
        name = self._names[block.name.text]
        declared = self._blocks[block.name.text]
        writer = Writer(
            self._network,
            self._runs,
            self,
            Names(self.taken),
            read_names(declared.steps, [name.text for name in declared.outputs]),
        )
        rans = self._runs.of_body(block.body)
        arguments, before = _params(writer, block, rans)
        if "input" in writer.read:
            writer.scope.tensors["input"] = writer.names.new("entering")
            writer.line(f"{writer.scope.tensors['input']} = x")
        result = write_steps(writer, block.body, "x", "x")
        parts = tuple(part.text for part in block.outputs)
        missing = [part for part in parts if part not in writer.scope.tensors]
        if missing:
            raise Unstructured
        returned = ", ".join([result, *(writer.scope.tensors[part] for part in parts)])
        writer.line(f"return {returned}")
        self.helpers += writer.helpers
        kept, locals_ = used_params(arguments, before, writer.lines)
        self.helpers += [helper for line in locals_ for helper in called(line)]
        head = signature(name, [("x", "", ""), *((one.name, "", one.default) for one in kept)])
        lines = [*head, f'    """{_docstring(self._network, block.name.text, rans)}"""', *locals_, *writer.lines]
        return Function(name, tuple(kept), parts, lines)


def called(line: str) -> list[str]:
    """The helpers that expressions call."""
    return ["make_divisible"] if "make_divisible(" in line else []


def signature(name: str, arguments: Iterable[tuple[str, str, str]], result: str = "") -> list[str]:
    """The head of a function. An argument has a name, a type and a default; the last two may be empty."""
    items = tuple([("", _declared(*argument)) for argument in arguments])
    lines = Lines()
    lines.add("def ", Group(name, items), f"{result}:")
    return lines.lines


def _declared(name: str, type_: str, default: str) -> Code:
    typed = f"{name}: {type_}" if type_ else name
    if not default:
        return typed
    return breakable(f"{typed} = " if type_ else f"{typed}=", default)


def used_params(
    arguments: list[Argument], before: list[tuple[str, list[str]]], body: list[str]
) -> tuple[list[Argument], list[str]]:
    """The arguments that the body needs, and the lines before it that it needs."""
    kept: list[str] = []
    lines = list(body)
    for name, made in reversed(before):
        if uses(name, lines):
            kept = [*made, *kept]
            lines = [*made, *lines]
    needed = [one for one in arguments if uses(one.name, lines)]
    return sorted(needed, key=lambda one: bool(one.default)), kept


def _params(
    writer: Writer, block: BlockProgram, rans: Sequence[Ran]
) -> tuple[list[Argument], list[tuple[str, list[str]]]]:
    """The arguments of a function, and the lines that work out params from others, by the param."""
    arguments: list[Argument] = []
    before: list[tuple[str, list[str]]] = []
    steps = writer.runs.uses(block)
    for param in block.params:
        spec = param.name.text
        values = [ran.scope[spec] for ran in rans]
        if any(_is_layer(value) for value in values):
            writer.scope.closed.add(spec)
            continue
        name = writer.names.new(identifier(spec))
        if any(isinstance(value, Named) for value in values):
            writer.scope.tensors[spec] = name
            arguments.append(Argument(spec, name, ""))
            continue
        if any(isinstance(value, tuple) and any(isinstance(item, Named) for item in value) for value in values):
            writer.scope.rounds[spec] = name
            writer.scope.values[spec] = variable(name)
            arguments.append(Argument(spec, name, ""))
            continue
        given = [spec in step.given and spec in step.first for step in steps]
        default, lines = _default(writer, block, param, name, rans, given)
        if default is not None:
            arguments.append(Argument(spec, name, default))
        if lines:
            before.append((name, lines))
        writer.scope.values[spec] = variable(name)
    return arguments, before


def _default(
    writer: Writer, block: BlockProgram, param: Param, name: str, rans: Sequence[Ran], given: Sequence[bool]
) -> tuple[str | None, list[str]]:
    """The default of an argument, None for a param that is none, and the lines that work it out."""
    constant = param.default is not None and _is_constant(param.default, [one.name.text for one in block.params])
    if param.default is None or (not constant and all(given)):
        return "", []
    if constant:
        return written(writer.scope.tree(param.default, {}), {}), []
    entering = rans[0].entering
    if not isinstance(entering, int):
        raise Unstructured
    sizes = writer.scope.sizes("x", writer.runs.graph.value(entering))
    tree = writer.scope.tree(param.default, sizes)
    known = writer.scope.known(rans[0].scope, sizes)
    whole = all(type(ran.scope[param.name.text]) is int for ran in rans)
    text = written(tree, known, whole=whole)
    if any(given):
        return "None", [f"    if {name} is None:", *laid_out(f"{name} = ", breakable("", text), 2)]
    for ran in rans:
        assert isinstance(ran.entering, int)
        seen = writer.scope.known(ran.scope, writer.scope.sizes("x", writer.runs.graph.value(ran.entering)))
        if valued(tree, seen) != ran.scope[param.name.text]:
            raise Unstructured
    return None, laid_out(f"{name} = ", breakable("", text))


def _is_constant(value: Value, params: Sequence[str]) -> bool:
    """Whether a default has no names but words."""
    return isinstance(value, Expression | ListValue) and value.names.isdisjoint((*params, *SIZE_NAMES, "input"))


def _is_layer(value: object) -> bool:
    return isinstance(value, LayerValue) or (isinstance(value, tuple) and any(map(_is_layer, value)))


def _docstring(network: Network, word: str, rans: Sequence[Ran]) -> str:
    """What a function is: the block's name, and the shapes of its first call."""
    graph, layout = network.graph, network.layout
    shapes = [
        literal(layout.shape(graph.value(value).shape))
        for value in (rans[0].entering, rans[0].result)
        if isinstance(value, int)
    ]
    return f"`{word}`: from {' to '.join(shapes)} in its first call."


# What a function reads


def read_names(steps: tuple[Step, ...], outputs: Iterable[str] = ()) -> frozenset[str]:
    """The names that steps read: `a`, `a.part`, `a.*` for rounds of `a`, and `a.*.part` for parts of these."""
    names: set[str] = set(outputs)
    for step in walk(steps):
        modifiers = step.modifiers
        for value in (*step.values, *step.references, *modifiers.values, *modifiers.references):
            names |= read_of(value)
    return frozenset(names)


def read_of(value: Value | Reference) -> set[str]:
    """The names that a value reads."""
    if isinstance(value, ListValue):
        return set().union(*map(read_of, value.items)) if value.items else set()
    if isinstance(value, Setting):
        return set().union(*map(read_of, value.values)) if value.values else set()
    expression = value.expression if isinstance(value, Reference) else value
    names = {value.text} if isinstance(value, Reference) else set()
    return names | _in_tree(expression.tree) if expression is not None else names


def _in_tree(node: Node) -> set[str]:
    if isinstance(node, Variable):
        return {node.sign}
    if isinstance(node, Part):
        base, name, rounds = part_of(node)
        inner = _in_tree(rounds.index) if isinstance(rounds, Item) else set()
        return {f"{base}.*.{name}", f"{base}.{name}", name} | inner
    if isinstance(node, Item | All) and isinstance(node.items, Variable):
        return {f"{node.items.sign}.*"}.union(*map(_in_tree, node.parts[1:]))
    return set().union(*map(_in_tree, node.parts))
