"""The source of an import by its name: what is found, what is run, and what is refused."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnshape.bridge import ImportProblem, from_torch
from cnnshape.bridge.torch.inputs import shapes_of
from cnnshape.bridge.torch.resolving import argument_of, resolved

HAS_TORCH = importlib.util.find_spec("torch") is not None
with_torch = pytest.mark.skipif(not HAS_TORCH, reason="torch is not installed")

NET = """
from torch import nn
from part_of_a_net import width

class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 1)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.conv(x).mean((2, 3)))

def broken():
    raise KeyError("no such width")

def number():
    return 3

net = Net(4)
answer = 42
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    (tmp_path / "part_of_a_net.py").write_text("width = 8\n", encoding="utf-8")
    (tmp_path / "raises.py").write_text("import no_such_package\n", encoding="utf-8")
    (tmp_path / "wrong.py").write_text("def (:\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    yield
    for name in ("part_of_a_net", "net", "raises", "wrong", "cnnshape_import_net"):
        sys.modules.pop(name, None)


@with_torch
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("source", ["net.py:Net", "./net.py:Net", "net:Net", "net:net", "net.py:Net.mro.__self__"])
def test_a_source_is_found(source: str) -> None:
    assert type(resolved(source)).__name__ == "Net"


@with_torch
@pytest.mark.usefixtures("folder")
def test_arguments_are_given_by_name() -> None:
    assert resolved("net.py:Net", {"classes": 5}).head.out_features == 5


@with_torch
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("source", "message", "help"),
    [
        ("net.py:Nett", "net.py has no attribute Nett", "did you mean `Net`?"),
        ("net.py:zzzzzz", "net.py has no attribute zzzzzz", "known here: `Net`"),
        ("net.py:answer", "net.py:answer is int, not a torch.nn.Module", "name a class"),
        ("net.py:number", "net.py:number gives int, not a torch.nn.Module", "name a class"),
        ("net.py:broken", "net.py:broken raised KeyError (net.py:15): 'no such width'", ""),
        ("other.py:Net", "there is no file other.py", "path/to/file.py:Class"),
        ("no_such_module:Net", "there is no Python module no_such_module", "install its package"),
        ("net.deeper:Net", "there is no Python module net.deeper", "install its package"),
        ("no such module:Net", "no such module is not the name of a Python module", "package.module:attribute"),
        ("raises:Net", "importing raises raised ModuleNotFoundError (raises.py:1)", "install what it imports"),
        ("wrong:Net", "importing wrong raised SyntaxError", "`python -c 'import wrong'` raises it too"),
        ("raises.py:Net", "importing raises.py raised ModuleNotFoundError (raises.py:1)", ""),
        ("wrong.py:Net", "importing wrong.py raised SyntaxError", ""),
    ],
)
def test_a_source_that_gives_no_module(source: str, message: str, help: str) -> None:
    with pytest.raises(ImportProblem) as caught:
        resolved(source)
    assert caught.value.message.startswith(message)
    assert help in caught.value.help


@with_torch
@pytest.mark.usefixtures("folder")
def test_arguments_that_do_not_fit() -> None:
    with pytest.raises(ImportProblem, match="Net raised TypeError") as caught:
        resolved("net.py:Net", {"classess": 5})
    assert caught.value.help == "`--arg name=value` gives an argument by its name: classes"
    with pytest.raises(ImportProblem, match="takes no arguments"):
        resolved("net.py:net", {"classes": 5})


@pytest.mark.parametrize("source", ["model.pt", "model.pth:Net", "a/b/model.CKPT", "weights.bin", "m.pkl:x"])
def test_pickles_are_refused(source: str) -> None:
    with pytest.raises(ImportProblem, match="is a pickle: reading one runs the code in it"):
        resolved(source)


@pytest.mark.parametrize("source", ["torchvision.models", ":x", "x:", "", "resnet50"])
def test_another_form_is_refused(source: str) -> None:
    with pytest.raises(ImportProblem, match="names no attribute of a Python module") as caught:
        resolved(source)
    assert "torchvision.models:resnet50" in caught.value.help


def test_without_torch_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportProblem, match="PyTorch is not installed") as caught:
        resolved("torchvision.models:resnet50")
    assert "pip install torch" in caught.value.help
    with pytest.raises(ImportProblem, match="PyTorch is not installed"):
        from_torch(object(), (3, 8, 8))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n=10", 10),
        ("rate=0.5", 0.5),
        ("flag=True", True),
        ("widths=[1, 2]", [1, 2]),
        ("act='relu'", "relu"),
        ("x = {'a': None}", {"a": None}),
    ],
)
def test_an_argument_is_a_literal(text: str, value: object) -> None:
    assert argument_of(text)[1] == value
    assert argument_of(text)[0].isidentifier()


@pytest.mark.parametrize("text", ["n", "=3", "1n=3", "n=", "n=relu", "n=__import__('os')", "n=1+x", "n=" + "(" * 5000])
def test_another_argument_is_refused(text: str) -> None:
    with pytest.raises(ImportProblem):
        argument_of(text)


def test_a_word_without_quotes_is_advised() -> None:
    with pytest.raises(ImportProblem) as caught:
        argument_of("act=relu")
    assert caught.value.help == "a text needs quotes: `--arg \"act='relu'\"`"
    assert argument_of("act='relu'") == ("act", "relu")
    with pytest.raises(ImportProblem) as caught:
        argument_of("cfg=models/yolo v8.yaml")
    assert "'models/yolo v8.yaml'" in caught.value.help


class Module:
    """A module of another framework: names of inputs need no torch."""

    def forward(self, image: Any, mask: Any = None, *rest: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("given", "shapes", "by_name"),
    [
        ((3, 8, 8), {"input": (3, 8, 8)}, False),
        ([3, 8], {"input": (3, 8)}, False),
        ([(3, 8, 8)], {"input": (3, 8, 8)}, False),
        ([(3, 8, 8), (1, 8, 8)], {"image": (3, 8, 8), "mask": (1, 8, 8)}, False),
        ([(3,), (1,), (2,)], {"image": (3,), "mask": (1,), "input_2": (2,)}, False),
        ({"mask": (1, 8, 8)}, {"mask": (1, 8, 8)}, True),
    ],
)
def test_shapes_of_inputs(given: Any, shapes: object, by_name: bool) -> None:
    assert shapes_of(Module(), given) == (shapes, by_name)


@pytest.mark.parametrize(
    "given", [None, {}, [], "3x8", (3, 0), (3, -1, 2), (3, 1.5), (1, 2, 3, 4, 5), [(3, 8), "x"], 7, (True, 2)]
)
def test_other_inputs_are_refused(given: Any) -> None:
    with pytest.raises(ImportProblem):
        shapes_of(Module(), given)
