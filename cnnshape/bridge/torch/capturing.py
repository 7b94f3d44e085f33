"""Runs a module once on the meta device, and gives its operations in order. The module is as before afterwards."""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from cnnshape.bridge.operations import ImportProblem, Shape, Weight
from cnnshape.bridge.torch import views
from cnnshape.bridge.torch.mode import Mode, Modules
from cnnshape.bridge.torch.recorder import Constant, Mixed, Recorder, Step, Unsupported, View
from cnnshape.bridge.torch.wrappers import check_visible, not_compiled

_HERE = str(Path(__file__).parent)
DEEPEST = 8
"""Nesting of an output."""


class Capture:
    """The operations of one run, not yet rewritten, and its outputs by name."""

    def __init__(self, recorder: Recorder, outputs: Mapping[str, int]) -> None:
        self.recorder = recorder
        self.outputs = dict(outputs)

    @property
    def steps(self) -> list[Step]:
        """The operations in the order of recording."""
        return self.recorder.steps


def weights_of(module: Any) -> dict[int, Weight]:
    """The parameters and buffers of a module by the identity of their tensors. Tied ones have one name."""
    weights: dict[int, Weight] = {}
    for learned, tensors in ((True, module.named_parameters()), (False, module.named_buffers())):
        for name, tensor in tensors:
            if isinstance(tensor, torch.nn.parameter.UninitializedTensorMixin):
                raise ImportProblem(
                    f"{name} has no shape yet: the module is lazy", "run the module once on a sample before the import"
                )
            frozen = learned and not tensor.requires_grad
            weights.setdefault(id(tensor), Weight(name, tuple(tensor.shape), learned, frozen))
    if is_all_frozen(module):
        return {number: weight._replace(frozen=False) for number, weight in weights.items()}
    return weights


def is_all_frozen(module: Any) -> bool:
    """Whether training would change no weight: the module as a whole is set up for inference."""
    return not any(parameter.requires_grad for parameter in module.parameters())


class Subject:
    """A module, and what its runs share."""

    def __init__(self, module: Any) -> None:
        """Raises ImportProblem for a module whose functions or weights can't be seen."""
        check_visible(module)
        self.module = module
        self.weights = weights_of(module)
        named = list(module.named_modules())
        self.paths = {id(part): path for path, part in named}
        self.parts = [part for _, part in named]
        values = (value for part in self.parts for value in part.__dict__.values())
        self.held = [value for value in values if isinstance(value, torch.Tensor)]
        """The tensors that are plain attributes."""
        kinds = (parameter.dtype for parameter in module.parameters() if parameter.is_floating_point())
        self.dtype = next(kinds, torch.float32)
        """The type of the first parameter of real numbers: what the first layer takes."""

    def run(self, inputs: Mapping[str, Shape], by_name: bool, samples: int) -> Capture:
        """Runs the module on so many samples of these shapes.

        Raises ImportProblem for a forward that fails, depends on values, or gives no tensors.
        """
        recorder = Recorder(list(inputs.values()), self.weights, samples)
        tensors = {
            name: torch.empty((samples, *shape), dtype=self.dtype, device="meta") for name, shape in inputs.items()
        }
        for number, tensor in enumerate(tensors.values()):
            recorder.give(tensor, recorder.seen(number), 0)
        with _kept(self.parts):
            for tensor in self.held:
                if id(tensor) not in self.weights and tensor.device.type == "meta":
                    recorder.give(tensor, Constant(), 0)
            self.module.eval()
            calls = Modules(recorder, self.paths, self.parts)
            try:
                with torch.no_grad(), not_compiled(), calls, Mode(recorder):
                    result = self.module(**tensors) if by_name else self.module(*tensors.values())
            except ImportProblem:
                raise
            except (Exception, SystemExit) as error:
                raise recorder.refused or _problem(error, recorder) from error
        return Capture(recorder, outputs_of(recorder, result))


@contextmanager
def _kept(parts: Sequence[Any]) -> Iterator[None]:
    """Restores the attributes of these modules."""
    saved = [(part, dict(part.__dict__), dict(part._parameters), dict(part._buffers)) for part in parts]
    try:
        yield
    finally:
        for part, state, parameters, buffers in saved:
            part.__dict__.clear()
            part.__dict__.update(state)
            part._parameters.clear()
            part._parameters.update(parameters)
            part._buffers.clear()
            part._buffers.update(buffers)


