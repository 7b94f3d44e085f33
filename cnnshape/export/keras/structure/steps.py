"""Lists of steps in a function."""

import re
from collections.abc import Sequence

from cnnshape import language
from cnnshape.export.keras.site import Site, Varies
from cnnshape.export.keras.structure.blocks import write_call
from cnnshape.export.keras.structure.kinds import write_kind
from cnnshape.export.keras.structure.runs import Decides, Unstructured
from cnnshape.export.keras.structure.scope import is_open, valued, written
from cnnshape.export.keras.structure.writer import Writer
from cnnshape.export.keras.table import SAID
from cnnshape.export.keras.text import Code, Expression, Group, bound, call, listed
from cnnshape.export.python import Lines, binary, constant, flat, identifier, variable
from cnnshape.graph.visits import Visited
from cnnshape.language import Column
from cnnshape.language.expression import Binary, Choice, FunctionCall, Items, Node, Variable
from cnnshape.program import BlockStep, Body, JoinStep, KindStep, LoopStep, ResidualStep, ResolvedStep

_COUNTERS = "ijklm"


def write_steps(writer: Writer, body: Body, current: str, chain: str) -> str:
    """Writes steps that start from a variable and go on in `chain`. Returns the variable with the last output."""
    for step, following in zip(body.steps, [*body.steps[1:], None], strict=True):
        current = _step(writer, step, current, chain, following)
    return current


def _takes_flow(step: ResolvedStep | None) -> bool:
    """Whether a step may take the output of the one before it."""
    if step is None or step.source is not None:
        return False
    if isinstance(step, JoinStep) and not step.when and not step.repeat:
        operands = any("prev" in operand.names for operand in step.operands)
        return operands or any(not body.steps or _takes_flow(body.steps[0]) for _, body in step.branches)
    return not (isinstance(step, KindStep) and step.kind is not None and step.kind.by_name)


def _step(writer: Writer, step: ResolvedStep, current: str, chain: str, following: ResolvedStep | None) -> str:
    """Writes one step with its modifiers."""
    if step.share is not None:
        raise Unstructured
    name = step.name.text if step.name is not None else ""
    entering = writer.scope.tensor(step.source, current) if step.source is not None else current
    visits = writer.runs.of(step)
    if not visits:
        if name:
            writer.scope.tensors[name] = entering
        return current
    target = chain
    if name and name in writer.read and step.repeat is None and not isinstance(step, LoopStep):
        target = writer.names.new(identifier(name))
    condition = _condition(writer, step, visits, current=entering)
    if condition:
        if step.source is not None and name:
            if target == chain or _takes_flow(following):
                raise _decided(writer, step)
            current = entering
        result = _conditional(writer, step, (current, entering, target, chain), condition)
    else:
        result = _repeated(writer, step, entering, target, chain)
    if name and name in writer.read:
        if result == chain and target == chain:
            kept = writer.names.new(identifier(name))
            writer.assign(kept, result)
            result = kept
        writer.scope.tensors[name] = result
    return result


def _decided(writer: Writer, step: ResolvedStep) -> Exception:
    """Why a step that may be left out can't be written: a param decides it, or nothing that can keep its value."""
    names = sorted(step.when.names & writer.params) if step.when is not None else []
    return Decides(names[0]) if names else Unstructured()


def _condition(writer: Writer, step: ResolvedStep, visits: Sequence[Visited], current: str) -> str:
    """The code of `when`; empty for a step that always runs."""
    if step.when is None:
        return ""
    sizes = writer.scope.sizes(current, writer.runs.entering(visits[0]))
    tree = writer.scope.tree(step.when, sizes)
    return written(tree, writer.scope.known(visits[0].scope, sizes)) if is_open(tree) else ""


def _conditional(writer: Writer, step: ResolvedStep, place: tuple[str, str, str, str], condition: str) -> str:
    """Writes a step that may be left out: its variable then keeps what it had."""
    current, entering, target, chain = place
    inside = target
    writer.assign(target, current)
    with writer.condition(condition):
        start = target if entering == current else entering
        result = _repeated(writer, step, start, inside, chain if target == chain else target)
        writer.assign(target, result)
    return target


def _repeated(writer: Writer, step: ResolvedStep, current: str, target: str, chain: str) -> str:
    """Writes a step, in a loop if it has a `repeat`."""
    if step.repeat is None:
        return _plain(writer, step, current, target, chain)
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
            writer.assign(chain, _plain(writer, step, chain, chain, chain))
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


def _plain(writer: Writer, step: ResolvedStep, current: str, target: str, chain: str) -> str:
    """Writes a step without its modifiers."""
    if isinstance(step, KindStep):
        return write_kind(writer, step, current, target)
    if isinstance(step, BlockStep):
        return write_call(writer, step, current, target)
    if isinstance(step, LoopStep):
        return _loop(writer, step, current, chain)
    if isinstance(step, ResidualStep):
        return _residual(writer, step, current, target, chain)
    if isinstance(step, JoinStep):
        return _join(writer, step, current, target)
    raise Unstructured


# Loops


