"""Numbers on a grid as sums of atoms: what cancels is gone, and each atom depends on few axes."""

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

from cnnshape.arithmetic.tracing.grid.exact import Bounds, Operand, bounds_of

_NUMBERS = count()


class Atom:
    """A number that is no sum: a parameter, or an operation on forms. `axes` are those on which it depends, as bits.

    `table` has its values on these axes; None if they are too many, or not computed yet. `number` is larger than those
    of the atoms in its operands.
    """

    __slots__ = ("axes", "bounds", "number", "operands", "operation", "table", "whole")

    def __init__(self, operation: str, operands: "tuple[Form, ...]", axes: int, bounds: Bounds, *, whole: bool) -> None:
        self.number = next(_NUMBERS)
        self.operation = operation
        self.operands = operands
        self.axes = axes
        self.bounds = bounds
        self.whole = whole
        self.table: Operand | None = None


class Form:
    """A number: a constant plus atoms, each times a factor. One that isn't whole is a constant, or one atom."""

    __slots__ = ("_key", "axes", "bounds", "constant", "terms", "whole")

    def __init__(self, constant: Any, terms: Mapping[Atom, int], axes: int, bounds: Bounds, *, whole: bool) -> None:
        self.constant = constant
        self.terms = terms
        self.axes = axes
        self.bounds = bounds
        self.whole = whole
        self._key: object = None

    @property
    def atom(self) -> Atom | None:
        """The atom, if the form is nothing else."""
        if len(self.terms) != 1 or self.constant != 0:
            return None
        ((atom, factor),) = self.terms.items()
        return atom if factor == 1 else None

    @property
    def key(self) -> object:
        """Equal for equal forms."""
        if self._key is None:
            self._key = self.whole, self.constant, frozenset(self.terms.items())
        return self._key


def constant_form(value: Any) -> Form:
    """A number that is the same everywhere."""
    return Form(value, {}, 0, (value, value), whole=isinstance(value, int))


def atom_form(atom: Atom) -> Form:
    """An atom by itself."""
    return Form(0, {atom: 1}, atom.axes, atom.bounds, whole=atom.whole)


def form_of(constant: int, terms: dict[Atom, int]) -> Form:
    """The sum of whole atoms, with its bounds."""
    axes, low, high = 0, constant, constant
    for atom, factor in terms.items():
        axes |= atom.axes
        first, last = atom.bounds
        low, high = (
            (low + factor * first, high + factor * last)
            if factor > 0
            else (
                low + factor * last,
                high + factor * first,
            )
        )
    return Form(constant, terms, axes, (low, high), whole=True)


def added(one: Form, other: Form, sign: int = 1) -> Form:
    """The sum of whole forms, or their difference for the sign -1."""
    if len(other.terms) > len(one.terms) and sign == 1:
        one, other = other, one
    terms = dict(one.terms)
    cancels = False
    for atom, factor in other.terms.items():
        before = terms.get(atom, 0)
        cancels = cancels or before != 0
        if total := before + sign * factor:
            terms[atom] = total
        else:
            del terms[atom]
    constant = one.constant + sign * other.constant
    if cancels:
        return form_of(constant, terms)
    low, high = other.bounds if sign == 1 else (-other.bounds[1], -other.bounds[0])
    return Form(constant, terms, one.axes | other.axes, (one.bounds[0] + low, one.bounds[1] + high), whole=True)


def scaled(form: Form, factor: int) -> Form:
    """A whole form times a number."""
    if factor == 0:
        return constant_form(0)
    low, high = sorted([form.bounds[0] * factor, form.bounds[1] * factor])
    terms = {atom: own * factor for atom, own in form.terms.items()}
    return Form(form.constant * factor, terms, form.axes, (low, high), whole=True)


def operation_atom(operation: str, operands: tuple[Form, ...], *, whole: bool) -> Atom:
    """An operation on forms, not computed."""
    axes = 0
    for operand in operands:
        axes |= operand.axes
    return Atom(
        operation, operands, axes, bounds_of(operation, [form.bounds for form in operands], whole=whole), whole=whole
    )


def atoms_below(forms: Iterable[Form], is_wanted: Callable[[Atom], bool]) -> list[Atom]:
    """The wanted atoms in some forms, and those in the operands of these, each after the ones in its operands.

    Not recursive: the sizes of a deep network are a chain of thousands of operations.
    """
    wanted: dict[Atom, None] = {}
    pending = list(forms)
    while pending:
        for atom in pending.pop().terms:
            if atom not in wanted and is_wanted(atom):
                wanted[atom] = None
                pending += atom.operands
    return sorted(wanted, key=lambda atom: atom.number)
