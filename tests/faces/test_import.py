"""`cnnshape import`: sources, options, what is written where, and messages."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest

from cnnshape.bridge.sources import READERS
from cnnshape.cli.reading import NETWORKS
from tests.bridge.darknet_files import cfg, conv
from tests.bridge.keras_files import functional, image, layer
from tests.bridge.onnx_files import model, node, tensor, value
from tests.command import run

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")

pytestmark = pytest.mark.usefixtures("folder")

MODULE = dedent("""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, classes=10):
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3, padding=1)
            self.fc = nn.Linear(8, classes)
            self.auxiliary = nn.Linear(8, 3)

        def forward(self, x):
            return self.fc(torch.relu(self.conv(x)).mean((2, 3)))

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(8, 8), nn.Linear(8, 8)
            self.b.weight = self.a.weight

        def forward(self, x):
            return self.b(torch.relu(self.a(x)))

    class Unknown(nn.Module):
        def forward(self, x):
            return torch.fft.fft(x).real

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.widen = nn.Conv2d(1, 3, 1, bias=False)
            self.scale = nn.Conv2d(3, 3, 1, groups=3)

        def forward(self, image, mask):
            y = self.scale(image) + self.widen(mask)
            return {"sum": y, "mean": y.mean((2, 3))}

    def broken():
        raise ValueError("no weights here")

    NUMBER = 3
    """)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a network of each format, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "net.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "tiny.cfg").write_text(cfg(conv(8), conv(16, stride=2)), encoding="utf-8")
    nodes = [node("Conv", "x w", "y", pads=[1] * 4), node("Relu", "y", "z")]
    (tmp_path / "tiny.onnx").write_bytes(
        model(nodes, [value("x", 1, 3, 8, 8)], [value("z", 1, 4, 8, 8)], [tensor("w", [4, 3, 3, 3])])
    )
    text = json.dumps(functional([image(8, 8, 3), layer("Conv2D", "c", "x", filters=4, kernel_size=[3, 3])]))
    (tmp_path / "tiny.json").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["tiny.cfg", "tiny.onnx", "tiny.json"])
def test_a_file_becomes_a_spec_that_checks_clean(folder: Path, name: str) -> None:
    printed = run("import", name)
    assert printed.exit_code == 0
    assert printed.stdout.startswith("cnnshape: 1\n")
    written = run("import", name, "-o", "out.yaml")
    assert (written.exit_code, written.stdout) == (0, "")
    assert (folder / "out.yaml").read_text(encoding="utf-8") == printed.stdout
    assert run("check", "out.yaml", "--ignore", "all").exit_code == 0


@pytest.fixture
def open_model(folder: Path) -> None:
    """A model whose sizes vary."""
    given, made = value("x", "N", 3, "H", "W"), value("z", "N", 4, "H", "W")
    nodes = [node("Conv", "x w", "z", pads=[1] * 4)]
    (folder / "open.onnx").write_bytes(model(nodes, [given], [made], [tensor("w", [4, 3, 3, 3])]))


@pytest.mark.usefixtures("open_model")
def test_the_shape_that_a_message_asks_for_is_taken() -> None:
    asked = run("import", "open.onnx")
    assert asked.exit_code == 2
    assert "`--input 3x224x224`" in asked.stderr
    taken = run("import", "open.onnx", "--input", "3x224x224")
    assert (taken.exit_code, taken.stderr) == (0, "")
    assert "input: [3, 224, 224]\n" in taken.stdout


@pytest.mark.usefixtures("open_model")
def test_an_input_is_a_shape_in_any_spelling() -> None:
    spellings = [run("import", "open.onnx", "-i", shape).stdout for shape in ("3x9x9", "3X9X9", "3,9,9", "x=3x9x9")]
    assert spellings == [spellings[0]] * 4
    assert "input: [3, 9, 9]\n" in spellings[0]


def test_every_reader_has_an_ending_that_other_commands_know() -> None:
    # `.json` may be a spec.
    assert set(READERS) - {".json"} <= set(NETWORKS)


@needs_torch
def test_a_module_of_a_file() -> None:
    outcome = run("import", "net.py:Net", "--input", "3x8x8", "--arg", "classes=5")
    assert outcome.exit_code == 0
    assert outcome.stdout == dedent("""\
        cnnshape: 1
        # 27 of 296 params are in modules that did not run: auxiliary
        name: Net
        source: imported from net.py:Net
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, padding: 1, act: relu}
          - global_avg_pool
          - flatten
          - linear: 5
        expect: {output: [5], params: 269}
        """)
    assert outcome.stderr == "note: 27 of 296 params are in modules that did not run: auxiliary\n"


@needs_torch
def test_what_a_module_prints_is_no_part_of_the_spec(folder: Path) -> None:
    (folder / "talking.py").write_text(f"print('imported')\n{MODULE}", encoding="utf-8")
    outcome = run("import", "talking.py:Net", "--input", "3x8x8")
    assert outcome.stdout == run("import", "net.py:Net", "--input", "3x8x8").stdout.replace("net.py", "talking.py")
    assert outcome.stderr.startswith("imported\n")


@needs_torch
def test_several_inputs_and_outputs_by_name() -> None:
    outcome = run("import", "net.py:Two", "--input", "image=3x8x8", "-i", "mask=1,8,8")
    assert "input: {image: [3, 8, 8], mask: [1, 8, 8]}\n" in outcome.stdout
    assert outcome.stdout.endswith("expect: {outputs: {sum: [3, 8, 8], mean: [3]}, params: 9}\n")
    first_alone = run("import", "net.py:Two", "-i", "mask=1x8x8", "-i", "3x8x8")
    assert "input: {mask: [1, 8, 8], image: [3, 8, 8]}\n" in first_alone.stdout
    other = run("import", "net.py:Two", "-i", "mask=1x8x8", "-i", "picture=3x8x8")
    assert other.exit_code == 2
    assert "the forward has no input 'picture'" in other.stderr
    assert "it has image, mask" in other.stderr


@needs_torch
def test_flat_has_a_step_per_operation() -> None:
    text = run("import", "net.py:Net", "--input", "3x8x8", "--flat").stdout
    assert "  - conv: {out: 8, kernel: 3, padding: 1}\n  - relu\n" in text


@needs_torch
def test_weights_that_are_shared_in_part_are_refused() -> None:
    """A step shares all weights of another: the spec would have fewer params than the network."""
    outcome = run("import", "net.py:Tied", "--input", "8")
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    assert "linear in b: it shares some of its weights with a; a step shares all or none" in outcome.stderr


@needs_torch
def test_an_operation_without_a_kind_is_named_and_opaque_takes_it() -> None:
    refused = run("import", "net.py:Unknown", "--input", "3x8x8")
    assert refused.exit_code == 1
    assert "no kind describes fft_fft (1x, first in the network)" in refused.stderr
    assert "`--opaque`" in refused.stderr
    taken = run("import", "net.py:Unknown", "--input", "3x8x8", "--opaque")
    assert taken.exit_code == 0
    assert "- opaque: {output: [3, " in taken.stdout


@needs_torch
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("net.py:Ne", "-i", "3x8x8"), 2, "did you mean `Net`?"),
        (("net.py:NUMBER", "-i", "3x8x8"), 2, "int, not a torch.nn.Module"),
        (("net.py:broken", "-i", "3x8x8"), 1, "no weights here"),
        (("net.py:Net",), 2, "`--input 3x224x224`"),
        (("net.py:Net", "-i", "8x8x8"), 1, "the forward raised"),
        (("net.py:Net", "-i", "3x8x8", "-i", "3x9x9"), 2, "two inputs have the same name"),
        (("net.py:Net", "-i", "3x8x8", "--arg", "classes"), 2, "is not `name=value`"),
        (("net.py:Net", "-i", "3x8x8", "--arg", "clases=5"), 2, "clases"),
        (("nowhere.py:Net", "-i", "3x8x8"), 2, "nowhere.py"),
        (("no.such.module:Net", "-i", "3x8x8"), 2, "no"),
        (("unfinished.py:Net", "-i", "3x8x8"), 1, "importing unfinished.py raised SyntaxError"),
        (("unfinished:Net", "-i", "3x8x8"), 1, "importing unfinished raised SyntaxError"),
        (("script.py:Net", "-i", "3x8x8"), 1, "below `if __name__ == '__main__':`"),
    ],
)
def test_a_source_that_gives_no_network_is_answered(
    folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Code 2 is for names and values that don't exist, and 1 for code that exists and gives no network."""
    (folder / "unfinished.py").write_text("def (:\n", encoding="utf-8")
    (folder / "script.py").write_text("raise SystemExit('usage: script.py DATA')\n", encoding="utf-8")
    outcome = run("import", *arguments)
    assert outcome.exit_code == code
    assert outcome.stdout == ""
    assert words in outcome.stderr
    assert "error[CS110]" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("model.pth", "is a pickle"),
        ("model.pt:Net", "is a pickle"),
        ("missing.onnx", "is missing"),
        ("net.py", "`net.py:Net`"),
        ("spec.yaml", "is a spec already"),
        ("yolo.yaml", "`cnnshape check yolo.yaml` reads it, and says how to import a model file of Ultralytics"),
        ("resnet50", "`torchvision.models:resnet50`"),
    ],
)
def test_what_is_no_source_is_answered(source: str, words: str) -> None:
    outcome = run("import", source)
    assert outcome.exit_code == 2
    assert words in outcome.stderr


