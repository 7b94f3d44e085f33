"""One forward pass on the meta device, where nothing is computed: each function and module call is recorded."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from cnnshape.bridge.operations import ImportProblem, Module
from cnnshape.bridge.torch import layout, norms, pointwise, resizing, sequences, windows
from cnnshape.bridge.torch.calls import HANDLERS, Call
from cnnshape.bridge.torch.known import known_result
from cnnshape.bridge.torch.opaque import SINGLE, opaque, tensors_in
from cnnshape.bridge.torch.recorder import Constant, Entry, Mixed, Recorder, Unsupported, View
from cnnshape.bridge.torch.views import sizes_of

READERS = (layout, norms, pointwise, resizing, sequences, windows)
"""Modules that enter their functions in the table."""


def words(text: str) -> frozenset[str]:
    """The names in a text."""
    return frozenset(text.split())


_FACTS = words(
    "size dim shape device dtype ndim numel is_contiguous stride is_floating_point is_complex layout "
    "requires_grad is_cuda is_nested grad_fn element_size nelement is_meta is_sparse is_quantized __len__ "
    "ndimension get_device _set_grad_enabled is_autocast_enabled is_mps is_xpu names is_inference "
    "_backward_hooks"
)
"""Functions that say something of a tensor without its values."""
_SIZES = frozenset(("size", "shape", "numel", "nelement", "__len__"))
_LIBRARY = str(Path(torch.__file__).parent)
_KERNELS = tuple(f"{_LIBRARY}/{name}" for name in ("_refs", "_prims", "_decomp", "_meta_registrations"))
"""Where PyTorch implements functions by others: such a call comes from a function that this mode did not see."""
_MAKERS = words(
    "zeros_like ones_like empty_like full_like rand_like randn_like new_zeros new_ones new_empty new_full new_tensor"
)
"""Functions that take a tensor's shape and none of its values."""
_TO_DEVICE = frozenset(("cpu", "cuda", "to", "npu"))
_UNCHANGED = words("dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout feature_dropout")
"""Functions that give their own input outside of training."""


def _changes(name: str) -> bool:
    """Whether a function changes its first argument in place."""
    return name == "__setitem__" or (name.startswith("__i") if name.startswith("__") else name.endswith("_"))


def name_of(function: Any) -> str:
    """The name of a function, a method, or the attribute that a getter reads."""
    name: str = getattr(function, "__name__", "") or type(function).__name__
    if name == "__get__":
        return str(getattr(function.__self__, "__name__", name))
    return name


