"""The file of a design with a function for each block."""

from cnnshape.export.keras.module import module
from cnnshape.export.keras.names import Names
from cnnshape.export.keras.network import Network
from cnnshape.export.keras.structure.functions import (
    BlockFunctions,
    called,
    read_names,
    read_of,
    signature,
    used_params,
)
from cnnshape.export.keras.structure.rounds import uses
from cnnshape.export.keras.structure.runs import Decides, Runs, Unstructured
from cnnshape.export.keras.structure.scope import written
from cnnshape.export.keras.structure.steps import write_steps
from cnnshape.export.keras.structure.writer import Argument, Writer
from cnnshape.export.keras.text import Code, Group, breakable, call, listed, literal
from cnnshape.export.keras.text import written as laid_out
from cnnshape.export.python import constant, identifier, variable
from cnnshape.export.source import Source
from cnnshape.graph.evaluation import LayerValue
from cnnshape.graph.visits import Ran, visits_of
from cnnshape.language import Expression, Input, Param, Spec
from cnnshape.program import Program


def structured(source: Source, network: Network, name: str, summary: str) -> str:
    """The text of the file; raises Unstructured for a design that has no such code."""
    fixed: set[str] = set()
    while True:
        try:
            return _structured(source, network, (name, summary), fixed)
        except Decides as decides:
            if decides.name in fixed:
                raise Unstructured from None
            fixed.add(decides.name)


def _structured(source: Source, network: Network, words: tuple[str, str], fixed: set[str]) -> str:
    """The text of the file, in which some params keep their values."""
    name, summary = words
    program = source.examination.program
    assert program is not None
    graph, root = visits_of(program, source.examination.options)
    if graph is None or any(node.shares is not None for node in graph.nodes):
        raise Unstructured
    own = Network(graph, network.layout)
    runs = Runs(graph, root)
    functions = BlockFunctions(own, runs, program.spec, name)
    read = read_names(program.spec.layers).union(*map(read_of, program.spec.outputs))
    writer = Writer(own, runs, functions, Names(functions.taken), read)
    options = source.examination.options
    chosen = {*options.params, *_variant(program.spec, options.variant)}
    arguments, before = _params(writer, program.spec, root, chosen, fixed)
    writer.params = frozenset(one.param for one in arguments)
    _check_outputs(writer, program)
    entering, inputs = _inputs(writer, program.spec, bool(options.inputs))
    result = write_steps(writer, program.layers, entering, "x")
    _return(writer, program.spec, name, result, inputs)
    kept, locals_ = used_params(arguments, before, writer.lines)
    typed = [(one.name, _type(root.scope[one.param]), one.default) for one in kept]
    head = signature(name, typed, " -> keras.Model")
    lines = [*head, f'    """{summary}"""', *locals_, *writer.lines]
    helpers = [*functions.helpers, *writer.helpers]
    helpers += [
        helper
        for text in (*lines, *(line for one in functions.written for line in one.lines))
        for helper in called(text)
    ]
    written_functions = [one.lines for one in functions.written if _is_called(one.name, functions, lines)]
    return module(source.header + ".", helpers, [*written_functions, lines], network.layout)


def _is_called(name: str, functions: BlockFunctions, lines: list[str]) -> bool:
    return uses(name, [*lines, *(line for one in functions.written if one.name != name for line in one.lines)])


def _check_outputs(writer: Writer, program: Program) -> None:
    """Raises Decides for a param that decides whether there is an output."""
    outputs = {reference.text for reference in program.spec.outputs}
    for step in program.layers.steps:
        if step.name is not None and step.name.text in outputs and step.when is not None:
            for name in sorted(step.when.names & writer.params):
                raise Decides(name)


def _variant(spec: Spec, name: str) -> list[str]:
    return [setting.text for variant in spec.variants if variant.name.text == name for setting in variant.params]


def _params(
    writer: Writer, spec: Spec, root: Ran, chosen: set[str], fixed: set[str]
) -> tuple[list[Argument], list[tuple[str, list[str]]]]:
    """The arguments of the network, and the lines that work out params from others."""
    arguments: list[Argument] = []
    before: list[tuple[str, list[str]]] = []
    for param in spec.params:
        word, value = param.name.text, root.scope[param.name.text]
        if isinstance(value, LayerValue) or (
            isinstance(value, tuple) and any(isinstance(item, LayerValue) for item in value)
        ):
            writer.scope.closed.add(word)
            continue
        if word in fixed:
            writer.scope.values[word] = constant(value)
            continue
        name = writer.names.new(identifier(word))
        if word in chosen or _is_constant(param):
            arguments.append(Argument(word, name, literal(value)))
        else:
            assert param.default is not None
            tree = writer.scope.tree(param.default, {})
            text = written(tree, writer.scope.known(root.scope, {}), whole=type(value) is int)
            before.append((name, laid_out(f"{name} = ", breakable("", text))))
        writer.scope.values[word] = variable(name)
    return arguments, before


def _is_constant(param: Param) -> bool:
    value = param.default
    return value is None or (isinstance(value, Expression) and bool(value.word)) or value.constant


def _type(value: object) -> str:
    """The type hint of an argument."""
    if isinstance(value, tuple):
        types = list(dict.fromkeys(map(_type, value)))
        return f"tuple[{types[0]}, ...]" if len(types) == 1 else "tuple"
    return type(value).__name__ if isinstance(value, bool | int | float) else "str"


def _inputs(writer: Writer, spec: Spec, stated: bool) -> tuple[str, list[str]]:
    """Writes the inputs. Returns the variable of the first one, and of all."""
    graph = writer.runs.graph
    single = len(graph.inputs) == 1
    variables = []
    for given, declared in zip(graph.inputs, spec.inputs, strict=True):
        made = "inputs" if single else writer.names.new(identifier(given.name))
        variables.append(made)
        writer.scope.tensors[given.name] = made
        named: dict[str, Code] = {} if single else {"name": literal(given.name)}
        shape = literal(writer.layout.shape(given.tensor.shape)) if stated else _shape(writer, declared)
        writer.lines += laid_out(f"{made} = ", call("keras.Input", shape, **named))
    return variables[0], variables


def _shape(writer: Writer, declared: Input) -> str:
    sizes = [written(writer.scope.tree(size, {}), {}, whole=True) for size in declared.shape]
    ordered = [*sizes[1:], sizes[0]] if writer.layout.channels_last else sizes
    return f"({', '.join(ordered)}{',' if len(ordered) == 1 else ''})"


def _return(writer: Writer, spec: Spec, name: str, result: str, inputs: list[str]) -> None:
    outputs = {"output": result}
    if spec.outputs:
        present = writer.runs.graph.outputs
        outputs = {one.text: writer.scope.tensor(one, result) for one in spec.outputs if one.text in present}
    code: Code = next(iter(outputs.values()))
    if len(outputs) > 1:
        items = tuple(("", f"{literal(word)}: {outputs[word]}") for word in outputs)
        code = Group("", items, "{", "}")
    taken: Code = inputs[0] if len(inputs) == 1 else listed(inputs)
    writer.lines += laid_out("return ", call("keras.Model", taken, code, name=literal(name)))
