"""Loops: `repeat` and `for`, and the lists of what their rounds give."""

import re
from collections.abc import Callable, Sequence

from cnnshape.export.keras.structure.runs import Unstructured
from cnnshape.export.keras.structure.scope import is_open, written
from cnnshape.export.keras.structure.writer import Writer
from cnnshape.export.keras.text import Code, call, listed
from cnnshape.export.python import Lines, binary, constant, flat, identifier, variable
from cnnshape.graph.visits import Visited
from cnnshape.language import Column
from cnnshape.language.expression import Binary, FunctionCall, Items, Node, Variable
from cnnshape.program import LoopStep, ResolvedStep

_COUNTERS = "ijklm"


def write_repeat(writer: Writer, step: ResolvedStep, current: str, chain: str, write: Callable[[], str]) -> str:
    """Writes the rounds of a `repeat`, each by `write`, which starts from `chain` and gives the variable with its output."""
    assert step.repeat is not None
    visits = writer.runs.of(step)
    sizes = writer.scope.sizes(current, writer.runs.entering(visits[0]))
    count = writer.scope.tree(step.repeat, sizes)
    text = written(count, writer.scope.known(visits[0].scope, sizes), whole=True)
    writer.assign(chain, current)
    with writer.scoped():
        rounds = _rounds_list(writer, step)
        place = len(writer.lines)
        counter = _counter(writer)
        writer.scope.values["i"] = variable(counter)
        writer.scope.values["last"] = Binary("==", 0, variable(counter), binary(count, "-", constant(1)))
        with writer.indented():
            writer.assign(chain, write())
            _append(writer, step, rounds, chain)
        used = uses(counter, writer.lines[place:])
        body = writer.lines[place:] if used else _renamed(counter, writer.lines[place:])
        del writer.lines[place:]
        writer.line(f"for {counter if used else '_'} in range({text}):")
        writer.lines += body
    writer.scope.rounds.update(rounds)
    return chain


def _counter(writer: Writer) -> str:
    taken = {node.sign for node in writer.scope.values.values() if isinstance(node, Variable)}
    return next(letter for letter in _COUNTERS if letter not in taken)


def _renamed(counter: str, lines: list[str]) -> list[str]:
    """The lines of a loop that doesn't use its counter: those of the loops inside take its place."""
    following = dict(zip(_COUNTERS[1:], _COUNTERS, strict=False))
    inner = "".join(letter for letter in _COUNTERS if letter > counter)
    pattern = re.compile(rf"(?<![\w.\"])[{inner}](?![\w\"])")
    return [pattern.sub(lambda letter: following[letter.group()], line) for line in lines] if inner else lines


def uses(name: str, lines: Sequence[str]) -> bool:
    """Whether lines of code have a name that isn't an attribute, a keyword of a call or a part of a text."""
    return any(re.search(rf"(?<![\w.\"]){name}(?![\w\"]|=[^=])", line) for line in lines)


def _rounds_list(writer: Writer, step: ResolvedStep) -> dict[str, str]:
    """Begins the lists that the rounds of a step fill, by what the spec calls them, if anything reads them."""
    if step.name is None:
        return {}
    name = step.name.text
    wanted = sorted(read for read in writer.read if read == f"{name}.*" or read.startswith(f"{name}.*."))
    lists = {read.replace(".*", ""): writer.names.new(identifier(read.replace(".*", "s"))) for read in wanted}
    for made in lists.values():
        writer.line(f"{made} = []")
    writer.scope.rounds.update(lists)
    return lists


def _append(writer: Writer, step: ResolvedStep, rounds: dict[str, str], chain: str) -> None:
    """Adds the output of a round, and its parts, to the lists."""
    assert step.name is not None or not rounds
    name = step.name.text if step.name is not None else ""
    tensors = writer.scope.tensors
    for read, made in rounds.items():
        part = read.removeprefix(name).removeprefix(".")
        output = tensors.get(part, tensors.get(read)) if part else chain
        if output is None:
            raise Unstructured
        writer.line(f"{made}.append({output})")