@pytest.mark.parametrize("name", ["tiny.cfg", "tiny.onnx", "tiny.json"])
def test_a_broken_file_is_an_error_of_the_file(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-9])
    outcome = run("import", name)
    assert outcome.exit_code == 1
    assert f" --> {name}" in outcome.stderr


@pytest.mark.parametrize("shape", ["three", "3x", "0x3", "1x2x3x4x5", "²x3"])
def test_an_input_is_read_as_by_other_commands(shape: str) -> None:
    taken, other = run("import", "tiny.onnx", "-i", shape), run("summary", "resnet18", "-i", shape)
    assert (taken.exit_code, taken.stdout) == (other.exit_code, "") == (2, "")
    assert taken.stderr.partition("Error")[2] == other.stderr.partition("Error")[2] != ""


def test_the_source_is_not_overwritten(folder: Path) -> None:
    before = (folder / "tiny.cfg").read_bytes()
    assert run("import", "tiny.cfg", "-o", "tiny.cfg").exit_code == 2
    assert (folder / "tiny.cfg").read_bytes() == before


@pytest.mark.parametrize("command", ["summary", "check", "explain", "rf", "sizes", "memory", "reconcile"])
@pytest.mark.parametrize("spec", ["torchvision.models:resnet50", "tiny.onnx", "tiny.cfg"])
def test_other_commands_name_the_import(command: str, spec: str) -> None:
    outcome = run(command, spec)
    assert outcome.exit_code != 0
    assert f"`cnnshape import {spec}" in outcome.stdout + outcome.stderr


def test_other_commands_refuse_a_pickle() -> None:
    outcome = run("summary", "model.pth")
    assert "a pickle runs code when it is read" in outcome.stderr


def test_no_code_runs_but_by_import(folder: Path) -> None:
    (folder / "trap.py").write_text("open('ran', 'w').close()\n", encoding="utf-8")
    for command in ("summary", "check", "explain"):
        run(command, "trap.py:Net")
    assert not (folder / "ran").exists()


def test_an_imported_spec_is_lined_up_with_another() -> None:
    assert run("import", "tiny.cfg", "-o", "tiny.yaml").exit_code == 0
    outcome = run("compare", "tiny.yaml", "tiny.yaml")
    assert outcome.exit_code == 0
