"""The proof of exported code: any other network is refused, and code that computes the same one is not."""

from __future__ import annotations

import pytest

from cnnshape.export.torch import structured_torch, to_flat_torch, to_torch
from cnnshape.export.torch.proof import same_network
from tests.export.exported import network, source_of

FLAT = to_flat_torch(network("resnet50"))
STRUCTURED = structured_torch(network("resnet50")) or ""
CHANGES = {
    "a kernel": ("width, width, 3, stride", "width, width, 5, stride"),
    "channels": ("nn.Conv2d(width, out, 1", "nn.Conv2d(width, 2 * out, 1"),
    "padding": ("padding=1, groups", "padding=0, groups"),
    "a bias": ("bias=False", "bias=True"),
    "a fact that counts can't see": ("nn.BatchNorm2d(out)", "nn.BatchNorm2d(out, eps=0.001)"),
    "an activation": ("nn.ReLU()", "nn.SiLU()"),
    "a layer left out": ("nn.MaxPool2d(3, stride=2, padding=1)", "nn.Identity()"),
    "the order of a list": ("nn.AdaptiveAvgPool2d(1), nn.Flatten()", "nn.Flatten(), nn.AdaptiveAvgPool2d(1)"),
    "the number of rounds": ("range(n)", "range(n + 1)"),
    "a condition": ("stride != 1 or in_channels != out", "stride != 1"),
    "a stride of the first round": ("stride if i == 0 else 1)", "stride if i == 1 else 1)"),
    "a join": ("self.body(x) + self.shortcut(x)", "self.body(x) * self.shortcut(x)"),
    "what is joined": ("self.body(x) + self.shortcut(x)", "self.body(x) + x"),
    "what is returned": ("return self.head(x)", "return x"),
    "frozen weights": ("self.relu = nn.ReLU()", "self.relu = nn.ReLU()\n        self.body.requires_grad_(False)"),
}


def test_the_same_network() -> None:
    assert same_network(STRUCTURED, FLAT, "Net")
    assert same_network(FLAT, FLAT, "Net")


@pytest.mark.parametrize("change", CHANGES)
def test_another_network(change: str) -> None:
    before, after = CHANGES[change]
    changed = STRUCTURED.replace(before, after)
    assert changed != STRUCTURED
    assert not same_network(changed, FLAT, "Net")


SHARED = """\
cnnshape: 1
input: [4, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: a}
  - relu
  - {conv: {out: 4, kernel: 3, padding: 1}, share: a}
"""


def test_shared_weights() -> None:
    flat = to_flat_torch(source_of(SHARED))
    assert flat.count("nn.Conv2d") == 1
    apart = flat.replace(
        "self.relu = nn.ReLU()", "self.relu = nn.ReLU()\n        self.b = nn.Conv2d(4, 4, 3, padding=1)"
    )
    assert apart != flat
    last = flat.rindex("self.a(x)")
    assert not same_network(
        apart[: last + len(apart) - len(flat)]
        + apart[last + len(apart) - len(flat) :].replace("self.a(x)", "self.b(x)"),
        flat,
        "Net",
    )
    assert same_network(to_torch(source_of(SHARED)), flat, "Net")


@pytest.mark.parametrize("module", ["os", "subprocess", "builtins"])
def test_code_imports_nothing_else(module: str) -> None:
    with pytest.raises(ImportError):
        same_network(f"import {module}\n{FLAT}", FLAT, "Net")


@pytest.mark.parametrize("call", ["open('x')", "eval('1')", "__import__('os')", "exec('')"])
def test_code_has_few_functions(call: str) -> None:
    with pytest.raises((NameError, ImportError)):
        same_network(f"{FLAT}\n{call}\n", FLAT, "Net")
