"""Compares the tensors that enter and leave a step with its contract."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnshape.arithmetic import example, is_whole, truncate
from cnnshape.diagnostics import Label, diagnose
from cnnshape.graph.draft import Draft
from cnnshape.graph.evaluation import Refused, Unfit, Values
from cnnshape.graph.model import GraphInput
from cnnshape.graph.scope import Current, Scope
from cnnshape.language import AXIS_NAMES, Contract, ListValue, Value, describe, grammar
from cnnshape.layers import LARGEST, Shape, format_shape
from cnnshape.program import unknown_name

if TYPE_CHECKING:
    from cnnshape.diagnostics import Fix

Sizes = tuple[int | None, ...]
"""The sizes of a contract; None for `any`."""


class Contracts:
    """Checks contracts. `inputs` are those of the graph."""

    def __init__(self, draft: Draft, values: Values, inputs: Sequence[GraphInput]) -> None:
        self._draft = draft
        self._values = values
        self._inputs = inputs

    def problems(self, contract: Contract, entering: Current, leaving: Current, scope: Scope) -> list[Refused]:
        """The shapes that a step misses, or that can't be read. Raises Uncertain if one depends on a fault."""
        problems = []
        for side, wanted, value in (("input", contract.input, entering), ("output", contract.output, leaving)):
            try:
                missed = self._missed(side, wanted, value, entering, scope) if wanted is not None else None
            except Refused as refused:
                missed = refused.with_traceback(None)
            problems += [missed] if missed else []
        return problems

    def _missed(self, side: str, wanted: Value, value: Current, entering: Current, scope: Scope) -> Refused | None:
        result = self._values.at(wanted, entering, scope)
        listed = result if type(result) is tuple else (result,)
        sizes = tuple([_size(wanted, item, scope) for item in listed])
        if not isinstance(value, int):
            return None
        shape = self._draft.tensors[value].shape
        if len(sizes) == len(shape) and all(
            size is None or size == real for size, real in zip(sizes, shape, strict=True)
        ):
            return None
        real = tuple(map(example, shape))
        message, fixes = missed_text(side, sizes, real), _updated(wanted, sizes, real)
        problem = diagnose("contract-missed", message, wanted.span, related=[self._maker(value)], fixes=fixes)
        return Unfit(problem, wanted)

    def _maker(self, value: int) -> Label:
        """Where a tensor comes from."""
        if value < self._draft.inputs:
            given = self._inputs[value]
            return Label(given.at, f"the input `{given.name}` is {format_shape(given.tensor.shape)}")
        node = self._draft.nodes[value - self._draft.inputs]
        return Label(node.at, f"{node.name} gives {format_shape(node.application.output.shape)}")


def _updated(wanted: Value, sizes: Sizes, shape: Shape) -> "tuple[Fix, ...]":
    """The fix that replaces the sizes that differ, if the contract states each of them as a number."""
    # A sound design needs no fixes.
    from cnnshape.diagnostics import BY_UPDATE, Fix, Replace

    items = wanted.items if isinstance(wanted, ListValue) else ()
    if not len(items) == len(sizes) == len(shape):
        return ()
    rows = zip(items, sizes, shape, strict=True)
    differing = [(item, real) for item, size, real in rows if size is not None and size != real]
    if not all(item.span.text.isdecimal() for item, _ in differing):
        return ()
    return (Fix(tuple(Replace(item.span, str(real)) for item, real in differing), BY_UPDATE),)


def _size(wanted: Value, item: object, scope: Scope) -> int | None:
    """A size of a contract; raises Refused."""
    if item == grammar.ANY and isinstance(item, str):
        return None
    if is_whole(item) and 1 <= item <= LARGEST:
        return truncate(item)
    if isinstance(item, str):
        raise Refused(unknown_name(wanted, str(item), {**dict.fromkeys((grammar.ANY,)), **scope}), wanted)
    message = f"a size of `expect` is a whole number, 1 or more, or `any`, got {describe(item)}"
    help = "a size that may be anything is `any`"
    raise Refused(diagnose("bad-expectation", message, wanted.span, help=help), wanted)


def missed_text(side: str, sizes: Sizes, shape: Shape) -> str:
    """The message of a missed contract. It names the axes that differ alone."""
    if len(sizes) != len(shape):
        wanted = "x".join(grammar.ANY if size is None else str(size) for size in sizes)
        return f"this step expects an {side} of {wanted}, got {format_shape(shape)}"
    axes = ["channels" if len(shape) > 1 else "values", *[name[3:] for name in AXIS_NAMES.get(len(shape), ())]]
    rows = zip(axes, sizes, shape, strict=True)
    differing = [(axis, size, real) for axis, size, real in rows if size is not None and size != real]
    wanted = " and ".join(f"{size} {axis}" if axis == axes[0] else f"{axis} {size}" for axis, size, _ in differing)
    return f"this step expects an {side} of {wanted}, got {' and '.join(str(real) for _, _, real in differing)}"
