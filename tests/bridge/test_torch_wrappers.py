"""Modules in wrappers, with weights of other types, and with what can't be seen; what their outputs become."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cnnshape.bridge import ImportProblem, from_torch
from tests.bridge.torch_modules import Forward, layers_of, torch

nn = torch.nn
MAP = (8, 6, 10)
LAYERS = ["conv: {out: 4, kernel: 3}", "relu"]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def net() -> Any:
    return Forward(lambda self, x: torch.relu(self.conv(x)), conv=nn.Conv2d(8, 4, 3))


def compiled(function: Any) -> Any:
    return torch.compile(function, backend="eager")


WRAPPED: dict[str, Callable[[], Any]] = {
    "parallel": lambda: nn.DataParallel(net()),
    "compiled": lambda: compiled(net()),
    "both": lambda: nn.DataParallel(compiled(net())),
    "compiled inside": lambda: Forward(lambda self, x: self.body(x), body=compiled(net())),
    "a compiled function": lambda: Forward(
        lambda self, x: self.act(self.conv(x)), conv=nn.Conv2d(8, 4, 3), act=compiled(torch.relu)
    ),
    "half": lambda: net().half(),
    "bfloat16": lambda: net().bfloat16(),
    "double": lambda: net().double(),
    "mixed": lambda: Forward(lambda self, x: self.a(x.half()).float().relu(), a=nn.Conv2d(8, 4, 3).half()),
    "autocast": lambda: Forward(_autocast, net=net()),
}


def _autocast(self: Any, x: Any) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return self.net(x)


@pytest.mark.parametrize("name", WRAPPED)
def test_a_module_in_another_form_has_the_same_layers(name: str) -> None:
    if "compiled" in name and not hasattr(torch.compiler, "set_stance"):
        pytest.skip("before PyTorch 2.6 compiled code runs compiled")
    assert layers_of(WRAPPED[name](), MAP) == LAYERS


def test_the_names_are_those_of_the_module_inside() -> None:
    module = Forward(lambda self, x: x.relu(), spare=nn.Linear(3, 3))
    assert from_torch(nn.DataParallel(module), MAP).notes == ("12 of 12 params are in modules that did not run: spare",)


def _exported() -> Any:
    return torch.export.export(net(), (torch.zeros(1, *MAP),)).module()


def _quantized() -> Any:
    module = nn.Sequential(nn.Flatten(), nn.Linear(480, 4))
    return torch.ao.quantization.quantize_dynamic(module, {nn.Linear}, dtype=torch.qint8)


HIDDEN: dict[str, tuple[Callable[[], Any], str]] = {
    "traced": (lambda: torch.jit.trace(nn.ReLU(), torch.zeros(1)), "the module is compiled TorchScript"),
    "traced inside": (
        lambda: nn.Sequential(nn.ReLU(), torch.jit.trace(nn.ReLU(), torch.zeros(1))),
        "1 is compiled TorchScript",
    ),
    "exported": (_exported, "the module is an exported program"),
    "quantized": (_quantized, "1 is quantized: its weights are packed"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_can_not_be_seen_is_refused(name: str) -> None:
    make, message = HIDDEN[name]
    with pytest.raises(ImportProblem) as caught:
        from_torch(make(), MAP)
    assert message in caught.value.message
    assert "import the" in caught.value.help


def _exits(*_: Any) -> Any:
    raise SystemExit(3)


def test_a_forward_that_ends_the_program_is_a_problem() -> None:
    with pytest.raises(ImportProblem, match="the forward raised SystemExit"):
        from_torch(Forward(_exits), MAP)


def test_a_forward_without_operations_is_a_problem() -> None:
    with pytest.raises(ImportProblem, match="no operation that the outputs need"):
        from_torch(Forward(lambda self, x: x), MAP)


def test_arrays_of_numpy_need_values() -> None:
    with pytest.raises(ImportProblem, match="depends on the values of a tensor"):
        from_torch(Forward(lambda self, x: torch.from_numpy(x.numpy())), MAP)


@dataclasses.dataclass
class Output:
    """As the outputs of Hugging Face's models."""

    logits: Any = None
    hidden: Any = None


EXPECTED = [
    (lambda x: Output(x.mean((2, 3)), (x.relu(),)), "{outputs: {logits: [8], hidden_0: [8, 6, 10]}, params: 0}"),
    (lambda x: {"b": x.relu(), "a": {"c": x.mean((2, 3))}}, "{outputs: {b: [8, 6, 10], a_c: [8]}, params: 0}"),
    (lambda x: (x, x.mean((2, 3))), "{outputs: {input: [8, 6, 10], output_1: [8]}, params: 0}"),
    (lambda x: [x.relu()], "{output: [8, 6, 10], params: 0}"),
]


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize(("function", "expect"), EXPECTED)
def test_the_shape_of_every_output_is_expected(function: Any, expect: str, flat: bool) -> None:
    text = from_torch(Forward(lambda self, x: function(x)), MAP, flat=flat).text
    assert text.endswith(f"\nexpect: {expect}\n")


def _twice(_: Any, x: Any) -> Any:
    y = x.relu()
    return {"first": y, "again": y, "other": y.tanh()}


def test_an_output_with_two_names_is_listed_once() -> None:
    spec = from_torch(Forward(_twice), MAP)
    assert spec.notes == ("the output again is the output first, and is listed once",)
    assert "outputs: [first, other]\n" in spec.text


WORKING = [
    (lambda self, x: x + self.map, "add (1x, first in the network, with `map` of 1x8x6x10)"),
    (lambda self, x: x - self.mean, "sub (1x, first in the network, with `mean` of 8x1x1)"),
    (
        lambda self, x: nn.functional.conv2d(x, torch.zeros(4, 8, 1, 1)),
        "conv2d with values that are no parameters (1x,",
    ),
    (lambda self, x: torch.fft.fft(x).real, "fft_fft (1x, first in the network)"),
]


@pytest.mark.parametrize(("forward", "message"), WORKING)
def test_the_message_tells_what_an_operation_works_with(forward: Any, message: str) -> None:
    module = Forward(forward, map=nn.Parameter(torch.zeros(1, *MAP)))
    module.register_buffer("mean", torch.zeros(8, 1, 1))
    with pytest.raises(ImportProblem) as caught:
        from_torch(module, MAP)
    assert message in caught.value.message
    assert "`--opaque`" in caught.value.help
    assert from_torch(module, MAP, opaque=True).text.count("opaque: ") == 1
