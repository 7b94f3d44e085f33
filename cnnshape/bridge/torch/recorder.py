"""What a run of a PyTorch network did: the operations, and what each tensor shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnshape.bridge.operations import Argument, ImportProblem, Module, Shape, Weight
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.views import Dims
from cnnshape.named_tuple import NamedTuple

SAMPLES = 2
"""Samples of a run. A prime can't be split, so that the batch axis is never taken for another one."""
MOST_AXES = 4
"""Axes of a value that the language can state."""
MOST_COPIES = 16
"""Copies of a tensor that are written as their concatenation."""


class Unsupported(Exception):
    """A call that no kind describes: it becomes an `opaque` operation."""


class View(NamedTuple):
    """What a tensor shows: a value, its axes, and when and where that view was made."""

    value: int
    dims: Dims
    moment: int
    modules: tuple[Module, ...]


class Constant(NamedTuple):
    """A tensor that does not depend on the input: the weights and functions that made it."""

    weights: tuple[Weight, ...] = ()
    made_by: frozenset[str] = frozenset()


class Mixed(NamedTuple):
    """A tensor without a batch, as its samples were mixed. `message` says where; nothing but a branch may read it."""

    message: str

    def problem(self) -> ImportProblem:
        """The problem of a tensor of the network that reads it."""
        return ImportProblem(
            self.message, "the batch must stay the first axis: import a part of the network without it"
        )


Entry = View | Constant | Mixed