def write_loop(writer: Writer, step: LoopStep, current: str, chain: str, write: Callable[[], str]) -> str:
    """Writes a `for`, each round by `write`, which starts from `chain` and gives the variable with its output."""
    visits = writer.runs.of(step)
    sizes = writer.scope.sizes(current, writer.runs.entering(visits[0]))
    writer.assign(chain, current)
    columns = [_column(writer, column, current, visits[0], sizes) for column in step.columns]
    with writer.scoped():
        rounds = _rounds_list(writer, step)
        place = len(writer.lines)
        counter = _counter(writer)
        variables = _variables(writer, step, columns)
        writer.scope.values["i"] = variable(counter)
        writer.scope.values["last"] = Binary(
            "==", 0, variable(counter), _last(columns, [len(visited.bodies) for visited in visits])
        )
        with writer.indented():
            writer.assign(chain, write())
            _append(writer, step, rounds, chain)
        used = uses(counter, writer.lines[place:])
        body = writer.lines[place:] if used else _renamed(counter, writer.lines[place:])
        del writer.lines[place:]
        _head(
            writer,
            counter if used else "",
            list(zip(variables, columns, strict=True)),
            body,
        )
        writer.lines += body
    writer.scope.rounds.update(rounds)
    return chain


Listed = tuple[Code | None, Node | None, int]
"""A column: the code of its list, None for one of layers; its tree, None for tensors; and its length."""


def _column(
    writer: Writer, column: Column, current: str, visited: Visited, sizes: dict[str, tuple[str, int]]
) -> Listed:
    value, length = column.values, len(visited.bodies)
    try:
        if not writer.scope.rounds.keys().isdisjoint(value.names):
            raise Unstructured
        tree = writer.scope.tree(value, sizes)
    except Unstructured:
        return _of_tensors(writer, column, current), None, length
    known = writer.scope.known(visited.scope, sizes)
    if isinstance(tree, Items):
        return listed(written(item, known) for item in tree.items), tree, length
    return written(tree, known), tree, length


def _of_tensors(writer: Writer, column: Column, current: str) -> str | None:
    """The code of a column of tensors; None for one of layers."""
    try:
        return writer.scope.many(column.values, current)
    except Unstructured:
        return None


def _variables(writer: Writer, step: LoopStep, columns: Sequence[Listed]) -> list[str]:
    """The variables of a loop, which are in scope from then on."""
    names = []
    for column, (text, tree, _) in zip(step.columns, columns, strict=True):
        spec = column.name.text
        name = writer.names.new(identifier(spec))
        names.append(name)
        writer.scope.tensors.pop(spec, None)
        writer.scope.values.pop(spec, None)
        writer.scope.closed.discard(spec)
        if text is None:
            writer.scope.closed.add(spec)
        elif tree is None:
            writer.scope.tensors[spec] = name
        else:
            writer.scope.values[spec] = variable(name)
    return names


def _last(columns: Sequence[Listed], lengths: Sequence[int]) -> Node:
    """The number of the last round."""
    tree = next((tree for _, tree, _ in columns if tree is not None and is_open(tree)), None)
    if tree is not None:
        return binary(FunctionCall("len", 0, (tree,)), "-", constant(1))
    return constant(lengths[0] - 1) if len(set(lengths)) == 1 else variable("unknown")


def _head(writer: Writer, counter: str, columns: list[tuple[str, Listed]], body: list[str]) -> None:
    """Writes the line of a `for`, with the variables that its lines use."""
    used = [(name, text) for name, (text, _, _) in columns if text is not None and uses(name, body)]
    if not used:
        code, tree, length = columns[0][1]
        count = f"len({flat(code)})" if code is not None and tree is not None and is_open(tree) else str(length)
        writer.line(f"for {counter or '_'} in range({count}):")
        return
    names = ", ".join(name for name, _ in used)
    codes = [text for _, text in used]
    over: Code = call("zip", *codes, strict="True") if len(used) > 1 else codes[0]
    before = f"for {names} in "
    if counter:
        inner = f"({names})" if len(used) > 1 else names
        before, over = f"for {counter}, {inner} in ", call("enumerate", over)
    lines = Lines(writer.depth)
    lines.add(before, over, ":")
    writer.lines += lines.lines