_VALUES = (
    "cannot be called on meta tensors",
    "can't convert meta device type tensor",
    "data-independent implementation",
    "data-dependent",
    "data dependent",
    "Cannot copy out of meta",
    "aten::_local_scalar_dense",
)


def _problem(error: BaseException, recorder: Recorder) -> ImportProblem:
    """The problem of a forward that raised, in one line, with the place in the user's code."""
    text = " ".join(str(error).split())[:200]
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_HERE)]
    library = str(Path(torch.__file__).parent)
    own = [frame for frame in frames if not frame.filename.startswith(library)] or frames
    place = f" ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""
    where = f" in {recorder.modules[-1].path}" if recorder.modules else ""
    if any(words in str(error) for words in _VALUES):
        return ImportProblem(
            f"the forward{where} depends on the values of a tensor{place}: {text}",
            "an import runs on shapes alone; import the part of the network that does not branch on values",
        )
    message = f"the forward{where} raised {type(error).__name__}{place}: {text}"
    return ImportProblem(message, _other_input(recorder.input_shapes))


def _other_input(shapes: Sequence[Shape]) -> str:
    """What to state in place of shapes that a network can't take. A first size of 1 often is the batch."""
    given = ["x".join(map(str, shape)) for shape in shapes]
    if len(shapes) == 1 and shapes[0][0] == 1 and len(shapes[0]) > 2:
        shorter = given[0].partition("x")[2]
        return f"the input was {given[0]}; a shape has no batch: if 1 is the batch, write `--input {shorter}`"
    listed = " and ".join(given)
    return (
        f"the input was {listed}: `--input` states the shape that the network takes, channels first, without the batch"
    )


def outputs_of(recorder: Recorder, result: Any) -> dict[str, int]:
    """The values of the tensors in a result, by their keys, fields or numbers."""
    outputs: dict[str, int] = {}
    for name, tensor in _named("", result, 0):
        entry = recorder.entry(tensor)
        if isinstance(entry, Constant):
            recorder.notes.append(
                f"the output {name or 'of the network'} does not depend on the input, and is left out"
            )
            continue
        if isinstance(entry, Mixed):
            raise entry.problem()
        outputs[name] = _shown(recorder, name or "of the network", entry)
    if not outputs:
        raise ImportProblem(
            f"the forward gives no tensor that depends on the input, but {type(result).__name__}",
            "import a module whose forward gives tensors, or a tuple or dict of them",
        )
    if list(outputs) == [""]:
        return {"output": outputs[""]}
    return {name or "output": value for name, value in outputs.items()}


def _named(name: str, result: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(result, torch.Tensor):
        yield name, result
        return
    if depth > DEEPEST:
        return
    if isinstance(result, Mapping):
        items = [(str(key), value) for key, value in result.items()]
    elif hasattr(result, "_fields"):
        items = list(zip(result._fields, result, strict=True))
    elif isinstance(result, Sequence) and not isinstance(result, str):
        items = [(f"output_{number}" if not name else str(number), value) for number, value in enumerate(result)]
    elif hasattr(result, "__dataclass_fields__"):
        items = [(key, getattr(result, key)) for key in result.__dataclass_fields__]
    else:
        return
    for key, value in items:
        yield from _named(f"{name}_{key}" if name else key, value, depth + 1)


def _shown(recorder: Recorder, name: str, view: View) -> int:
    """The value of an output. One whose axes are only in another order is given channels first."""
    shape = recorder.shape(view.value)
    try:
        if not views.shows_axes(view.dims, shape, recorder.samples):
            return recorder.plain(view)
        if view.dims != views.standard(shape, recorder.samples):
            recorder.notes.append(f"the output {name} is given channels first, as {'x'.join(map(str, shape))}")
        return view.value
    except Unsupported:
        if view.dims[0] == views.whole(views.BATCH, recorder.samples):
            sizes = "x".join(map(str, views.sizes_of(view.dims[1:])))
            raise ImportProblem(
                f"no kind gives the axes of the output {name}, {sizes}: it is expanded, or has more than 4 axes",
                "return the tensor before it is expanded, or with at most 4 axes and the batch",
            ) from None
        raise ImportProblem(
            "an output of the network mixes the samples of a batch", "the batch must be the first axis of each output"
        ) from None