class Mode(TorchFunctionMode):
    """Runs each function on the meta device and has it recorded."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder
        self._meta: dict[int, tuple[Any, Any]] = {}

    def __torch_function__(
        self, function: Any, types: Any, arguments: Sequence[Any] = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        named = named or {}
        name = name_of(function)
        if name in _FACTS:
            if name in _SIZES and not self.recorder.reads_sizes:
                # `len` is a method in Python, and so its caller is always PyTorch.
                inside = sys._getframe(1).f_code.co_filename.startswith(_LIBRARY)
                self.recorder.reads_sizes = name == "__len__" or not inside
            return function(*arguments, **named)
        recorder = self.recorder
        if sys._getframe(1).f_code.co_filename.startswith(_KERNELS):
            # The interpreter of compiled code turns it into another exception.
            recorder.refused = ImportProblem(
                f"{recorder.place()} is followed by compiled code, whose functions can't be seen",
                "import the module before `torch.jit.script` or `torch.compile`",
            )
            raise recorder.refused
        recorder.moment += 1
        recorder.function = name
        entries: list[Entry] = [recorder.entry(tensor) for tensor in tensors_in((arguments, named))]
        mixed = next((entry for entry in entries if isinstance(entry, Mixed)), None)
        if mixed is not None:
            return self._mixed(function, arguments, named, mixed, entries)
        constants = [entry for entry in entries if isinstance(entry, Constant)]
        if len(constants) == len(entries):
            return self._constant(function, name, arguments, named, constants)
        given, options = self._all_on_meta(arguments, named)
        result = self._moved(function, name, given, options)
        if name in _MAKERS:
            recorder.give(result, Constant((), frozenset((name,))), _storage(result))
            return result
        target = given[0] if name == "__setitem__" else result
        results = tensors_in(target)
        if not results:
            return result
        return self._recorded(name, arguments, named, given, result, target, results)

    def _moved(self, function: Any, name: str, given: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """The result of a function. Nothing leaves the meta device."""
        if name in _TO_DEVICE:
            kinds = [item for item in [*given, *options.values()] if isinstance(item, torch.dtype)]
            return given[0].to(kinds[0]) if kinds else given[0]
        known = known_result(name, given, options)
        return function(*given, **options) if known is None else known

    def _mixed(
        self, function: Any, arguments: Sequence[Any], named: Mapping[str, Any], mixed: Mixed, entries: Sequence[Entry]
    ) -> Any:
        """A function of a tensor whose samples are mixed gives such a tensor; with one of the network it is refused."""
        if any(isinstance(entry, View) for entry in entries):
            raise mixed.problem()
        given, options = self._all_on_meta(arguments, named)
        result = function(*given, **options)
        for tensor in tensors_in(result):
            self.recorder.give(tensor, mixed, _storage(tensor))
        return result

    def _constant(
        self,
        function: Any,
        name: str,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        constants: Sequence[Constant],
    ) -> Any:
        """A function of constants gives a constant, computed where no weights are in it."""
        weights = {weight.name: weight for entry in constants for weight in entry.weights}
        if weights:
            given, options = self._all_on_meta(arguments, named)
            known = known_result(name, given, options)
            result = function(*given, **options) if known is None else known
        else:
            result = function(*arguments, **named)
        makers = frozenset({name}.union(*(entry.made_by for entry in constants)))
        made = Constant(tuple(weights.values()), makers)
        if _changes(name):
            for tensor in tensors_in(arguments[:1]):
                self.recorder.fill(made, _storage(tensor))
        for tensor in tensors_in(result):
            if id(tensor) not in self.recorder.weights:
                self.recorder.give(tensor, made, _storage(tensor))
        return result

    def _all_on_meta(
        self, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> tuple[Sequence[Any], Mapping[str, Any]]:
        return [self._on_meta(item) for item in arguments], {key: self._on_meta(item) for key, item in named.items()}

    def _on_meta(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, SINGLE):
            return value
        if isinstance(value, torch.Tensor):
            if value.is_meta:
                return value
            known = self._meta.get(id(value))
            if known is None:
                with torch._C.DisableTorchFunction():
                    copy = torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="meta")
                known = self._meta[id(value)] = (value, copy)
            return known[1]
        if depth < 4 and type(value) in (list, tuple):
            return type(value)(self._on_meta(item, depth + 1) for item in value)
        if isinstance(value, torch.device):
            return torch.device("meta")
        return value

    def _recorded(
        self,
        name: str,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        given: Sequence[Any],
        result: Any,
        target: Any,
        results: Sequence[Any],
    ) -> Any:
        views = read(self.recorder, name, arguments, named, target, results)
        first = given[0] if given else None
        if len(results) == 1 and results[0] is first and views[0] is not None:
            before = self.recorder.entry(arguments[0])
            if isinstance(before, View) and before[:2] == views[0][:2]:
                return arguments[0] if result is first else result
            if name in _UNCHANGED:
                with torch._C.DisableTorchFunction():
                    copy = first.detach()
                self.recorder.give(copy, views[0], _storage(copy))
                return copy
            self.recorder.change(arguments[0], views[0], _storage(first))
            return arguments[0] if result is first else result
        for tensor, view in zip(results, views, strict=True):
            if view is not None:
                self.recorder.give(tensor, view, _storage(tensor))
        return result


def read(
    recorder: Recorder,
    name: str,
    arguments: Sequence[Any],
    named: Mapping[str, Any],
    result: Any,
    results: Sequence[Any],
) -> Sequence[View | Mixed | None]:
    """What each tensor of a result shows. A call that no kind describes becomes opaque."""
    call = Call(recorder, name, result)
    length = len(recorder.steps)
    views: Sequence[View | None] | None = None
    if name in HANDLERS:
        handler, signature = HANDLERS[name]
        try:
            answer = handler(call, *arguments, **named) if signature.takes(arguments, named) else None
        except Unsupported:
            answer = None
        if answer is not None:
            views = [answer] if isinstance(answer, View) else list(answer)
            for view, tensor in zip(views, results, strict=True):
                if view is not None and sizes_of(view.dims) != tuple(tensor.shape):
                    views = None
                    break
    if views is None:
        del recorder.steps[length:]
        recorder.forget(length)
        try:
            views = opaque(call, arguments, named, results)
        except Unsupported:
            shapes = ", ".join("x".join(map(str, tensor.shape)) or "one value" for tensor in results[:3])
            message = (
                f"{recorder.place()} mixes the samples of a batch: {recorder.samples} samples give a tensor of {shapes}"
            )
            return [Mixed(message)] * len(results)
    return views


def _storage(tensor: Any) -> int:
    with torch._C.DisableTorchFunction():
        return int(tensor.untyped_storage()._cdata)


def _drop_rate(module: Any) -> float | None:
    """The rate of stochastic depth; None for another module, or one without a rate."""
    if type(module).__name__ not in ("DropPath", "StochasticDepth"):
        return None
    share = getattr(module, "drop_prob", None) or getattr(module, "p", None)
    return share if isinstance(share, float) else None


class Modules:
    """Hooks that keep the stack of module calls of a recorder."""

    def __init__(self, recorder: Recorder, paths: Mapping[int, str], parts: Sequence[Any]) -> None:
        """`parts` are all modules, and `paths` those by their identity."""
        self.recorder = recorder
        self.paths = paths
        # Where some layers drop samples, the rate of the first one often is 0. Where none does, none is listed.
        self._drops = any(_drop_rate(part) for part in parts)
        self.calls = 0
        self._handles: list[Any] = []
        self._frames: list[tuple[int, tuple[Module, ...]]] = []

    def __enter__(self) -> "Modules":
        hooks = torch.nn.modules.module
        self._handles = [
            hooks.register_module_forward_pre_hook(self._before),
            hooks.register_module_forward_hook(self._after, always_call=True),
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()

    def _before(self, module: Any, _: Any) -> None:
        path = self.paths.get(id(module))
        self._frames.append((len(self.recorder.steps), self.recorder.modules))
        if not path:
            return
        self.calls += 1
        containers = (torch.nn.Sequential, torch.nn.ModuleList, torch.nn.ModuleDict)
        call = Module(path, type(module).__name__, self.calls, type(module) in containers)
        self.recorder.modules = (*self.recorder.modules, call)

    def _after(self, module: Any, given: Any, result: Any) -> Any:
        start, outer = self._frames.pop()
        changed = None
        if start == len(self.recorder.steps) and given and result is given[0]:
            changed = self._dropped(module, result)
        self.recorder.modules = outer
        return changed

    def _dropped(self, module: Any, tensor: Any) -> Any:
        """Stochastic depth gives its own input outside of training, without a function call."""
        share = _drop_rate(module)
        if share is None or not self._drops or not isinstance(tensor, torch.Tensor):
            return None
        entry = self.recorder.entry(tensor)
        if not isinstance(entry, View):
            return None
        recorder = self.recorder
        recorder.moment += 1
        value = recorder.emit("drop_path", {"p": share}, (entry.value,), recorder.shape(entry.value), what="drop_path")
        with torch._C.DisableTorchFunction():
            copy = tensor.detach()
        recorder.give(copy, recorder.seen(value, entry.dims), _storage(copy))
        return copy
