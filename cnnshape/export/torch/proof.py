"""Whether two pieces of code are the same network: both are run on stand-ins for PyTorch, which write down what happens.

Code with blocks, loops and params is made by rules that may err. The code that is written layer by layer from the graph
is what it must agree with: in the modules with weights, in their order and arguments, and in what is applied to what. So
no mistake of the rules reaches a user, and exporting needs no PyTorch.
"""

import builtins
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from cnnshape.export.torch.helpers import HELPERS

_ALLOWED = ("collections.abc", "functools", "math", "typing")
_BUILTINS = (
    "__build_class__ bool dict enumerate float int isinstance len list max min property range reversed str super tuple zip"
).split()
_PLAIN = frozenset({"make_divisible", "frozen"})
"""Helpers that run as they are."""
_DEFAULTS: dict[str, object] = {
    "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True, "output_padding": 0, "ceil_mode": False,
    "count_include_pad": True, "eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True,
    "elementwise_affine": True, "alpha": 1.0, "shift": False, "lower": False,
}  # fmt: skip
_WEIGHTLESS = ("Pool", "Pad", "Dropout", "Upsample", "Flatten", "Identity", "Shuffle", "Unshuffle", "Unpool", "Depth")
_FUNCTIONS = frozenset(
    """ReLU ReLU6 LeakyReLU ELU CELU SELU GELU SiLU Mish Sigmoid Hardsigmoid Hardswish Hardtanh Tanh Softplus Softsign
    Softmax LogSoftmax GLU LocalResponseNorm SamePad MeanInside""".split()
)


def same_network(one: str, other: str, name: str) -> bool:
    """Whether the class of that name is the same network in both texts, with its params at their defaults.

    Raises any exception for code that can't be run.
    """
    return _Run(one, name).facts == _Run(other, name).facts


class _Stand:
    """Makes a stand-in of whatever is asked for."""

    def __init__(self, made: Any) -> None:
        self._made = made
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._made(name)
        return self._known[name]


class Module:
    """The base of all modules. Attributes keep the order in which they are set."""

    frozen = False

    def requires_grad_(self, flag: bool = True) -> "Module":
        for leaf in _leaves(self):
            leaf.frozen = not flag
        return self

    def forward(self, *tensors: Any) -> Any:
        raise NotImplementedError

    def __call__(self, *tensors: Any) -> Any:
        return self.forward(*tensors)


class _List(Module):
    def __init__(self, *modules: Any) -> None:
        self.modules = list(modules[0]) if len(modules) == 1 and isinstance(modules[0], list) else list(modules)

    def append(self, module: Module) -> None:
        self.modules.append(module)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.modules)


class _Sequential(_List):
    def forward(self, *tensors: Any) -> Any:
        (x,) = tensors
        for module in self.modules:
            x = module(x)
        return x


class _Leaf(Module):
    word = ""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        if self.word.endswith(("Pool1d", "Pool2d", "Pool3d")) and not self.word.startswith("Adaptive") and arguments:
            named.setdefault("stride", arguments[0])
        known = {name: value for name, value in named.items() if _DEFAULTS.get(name) != value or name == "stride"}
        if known.get("stride") == 1 and "Pool" not in self.word:
            del known["stride"]
        # A module that pads before one without padding is the same.
        self.same = known.pop("padding") if known.get("padding") == "same" else None
        self.kernel, self.dilation = arguments[2:3], known.get("dilation", 1)
        self.key = (self.word, _key(arguments), tuple(sorted((name, _key(value)) for name, value in known.items())))
        self.position = -1

    @property
    def weighs(self) -> bool:
        return self.word not in _FUNCTIONS and not any(word in self.word for word in _WEIGHTLESS)

    def forward(self, *tensors: Any) -> Any:
        if self.same:
            pad = _leaf("SamePad")(*self.kernel, 1, dilation=self.dilation)
            tensors = (pad(*tensors),)
        return _Tensor(("call", self.position, self.key, _key(tensors)))


