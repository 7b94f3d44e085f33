"""A layer as an export sees it: what it is applied to, and the code of those of its arguments that stay open."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cnnshape.export.python import Code, Group, literal
from cnnshape.layers import Application, Layer
from cnnshape.named_tuple import NamedTuple

Value = TypeVar("Value")


class Unsayable(Exception):
    """A layer that PyTorch can't express, for the reason in the message."""


class Varies(Exception):
    """One piece of code is for several layers, but they differ in the argument of that name, which has no code."""


class Module(NamedTuple):
    """A module, called with the tensors that enter. `helper` is the class of ours that it needs, `role` what it does
    in addition to the layer, such as `pad`."""

    code: Group
    helper: str = ""
    role: str = ""


class Function(NamedTuple):
    """An expression of the tensors that enter."""

    write: Callable[[Sequence[str]], Code]
    helper: str = ""


Part = Module | Function
Parts = list[Part]
"""Run one after the other: the first one takes what enters the layer."""


class Use:
    """All applications that one piece of code is for; a single one in code without parameters.

    `codes` are the expressions of arguments that are not the same in all of them, or that a parameter may change.
    """

    __slots__ = ("_channels", "applications", "codes")

    def __init__(
        self, applications: Sequence[Application], codes: Mapping[str, str] | None = None, channels: str | None = None
    ) -> None:
        self.applications = applications
        self.codes = codes or {}
        self._channels = channels

    @property
    def layer(self) -> Any:
        """One of the layers, for what is the same in all of them."""
        return self.applications[0].layer

    def same(self, fact: Callable[[Any], Value], name: str) -> Value:
        """A fact that must be the same in all applications; raises Varies."""
        first = fact(self.applications[0])
        if any(fact(application) != first for application in self.applications[1:]):
            raise Varies(name)
        return first

    def value(self, name: str) -> Any:
        """The value of an argument; raises Varies for one that has code or isn't the same in all applications."""
        if name in self.codes:
            raise Varies(name)
        return self.same(lambda application: application.layer.values[name], name)

    def code(self, name: str) -> str:
        """The code of an argument."""
        return self.codes[name] if name in self.codes else literal(self.value(name))

    def options(self, names: Mapping[str, str], kind: type[Layer], **defaults: Any) -> dict[str, Code]:
        """The arguments by the names that PyTorch has for them, without those that have its default.

        A default that isn't given is that of the kind.
        """
        written: dict[str, Code] = {}
        for name, theirs in names.items():
            default = defaults.get(name, kind.arguments[name].default)
            if name in self.codes or self.value(name) != default:
                written[theirs] = self.code(name)
        return written

    @property
    def channels(self) -> str:
        """The code of the channels that enter."""
        if self._channels is not None:
            return self._channels
        return literal(self.same(lambda application: application.inputs[0].shape[0], "channels"))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that enters."""
        return self.same(lambda application: application.inputs[0].shape, "shape")

    @property
    def rank(self) -> int:
        """The spatial axes of what enters."""
        return self.same(lambda application: len(application.inputs[0].shape), "rank") - 1


Say = Callable[[Use], Parts]
"""What makes the parts of a layer."""
