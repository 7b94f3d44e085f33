"""Keras code of all shipped networks as text: its layout, its structure, and what is refused."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from cnnshape.export import DataFormat, Inexpressible, TargetName, recorded_digest
from cnnshape.export.keras import to_keras
from cnnshape.export.keras.helpers import code_of, names
from cnnshape.export.keras.layout import Layout
from cnnshape.export.keras.module import module
from cnnshape.export.keras.table import SAID, UNSAID
from cnnshape.export.python import WIDTH
from cnnshape.layers.complete import KINDS
from tests.command import run
from tests.export.exported import network, source_of
from tests.export.keras_code import EXPRESSED, FIRST, LAST, REGIONS, written

FLAT = {
    "cbam_resnet18", "cbam_resnet50", "crnn", "fcos_resnet50_fpn", "hrnet_w18", "repvgg_a0",
    "retinanet_resnet50_fpn", "retinanet_resnet50_fpn_v2", "segnet", "unet_plus_plus", "yolov8n",
}  # fmt: skip
"""The networks without functions: most of them share weights."""


def test_every_kind_is_said_or_refused() -> None:
    assert {kind.name for kind in KINDS} == set(SAID) | set(UNSAID)
    assert not set(SAID) & set(UNSAID)


def _ruff(folder: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--line-length", str(WIDTH), "--no-cache"]
    checked = subprocess.run([*ruff, "check", *options, str(folder)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    formatted = subprocess.run([*ruff, "format", *options, "--diff", str(folder)], capture_output=True, text=True)
    assert formatted.returncode == 0, formatted.stdout


@pytest.mark.parametrize("layout", [LAST, FIRST])
@pytest.mark.parametrize("flat", [False, True])
def test_layout_is_that_of_ruff(layout: Layout, flat: bool, tmp_path: Path) -> None:
    for name in EXPRESSED:
        (tmp_path / f"{name}.py").write_text(written(name, layout, flat=flat), encoding="utf-8")
    _ruff(tmp_path)


@pytest.mark.parametrize("layout", [LAST, FIRST])
def test_helpers_are_laid_out_as_ruff_does(layout: Layout, tmp_path: Path) -> None:
    for name in names():
        text = module("Helper.", [name], [["def net():", f"    return {name}, keras"]], layout)
        assert ast.parse(code_of(name, layout)).body
        (tmp_path / f"{name}.py").write_text(text)
    _ruff(tmp_path)


def test_shipped_networks_keep_their_blocks() -> None:
    flat = {name for name in EXPRESSED if written(name) == written(name, flat=True)}
    assert {name for name in flat if _blocks(name)} == FLAT


def _blocks(name: str) -> bool:
    program = network(name).examination.program
    return program is not None and bool(program.blocks)


def test_a_block_is_a_function_and_a_stage_a_loop() -> None:
    tree = ast.parse(written("resnet50"))
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert list(functions) == ["bottleneck", "Net"]
    assert [one.arg for one in functions["Net"].args.args] == ["classes", "repeats", "widths", "groups", "stride_on"]
    assert [one.arg for one in functions["bottleneck"].args.args] == [
        "x", "width", "out", "groups", "stride_on", "stride",
    ]  # fmt: skip
    assert sum(isinstance(node, ast.For) for node in ast.walk(functions["Net"])) == 2
    assert len(written("resnet50").splitlines()) <= 70


def test_helpers_are_there_if_they_are_used() -> None:
    text = written("alexnet_2012")
    assert text.count("def local_response_norm(") == 1
    assert "def local_response_norm(" not in written("alexnet")
    assert "import math" not in written("alexnet")


@pytest.mark.parametrize("name", sorted(REGIONS))
def test_regions_are_refused_each_at_its_place(name: str) -> None:
    with pytest.raises(Inexpressible) as refused:
        to_keras(network(name))
    assert all(problem.name == "inexpressible" and problem.at for problem in refused.value.diagnostics)
    assert any("no axis of boxes" in problem.message for problem in refused.value.diagnostics)


REFUSED = """\
cnnshape: 1
input: [8, 16, 16]
layers:
  - {max_pool: {kernel: 3, stride: 1, padding: 1, dilation: 1}, name: fine}
  - {max_pool: {kernel: 3, stride: 1, padding: 1, dilation: 2}, name: dilated}
  - {conv_transpose: {out: 8, kernel: 2, stride: 2, groups: 8}, name: grouped}
  - {batch_norm: {track: false}, name: untracked}
  - {opaque: {output: [8, 4, 4]}, name: odd}
