"""`export`: which file it writes, what its header says, when a file is stale, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnnshape.diagnostics import diagnose
from cnnshape.export import (
    TARGETS,
    WITHOUT_STRUCTURE,
    WITHOUT_TYPES,
    Inexpressible,
    Request,
    Source,
    Target,
    TargetName,
    Written,
    recorded_digest,
)
from tests.command import run

NET = """\
cnnshape: 1
name: Net
input: [3, 16, 16]
params: {width: 8, act: relu}
variants: {wide: {width: 64}}
blocks:
  Unit: {params: {out: required}, do: [{conv: {out: out, kernel: 3}}]}
layers:
  - Unit: width
  - {opaque: {output: [8, 14, 14], what: fft}, name: odd}
"""


def _fake(source: Source, request: Request) -> Written:
    graph = source.examination.graph
    assert graph is not None
    if request.class_name == "Refused":
        odd = next(node for node in graph.nodes if node.name == "odd")
        raise Inexpressible([diagnose("inexpressible", "no code for `opaque`", odd.at)])
    return Written(f'"""{source.header}."""\n{len(graph.nodes)} {request.class_name}\n')


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "net.yaml").write_text(NET)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(TARGETS, TargetName.TORCH, Target(".py", ("class_name",), _fake))


def exported(*options: str) -> str:
    """The digest of `net.yaml` with these options."""
    digest = recorded_digest(run("export", "net.yaml", *options).stdout.encode())
    assert digest is not None
    return digest


def test_code_goes_to_standard_output() -> None:
    outcome = run("export", "net.yaml", "--class", "Mine")
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert re.fullmatch(
        r'"""Exported by cnnshape \S+ from net\.yaml \(sha256 [0-9a-f]{16}\)\."""\n2 Mine\n', outcome.stdout
    )


def test_a_file_is_written_once() -> None:
    assert run("export", "net.yaml", "-o", "net.py").exit_code == 0
    first = Path("net.py").read_bytes()
    again = run("export", "net.yaml", "-p", "width=9", "-o", "net.py")
    assert again.exit_code == 2
    assert "net.py exists" in again.stderr
    assert "--force" in again.stderr
    assert Path("net.py").read_bytes() == first
    assert run("export", "net.yaml", "-p", "width=9", "-o", "net.py", "--force").exit_code == 0
    assert Path("net.py").read_bytes() != first


def test_the_spec_is_never_overwritten() -> None:
    outcome = run("export", "net.yaml", "-o", "net.yaml", "--force")
    assert outcome.exit_code == 2
    assert "is an input of this command" in outcome.stderr
    assert Path("net.yaml").read_text() == NET


def test_a_folder_that_is_missing() -> None:
    outcome = run("export", "net.yaml", "-o", "no/net.py")
    assert outcome.exit_code == 2
    assert "can't write" in outcome.stderr


@pytest.mark.parametrize(
    "options",
    [("-p", "width=9"), ("--variant", "wide"), ("-i", "3x32x32"), ("--class", "Other"), ("-p", "act=silu")],
)
def test_each_option_has_its_digest(options: tuple[str, ...]) -> None:
    assert exported(*options) == exported(*options)
    assert exported(*options) != exported()


def test_layout_and_comments_are_not_in_the_digest() -> None:
    before = exported()
    text = NET.replace("params: {width: 8, act: relu}", "params:\n  # as wide as it gets\n  width: 8\n  act: relu")
    Path("net.yaml").write_text(text)
    assert exported() == before
    Path("net.yaml").write_text(text.replace("width: 8", "width: 16"))
    assert exported() != before


def test_what_is_extended_is_in_the_digest() -> None:
    Path("mine.yaml").write_text("extends: net.yaml\nparams: {width: 32}\n")
    run("export", "mine.yaml", "-o", "mine.py")
    assert run("export", "mine.yaml", "--check", "mine.py").exit_code == 0
    Path("net.yaml").write_text(NET.replace("kernel: 3", "kernel: 1").replace("14, 14", "16, 16"))
    assert run("export", "mine.yaml", "--check", "mine.py").exit_code == 1


def test_a_file_that_is_up_to_date() -> None:
    run("export", "net.yaml", "-o", "net.py")
    before = Path("net.py").read_bytes()
    outcome = run("export", "net.yaml", "--check", "net.py")
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (0, "net.py is up to date with net.yaml\n", "")
    Path("net.py").write_bytes(before + b"# a comment of the user\n")
    assert run("export", "net.yaml", "--check", "net.py").exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "options"),
    [("width: 8", "width: 9", ()), ("", "", ("-p", "width=9")), ("", "", ("--variant", "wide"))],
)
def test_a_file_that_is_stale(old: str, new: str, options: tuple[str, ...]) -> None:
    run("export", "net.yaml", "-o", "net.py")
    before = Path("net.py").read_bytes()
    Path("net.yaml").write_text(NET.replace(old, new))
    outcome = run("export", "net.yaml", "--check", "net.py", *options)
    assert outcome.exit_code == 1
    assert "net.py is stale" in outcome.stderr
    assert "--force" in outcome.stderr
    assert Path("net.py").read_bytes() == before


@pytest.mark.parametrize(("content", "says"), [(b"print(1)\n", "not a file that"), (None, "can't read")])
def test_a_file_of_another_program_can_not_be_checked(content: bytes | None, says: str) -> None:
    if content is not None:
        Path("other.py").write_bytes(content)
    outcome = run("export", "net.yaml", "--check", "other.py")
    assert outcome.exit_code == 2
    assert says in outcome.stderr


def test_nothing_is_written_of_what_can_not_be_expressed() -> None:
    outcome = run("export", "net.yaml", "--class", "Refused", "-o", "net.py")
    assert outcome.exit_code == 1
    assert "no code for `opaque`" in outcome.stderr
    assert "net.yaml:10:6" in outcome.stderr
    assert not Path("net.py").exists()


def test_a_design_with_errors_is_not_exported() -> None:
    Path("net.yaml").write_text(NET.replace("kernel: 3", "kernel: 99"))
    outcome = run("export", "net.yaml", "-o", "net.py")
    assert outcome.exit_code == 1
    assert "window-too-large" in outcome.stderr or "CS5" in outcome.stderr
    assert not Path("net.py").exists()


@pytest.mark.parametrize("name", ["3d", "a-b", "", "a b"])
def test_a_class_has_a_name_of_python(name: str) -> None:
    outcome = run("export", "net.yaml", "--class", name)
    assert outcome.exit_code == 2
    assert "--class" in outcome.stderr


def test_a_keyword_is_no_name() -> None:
    assert run("export", "net.yaml", "--class", "lambda").exit_code == 2


def test_a_target_refuses_settings_that_it_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TARGETS, TargetName.TORCH, Target(".py", (), _fake))
    outcome = run("export", "net.yaml", "--class", "Mine")
    assert outcome.exit_code == 2
    assert "--class" in outcome.stderr


@pytest.mark.parametrize("name", ["a'b.yaml", 'a"b.yaml', "a\\b.yaml", "a\u202eb.yaml"])
def test_the_name_of_a_file_can_not_end_the_docstring(name: str) -> None:
    Path(name).write_text(NET)
    text = run("export", name).stdout
    assert recorded_digest(text.encode()) == exported()
    compile(text.splitlines()[0], "net.py", "exec")
    assert text.splitlines()[0].count('"') == 6


# ONNX


def test_the_ending_says_the_target() -> None:
    Path("net.yaml").write_text(NET.partition("  - {opaque")[0])
    assert run("export", "net.yaml", "-o", "net.onnx").exit_code == 0
    assert Path("net.onnx").read_bytes()[:2] == b"\x08\x08"
    assert run("export", "net.yaml", "--to", "onnx", "-o", "other.bin").exit_code == 0
    assert Path("other.bin").read_bytes() == Path("net.onnx").read_bytes()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--weights", "zeros"), "--weights"),
        (("--seed", "-1"), "--seed"),
        (("--seed", "4294967296"), "--seed"),
        (("--seed", "1.5"), "--seed"),
        (("--seed", "1", "--weights", "none"), "leaves nothing to a seed"),
        (("--class", "Mine"), "--class"),
    ],
)
def test_settings_of_onnx_that_are_refused(options: tuple[str, ...], says: str) -> None:
    outcome = run("export", "net.yaml", "-o", "net.onnx", *options)
    assert outcome.exit_code == 2
    assert says in outcome.stderr
    assert not Path("net.onnx").exists()


@pytest.mark.parametrize("options", [("--weights", "zero"), ("--seed", "1"), ("--functions",)])
def test_code_has_no_settings_of_onnx(options: tuple[str, ...]) -> None:
    outcome = run("export", "net.yaml", *options)
    assert outcome.exit_code == 2
    assert "torch has no such setting" in outcome.stderr


@pytest.mark.parametrize("options", [("--weights", "none"), ("--seed", "1"), ("--functions",)])
def test_each_setting_of_onnx_has_its_digest(options: tuple[str, ...]) -> None:
    Path("net.yaml").write_text(NET.partition("  - {opaque")[0])
    assert run("export", "net.yaml", "-o", "net.onnx", *options).exit_code == 0
    assert run("export", "net.yaml", "--check", "net.onnx", *options).exit_code == 0
    assert run("export", "net.yaml", "--check", "net.onnx").exit_code == 1


def test_layers_without_nodes_are_refused_before_anything_is_written() -> None:
    outcome = run("export", "net.yaml", "-o", "net.onnx")
    assert outcome.exit_code == 1
    assert "ONNX has nothing for `opaque` (odd)" in outcome.stderr
    assert "net.yaml:10:6" in outcome.stderr
    assert not Path("net.onnx").exists()


def test_a_binary_file_goes_to_a_pipe() -> None:
    import subprocess
    import sys

    Path("net.yaml").write_text(NET.partition("  - {opaque")[0])
    command = [sys.executable, "-m", "cnnshape", "export", "net.yaml", "--to", "onnx", "--weights", "none"]
    done = subprocess.run(command, capture_output=True, check=True)
    run("export", "net.yaml", "-o", "net.onnx", "--weights", "none")
    assert done.stdout == Path("net.onnx").read_bytes()


def test_standard_input() -> None:
    import io
    import sys

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NET.encode())))
        outcome = run("export", "-")
    assert outcome.exit_code == 0
    assert "from standard input (sha256 " in outcome.stdout


@pytest.mark.parametrize("target", ["torch", "keras"])
def test_a_note_says_what_is_lost(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    lost = run("export", "segnet", "--to", target)
    assert lost.exit_code == 0
    assert lost.stderr == f"note: {WITHOUT_STRUCTURE}\n"
    assert run("export", "resnet18", "--to", target).stderr == ""


@pytest.mark.parametrize("target", ["torch", "keras", "onnx"])
def test_a_note_says_that_types_are_left_out(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    spec = tmp_path / "typed.yaml"
    texts = []
    for step in ("{relu: , dtype: int8}", "relu"):
        spec.write_text(
            f"input: [3, 8, 8]\nlayers:\n  - {{conv: {{out: 4, kernel: 1}}}}\n  - {step}\n", encoding="utf-8"
        )
        texts.append(run("export", str(spec), "--to", target, "-o", str(tmp_path / f"{len(texts)}")).stderr)
    assert [WITHOUT_TYPES in text for text in texts] == [True, False]
