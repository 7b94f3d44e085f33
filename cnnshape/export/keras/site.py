"""A place in the code: the layers that one line of it makes, and what its arguments are called there."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.text import Code, Expression, applied, call, literal
from cnnshape.layers import Application
from cnnshape.named_tuple import NamedTuple

Value = TypeVar("Value")


class Unsaid(Exception):
    """A layer that Keras can't express: the reason. `help` is what to write instead."""

    def __init__(self, reason: str, help: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.help = help


class Varies(Exception):
    """Layers of one place that need different code."""


class Line(NamedTuple):
    """One assignment of a layer: its expression, in which `{0}` is the tensor so far and `{1}` the second input.

    `owns` says that its layer has the weights. `helpers` are the names of the functions that it needs.
    """

    code: Expression
    owns: bool = False
    helpers: tuple[str, ...] = ()


class Site:
    """The layers that one line makes: one, or those of all calls of its function.

    `texts` are the expressions of arguments that are no constants. `any_order` says that only `linear` layers read the flat
    output, which can learn any order of its values.
    """

    def __init__(
        self,
        applications: Iterable[Application],
        layout: Layout,
        texts: Mapping[str, str] | None = None,
        *,
        frozen: bool = False,
        any_order: bool = False,
    ) -> None:
        self.applications = tuple(applications)
        self.layout = layout
        self.texts = texts or {}
        self.frozen = frozen
        self.any_order = any_order

    @property
    def layer(self) -> Any:
        """The first layer: for arguments that are words."""
        return self.applications[0].layer

    @property
    def rank(self) -> int:
        """Spatial axes of the input."""
        return self.same(lambda application: len(application.inputs[0].shape) - 1)

    def of_all(self, function: Callable[[Application], Value]) -> list[Value]:
        """A value of each layer."""
        return [function(application) for application in self.applications]

    def same(self, function: Callable[[Application], Value]) -> Value:
        """The one value that all layers have; raises Varies."""
        first, *others = self.of_all(function)
        if any(other != first for other in others):
            raise Varies
        return first

    def value(self, name: str) -> Any:
        """The value of an argument; raises Varies if the layers differ, or if it is an expression."""
        if name in self.texts:
            raise Varies
        return self.same(lambda application: application.layer.values[name])

    def values(self, name: str) -> list[Any]:
        """The values of an argument."""
        return self.of_all(lambda application: application.layer.values[name])

    def text(self, name: str) -> str:
        """An argument as code: its expression, or its value."""
        return self.texts[name] if name in self.texts else literal(_plain(self.value(name)))

    def made(self, word: str, *items: Code, **named: Code) -> Line:
        """A layer of Keras on the tensor so far."""
        return Line(applied(f"layers.{word}", *items, **named))

    def owner(self, word: str, *items: Code, **named: Code) -> Line:
        """The same for the layer that has the weights."""
        return self.made(word, *items, **named, **self.trained())._replace(owns=True)

    def trained(self) -> dict[str, Code]:
        """The argument that says that training leaves the weights as they are."""
        return {"trainable": "False"} if self.frozen else {}

    def windowed(self, word: str, *items: Code, **named: Code) -> Line:
        """A layer with spatial axes, which has a class for each rank and an order of the axes."""
        return self.made(f"{word}{self.rank}D", *items, **named, **self.order())

    def order(self) -> dict[str, Code]:
        """The argument that says the order of the axes, where it isn't Keras' default."""
        return {} if self.layout.channels_last else {"data_format": '"channels_first"'}


def _plain(value: Any) -> Any:
    """Values of all axes as one, if they are equal."""
    if isinstance(value, tuple) and value and len(set(value)) == 1:
        return value[0]
    return value


def helped(helper: str, *items: Code, **named: Code) -> Line:
    """A call of a helper, which the file then has. Its first argument is the tensor."""
    return Line(call(helper, "{0}", *items, **named), helpers=(helper,))


def helper_layer(site: Site, helper: str, *items: Code, **named: Code) -> Line:
    """A layer of a class that the file then has."""
    return Line(applied(helper, *items, **named, **site.trained()), owns=True, helpers=(helper,))


def operation(word: str, *items: Code, **named: Code) -> Line:
    """A function of `keras.ops` on the tensor so far."""
    return Line(call(f"ops.{word}", "{0}", *items, **named))


Say = Callable[[Site], list[Line]]
