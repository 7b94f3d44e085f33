"""`draw`: which file it writes, what it never overwrites, and what it does with errors."""

from __future__ import annotations

import sys
import webbrowser
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree

import pytest

from tests.command import run

NET = "cnnshape: 1\nname: Small net\ninput: [3, 16, 16]\nparams: {width: 8}\nvariants: {wide: {width: 64}}\nlayers:\n  - conv: {out: width, kernel: 3}\n  - relu\n"
BROKEN = NET.replace("relu", "conv: {out: 2, kernel: 99}")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.yaml").write_text(NET)
    (tmp_path / "broken.cnn.yaml").write_text(BROKEN)
    monkeypatch.chdir(tmp_path)


def drawn(*arguments: str) -> str:
    """The text that goes to standard output."""
    return run("draw", *arguments, "-o", "-").stdout


def titles(svg: str) -> str:
    return "\n".join(
        element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}title")
    )


def test_the_picture_is_beside_the_user() -> None:
    outcome = run("draw", "net.yaml")
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "wrote net.svg\n", "")
    assert "3x16x16" in titles(Path("net.svg").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (["resnet18"], "resnet18.svg"),
        (["broken.cnn.yaml"], "broken.svg"),
        (["net.yaml", "--format", "mermaid"], "net.mmd"),
        (["net.yaml", "--format", "dot"], "net.dot"),
    ],
)
def test_its_name(arguments: list[str], file: str) -> None:
    assert run("draw", *arguments).stdout.startswith(f"wrote {file}\n")
    assert Path(file).exists()


def test_its_own_file_is_drawn_again() -> None:
    run("draw", "net.yaml")
    first = Path("net.svg").read_bytes()
    assert run("draw", "net.yaml", "-p", "width=9").exit_code == 0
    assert Path("net.svg").read_bytes() != first


@pytest.mark.parametrize("format", ["svg", "mermaid", "dot"])
def test_a_file_of_the_user_stays(format: str) -> None:
    file = Path("net" + {"svg": ".svg", "mermaid": ".mmd", "dot": ".dot"}[format])
    file.write_text("mine")
    outcome = run("draw", "net.yaml", "-f", format)
    assert outcome.exit_code == 2
    assert f"{file} exists" in outcome.stderr
    assert "--output" in outcome.stderr
    assert file.read_text() == "mine"


def test_a_named_file_is_written() -> None:
    Path("x.svg").write_text("mine")
    outcome = run("draw", "net.yaml", "-o", "x.svg")
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert Path("x.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_spec_is_never_overwritten() -> None:
    outcome = run("draw", "net.yaml", "-o", "net.yaml", "-f", "svg")
    assert outcome.exit_code == 2
    assert Path("net.yaml").read_text() == NET


def test_the_ending_says_the_format() -> None:
    run("draw", "net.yaml", "-o", "x.mmd")
    run("draw", "net.yaml", "-o", "x.dot")
    assert "flowchart LR" in Path("x.mmd").read_text(encoding="utf-8")
    assert "digraph" in Path("x.dot").read_text(encoding="utf-8")
    outcome = run("draw", "net.yaml", "-o", "x.gif")
    assert outcome.exit_code == 2
    assert ".svg" in outcome.stderr
    assert not Path("x.gif").exists()


def test_standard_output_and_input(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn("net.yaml").startswith("<svg")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(NET.encode())))
    assert run("draw", "-").stdout == "wrote Small_net.svg\n"


def test_options_of_the_design() -> None:
    assert "64x14x14" in titles(drawn("net.yaml", "--variant", "wide"))
    assert "5x14x14" in titles(drawn("net.yaml", "-p", "width=5"))
    assert "8x30x30" in titles(drawn("net.yaml", "-i", "3x32x32"))
    macs = 8 * 3 * 9 * 14 * 14
    assert f"{macs * 2:,} MACs" in titles(drawn("net.yaml", "-b", "2"))


def test_depth_and_style() -> None:
    closed, opened = drawn("resnet18"), drawn("resnet18", "--depth", "2")
    assert 'data-card="stage.0"' in closed
    assert 'data-card="stage.0.Basic.conv"' in opened
    assert "<polygon" in drawn("lenet5", "--style", "volumes")
    assert "<polygon" not in drawn("lenet5")


def test_a_broken_design_is_drawn_as_far_as_it_goes() -> None:
    outcome = run("draw", "broken.cnn.yaml")
    assert outcome.exit_code == 1
    assert "error[CS501]" in outcome.stderr
    svg = Path("broken.svg").read_text(encoding="utf-8")
    assert 'class="card conv" data-card="conv"' in svg
    assert "line 8: a window of 99" in titles(svg)


def test_nothing_is_drawn_without_a_shape() -> None:
    Path("nothing.yaml").write_text("cnnshape: 1\nname: x\ninput: [3, -1]\nlayers: [relu]\n")
    outcome = run("draw", "nothing.yaml")
    assert outcome.exit_code == 1
    assert "error" in outcome.stderr
    assert not Path("nothing.svg").exists()


def test_open_shows_the_file() -> None:
    with patch.object(webbrowser, "open") as shown:
        run("draw", "net.yaml", "--open")
    shown.assert_called_once_with(Path("net.svg").resolve().as_uri())


@pytest.mark.parametrize("format", ["png", "pdf"])
def test_a_converter_that_is_missing(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    outcome = run("draw", "net.yaml", "--format", format)
    assert outcome.exit_code == 2
    assert "pip install cairosvg" in outcome.stderr
    assert not list(Path().glob("net.p*"))


@pytest.mark.parametrize(("format", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_png_and_pdf(format: str, start: bytes) -> None:
    pytest.importorskip("cairosvg", exc_type=ImportError)
    assert run("draw", "net.yaml", "-o", f"net.{format}").exit_code == 0
    assert Path(f"net.{format}").read_bytes().startswith(start)