"""


def test_what_keras_lacks_is_refused_with_the_reason() -> None:
    with pytest.raises(Inexpressible) as refused:
        to_keras(source_of(REFUSED))
    reasons = {problem.at.span.line: problem.message for problem in refused.value.diagnostics if problem.at}
    assert {line: message.split("(")[1].split(")")[0] for line, message in reasons.items()} == {
        5: "dilated", 6: "grouped", 7: "untracked", 8: "odd",
    }  # fmt: skip
    assert "no dilation" in reasons[5]
    assert "no groups" in reasons[6]
    assert "running statistics" in reasons[7]
    assert "doesn't say what the layer computes" in reasons[8]


NAMED = """\
cnnshape: 1
name: "größe 3 \\"x\\""
input: {Bild: [3, 16, 16], class: [3, 16, 16]}
params: {lambda: 8, x: 4, layers: 2}
blocks:
  Conv2D:
    params: {def: required, keras: 3}
    do:
      - {conv: {out: def, kernel: keras, padding: keras // 2}, name: ops}
      - add: [ops, prev]
      - conv: {out: def, kernel: 1}
  Conv2d:
    params: {out: required}
    do: [{conv: {out: out, kernel: 1}}]
layers:
  - {Conv2D: {def: lambda, keras: 5}, name: a-b}
  - {Conv2d: x, from: class, name: a.b}
  - concat: [a-b, a.b]
  - {Conv2D: layers, repeat: 2, name: import}
outputs: [import, a-b]
"""


def test_names_that_python_has_itself() -> None:
    text = to_keras(source_of(NAMED))
    tree = ast.parse(text)
    functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert len(functions) == len(set(functions)) == 3
    assert text.splitlines()[0].count('"') == 6
    compile(text, "net.py", "exec")


@pytest.mark.parametrize("name", ["attention", "Max", "keras", "resize nearest", "日本", "3", "class"])
def test_a_network_may_have_any_name(name: str) -> None:
    spec = f"cnnshape: 1\nname: {name}\ninput: [3, 8, 8]\nlayers:\n  - {{upsample: {{size: 5}}, name: resize_nearest}}\n  - relu\n"
    text = to_keras(source_of(spec, class_name=""))
    functions = [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert len(functions) == len(set(functions)) == 2
    assert functions[0] == "resize_nearest"
    assigned = {
        node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert assigned.isdisjoint(functions)


def test_params_stay_open_in_the_code() -> None:
    text = written("efficientnet_b0")
    assert "classes: int = 1000" in text
    assert "make_divisible(32 * width, 8)" in text
    assert "one = math.ceil(depth)" in text


def test_params_that_decide_what_there_is_keep_their_values() -> None:
    """Without its auxiliary head the network has one output, and no argument for it."""
    text = written("inception_v3")
    arguments = next(
        node.args.args for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name == "Net"
    )
    assert [one.arg for one in arguments] == ["classes"]
    assert "aux" not in text


def test_arguments_that_need_a_step_without_code_are_refused_there() -> None:
    text = written("regnet_x_400mf")
    assert 'raise NotImplementedError("`SqueezeExcite` ran nowhere in the exported design")' in text
    assert "NotImplementedError" not in written("regnet_y_400mf")


NET = """\
cnnshape: 1
name: Net
input: [3, 16, 16]
layers:
  - conv: {out: 8, kernel: 3, padding: 1, norm: batch_norm, act: relu}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net.yaml").write_text(NET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_order_of_axes_is_an_option() -> None:
    last = run("export", "net.yaml", "--to", "keras").stdout
    assert run("export", "net.yaml", "--to", "keras", "--data-format", "channels_last").stdout[200:] == last[200:]
    first = run("export", "net.yaml", "--to", "keras", "--data-format", "channels_first").stdout
    assert "keras.Input((16, 16, 3))" in last
    assert "channels_first" not in last
    assert "keras.Input((3, 16, 16))" in first
    assert 'data_format="channels_first"' in first
    assert recorded_digest(first.encode()) != recorded_digest(last.encode())


@pytest.mark.usefixtures("folder")
def test_initial_hyperparameters_are_written() -> None:
    """Keras' momentum is the share of the old statistics, and its defaults are other ones."""
    text = run("export", "net.yaml", "--to", "keras").stdout
    assert "layers.BatchNormalization(momentum=0.9, epsilon=1e-05)" in text


@pytest.mark.usefixtures("folder")
def test_the_function_has_the_name_that_is_given() -> None:
    text = run("export", "net.yaml", "--to", "keras", "--class", "make_net").stdout
    assert "def make_net() -> keras.Model:" in text
    assert 'name="make_net"' in text


@pytest.mark.usefixtures("folder")
def test_other_targets_have_no_order_of_axes() -> None:
    outcome = run("export", "net.yaml", "--to", "torch", "--data-format", "channels_first")
    assert outcome.exit_code == 2
    assert "--data-format" in outcome.stderr


def test_the_orders_are_those_of_keras() -> None:
    assert [*DataFormat] == ["channels_last", "channels_first"]
    assert TargetName.KERAS == "keras"