class _Tensor:
    """A tensor: how it was computed."""

    def __init__(self, how: tuple[Any, ...]) -> None:
        self.how = hash(how)

    def __getattr__(self, name: str) -> Any:
        if name == "shape":
            return _Tensor(("shape", self.how))
        return lambda *given, **named: _Tensor((name, self.how, _key(given), _key(named)))

    def __getitem__(self, item: Any) -> "_Tensor":
        parts = item if isinstance(item, tuple) else (item,)
        cut = len(parts) > 2 and all(isinstance(part, slice) and part.step is None for part in parts)
        # A cut about the centre is written by sizes in one text, and computed in the other.
        return self if cut else _Tensor(("item", self.how, _key(item)))

    def __add__(self, other: Any) -> "_Tensor":
        return _Tensor(("+", *sorted((self.how, hash(_key(other))))))

    def __mul__(self, other: Any) -> "_Tensor":
        return _Tensor(("*", *sorted((self.how, hash(_key(other))))))

    def __sub__(self, other: Any) -> "_Tensor":
        return _Tensor(("-", self.how, _key(other)))

    def __truediv__(self, other: Any) -> "_Tensor":
        return _Tensor(("/", self.how, _key(other)))

    def __iter__(self) -> Iterator["_Tensor"]:
        # What a pool gives with the places of its values.
        return iter((_Tensor(("first", self.how)), _Tensor(("second", self.how))))


def _key(value: Any) -> Any:
    """A value that can be compared and hashed."""
    if isinstance(value, _Tensor):
        return value.how
    if isinstance(value, _Leaf):
        return value.key
    if isinstance(value, list | tuple):
        return tuple(map(_key, value))
    if isinstance(value, dict):
        return tuple(sorted((name, _key(one)) for name, one in value.items()))
    if isinstance(value, slice):
        return ("slice", _key(value.start), _key(value.stop), _key(value.step))
    return value


def _leaves(module: Any) -> Iterator[_Leaf]:
    """The modules without modules inside, in the order of their registration."""
    if isinstance(module, _Leaf):
        yield module
    elif isinstance(module, _List):
        for one in module.modules:
            yield from _leaves(one)
    elif isinstance(module, Module):
        for value in vars(module).values():
            yield from _leaves(value)


def _leaf(word: str) -> type[Module]:
    known: dict[str, type[Module]] = {"Module": Module, "Sequential": _Sequential, "ModuleList": _List}
    return known.get(word) or type(word, (_Leaf,), {"word": word})


def _function(word: str) -> Any:
    return lambda *given, **named: _Tensor((word, _key(given), _key(named)))


class _Run:
    """Code that ran: its modules with weights, and how its outputs were computed."""

    def __init__(self, text: str, name: str) -> None:
        nn = _Stand(_leaf)
        torch = _Stand(_function)
        torch._known |= {"nn": nn, "Tensor": _Tensor, "functional": _Stand(_function)}
        nn._known["functional"] = torch._known["functional"]

        def imported(module: str, _: Any = None, __: Any = None, names: Any = (), level: int = 0) -> Any:
            if module.startswith("torch"):
                return torch if names or module == "torch" else torch
            if module not in _ALLOWED:
                raise ImportError(module)
            return import_module(module)

        own = {word: getattr(builtins, word) for word in _BUILTINS}
        scope: dict[str, Any] = {"__name__": "exported", "__builtins__": {**own, "__import__": imported}}
        exec(compile(text, "exported.py", "exec"), scope)
        scope["F"] = torch._known["functional"]
        self._stand_in(scope)
        module = scope[name]()
        leaves = list(dict.fromkeys(leaf for leaf in _leaves(module) if leaf.weighs))
        for position, leaf in enumerate(leaves):
            leaf.position = position
        count = module.forward.__code__.co_argcount - 1
        outputs = module(*[_Tensor(("input", number)) for number in range(count)])
        frozen = [leaf.frozen and ("affine", False) not in leaf.key[2] for leaf in leaves]
        self.facts = [leaf.key for leaf in leaves], frozen, _key(outputs)

    def _stand_in(self, scope: dict[str, Any]) -> None:
        """Puts stand-ins in the place of helpers."""
        for name in list(scope):
            known = name in HELPERS or name.startswith("ScaledStdConv")
            if known and name not in _PLAIN:
                scope[name] = self._helper(name)

    def _helper(self, name: str) -> Any:
        if name == "center_crop":
            return lambda *maps: list(maps)
        if name[0].isupper() or name.startswith("without"):
            return _leaf(name)
        return _function(name)
