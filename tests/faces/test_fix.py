"""`cnnshape check --fix`, `--update-expect` and `--diff`: what is written, printed and exited with."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cnnshape.source import shipped_path
from tests.command import run

pytestmark = pytest.mark.usefixtures("empty_folder")

HEAD = "cnnshape: 1\ninput: [3, 8, 8]\n"
WRONG = f"# A stem.\n{HEAD}layers:\n  - Conv2d: {{filters: 8, kernel_size: 3}}   # foreign\n  - rleu\n"
RIGHT = f"# A stem.\n{HEAD}layers:\n  - conv: {{out: 8, kernel: 3}}   # foreign\n  - relu\n"
WARNED = f"{HEAD}params: {{spare: 1}}\nlayers: [relu]\n"
MIXED = f"{HEAD}layers:\n  - conv: {{out: 8, kernel: 99}}\n  - rleu\n"


def written(**texts: str) -> None:
    for name, text in texts.items():
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")


def read(name: str) -> str:
    return Path(f"{name}.yaml").read_bytes().decode()


def test_a_file_is_rewritten_and_what_remains_is_reported() -> None:
    written(one=WRONG, two=MIXED)
    outcome = run("check", "one.yaml", "two.yaml", "--fix")
    assert (read("one"), outcome.exit_code) == (RIGHT, 1)
    assert "error[CS501]" in outcome.stdout
    assert outcome.stdout.endswith("5 fixed, 1 error in 2 designs; `cnnshape rule CS501` explains it\n")
    assert read("two") == MIXED.replace("rleu", "relu")


def test_nothing_remains() -> None:
    written(one=WRONG)
    outcome = run("check", "one.yaml", "--fix")
    assert (outcome.exit_code, outcome.stdout) == (0, "1 design checked, 4 fixed, nothing wrong\n")
    again = run("check", "one.yaml", "--fix")
    assert (again.exit_code, again.stdout) == (0, "1 design checked, nothing wrong\n")


def test_a_check_says_how_many_may_be_fixed() -> None:
    written(one=WRONG, two=WARNED)
    assert "`--fix` fixes 4; " in run("check", "one.yaml").stdout
    assert run("check", "two.yaml").stdout.endswith(
        "1 warning in 1 design; `--fix` fixes 1; `cnnshape rule CS712` explains it\n"
    )
    refused = f"{HEAD}layers:\n  - convv: 8\n"
    written(three=refused)
    assert "`--fix`" not in run("check", "three.yaml").stdout
    assert "`--fix`" not in run("check", "three.yaml", "--fix").stdout
    assert read("three") == refused


LATER = [
    # Each has a second error, which has nothing to do with the first.
    ("  - conv: {out: 8, kernel: 3, act: rleu}\n  - linear: 10\n", "rleu", "relu"),
    ("  - conv: {out: 8, kernel: 3, act: rleu}\n  - conv: {out: 8, kernel: 99}\n", "rleu", "relu"),
    ("  - conv: {out: 8, kernel: 99, act: rleu}\n", "rleu", "relu"),
    ("  - conv: {out: 8, kernel: 3, norm: {bach_norm: {eps: 1}}}\n  - linear: 10\n", "bach_norm", "batch_norm"),
    ("  - Conv2d: {out: 8, kernel: 99}\n", "Conv2d", "conv"),
    ("  - conv: {filters: 8, kernel: 99}\n", "filters", "out"),
    ("  - fc: 10\n", "fc", "linear"),
    ("  - {conv: {out: 8, kernel: 3, act: rleu}, repeat: 5}\n", "rleu", "relu"),
]


@pytest.mark.parametrize(("steps", "wrong", "right"), LATER)
def test_a_fix_is_kept_beside_an_error_that_is_independent_of_it(steps: str, wrong: str, right: str) -> None:
    text = f"{HEAD}layers:\n{steps}"
    written(one=text)
    before = run("check", "one.yaml")
    assert "2 errors in 1 design; `--fix` fixes 1; " in before.stdout
    outcome = run("check", "one.yaml", "--fix")
    assert (read("one"), outcome.exit_code) == (text.replace(wrong, right), 1)
    assert "1 fixed, 1 error in 1 design; " in outcome.stdout


COUNTED = [
    WRONG,
    WARNED,
    MIXED,
    f"{HEAD}layers:\n  - convv: 8\n  - max_pol: 2\n  - flaten\n",
    f"{HEAD}layers: [relu]\n",
]


@pytest.mark.parametrize("text", COUNTED)
def test_the_closing_line_counts_what_is_fixed_then(text: str) -> None:
    written(one=text)
    said = re.search(r"`--fix` fixes (\d+)", run("check", "one.yaml").stdout)
    assert read("one") == text
    fixed = re.search(r"(\d+) fixed", run("check", "one.yaml", "--fix").stdout)
    assert (said and said[1]) == (fixed and fixed[1])


def test_of_very_many_files_not_all_fixes_are_tried(tmp_path: Path) -> None:
    """`--fix` itself makes all of them."""
    layers = "  - {identity: , repeat: 900}\n  - Relu\n"
    for number in range(150):
        (tmp_path / f"{number:03}.yaml").write_text(f"cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n{layers}")
    counted = re.search(r"150 errors in 150 designs; `--fix` fixes (\d+) or more", run("check", str(tmp_path)).stdout)
    assert counted is not None
    assert 1 < int(counted[1]) < 150
    assert run("check", str(tmp_path), "--fix").stdout == "150 designs checked, 150 fixed, nothing wrong\n"


def test_other_formats_do_not_count_and_do_not_try() -> None:
    written(one=WRONG)
    for format in ("concise", "github", "gitlab", "junit"):
        assert "`--fix`" not in run("check", "one.yaml", "--format", format).stdout


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (WRONG, ["--fix"], 0),
        (WARNED, ["--fix", "--strict"], 0),
        (MIXED, ["--fix"], 1),
        (MIXED, ["--fix", "--exit-zero"], 0),
        (WRONG, ["--diff"], 1),
        (WARNED, ["--diff"], 1),
        (WARNED, ["--diff", "--exit-zero"], 0),
        (RIGHT, ["--diff"], 0),
        (f"{HEAD}layers: [relu, linear: 3]\n", ["--diff"], 1),
        (f"{HEAD}layers: [relu]\nexpect: {{params: 1}}\n", ["--update-expect"], 0),
        (f"{HEAD}layers: [relu]\nexpect: {{params: '< 0'}}\n", ["--update-expect"], 1),
        (f"{HEAD}layers: [relu]\nexpect: {{params: 1}}\n", ["--fix"], 1),
    ],
)
def test_the_exit_code_is_that_of_what_remains(text: str, options: list[str], code: int) -> None:
    written(one=text)
    assert run("check", "one.yaml", *options).exit_code == code


def test_a_difference_is_shown_and_nothing_written() -> None:
    written(one=WRONG)
    outcome = run("check", "one.yaml", "--diff")
    assert read("one") == WRONG
    assert outcome.stdout.split("\n")[:2] == ["--- one.yaml", "+++ one.yaml"]
    removed = [line[1:] for line in outcome.stdout.split("\n")[2:] if line.startswith("-")]
    added = [line[1:] for line in outcome.stdout.split("\n")[2:] if line.startswith("+")]
    assert removed == WRONG.split("\n")[4:6]
    assert added == RIGHT.split("\n")[4:6]
    assert outcome.stderr == "fixes 4 problems in 1 file\n"


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("text", [WRONG, WRONG.rstrip("\n"), WRONG.replace("\n", "\r\n"), f"{WRONG}# a\u2028b\n"])
def test_a_difference_can_be_applied(text: str) -> None:
    Path("one.yaml").write_bytes(text.encode())
    outcome = run("check", "one.yaml", "--diff")
    Path("one.diff").write_bytes(outcome.stdout.encode())
    subprocess.run(["patch", "--binary", "-s", "-p0", "-i", "one.diff"], check=True)
    patched = read("one")
    Path("one.yaml").write_bytes(text.encode())
    run("check", "one.yaml", "--fix")
    assert read("one") == patched


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_the_byte_order_mark_are_kept(line_break: str, mark: bytes) -> None:
    text = WRONG.replace("# A stem.", "# Größe 🙂")
    Path("one.yaml").write_bytes(mark + text.replace("\n", line_break).encode())
    assert run("check", "one.yaml", "--fix").exit_code == 0
    right = RIGHT.replace("# A stem.", "# Größe 🙂")
    assert Path("one.yaml").read_bytes() == mark + right.replace("\n", line_break).encode()


def test_a_file_keeps_its_mode_and_a_link_stays_a_link() -> None:
    written(one=WRONG)
    Path("one.yaml").chmod(0o640)
    Path("link.yaml").symlink_to("one.yaml")
    assert run("check", "link.yaml", "--fix").exit_code == 0
    assert Path("link.yaml").is_symlink()
    assert read("one") == RIGHT
    assert Path("one.yaml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in Path().iterdir()) == ["link.yaml", "one.yaml"]


def test_a_file_without_fixes_is_not_written() -> None:
    written(one=RIGHT)
    before = Path("one.yaml").stat().st_mtime_ns, Path("one.yaml").stat().st_ino
    run("check", "one.yaml", "--fix", "--update-expect")
    assert (Path("one.yaml").stat().st_mtime_ns, Path("one.yaml").stat().st_ino) == before


def test_a_file_that_cannot_be_written_is_bad_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    written(one=WRONG)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    outcome = run("check", "one.yaml", "--fix")
    assert outcome.exit_code == 2
    assert "can't write" in outcome.stderr
    assert read("one") == WRONG


def test_the_output_is_not_written_onto_an_input() -> None:
    written(one=WRONG)
    for options in (["--fix"], ["--diff"]):
        assert run("check", "one.yaml", *options, "--output", "one.yaml").exit_code == 2
        assert read("one") == WRONG


def test_the_difference_goes_to_a_file() -> None:
    written(one=WRONG)
    outcome = run("check", "one.yaml", "--diff", "--output", "one.diff")
    assert (outcome.stdout, Path("one.diff").read_text().count("\n+ ")) == ("", 2)


# Files that extend each other

BASE = f"{HEAD}params: {{width: 8, spare: 1}}\nlayers:\n  - conv: {{out: width, kernel: 3, act: rleu}}\n"


def test_a_file_that_is_not_named_is_not_written() -> None:
    written(base=BASE, own="cnnshape: 1\nextends: base.yaml\nparams: {widht: 4}\n")
    outcome = run("check", "own.yaml", "--fix")
    assert (read("base"), outcome.exit_code) == (BASE, 1)
    assert read("own") == "cnnshape: 1\nextends: base.yaml\nparams: {width: 4}\n"
    (fault,) = json.loads(run("check", "own.yaml", "-f", "json").stdout)["diagnostics"]
    assert fault["file"] == "base.yaml"
    assert [edit["file"] for fix in fault["fixes"] for edit in fix["edits"]] == ["base.yaml"]


def test_files_that_extend_each_other_are_fixed_together() -> None:
    written(base=BASE, own="cnnshape: 1\nextends: base.yaml\nparams: {width: 4}\n")
    outcome = run("check", ".", "--fix")
    assert (outcome.exit_code, outcome.stdout) == (0, "2 designs checked, 2 fixed, nothing wrong\n")
    assert read("base") == BASE.replace("rleu", "relu").replace(", spare: 1", "")


def test_a_fix_of_a_base_may_not_break_what_extends_it() -> None:
    own = "cnnshape: 1\nextends: base.yaml\nparams: {spare: 4}\n"
    written(base=BASE, own=own)
    run("check", "base.yaml", "own.yaml", "--fix")
    assert read("base") == BASE.replace("rleu", "relu")
    assert read("own") == own


def test_a_shipped_architecture_keeps_its_text() -> None:
    path = shipped_path("lenet5")
    assert path is not None
    before = path.read_bytes()
    outcome = run("check", "lenet5", "--fix", "--update-expect", "--select", "all")
    assert path.read_bytes() == before
    assert "fixed" not in outcome.stdout


# Figures

PINNED = (
    f"{HEAD}layers:\n  - conv: {{out: 8, kernel: 3}}   # stem\nexpect:\n  params: 1,000   # pinned\n  macs: '<= 1M'\n"
)


def test_pinned_figures_are_renewed() -> None:
    written(one=PINNED)
    assert run("check", "one.yaml").exit_code == 1
    outcome = run("check", "one.yaml", "--update-expect")
    assert (outcome.exit_code, outcome.stdout) == (0, "1 design checked, 1 fixed, nothing wrong\n")
    assert read("one") == PINNED.replace("1,000", f"{8 * 3 * 3 * 3 + 8}")


def test_fixes_and_figures_go_together() -> None:
    text = PINNED.replace("# stem\n", "# stem\n  - batch_norm\n")
    written(one=text)
    outcome = run("check", "one.yaml", "--fix", "--update-expect")
    assert outcome.exit_code == 0
    assert read("one") == text.replace("kernel: 3", "kernel: 3, bias: false").replace("1,000", "232")


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        (["--diff"], {"spare"}),
        (["--diff", "--fix"], {"spare"}),
        (["--diff", "--update-expect"], {"params: 1,000"}),
        (["--diff", "--fix", "--update-expect"], {"spare", "params: 1,000"}),
    ],
)
def test_a_difference_shows_what_its_options_would_do(options: list[str], changes: set[str]) -> None:
    written(one=PINNED.replace("layers:", "params: {spare: 1}\nlayers:"))
    lines = [
        line
        for line in run("check", "one.yaml", *options).stdout.split("\n")
        if line.startswith("-  ") or "{spare" in line
    ]
    shown = {
        word for word in ("spare", "params: 1,000") if any(word in line and line.startswith("-") for line in lines)
    }
    assert shown == changes


def test_a_changed_design_is_not_what_the_file_expects() -> None:
    written(one=PINNED)
    run("check", "one.yaml", "--update-expect", "--input", "3x16x16")
    assert read("one") == PINNED


# Standard input


def piped(text: str | bytes, *options: str) -> tuple[int, bytes, str]:
    data = text if isinstance(text, bytes) else text.encode()
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "cnnshape", "check", "-", *options]
    done = subprocess.run(command, input=data, capture_output=True, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr.decode()


def test_standard_input_is_printed_with_its_fixes() -> None:
    assert piped(WRONG, "--fix") == (0, RIGHT.encode(), "1 design checked, 4 fixed, nothing wrong\n")
    code, out, err = piped(MIXED, "--fix")
    assert (code, out) == (1, MIXED.replace("rleu", "relu").encode())
    assert "--> <stdin>:4:28" in err


@pytest.mark.parametrize("data", [RIGHT.encode(), b"", b"\xff\xfe", b"cnnshape: 1\nlayers: [\n"])
def test_standard_input_without_fixes_is_printed_as_it_is(data: bytes) -> None:
    assert piped(data, "--fix")[1] == data


def test_standard_input_keeps_its_bytes() -> None:
    text = b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode()
    assert piped(text, "--fix")[1] == b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode()


def test_the_difference_of_standard_input_is_shown() -> None:
    code, out, err = piped(WRONG, "--diff")
    assert (code, out.decode().split("\n")[0], err) == (1, "--- <stdin>", "fixes 4 problems in 1 file\n")


# Formats


def test_json_and_sarif_have_the_fixes_that_stand() -> None:
    written(one=f"{HEAD}layers:\n  - rleu\n  - convv: 8\n")
    first, second = json.loads(run("check", "one.yaml", "-f", "json").stdout)["diagnostics"]
    assert second["fixes"] == []
    place = {"file": "one.yaml", "line": 4, "column": 5, "end_line": 4, "end_column": 9}
    assert first["fixes"] == [{"applied_by": "--fix", "edits": [{**place, "text": "relu"}]}]
    one, two = json.loads(run("check", "one.yaml", "-f", "sarif").stdout)["runs"][0]["results"]
    assert "fixes" not in two
    region = {"startLine": 4, "startColumn": 5, "endLine": 4, "endColumn": 9}
    (change,) = one["fixes"][0]["artifactChanges"]
    assert change == {
        "artifactLocation": {"uri": "one.yaml"},
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": "relu"}}],
    }


def test_a_join_offers_its_edits_and_no_option_applies_them() -> None:
    text = f"{HEAD}layers:\n  - residual:\n      - conv: {{out: 3, kernel: 3}}\n"
    written(one=text)
    (fault,) = json.loads(run("check", "one.yaml", "-f", "json").stdout)["diagnostics"]
    assert [(fix["applied_by"], [edit["text"] for edit in fix["edits"]]) for fix in fault["fixes"]] == [
        (None, [", padding: 1"])
    ]
    run("check", "one.yaml", "--fix", "--update-expect")
    assert read("one") == text
    edit = fault["fixes"][0]["edits"][0]
    lines = text.split("\n")
    line = lines[edit["line"] - 1]
    lines[edit["line"] - 1] = line[: edit["column"] - 1] + edit["text"] + line[edit["end_column"] - 1 :]
    written(two="\n".join(lines))
    assert run("check", "two.yaml").exit_code == 0


# A copy of a shipped architecture


def copied(name: str) -> str:
    """What `show NAME > mine.yaml` says."""
    with Path("mine.yaml").open("wb") as file:
        command = [sys.executable, "-m", "cnnshape", "show", name]
        return subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=True).stderr.decode()


def test_show_says_what_to_change_in_a_copy() -> None:
    said = copied("resnet50")
    path = shipped_path("resnet50")
    assert path is not None
    assert read("mine") == path.read_text("utf-8")
    lines = said.splitlines()
    assert all(line.startswith("next: ") for line in lines)
    assert "`params` (`classes`, `repeats`, `widths`, `groups`, ...)" in lines[0]
    written(mine=read("mine").replace("classes: 1000", "classes: 10"))
    assert run("check", "mine.yaml").exit_code == 1
    assert "`cnnshape check mine.yaml --update-expect`" in lines[1]
    assert run("check", "mine.yaml", "--update-expect").exit_code == 0
    assert "`cnnshape summary mine.yaml`" in lines[2]
    assert run("summary", "mine.yaml").exit_code == 0


def test_show_says_what_a_copy_extends() -> None:
    said = copied("convnext_small")
    assert "`cnnshape show convnext_tiny.yaml > convnext_tiny.yaml`" in said
    assert run("check", "mine.yaml").exit_code == 1
    Path("convnext_tiny.yaml").write_text(run("show", "convnext_tiny.yaml").stdout)
    assert run("check", "mine.yaml").exit_code == 0


def test_show_says_nothing_in_a_pipe() -> None:
    assert run("show", "lenet5").stderr == ""


ENDINGS = [
    # files, options, exit code, the start of the last line
    (("good",), "", 0, "1 design checked, nothing wrong"),
    (("good", "warned"), "", 0, "1 warning in 2 designs"),
    (("good", "warned"), "--strict", 1, "1 warning in 2 designs"),
    (("warned",), "--strict --exit-zero", 0, "1 warning in 1 design"),
    (("warned",), "--strict --fix", 0, "1 design checked, 1 fixed, nothing wrong"),
    (("mixed", "good"), "", 1, "2 errors in 2 designs"),
    (("mixed", "good"), "--exit-zero", 0, "2 errors in 2 designs"),
    (("mixed", "good"), "--fix", 1, "1 fixed, 1 error in 2 designs"),
    (("mixed", "good"), "--fix --exit-zero", 0, "1 fixed, 1 error in 2 designs"),
    (("missing", "good"), "", 2, "1 error in 1 design"),
    (("missing", "good"), "--exit-zero", 2, "1 error in 1 design"),
]


@pytest.mark.parametrize(("files", "options", "code", "said"), ENDINGS)
def test_the_last_line_and_the_exit_code_agree(files: tuple[str, ...], options: str, code: int, said: str) -> None:
    written(good=RIGHT, warned=WARNED, mixed=MIXED)
    outcome = run("check", *(f"{file}.yaml" for file in files), *options.split())
    last = outcome.stdout.splitlines()[-1]
    assert (outcome.exit_code, last.partition(";")[0]) == (code, said)
