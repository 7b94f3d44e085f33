"""Turns the steps of a trace into forms on a grid, with tables of what depends on few axes."""

from collections.abc import Collection, Mapping, Sequence
from math import prod
from typing import Any

import numpy

from cnnshape.arithmetic.tracing.grid.exact import (
    PICKS,
    Array,
    Operand,
    applied,
    array_of,
    compared,
    extremes,
    weighted,
)
from cnnshape.arithmetic.tracing.grid.forms import (
    Atom,
    Form,
    added,
    atom_form,
    atoms_below,
    constant_form,
    operation_atom,
    scaled,
)
from cnnshape.arithmetic.tracing.operations import COMPARISONS, DIVISIONS, OPERATIONS
from cnnshape.arithmetic.tracing.replay import Step


class Guard:
    """A comparison of two forms that must have an answer."""

    __slots__ = ("answer", "left", "right", "sign")

    def __init__(self, sign: str, left: Form, right: Form, *, answer: bool) -> None:
        self.sign = sign
        self.left = left
        self.right = right
        self.answer = answer

    @property
    def axes(self) -> int:
        """The axes on which the answer depends, as bits."""
        return self.left.axes | self.right.axes


class Builder:
    """Forms of the steps of a trace. `lengths` are the numbers of values on the axes, `leaves` has the axis of each
    parameter with its values there. Numbers with at most `limit` values get tables.

    `holds` has, by axes, where the guards hold; `guards` are those that depend on too many axes for a table.
    """

    def __init__(self, lengths: Sequence[int], leaves: Mapping[str, tuple[int, Sequence[Any]]], limit: int) -> None:
        self.lengths = lengths
        self.holds: dict[int, Array] = {}
        self.guards: list[Guard] = []
        self.forms: list[Form | None] = []
        self._leaves = leaves
        self._limit = limit
        self._known: dict[object, Form] = {}
        self._sizes: dict[int, int] = {}

    def run(self, steps: Sequence[Step], kept: Collection[int]) -> None:
        """Goes through the steps. The forms of those `kept` are there at the end."""
        forms, last = self.forms, list(range(len(steps)))
        for index, step in enumerate(steps):
            for operand in step.operands:
                last[operand] = index
        for number in kept:
            last[number] = len(steps)
        for index, step in enumerate(steps):
            forms.append(self._form(step))
            for operand in step.operands:
                # Sums of many numbers take more memory than all tables.
                if last[operand] == index:
                    forms[operand] = None

    # Axes

    def size(self, axes: int) -> int:
        """The number of points on some axes."""
        if axes not in self._sizes:
            self._sizes[axes] = prod(length for axis, length in enumerate(self.lengths) if axes >> axis & 1)
        return self._sizes[axes]

    def shape(self, axes: int) -> tuple[int, ...]:
        """The shape of a table on some axes. Axes of one value are left out: numpy has 64 axes at the most."""
        return tuple([length if axes >> axis & 1 else 1 for axis, length in enumerate(self.lengths) if length > 1])

    def fits(self, axes: int) -> bool:
        """Whether a number on these axes gets a table. On one axis it does: its parameters are as long."""
        return axes & (axes - 1) == 0 or self.size(axes) <= self._limit

    # Steps

    def _form(self, step: Step) -> Form | None:
        if step.operation == "constant":
            return constant_form(step.value)
        if step.operation == "parameter":
            return self._parameter(step)
        operands = [self._operand(index) for index in step.operands]
        if step.operation == "guard":
            sign, answer = step.value
            self._guard(Guard(sign, *operands, answer=answer))
            return None
        if step.operation in DIVISIONS:
            self._guard(Guard("!=", operands[1], constant_form(0), answer=True))
        return self._operation(step.operation, operands, whole=step.whole)

    def _operand(self, index: int) -> Form:
        form = self.forms[index]
        assert form is not None
        return form

    def _parameter(self, step: Step) -> Form:
        axis, values = self._leaves[step.value]
        if all(value == values[0] for value in values):
            return constant_form(values[0])
        atom = Atom("parameter", (), 1 << axis, (min(values), max(values)), whole=step.whole)
        table = array_of(values, whole=step.whole).reshape(self.shape(1 << axis))
        atom.table = Operand(table, atom.bounds, whole=step.whole)
        return atom_form(atom)

    def _operation(self, operation: str, operands: list[Form], *, whole: bool) -> Form:
        if not any(operand.terms for operand in operands):
            return constant_form(OPERATIONS[operation].plain(*[operand.constant for operand in operands]))
        if operation != "/" and all(operand.whole for operand in operands):
            whole = True
            if (form := _simplified(operation, operands)) is not None:
                return form
            if operation in PICKS:
                operands = _flat(operation, operands)
        key = (operation, *[operand.key for operand in operands])
        if key not in self._known:
            atom = operation_atom(operation, tuple(operands), whole=whole)
            if operation not in PICKS and self.fits(atom.axes):
                self._tabulate(atom)
            self._known[key] = atom_form(atom)
        return self._known[key]

    # Tables

    def table(self, form: Form) -> Operand:
        """The values of a form on its axes."""
        for below in atoms_below([form], lambda atom: atom.table is None):
            self._tabulate(below)
        if not form.whole:
            atom = form.atom
            if atom is not None:
                return self._table(atom)
            value = numpy.array(form.constant, dtype=numpy.float64).reshape(self.shape(0))
            return Operand(value, form.bounds, whole=False)
        total = weighted([(self._table(atom), factor) for atom, factor in form.terms.items()], form.constant)
        if not form.terms:
            total.array = total.array.reshape(self.shape(0))
        return total

    def _table(self, atom: Atom) -> Operand:
        assert atom.table is not None
        return atom.table

    def _tabulate(self, atom: Atom) -> None:
        operands = [self.table(operand) for operand in atom.operands]
        if atom.operation in PICKS:
            result = operands[0]
            for operand in operands[1:]:
                result = applied(atom.operation, [result, operand], whole=atom.whole)
        else:
            result = applied(atom.operation, operands, whole=atom.whole)
        # What is computed is known better than what is possible.
        result.bounds = atom.bounds = extremes(result.array)
        atom.table = result

    # Guards

    def _guard(self, guard: Guard) -> None:
        if guard.left.whole and guard.right.whole:
            guard = Guard(guard.sign, added(guard.left, guard.right, -1), constant_form(0), answer=guard.answer)
            if _always(guard):
                return
        if not self.fits(guard.axes):
            self.guards.append(guard)
            return
        holds = compared(guard.sign, self.table(guard.left), self.table(guard.right)) == guard.answer
        if not holds.all():
            known = self.holds.get(guard.axes)
            self.holds[guard.axes] = holds if known is None else known & holds