class Step:
    """An operation that may still change: inputs are values in the order of recording."""

    __slots__ = ("arguments", "extra", "inputs", "kind", "modules", "moment", "shape", "weights", "what")

    def __init__(
        self,
        kind: str,
        arguments: Mapping[str, Argument],
        inputs: Sequence[int],
        shape: Shape,
        moment: int,
        modules: tuple[Module, ...],
        weights: tuple[Weight, ...] = (),
        what: str = "",
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.kind = kind
        self.arguments = dict(arguments)
        self.inputs = tuple(inputs)
        self.shape = shape
        self.moment = moment
        self.modules = modules
        self.weights = weights
        self.what = what
        self.extra = dict(extra or {})

    @property
    def place(self) -> str:
        """The function and its module, for messages."""
        path = self.modules[-1].path if self.modules else ""
        return f"{self.what or self.kind} in {path}" if path else self.what or self.kind


class Recorder:
    """The operations of a run, the views of its tensors and the stack of module calls."""

    def __init__(self, shapes: Sequence[Shape], weights: Mapping[int, Weight], samples: int = SAMPLES) -> None:
        self.samples = samples
        self.input_shapes = tuple(shapes)
        self.steps: list[Step] = []
        self.weights = weights
        self.modules: tuple[Module, ...] = ()
        self.moment = 0
        self.notes: list[str] = []
        self.function = ""
        self.reads_sizes = False
        self.refused: ImportProblem | None = None
        self._entries: dict[int, tuple[Any, Entry, int]] = {}
        self._of_storage: dict[int, list[int]] = {}
        self._stale: set[int] = set()
        self._made: dict[tuple[object, ...], int] = {}

    # Tensors

    def entry(self, tensor: Any) -> Entry:
        """What a tensor shows."""
        known = self._entries.get(id(tensor))
        if known is not None:
            if id(tensor) in self._stale:
                raise ImportProblem(
                    f"{self.place()} reads a view of a tensor that was changed in place after the view was made",
                    "compute it out of place, or make the view after the change",
                )
            return known[1]
        weight = self.weights.get(id(tensor))
        if weight is not None:
            return Constant((weight,))
        if tensor.device.type == "meta":
            raise ImportProblem(
                f"{self.place()} reads a tensor that no traced function made",
                "compiled code (`torch.jit`, `torch.compile`) can't be read: import the module before it is compiled",
            )
        return Constant()

    def place(self) -> str:
        """The running function and its module, for messages."""
        path = self.modules[-1].path if self.modules else ""
        return f"{self.function or 'the network'} in {path}" if path else self.function or "the network"

    def give(self, tensor: Any, entry: Entry, storage: int) -> None:
        """States what a tensor shows."""
        self._entries[id(tensor)] = (tensor, entry, storage)
        self._of_storage.setdefault(storage, []).append(id(tensor))
        self._stale.discard(id(tensor))

    def change(self, tensor: Any, entry: Entry, storage: int) -> None:
        """States what a tensor shows after it was changed in place. Other views of it can't be read any more."""
        for other in self._of_storage.get(storage, ()):
            if other != id(tensor):
                self._stale.add(other)
        self.give(tensor, entry, storage)

    def fill(self, made: Constant, storage: int) -> None:
        """States that constants with this storage were changed in place, also by a function of one of their views."""
        for number in self._of_storage.get(storage, ()):
            tensor, entry, _ = self._entries[number]
            if isinstance(entry, Constant):
                weights = dict.fromkeys((*entry.weights, *made.weights))
                self._entries[number] = tensor, Constant(tuple(weights), entry.made_by | made.made_by), storage

    def view(self, tensor: Any) -> View:
        """What a tensor that depends on the input shows; raises Unsupported for a constant."""
        entry = self.entry(tensor)
        if not isinstance(entry, View):
            raise Unsupported
        return entry

    def forget(self, length: int) -> None:
        """Drops what was noted of operations that were taken back."""
        values = length + len(self.input_shapes)
        self._made = {key: value for key, value in self._made.items() if value < values}

    # Values

    def shape(self, value: int) -> Shape:
        """The shape of a value."""
        count = len(self.input_shapes)
        return self.input_shapes[value] if value < count else self.steps[value - count].shape

    def step(self, value: int) -> Step | None:
        """The operation that gives a value; None for an input."""
        index = value - len(self.input_shapes)
        return self.steps[index] if index >= 0 else None

    def emit(
        self,
        kind: str,
        arguments: Mapping[str, Argument],
        inputs: Sequence[int],
        shape: Shape,
        weights: tuple[Weight, ...] = (),
        what: str = "",
        at: View | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> int:
        """Adds an operation, by default of the running function; `at` is the view that it makes real."""
        moment = self.moment if at is None else at.moment
        modules = self.modules if at is None else at.modules
        step = Step(kind, arguments, inputs, shape, moment, modules, weights, what or self.function, extra)
        self.steps.append(step)
        return len(self.input_shapes) + len(self.steps) - 1

    def seen(self, value: int, dims: Dims | None = None) -> View:
        """A view made now; by default it shows the value as it is."""
        if dims is None:
            dims = views.standard(self.shape(value), self.samples)
        return View(value, dims, self.moment, self.modules)

    def plain(self, view: View) -> int:
        """The value whose axes are those of the tensor: a step that reshapes is added where they differ."""
        return self.laid_out(view, view.dims)

    def moved(self, view: View) -> View:
        """The view after `flatten` or a kind that moves cells, if the tensor shows the result of one."""
        shape = self.shape(view.value)
        if view.dims[0] != views.whole(views.BATCH, self.samples) or len(view.dims) - 1 > len(shape):
            return view
        wanted = views.sizes_of(view.dims[1:])
        flat = len(wanted) == 1 < len(shape) and views.natural(view.dims[1:], shape)
        if flat or _moves(view.dims, shape, wanted):
            value = self.plain(view)
            return View(value, views.standard(wanted, self.samples), view.moment, view.modules)
        return view

    def laid_out(self, view: View, dims: Dims) -> int:
        """A value with these axes, the batch first. Raises Unsupported where the batch is split or merged."""
        shape = self.shape(view.value)
        if dims == views.standard(shape, self.samples):
            return view.value
        key = (view.value, dims)
        if key not in self._made:
            self._made[key] = self._lay_out(view, dims, shape)
        return self._made[key]

    def _lay_out(self, view: View, dims: Dims, shape: Shape) -> int:
        wanted = views.sizes_of(dims[1:])
        if dims[0] != views.whole(views.BATCH, self.samples):
            raise Unsupported
        if not 1 <= len(wanted) <= MOST_AXES:
            raise Unsupported
        if any(atom.axis == views.EXPANDED for dim in dims for atom in dim):
            return self._repeat(view, dims, wanted)
        if views.natural(dims[1:], shape):
            if len(wanted) == 1:
                return self.emit("flatten", {}, (view.value,), wanted, at=view, what="flatten")
            return self.emit("reshape", {"shape": wanted}, (view.value,), wanted, at=view, what="reshape")
        moves = _moves(dims, shape, wanted) or _transposed(views.atoms_of(dims[1:]), shape, wanted)
        value = view.value
        for kind, arguments, between in moves:
            value = self.emit(kind, arguments, (value,), between, at=view, what=kind)
        if moves:
            return value
        stated: dict[str, Argument] = {"output": wanted, "what": "permute"}
        return self.emit("opaque", stated, (view.value,), wanted, at=view, what="permute", extra={"idle": True})

    def _repeat(self, view: View, dims: Dims, wanted: Shape) -> int:
        """A value whose axes of one cell are repeated. Raises Unsupported for many channels."""
        value = self.laid_out(view, views.without(dims, (views.EXPANDED,)))
        channels, *space = self.shape(value)
        if tuple(space) != wanted[1:]:
            shape = (channels, *wanted[1:])
            value = self.emit("upsample", {"size": wanted[1:]}, (value,), shape, at=view, what="expand")
        if channels == wanted[0]:
            return value
        if channels != 1 or wanted[0] > MOST_COPIES:
            raise Unsupported
        return self.emit("concat", {}, (value,) * wanted[0], wanted, at=view, what="expand")


Move = tuple[str, dict[str, Argument], Shape]


def _moves(dims: Dims, shape: Shape, wanted: Shape) -> list[Move]:
    """The kinds that move cells to this order, with their arguments and results; empty if there are none."""
    if len(wanted) != len(shape):
        return []
    rank = len(shape) - 1
    groups = views.swapped(dims[1])
    if groups and dims[2:] == views.standard(shape, 1)[2:]:
        return [("channel_shuffle", {"groups": groups}, shape)]
    if not rank:
        return []
    factor = wanted[1] // shape[1]
    for first in (True, False) if factor > 1 else ():
        if _shuffled(shape, factor, first) == dims[1:]:
            # With the factors before the channels, as TensorFlow has them, the channels are dealt out first.
            shuffle: Move = ("channel_shuffle", {"groups": factor**rank}, shape)
            return [*([] if first else [shuffle]), ("pixel_shuffle", {"factor": factor}, wanted)]
    factor = shape[1] // wanted[1]
    for first in (True, False) if factor > 1 else ():
        if _unshuffled(shape, factor, first) == dims[1:]:
            shuffle = ("channel_shuffle", {"groups": shape[0]}, wanted)
            return [("pixel_unshuffle", {"factor": factor}, wanted), *([] if first else [shuffle])]
    return []


def _transposed(atoms: views.Dim, shape: Shape, wanted: Shape) -> list[Move]:
    """The moves by which two factors of the channels change places, where there is one cell; empty for another order."""
    if max(shape[1:], default=1) > 1 or not 2 <= len(atoms) <= 3:
        return []
    rest = atoms[2].size if len(atoms) > 2 else 1
    one, two = atoms[0].size, atoms[1].size
    if atoms != views.atoms_of(((views.Atom(0, rest, one),), (views.Atom(0, rest * one, two),), views.whole(0, rest))):
        return []
    parts = (one * two, rest)
    shuffle: Move = ("channel_shuffle", {"groups": two}, parts)
    return [("reshape", {"shape": parts}, parts), shuffle, ("reshape", {"shape": wanted}, wanted)]


def _shuffled(shape: Shape, factor: int, first: bool) -> Dims | None:
    """The axes after a pixel shuffle. The channels of the output are the `first` part of those of the input, or the last."""
    rank = len(shape) - 1
    factors = (factor,) * rank
    channels = shape[0] // factor**rank
    parts = views.split(views.whole(0, shape[0]), (channels, *factors) if first else (*factors, channels))
    if parts is None:
        return None
    inner = parts[1:] if first else parts[:-1]
    space = (views.merged((*views.whole(axis, shape[axis]), *inner[axis - 1])) for axis in range(1, rank + 1))
    return (parts[0] if first else parts[-1], *space)


def _unshuffled(shape: Shape, factor: int, first: bool) -> Dims | None:
    """The axes after a pixel unshuffle: the channels of the input come first in those of the output, or last."""
    halves = []
    for axis, size in enumerate(shape[1:], 1):
        parts = views.split(views.whole(axis, size), (size // factor, factor)) if size % factor == 0 else None
        if parts is None:
            return None
        halves.append(parts)
    own = views.whole(0, shape[0])
    cells = tuple(atom for half in halves for atom in half[1])
    return (views.merged((*own, *cells) if first else (*cells, *own)), *(half[0] for half in halves))
