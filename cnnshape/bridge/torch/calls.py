"""One call of a PyTorch function, and the table of the functions that have a kind."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any

import torch

from cnnshape.bridge.operations import Argument, Shape, Weight
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.recorder import Constant, Recorder, Unsupported, View
from cnnshape.bridge.torch.views import Dims

Handler = Callable[..., Any]


class Signature:
    """Which arguments a function takes: what `inspect.Signature.bind` says, in a tenth of its time."""

    __slots__ = ("_most", "_places", "_required", "_takes_others")

    def __init__(self, function: Handler, skipped: int = 0) -> None:
        """`skipped` parameters come first, and are always given."""
        parameters = list(inspect.signature(function).parameters.values())[skipped:]
        kinds = [parameter.kind for parameter in parameters]
        self._takes_others = inspect.Parameter.VAR_KEYWORD in kinds
        by_place = kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)
        self._most = inf if inspect.Parameter.VAR_POSITIONAL in kinds else by_place
        self._places: dict[str, float] = {}
        self._required: list[tuple[str, float]] = []
        for place, parameter in enumerate(parameters):
            if parameter.kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL):
                continue
            own = place if place < by_place else inf
            self._places[parameter.name] = own
            if parameter.default is inspect.Parameter.empty:
                self._required.append((parameter.name, own))

    def takes(self, given: Sequence[Any], named: Mapping[str, Any]) -> bool:
        """Whether the function can be called with these arguments."""
        count = len(given)
        if count > self._most:
            return False
        for name in named:
            place = self._places.get(name)
            if place is None and not self._takes_others:
                return False
            if place is not None and place < count:
                return False
        return all(place < count or name in named for name, place in self._required)


HANDLERS: dict[str, tuple[Handler, Signature]] = {}
"""The functions that have a kind, by name. A reader gives what the tensor of the result shows, or each of several."""


def handles(names: str) -> Callable[[Handler], Handler]:
    """Enters a function of a call as the reader of these functions and methods of PyTorch."""

    def enter(handler: Handler) -> Handler:
        for name in names.split():
            HANDLERS[name] = handler, Signature(handler, 1)
        return handler

    return enter


class Call:
    """A call: its function, and its result on the meta device."""

    __slots__ = ("name", "recorder", "result")

    def __init__(self, recorder: Recorder, name: str, result: Any) -> None:
        self.recorder = recorder
        self.name = name
        self.result = result

    @property
    def out(self) -> Shape:
        """The shape of the result, without the batch. Raises Unsupported where the batch is not its first axis."""
        shape = tuple(self.result.shape)
        if not shape or shape[0] != self.recorder.samples:
            raise Unsupported
        return shape[1:]

    def is_constant(self, value: Any) -> bool:
        """Whether a value does not depend on the input."""
        return not isinstance(value, torch.Tensor) or isinstance(self.recorder.entry(value), Constant)

    def view(self, tensor: Any) -> View:
        """What a tensor shows; raises Unsupported for a constant."""
        if not isinstance(tensor, torch.Tensor):
            raise Unsupported
        return self.recorder.view(tensor)

    def plain(self, tensor: Any) -> int:
        """The value with the axes of a tensor."""
        return self.recorder.plain(self.view(tensor))

    def weights(self, *tensors: Any) -> tuple[Weight, ...]:
        """The weights of constants, in order, without repetition. Raises Unsupported for a tensor that is computed."""
        named: dict[str, Weight] = {}
        for tensor in tensors:
            if tensor is None:
                continue
            entry = self.recorder.entry(tensor)
            if not isinstance(entry, Constant):
                raise Unsupported
            named.update((weight.name, weight) for weight in entry.weights)
        return tuple(named.values())

    def made_by(self, tensor: Any) -> frozenset[str]:
        """The functions that made a constant."""
        entry = self.recorder.entry(tensor)
        return entry.made_by if isinstance(entry, Constant) else frozenset()

    def emit(
        self,
        kind: str,
        arguments: Mapping[str, Argument],
        *inputs: int,
        shape: Shape | None = None,
        weights: tuple[Weight, ...] = (),
        dims: Dims | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> View:
        """Adds an operation; its shape is by default that of the result."""
        value = self.recorder.emit(
            kind, arguments, inputs, self.out if shape is None else shape, weights, self.name, extra=extra
        )
        return self.recorder.seen(value, dims)

    def pointwise(
        self,
        tensor: Any,
        kind: str,
        arguments: Mapping[str, Argument] | None = None,
        weights: tuple[Weight, ...] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> View:
        """Adds an operation on each value; the axes of the tensor do not matter."""
        view = self.view(tensor)
        if any(atom.axis == views.EXPANDED for dim in view.dims for atom in dim):
            raise Unsupported
        if views.sizes_of(view.dims) != tuple(self.result.shape):
            raise Unsupported
        view = self.recorder.moved(view)
        shape = self.recorder.shape(view.value)
        return self.emit(kind, arguments or {}, view.value, shape=shape, weights=weights, dims=view.dims, extra=extra)

    def same(self, tensor: Any) -> View:
        """The view of a tensor, for a function that changes nothing."""
        return self.view(tensor)

    def shown(self, view: View, dims: Dims) -> View:
        """The same value with other axes."""
        return self.recorder.seen(view.value, dims)


def per_axis(value: Any, rank: int) -> tuple[int, ...]:
    """A number for each axis."""
    if isinstance(value, int):
        return (value,) * rank
    numbers = tuple(int(item) for item in value)
    return numbers * rank if len(numbers) == 1 else numbers


def axis_of(dim: int, rank: int) -> int:
    """An axis counted from the front."""
    return dim + rank if dim < 0 else dim


def axes_of(dims: Any, rank: int) -> tuple[int, ...]:
    """Axes counted from the front; all of them for None."""
    if dims is None:
        return tuple(range(rank))
    if isinstance(dims, int):
        return (axis_of(dims, rank),)
    return tuple(sorted(axis_of(int(dim), rank) for dim in dims)) or tuple(range(rank))
