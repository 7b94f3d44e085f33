"""The base class of layer kinds: arguments, output shape, weights, work, windows.

A kind states facts about one layer. It never adds up, formats, or looks at its neighbours, and it knows nothing
of files or screens. Shapes are channels first and leave the batch out: `(C, L)`, `(C, H, W)`, `(C, D, H, W)`.
"""

from functools import cache
from typing import Any, ClassVar, TypeVar, dataclass_transform

from cnnshape.arithmetic import Formula
from cnnshape.layers.argument import Argument, arg
from cnnshape.layers.factors import Given, Parameter
from cnnshape.layers.kept import Kept
from cnnshape.layers.tensor import Tensor, Weight
from cnnshape.layers.window import Footprint


class Layer:
    """The base of all kinds: immutable, comparable, made from its declared arguments alone."""

    name: ClassVar[str]
    """The word in the spec."""
    foreign: ClassVar[tuple[str, ...]] = ()
    """Other frameworks' names for it. A spec that uses one gets an error with the right word."""
    arguments: ClassVar[dict[str, Argument]] = {}
    defaults: ClassVar[dict[str, Any]] = {}
    """The values of all attributes, with a placeholder for required ones."""
    main: ClassVar[str | None] = None
    """The argument that a bare value after the kind's word sets."""
    required: ClassVar[tuple[str, ...]] = ()
    """The arguments that the spec must give."""
    one_of: ClassVar[tuple[str, ...]] = ()
    """Arguments of which the spec must give exactly one."""
    by_name: ClassVar[bool] = False
    """True if arguments name all inputs: what the step before gives doesn't enter."""
    read: ClassVar[int | None] = None
    """How many of the inputs are read, the first ones; the others give their size alone. None: all are read."""
    followers: ClassVar[tuple[str, ...]] = ()
    """The keys for layers that follow: `norm`, `act`."""
    follows: ClassVar[tuple[str, ...]] = ()
    """The ones of these keys whose value the kind may be, in the step of another kind."""
    view: ClassVar[bool] = False
    """True if the output shares its input's storage."""
    activation: ClassVar[bool] = False
    """True for functions of single values, which frameworks can apply in place."""
    joins: ClassVar[bool] = False
    """True if several tensors become one."""
    combines: ClassVar[bool] = False
    """True for element-wise joins, which frameworks can apply in place."""
    gates: ClassVar[bool] = False
    """True for joins that scale one tensor by another."""
    normalizes: ClassVar[bool] = False
    """True if values are divided by a measure of their own size."""
    folds: ClassVar[bool] = False
    """True for a norm that is one scale and one shift per channel at inference: its statistics are constants."""
    centers: ClassVar[bool] = False
    """True if the mean of each channel is subtracted: a constant added to a channel before it is lost."""
    enlarges: ClassVar[bool] = False
    """True if the output may have more cells on an axis than the input."""
    stated: ClassVar[bool] = False
    """True if the spec states the output and the figures, which no formula checks."""
    reshapes: ClassVar[bool] = False
    """True if the output may have other axes than the input, or if the input can't be a map."""
    keeps: ClassVar[Kept | None] = None
    """What PyTorch keeps of layers of the kind for their backward pass; None: not known."""
    parameters: ClassVar[tuple[Parameter, ...]]
    """The tensors that layers of the kind own, learned ones and buffers."""
    macs_formula: ClassVar[Formula]
    """Multiply-accumulates of a matrix product for one sample and box, without bias."""
    flops_formula: ClassVar[Formula]
    """Floating-point operations for one sample and box."""

    def __init__(self, **values: Any) -> None:
        own = self.__dict__
        own.update(self.defaults)
        for name, value in values.items():
            own[_ATTRIBUTES.get(name, name)] = value
        if len(own) > len(self.defaults):
            raise TypeError(f"{self.name} has no argument {sorted(values.keys() - self.arguments.keys())}")
        for name in self.required:
            if name not in values:
                raise TypeError(f"{self.name} lacks the argument {name!r}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a layer can't be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a layer can't be changed: {name}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), tuple(self.__dict__.items())))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({values})"

    @property
    def values(self) -> dict[str, Any]:
        """The value of each argument."""
        own = self.__dict__
        return {name: own[_ATTRIBUTES.get(name, name)] for name in self.arguments}

    def output(self, inputs: tuple[Tensor, ...]) -> Tensor:
        """The output for these inputs; raises LayerProblem."""
        raise NotImplementedError

    def footprint(self, inputs: tuple[Tensor, ...], output: Tensor) -> Footprint:
        """Which cells of the input one cell of the output sees."""
        raise NotImplementedError

    @property
    def owned(self) -> tuple[Parameter, ...]:
        """The tensors that this layer may own: other ones than `parameters` where an argument says how many there are."""
        return self.parameters

    def weights(self, inputs: tuple[Tensor, ...]) -> tuple[Weight, ...]:
        """The tensors that the layer owns for these inputs, learned ones and buffers."""
        return self.tensors(Given(self, inputs))

    def tensors(self, given: Given) -> tuple[Weight, ...]:
        """The same for the layer with its inputs."""
        return tuple([Weight(tensor.name, tensor.numbers(given), tensor.buffer) for tensor in self.present(given)])

    def kept(self, inputs: tuple[Tensor, ...]) -> Kept | None:
        """What PyTorch keeps of this layer on these inputs for its backward pass; None: not known."""
        return self.keeps

    def present(self, given: Given) -> list[Parameter]:
        """Those of the tensors that it may own which the layer has."""
        return [tensor for tensor in self.owned if tensor.applies is None or tensor.applies(given)]


_ATTRIBUTES = {"output": "stated_output"}
"""The attributes of arguments that have the word of a method."""
_WORDS = {attribute: word for word, attribute in _ATTRIBUTES.items()}


@cache
def _declared(base: type) -> dict[str, Argument]:
    """The arguments in the body of a class. Cached, as kinds share their bases."""
    return {_WORDS.get(name, name): value for name, value in vars(base).items() if isinstance(value, Argument)}


_FORMULAS = ("parameters", "macs_formula", "flops_formula")
_METHODS = ("output", "footprint")
"""Checked here rather than by `abc`, whose classes take several times as long to create."""
Kind = TypeVar("Kind", bound=type[Layer])


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(arg,))
def layer(kind: Kind) -> Kind:
    """Collects the arguments that a kind declares, its bases' first; raises TypeError for a kind that lacks a declaration."""
    missing = [name for name in _FORMULAS if not hasattr(kind, name)]
    missing += [name for name in _METHODS if getattr(kind, name) is getattr(Layer, name)]
    if missing:
        raise TypeError(f"{kind.__name__} declares no {' and no '.join(missing)}")
    collected: dict[str, Argument] = {}
    for base in reversed(kind.__mro__):
        collected.update(_declared(base))
    kind.arguments = collected
    kind.defaults = {_ATTRIBUTES.get(name, name): argument.default for name, argument in collected.items()}
    kind.main = next((name for name, argument in collected.items() if argument.main), None)
    kind.required = tuple(name for name, argument in collected.items() if argument.required)
    return kind