def _loop(writer: Writer, step: LoopStep, current: str, chain: str) -> str:
    """Writes a `for`."""
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
            writer.assign(chain, write_steps(writer, step.do, chain, chain))
            _append(writer, step, rounds, chain)
        used = uses(counter, writer.lines[place:])
        body = writer.lines[place:] if used else _renamed(counter, writer.lines[place:])
        del writer.lines[place:]
        _head(
            writer,
            counter if used else "",
            [(name, column) for name, column in zip(variables, columns, strict=True)],
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


# Residuals and joins


def _residual(writer: Writer, step: ResidualStep, current: str, target: str, chain: str) -> str:
    """Writes a residual: its steps, its shortcut, and their sum."""
    visits = writer.runs.of(step)
    added = [writer.runs.nodes(visited)[-1:] for visited in visits]
    sums = [made and made[0].at == step.word.span for made in added]
    if isinstance(step.shortcut, language.Expression) and not any(sums):
        return write_steps(writer, step.body, current, chain)
    shortcut = current
    if current == chain or isinstance(step.shortcut, Body):
        shortcut = writer.names.new("shortcut")
        writer.assign(shortcut, current)
    result = write_steps(writer, step.body, current, chain)
    if isinstance(step.shortcut, Body):
        shortcut = _projected(writer, step.shortcut, shortcut, visits)
    add = bound(call("layers.Add()", listed(["{0}", "{1}"])), [result, shortcut])
    if not isinstance(step.shortcut, language.Expression):
        writer.assign(target, add)
        return target
    sizes = writer.scope.sizes(shortcut, writer.runs.entering(visits[0]))
    tree = _is_identity(writer.scope.tree(step.shortcut, sizes))
    known = writer.scope.known(visits[0].scope, sizes)
    if not is_open(tree):
        writer.assign(target, add)
        return target
    for visited, made in zip(visits, sums, strict=True):
        seen = writer.scope.known(visited.scope, writer.scope.sizes(shortcut, writer.runs.entering(visited)))
        if valued(tree, seen) != bool(made):
            raise Unstructured
    writer.assign(target, result)
    with writer.condition(written(tree, known)):
        writer.assign(target, bound(call("layers.Add()", listed(["{0}", "{1}"])), [target, shortcut]))
    return target


def _is_identity(tree: Node) -> Node:
    """The condition under which a shortcut is the identity."""
    if isinstance(tree, Choice):
        chosen, otherwise = (valued(part, {}) if not is_open(part) else None for part in (tree.chosen, tree.otherwise))
        if (chosen, otherwise) == ("identity", "none"):
            return tree.condition
    return Binary("==", 0, tree, constant("identity"))


_DYNAMIC = ("in_channels", "in_length", "in_height", "in_width", "in_depth")


def _projected(writer: Writer, body: Body, shortcut: str, visits: Sequence[Visited]) -> str:
    """Writes the steps of a shortcut, in which all sizes are those of the residual's input."""
    asked = [name for step in body.steps[1:] for name in _names_of(step) if name in _DYNAMIC]
    with writer.scoped():
        for name in dict.fromkeys(asked):
            code, _ = writer.scope.sizes(shortcut, writer.runs.entering(visits[0]))[name]
            kept = writer.names.new(name)
            writer.line(f"{kept} = {code}")
            writer.scope.values[name] = variable(kept)
            writer.scope.unchecked.add(kept)
        return write_steps(writer, body, shortcut, shortcut)


def _names_of(step: ResolvedStep) -> frozenset[str]:
    """The names in the values of a step."""
    values = [*([step.when] if step.when else []), *([step.repeat] if step.repeat else [])]
    names = frozenset[str]().union(*[value.names for value in values])
    if isinstance(step, KindStep) and step.plan is not None:
        return names.union(step.plan.variables)
    if isinstance(step, BlockStep):
        return names.union(*[value.names for value in step.given.values()])
    return names


def _join(writer: Writer, step: JoinStep, current: str, target: str) -> str:
    """Writes a join, of branches or of tensors that exist already."""
    visits = writer.runs.of(step)
    parts = [_branch(writer, name.text, body, current) for name, body in step.branches]
    for operand in step.operands:
        text, many = writer.scope.reference(operand, current)
        parts.append(f"*{text}" if many else text)
    joined = [writer.runs.nodes(visited)[-1] for visited in visits]
    if any(node.application.layer.name != step.word.text for node in joined):
        raise Unstructured
    try:
        line = SAID[step.word.text](Site([joined[0].application], writer.layout))[0]
    except Varies:
        raise Unstructured from None
    tensors = listed(parts)
    if step.crop is not None:
        writer.helpers.append("center_crop")
        writer.assign(target, _with(line.code, call("center_crop", *parts)))
    elif step.word.text == "subtract":
        if any(part.startswith("*") for part in parts):
            raise Unstructured
        writer.assign(target, " - ".join(parts))
    else:
        writer.assign(target, _with(line.code, tensors))
    return target


def _with(code: Expression, tensors: Code) -> Expression:
    """The layer of a join with other tensors."""
    assert isinstance(code, Group)
    return code._replace(items=(("", tensors),))


def _branch(writer: Writer, name: str, body: Body, current: str) -> str:
    """Writes a branch of a join. Returns the variable with its output."""
    if not body.steps:
        return current
    return write_steps(writer, body, current, writer.names.new(identifier(name)))
