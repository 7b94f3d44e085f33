"""How the axes of a framework's tensor lie in a value of the list of operations.

A value has channels first and no batch. A tensor that shows it may have its axes in another order, split or merged: what
`permute`, `view` and `flatten` make. Each axis of the tensor is a sequence of atoms, parts of the value's axes. As long
as a tensor only shows a value otherwise, nothing is computed, and no operation is needed.
"""

from collections.abc import Iterable, Sequence

from cnnshape.bridge.operations import Shape
from cnnshape.named_tuple import NamedTuple

BATCH = -1
"""The axis of the batch."""
EXPANDED = -2
"""The axis of repeated values: what `expand` adds."""


class Atom(NamedTuple):
    """`size` steps of `stride` cells along an axis of the value: 0 for channels, then space."""

    axis: int
    stride: int
    size: int


Dim = tuple[Atom, ...]
Dims = tuple[Dim, ...]


def whole(axis: int, size: int) -> Dim:
    """A whole axis; nothing where it has one cell."""
    return (Atom(axis, 1, size),) if size > 1 else ()


def standard(shape: Shape, batch: int) -> Dims:
    """The axes of a tensor that shows a value as it is."""
    return (whole(BATCH, batch), *(whole(axis, size) for axis, size in enumerate(shape)))


def size_of(dim: Dim) -> int:
    """The cells along an axis of the tensor."""
    product = 1
    for atom in dim:
        product *= atom.size
    return product


def sizes_of(dims: Dims) -> Shape:
    """The shape of the tensor."""
    return tuple(map(size_of, dims))


def merged(atoms: Iterable[Atom]) -> Dim:
    """The same cells in the same order, in as few atoms as possible."""
    result: list[Atom] = []
    for atom in atoms:
        last = result[-1] if result else None
        if last is not None and last.axis == atom.axis and last.stride == atom.stride * atom.size and atom.stride:
            result[-1] = Atom(atom.axis, atom.stride, last.size * atom.size)
        else:
            result.append(atom)
    return tuple(result)


def atoms_of(dims: Iterable[Dim]) -> Dim:
    """The atoms of several axes in order."""
    return merged(atom for dim in dims for atom in dim)


def split(dim: Dim, sizes: Sequence[int]) -> Dims | None:
    """An axis as several of the sizes, the first outermost; None where a border would go through a step."""
    rest = list(reversed(dim))
    parts: list[Dim] = []
    for size in sizes:
        taken: list[Atom] = []
        while size > 1:
            if not rest:
                return None
            atom = rest.pop()
            if size % atom.size == 0:
                taken.append(atom)
                size //= atom.size
            elif atom.size % size == 0 and atom.stride:
                inner = atom.size // size
                taken.append(Atom(atom.axis, atom.stride * inner, size))
                rest.append(Atom(atom.axis, atom.stride, inner))
                size = 1
            else:
                return None
        parts.append(merged(taken))
    return None if rest else tuple(parts)


def reshaped(dims: Dims, sizes: Sequence[int]) -> Dims | None:
    """The tensor under another shape; None where that needs another order of cells."""
    return split(atoms_of(dims), sizes)


def natural(dims: Iterable[Dim], shape: Shape) -> bool:
    """Whether the axes run through all cells of a value in its own order."""
    return atoms_of(dims) == atoms_of(standard(shape, 1))


def without(dims: Dims, axes: Iterable[int]) -> Dims:
    """The axes without atoms of these axes of the value."""
    gone = frozenset(axes)
    return tuple(tuple(atom for atom in dim if atom.axis not in gone) for dim in dims)


def regular(dims: Dims, shape: Shape, batch: int) -> bool:
    """Whether the tensor shows the value with whole axes in any order, the batch first."""
    if dims[0] != whole(BATCH, batch):
        return False
    wanted = sorted(part for part in standard(shape, 1)[1:] if part)
    return sorted(dim for dim in dims[1:] if dim) == wanted


def shows_axes(dims: Dims, shape: Shape, batch: int) -> bool:
    """Whether the tensor shows the value channels last: the batch, space (also as one axis), then channels.

    A tensor that shows it as it is counts too.
    """
    natural = standard(shape, batch)
    if dims == natural or len(shape) < 2:
        return dims == natural
    last = (natural[0], *natural[2:], natural[1])
    return dims in (last, (natural[0], atoms_of(natural[2:]), natural[1]))


def swapped(dim: Dim) -> int:
    """The groups of a channel shuffle that gives this order of one axis; 0 if none does."""
    if len(dim) != 2:
        return 0
    inner, outer = dim
    if inner.axis == outer.axis and inner.stride == 1 and outer.stride == inner.size:
        return outer.size
    return 0
