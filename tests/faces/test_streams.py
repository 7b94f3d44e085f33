"""Standard input and output as a shell may hand them over: of another encoding, closed, full, endless."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = "cnnshape: 1\ninput: [4, 8, 8]\nname: größe 🙂\nlayers:\n"
CLEAN = {name: value for name, value in os.environ.items() if name not in ("GITHUB_ACTIONS", "NO_COLOR")}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.yaml").write_text(HEAD + "  - relu\n", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(HEAD + "  - réllu  # 🙂\n", encoding="utf-8")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    return tmp_path


def shell(command: str, folder: Path, **environment: str) -> tuple[int, bytes, str]:
    """What a shell makes of the command: exit code, standard output, standard error."""
    line = command.replace("cnnshape", f"{sys.executable} -m cnnshape", 1)
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, capture_output=True, env={**CLEAN, **environment}, check=False, timeout=60
    )
    return done.returncode, done.stdout, done.stderr.decode()


ENCODINGS = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "cp1252:strict"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]
PRINTING = ["check bad.yaml", "check bad.yaml -f concise", "check bad.yaml -f github", "summary good.yaml",
            "summary good.yaml -f markdown", "explain good.yaml", "compare good.yaml good.yaml"]  # fmt: skip


@pytest.mark.parametrize("environment", ENCODINGS, ids=lambda each: "-".join(each.values()))
@pytest.mark.parametrize("command", PRINTING)
def test_signs_that_an_encoding_lacks_are_escaped(folder: Path, command: str, environment: dict[str, str]) -> None:
    code, out, err = shell(f"cnnshape {command}", folder, PYTHONIOENCODING="utf-8")
    encoding = environment.get("PYTHONIOENCODING", "ascii").partition(":")[0]
    expected = out.decode().encode(encoding, "backslashreplace")
    assert shell(f"cnnshape {command}", folder, **environment) == (code, expected, err)


def test_a_file_that_is_written_stays_utf8(folder: Path) -> None:
    shell("cnnshape check bad.yaml -f concise -o out.txt", folder, PYTHONIOENCODING="ascii")
    assert "réllu" in (folder / "out.txt").read_text(encoding="utf-8")


def test_a_name_that_is_not_utf8_can_be_written(folder: Path) -> None:
    name = os.fsdecode(b"\xff.yaml")
    (folder / name).write_text("input: [4, 8, 8]\nlayers: [relu]\n")
    code, out, _ = shell("cnnshape summary ?.yaml", folder, PYTHONIOENCODING="utf-8")
    assert code == 0
    assert shell("cnnshape summary ?.yaml -o out.txt", folder)[0] == 0
    assert (folder / "out.txt").read_bytes() == out


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("check loop.yaml", "too many levels of symbolic links"),
        ("summary loop.yaml", "too many levels of symbolic links"),
        ("check - <&-", "standard input is closed"),
        ("summary - <&-", "standard input is closed"),
        ("check bad.yaml >&-", "standard output is closed"),
        ("check bad.yaml >/dev/full", "can't write to standard output: no space left on device"),
        ("summary resnet50 >/dev/full", "can't write to standard output: no space left on device"),
        ("list >/dev/full", "can't write to standard output: no space left on device"),
        ("--help >/dev/full", "can't write to standard output: no space left on device"),
        ("summary " + "a" * 5000, "file name too long"),
    ],
)
def test_what_a_stream_refuses_is_said_in_a_line(folder: Path, command: str, reason: str) -> None:
    if "/dev/full" in command and not Path("/dev/full").exists():
        pytest.skip("a device of Linux")
    code, out, err = shell(f"cnnshape {command}", folder)
    assert code == 2
    assert reason in out.decode() + err
    assert "Traceback" not in err


def test_nothing_is_said_where_nobody_listens(folder: Path) -> None:
    assert shell("cnnshape check bad.yaml 2>&-", folder)[0] == 1
    assert shell("cnnshape check bad.yaml >&- 2>&-", folder) == (2, b"", "")


@pytest.mark.parametrize("command", ["check", "summary"])
def test_standard_input_is_read_to_the_limit_of_a_file(folder: Path, command: str) -> None:
    code, out, err = shell(f"cnnshape {command} - < /dev/zero", folder)
    assert code == 1
    assert "CS105" in out.decode() + err


@pytest.mark.parametrize("format", ["full", "concise", "json", "github", "gitlab", "sarif", "junit"])
def test_no_format_of_findings_lets_control_signs_through(folder: Path, format: str) -> None:
    (folder / "a\x1b[31m.yaml").write_text(
        'input: [4, 8, 8]\nlayers:\n  - "re\\elu": {"\\e]0;": 1, "\\e]0;": 2, "\\u202e": 3}\n'
    )
    _, out, _ = shell(f"cnnshape check a* nothing\x1b --format {format}", folder)
    assert all(sign.isprintable() or sign == "\n" for sign in out.decode())


@pytest.mark.parametrize(
    "command", ["summary", "summary -f markdown", "explain", "rf", "rf -f svg", "sizes", "memory", "memory -f svg",
                "reconcile", "compare good.yaml", "compare -f markdown good.yaml"],
)  # fmt: skip
def test_the_name_of_a_file_brings_no_control_signs_to_the_screen(folder: Path, command: str) -> None:
    (folder / "a\x1b[31m.yaml").write_text("input: [4, 8, 8]\nlayers: [relu]\n")
    code, out, _ = shell(f"cnnshape {command} a*", folder)
    assert code == 0
    assert all(sign.isprintable() or sign == "\n" for sign in out.decode())