def _always(guard: Guard) -> bool:
    """Whether the bounds of a difference alone give the answer."""
    low, high = guard.left.bounds
    answers = {COMPARISONS[guard.sign](bound, 0) for bound in (low, high)}
    # NaN, such as the difference of infinities, bounds nothing.
    return (
        low <= high
        and answers == {guard.answer}
        and (guard.sign not in ("==", "!=") or not low <= 0 <= high or low == high)
    )


def _simplified(operation: str, operands: list[Form]) -> Form | None:
    """The result of an operation on whole forms as a form of the same atoms; None if it isn't any."""
    if operation == "negative":
        return scaled(operands[0], -1)
    first, second = operands
    if operation in ("+", "-"):
        return added(first, second, 1 if operation == "+" else -1)
    if operation == "*" and not (first.terms and second.terms):
        form, factor = (first, second.constant) if first.terms else (second, first.constant)
        return scaled(form, factor)
    if operation in PICKS:
        low, high = added(first, second, -1).bounds
        if low >= 0:
            return first if operation == "maximum" else second
        return (second if operation == "maximum" else first) if high <= 0 else None
    if operation in ("//", "%") and not second.terms and second.constant > 0:
        return _divided(operation, first, second.constant)
    return None


def _divided(operation: str, form: Form, divisor: int) -> Form | None:
    """The quotient or the rest of a form, if its atoms are there in multiples of the divisor."""
    if any(factor % divisor for factor in form.terms.values()):
        return None
    if operation == "%":
        return constant_form(form.constant % divisor)
    terms = {atom: factor // divisor for atom, factor in form.terms.items()}
    low, high = form.bounds
    return Form(form.constant // divisor, terms, form.axes, (low // divisor, high // divisor), whole=True)


def _flat(operation: str, operands: list[Form]) -> list[Form]:
    """The operands, with those of an operand that is the same operation in its place."""
    flat: dict[object, Form] = {}
    for operand in operands:
        atom = operand.atom
        inner = atom.operands if atom is not None and atom.operation == operation and atom.whole else (operand,)
        for form in inner:
            flat.setdefault(form.key, form)
    return list(flat.values())
