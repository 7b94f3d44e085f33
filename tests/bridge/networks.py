"""Networks as a reader gives them, made without a framework: operations inside of module calls."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cnnshape.bridge.building import Building
from cnnshape.bridge.operations import Argument, Module, NamedOutput, Network, Weight
from cnnshape.layers import BY_NAME, Tensor

CONTAINERS = ("Sequential", "ModuleList")


class Making:
    """Calls of modules around operations. Weights are those that each kind says it has."""

    def __init__(self, *shapes: Sequence[int]) -> None:
        self.building = Building()
        names = ["input"] if len(shapes) == 1 else [f"input_{index}" for index in range(len(shapes))]
        self.inputs = [self.building.input(name, shape) for name, shape in zip(names, shapes, strict=True)]
        self.stack: list[Module] = []
        self.calls = 0
        self.params = 0

    @contextmanager
    def module(self, attribute: str, type: str) -> Iterator[None]:
        """A call of a module: its attribute in the module around it, and its class."""
        self.calls += 1
        path = f"{self.stack[-1].path}.{attribute}" if self.stack else attribute
        self.stack.append(Module(path, type, self.calls, type in CONTAINERS))
        yield
        self.stack.pop()

    def add(self, kind: str, *inputs: int, name: str = "", **arguments: Argument) -> int:
        """An operation, in a module of its own."""
        self.calls += 1
        path = ".".join(part for part in (self.stack[-1].path if self.stack else "", name or kind) if part)
        layer = BY_NAME[kind](**arguments)
        tensors = tuple(Tensor(self.building.shape(value)) for value in inputs)
        weights = tuple(
            Weight(f"{path}.{weight.name}.{self.calls}", (weight.elements,), not weight.buffer)
            for weight in layer.weights(tensors)
        )
        self.params += sum(weight.elements for weight in weights if weight.learned)
        modules = (*self.stack, Module(path, kind, self.calls))
        return self.building.add(kind, inputs, arguments, weights=weights, modules=modules, what=kind)

    def conv(
        self, value: int, out: int, kernel: int = 3, *, name: str = "conv", act: str = "relu", **more: Argument
    ) -> int:
        """A convolution that keeps the size, with batch norm and an activation; without one if `act` is empty."""
        value = self.add("conv", value, name=name, out=out, kernel=kernel, padding=kernel // 2, bias=False, **more)
        value = self.add("batch_norm", value)
        return self.add(act, value) if act else value

    def network(self, *outputs: int) -> Network:
        """The network with these outputs."""
        named = [NamedOutput("output" if len(outputs) == 1 else f"out_{value}", value) for value in outputs]
        return self.building.network("Net", "a test", named, params=self.params)

    def channels(self, value: int) -> int:
        """The channels of a value."""
        return self.building.shape(value)[0]


def basic(making: Making, value: int, out: int, stride: int = 1) -> int:
    """A basic block of a ResNet: its shortcut is a projection where the shape changes."""
    with making.module("0", "BasicBlock"):
        body = making.conv(value, out, stride=stride)
        body = making.conv(body, out, act="")
        if stride != 1 or making.channels(value) != out:
            with making.module("downsample", "Sequential"):
                value = making.conv(value, out, 1, stride=stride, act="")
        return making.add("relu", making.add("add", body, value))


def bottleneck(making: Making, value: int, width: int, stride: int = 1) -> int:
    """A bottleneck of a ResNet."""
    with making.module("0", "Bottleneck"):
        body = making.conv(value, width, 1)
        body = making.conv(body, width, stride=stride)
        body = making.conv(body, 4 * width, 1, act="")
        if stride != 1 or making.channels(value) != 4 * width:
            with making.module("downsample", "Sequential"):
                value = making.conv(value, 4 * width, 1, stride=stride, act="")
        return making.add("relu", making.add("add", body, value))


def inverted(making: Making, value: int, out: int, expand: int, stride: int = 1) -> int:
    """An inverted residual of a MobileNetV2."""
    with making.module("0", "InvertedResidual"):
        entering = making.channels(value)
        body = making.conv(value, entering * expand, 1, act="relu6") if expand > 1 else value
        body = making.conv(body, entering * expand, stride=stride, groups=entering * expand, act="relu6")
        body = making.conv(body, out, 1, act="")
        return making.add("add", value, body) if stride == 1 and entering == out else body


def head(making: Making, value: int, classes: int = 10) -> int:
    """A pool and a classifier."""
    value = making.add("flatten", making.add("global_avg_pool", value))
    return making.add("linear", value, name="fc", out=classes)
