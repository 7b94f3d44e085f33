"""Forms for given points of a grid: tables are looked up, and the rest is computed for each point."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy

from cnnshape.arithmetic.tracing.grid.builder import Builder
from cnnshape.arithmetic.tracing.grid.exact import PICKS, Array, Operand, applied, weighted
from cnnshape.arithmetic.tracing.grid.forms import Atom, Form, atoms_below, form_of


class Table:
    """Values on some axes, and how to find those of a point."""

    __slots__ = ("axes", "bounds", "flat", "whole")

    def __init__(self, builder: Builder, axes: int, table: Operand) -> None:
        self.axes = axes
        self.bounds = table.bounds
        self.whole = table.whole
        shape = builder.shape(axes)
        self.flat = numpy.ascontiguousarray(numpy.broadcast_to(table.array, shape)).reshape(-1)


class Points:
    """Some points: the positions of their values on the axes, and what was computed for them already."""

    __slots__ = ("_places", "_positions", "_strides", "count", "values")

    def __init__(self, positions: Sequence[Array], lengths: Sequence[int], count: int) -> None:
        self._positions = positions
        self._strides = lengths
        self._places: dict[int, Array] = {}
        self.count = count
        self.values: dict[Pick, Operand] = {}

    def places(self, axes: int) -> Array:
        """The places of the points in a table on these axes."""
        if axes not in self._places:
            place: Any = numpy.zeros(self.count, dtype=numpy.int64)
            for axis, (positions, length) in enumerate(zip(self._positions, self._strides, strict=True)):
                if axes >> axis & 1:
                    place = place * length + positions
            self._places[axes] = place
        return self._places[axes]

    def fill(self, picks: "Iterable[Pick]") -> None:
        """Computes the values of these, each of which needs only those before it."""
        for pick in picks:
            self.values[pick] = pick.at(self)

    def operand(self, table: Table) -> Operand:
        """The values of a table at the points."""
        return Operand(table.flat.take(self.places(table.axes)), table.bounds, whole=table.whole)


class Sum:
    """A form as the sum of few tables and of atoms that have none."""

    __slots__ = ("constant", "parts", "tables", "whole")

    def __init__(self, plan: "Plan", form: Form) -> None:
        self.whole = form.whole
        self.constant = form.constant
        tabled = [atom for atom in form.terms if plan.builder.fits(atom.axes)]
        self.parts = [(plan.pick(atom), factor) for atom, factor in form.terms.items() if atom not in set(tabled)]
        self.tables: list[Table] = []
        for axes, atoms in plan.grouped([(atom.axes, atom) for atom in tabled]):
            part = form_of(0, {atom: form.terms[atom] for atom in atoms}) if form.whole else form
            self.tables.append(plan.table(axes, plan.builder.table(part)))

    def at(self, points: Points) -> Operand:
        """The values at the points."""
        terms = [(points.operand(table), 1) for table in self.tables]
        terms += [(points.values[part], factor) for part, factor in self.parts]
        if not self.whole:
            if terms:
                return terms[0][0]
            return Operand(numpy.full(points.count, self.constant), (self.constant, self.constant), whole=False)
        total = weighted(terms, self.constant)
        total.array = numpy.broadcast_to(total.array, (points.count,))
        return total


class Pick:
    """An operation that is computed for each point. A largest or smallest number is first sought within tables."""

    __slots__ = ("_operands", "_operation", "_tables", "_whole")

    def __init__(self, plan: "Plan", atom: Atom) -> None:
        self._operation = atom.operation
        self._whole = atom.whole
        self._tables: list[Table] = []
        rest = list(atom.operands)
        if atom.operation in PICKS and atom.whole and all(operand.whole for operand in rest):
            tabled = [operand for operand in rest if plan.builder.fits(operand.axes)]
            rest = [operand for operand in rest if not plan.builder.fits(operand.axes)]
            for axes, forms in plan.grouped([(form.axes, form) for form in tabled]):
                self._tables.append(plan.table(axes, _picked(plan.builder, atom.operation, forms)))
        self._operands = [plan.sum(operand) for operand in rest]

    def at(self, points: Points) -> Operand:
        """The values at the points, at which those of its operands are known."""
        operands = [points.operand(table) for table in self._tables]
        operands += [operand.at(points) for operand in self._operands]
        if self._operation not in PICKS:
            return applied(self._operation, operands, whole=self._whole)
        result = operands[0]
        for operand in operands[1:]:
            result = applied(self._operation, [result, operand], whole=self._whole)
        return result


def _picked(builder: Builder, operation: str, forms: Sequence[Form]) -> Operand:
    result = builder.table(forms[0])
    for form in forms[1:]:
        result = applied(operation, [result, builder.table(form)], whole=True)
    return result


class Plan:
    """How the forms of a builder are computed for points; each one once. `size` is that of its tables, in bytes."""

    __slots__ = ("_picks", "_sums", "builder", "size")

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.size = 0
        self._sums: dict[object, Sum] = {}
        self._picks: dict[Atom, Pick] = {}

    def table(self, axes: int, values: Operand) -> Table:
        """A table of values on these axes."""
        table = Table(self.builder, axes, values)
        self.size += table.flat.nbytes
        return table

    def sum(self, form: Form) -> Sum:
        """The plan of a form."""
        key = form.key
        if key not in self._sums:
            for atom in atoms_below([form], lambda atom: not self._is_planned(atom)):
                self._picks[atom] = Pick(self, atom)
            self._sums[key] = Sum(self, form)
        return self._sums[key]

    def _is_planned(self, atom: Atom) -> bool:
        return atom in self._picks or self.builder.fits(atom.axes)

    def pick(self, atom: Atom) -> Pick:
        """The plan of an atom without a table."""
        return self._picks[atom]

    @property
    def picks(self) -> list[Pick]:
        """The plans of all atoms without a table, each after those in its operands."""
        return list(self._picks.values())

    def grouped(self, items: Iterable[tuple[int, Any]]) -> list[tuple[int, list[Any]]]:
        """The items in few groups, with the axes of each group, on which a table still fits."""
        by_axes: dict[int, list[Any]] = {}
        for axes, item in items:
            by_axes.setdefault(axes, []).append(item)
        groups: list[tuple[int, list[Any]]] = []
        for axes in sorted(by_axes, key=lambda axes: (-self.builder.size(axes), axes)):
            for position, (together, members) in enumerate(groups):
                if self.builder.fits(together | axes):
                    groups[position] = (together | axes, members + by_axes[axes])
                    break
            else:
                groups.append((axes, by_axes[axes]))
        return groups
