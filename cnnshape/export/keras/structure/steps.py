"""Lists of steps in a function."""

from collections.abc import Sequence

from cnnshape.export.keras.structure.blocks import write_call
from cnnshape.export.keras.structure.kinds import write_kind
from cnnshape.export.keras.structure.paths import write_join, write_residual
from cnnshape.export.keras.structure.rounds import write_loop, write_repeat
from cnnshape.export.keras.structure.runs import Decides, Unstructured
from cnnshape.export.keras.structure.scope import is_open, written
from cnnshape.export.keras.structure.writer import Writer
from cnnshape.export.python import identifier
from cnnshape.graph.visits import Visited
from cnnshape.program import BlockStep, Body, JoinStep, KindStep, LoopStep, ResidualStep, ResolvedStep


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
        _guard(writer, step, entering)
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


def _guard(writer: Writer, step: ResolvedStep, current: str) -> None:
    """Refuses arguments that would need a step that never ran: nothing is known of its layers."""
    if step.when is None:
        return
    for name in sorted(step.when.names & writer.params):
        raise Decides(name)
    sizes = writer.scope.sizes(current, writer.runs.graph.inputs[0].tensor)
    tree = writer.scope.tree(step.when, sizes)
    if is_open(tree):
        with writer.condition(written(tree, {})):
            writer.line(f'raise NotImplementedError("`{step.word.text}` ran nowhere in the exported design")')


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
    return write_repeat(writer, step, current, chain, lambda: _plain(writer, step, chain, chain, chain))


def _plain(writer: Writer, step: ResolvedStep, current: str, target: str, chain: str) -> str:
    """Writes a step without its modifiers."""
    if isinstance(step, KindStep):
        return write_kind(writer, step, current, target)
    if isinstance(step, BlockStep):
        return write_call(writer, step, current, target)
    if isinstance(step, LoopStep):
        return write_loop(writer, step, current, chain, lambda: write_steps(writer, step.do, chain, chain))
    if isinstance(step, ResidualStep):
        return write_residual(writer, step, (current, target, chain), write_steps)
    if isinstance(step, JoinStep):
        return write_join(writer, step, current, target, write_steps)
    raise Unstructured
