"""The command line as a user meets it: exit codes, what goes where, widths, files, environments."""

import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import cnnshape

ROOT = Path(__file__).parents[2]
GOOD = "cnnshape: 1\nname: small\ninput: [3, 16, 16]\nparams: {width: 8}\nlayers:\n  - {conv: {out: width, kernel: 3}, name: stem}\n"
BAD = GOOD + "  - conv: {out: 8, kernel: 99}\n"
COMMAND = [sys.executable, "-m", "cnnshape"]


def run(*arguments, cwd=ROOT, stdin=b"", **environment):
    clean = {name: value for name, value in os.environ.items() if name not in ("GITHUB_ACTIONS", "NO_COLOR", "COLUMNS")}
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env={**clean, **environment},
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def on_terminal(*arguments, width=80, **environment):
    """What a command prints on a terminal of that width."""
    parent, child = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "GITHUB_ACTIONS")}
    env = {**clean, "COLUMNS": str(width), "LINES": "10000", "TERM": "xterm-256color", **environment}
    process = subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, stdout=child, stderr=child, stdin=child, env=env)
    os.close(child)
    read = b""
    while True:
        try:
            piece = os.read(parent, 65536)
        except OSError:
            break
        if not piece:
            break
        read += piece
    process.wait()
    return read.decode().replace("\r\n", "\n")


def bare(text):
    """The text that remains on a terminal, without colours and without the progress that a slow machine shows."""
    return re.sub(r"\x1b\[[0-9;]*m|\r[^\r\n]*\x1b\[K", "", text)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "other.yaml").write_text("name: not a spec\n")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "named.cnn.yaml").write_text(GOOD.replace("cnnshape: 1\n", ""))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["summary", "good.yaml"], 0),
        (["summary", "bad.yaml"], 1),
        (["summary", "nothing.yaml"], 2),
        (["summary", "deep"], 2),
        (["summary", "good.yaml", "--dtype", "int3"], 2),
        (["summary", "good.yaml", "--batch", "0"], 2),
        (["summary", "good.yaml", "--columns", "speed"], 2),
        (["summary", "good.yaml", "--input", "3x0x4"], 2),
        (["summary", "good.yaml", "--input", "3x2x2"], 1),
        (["summary", "good.yaml", "-p", "width"], 2),
        (["summary", "good.yaml", "-p", "widht=3"], 1),
        (["summary", "good.yaml", "-p", "width=[1"], 2),
        (["summary", "good.yaml", "--variant", "x"], 1),
        (["summary", "good.yaml", "--output", "no/such/folder"], 2),
        (["check", "good.yaml"], 0),
        (["check", "bad.yaml"], 1),
        (["check", "bad.yaml", "--exit-zero"], 0),
        (["check", "nothing.yaml"], 2),
        (["check", "nothing.yaml", "good.yaml", "--exit-zero"], 2),
        (["check", "*.nothing"], 2),
        (["check", "good.yaml", "--max-params", "10"], 1),
        (["check", "good.yaml", "--max-params", "10k"], 0),
        (["check", "good.yaml", "--max-params", "many"], 2),
        (["check", "good.yaml", "--max-params", ""], 2),
        (["check", "good.yaml", "--max-macs", "26,5M"], 2),
        (["check", "good.yaml", "--max-macs", "26,500M"], 0),
        (["check", "good.yaml", "--ignore", "unused-ignore"], 0),
        (["list", "--max-params", ""], 2),
        (["check", "good.yaml", "--select", "nothing"], 2),
        (["show", "resnet5000"], 2),
        (["layers", "nothing"], 2),
        (["explain", "good.yaml", "stem"], 0),
        (["explain", "good.yaml", "stme"], 2),
        (["nothing"], 2),
    ],
)
def test_exit_codes(folder, arguments, code):
    assert run(*arguments, cwd=folder)[0] == code


def test_errors_of_a_summary_go_to_stderr_and_findings_of_a_check_to_stdout(folder):
    _, out, err = run("summary", "bad.yaml", cwd=folder)
    assert out == ""
    assert "error[CS501]" in err
    _, out, err = run("check", "bad.yaml", cwd=folder)
    assert "error[CS501]" in out
    assert err == ""


def test_a_refusal_stands_below_the_comparison_in_a_log(folder):
    sides = ("good.yaml", "good.yaml:width=16", "--fail-if", "params > +0%")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [*COMMAND, "compare", *sides], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    first, *_, last = done.stdout.decode().splitlines()
    assert (first[:2], last[:8]) == ("A:", "refused:")


def test_no_traceback_reaches_a_user(folder):
    for arguments in (
        ["summary", "bad.yaml"],
        ["summary", "nothing"],
        ["check", "bad.yaml"],
        ["compare", "bad.yaml", "good.yaml"],
    ):
        _, out, err = run(*arguments, cwd=folder)
        assert "Traceback" not in out + err


def test_a_spec_may_come_from_standard_input():
    code, out, _ = run("summary", "-", "--format", "json", stdin=GOOD.encode())
    assert code == 0
    assert json.loads(out)["name"] == "small"
    code, out, _ = run("check", "-", stdin=BAD.encode())
    assert code == 1
    assert "<stdin>:7:" in out


@pytest.mark.parametrize("name", ["lenet5", "lenet5.yaml"])
def test_shipped_architectures_are_found_by_name(folder, name):
    code, out, _ = run("summary", name, "--format", "json", cwd=folder)
    assert (code, json.loads(out)["totals"]["params"]) == (0, 61_706)


def test_a_file_goes_before_a_shipped_architecture_of_its_name(folder):
    (folder / "lenet5.yaml").write_text(GOOD)
    _, out, _ = run("summary", "lenet5.yaml", "--format", "json", cwd=folder)
    assert json.loads(out)["name"] == "small"


def test_params_inputs_batch_and_dtype_reach_the_report(folder):
    arguments = ["-p", "width=4", "--input", "1x9x9", "--batch", "3", "--dtype", "float16", "--format", "json"]
    _, out, _ = run("summary", "good.yaml", *arguments, cwd=folder)
    data = json.loads(out)
    assert data["layers"][0]["output"] == [4, 7, 7]
    assert data["totals"]["macs"] == 3 * 4 * 1 * 9 * 49
    assert data["totals"]["weight_bytes"] == 2 * (4 * 9 + 4)


def test_output_goes_to_a_file(folder):
    code, out, _ = run("summary", "good.yaml", "--format", "markdown", "--output", "table.md", cwd=folder)
    assert (code, out) == (0, "")
    assert (folder / "table.md").read_text().startswith("### small")


@pytest.mark.parametrize("format", ["table", "plain", "markdown", "csv", "json"])
@pytest.mark.parametrize("network", ["resnet50", "googlenet", "unet", "fast_rcnn", "m5", "r3d18"])
def test_same_input_same_bytes_in_every_format(network, format):
    first = run("summary", network, "--format", format, PYTHONHASHSEED="1")
    assert first[0] == 0
    assert first == run("summary", network, "--format", format, PYTHONHASHSEED="2")


def test_the_json_contract():
    data = json.loads(run("summary", "resnet50", "--format", "json")[1])
    assert {"version", "name", "inputs", "batch", "dtype", "layers", "totals", "outputs"} <= set(data)
    assert data["inputs"] == {"input": [3, 224, 224]}
    assert data["outputs"] == {"output": [1000]}
    keys = {
        "name",
        "kind",
        "line",
        "inputs",
        "output",
        "params",
        "buffers",
        "macs",
        "flops",
        "activation_bytes",
        "receptive_field",
    }
    for layer in data["layers"]:
        assert keys <= set(layer)
    totals = {"params", "buffers", "macs", "flops", "weight_bytes", "peak_activation_bytes"}
    assert totals <= set(data["totals"])
    assert all(type(data["totals"][name]) is int for name in totals)
    assert [layer["kind"] for layer in data["layers"][:3]] == ["conv", "batch_norm", "relu"]
    names = [layer["name"] for layer in data["layers"]]
    assert len(names) == len(set(names))


def test_piped_output_is_plain_and_whole():
    _, out, _ = run("summary", "resnet50", COLUMNS="40")
    assert "\x1b" not in out
    assert "4,089,184,256" in out
    assert "  RF" in out


@pytest.mark.parametrize(
    ("width", "columns"), [(80, "layer|kind|output|params|MACs"), (120, "layer|kind|output|params|MACs|RF")]
)
def test_a_terminal_drops_columns_and_cuts_nothing(width, columns):
    text = bare(on_terminal("summary", "resnet50", width=width))
    lines = text.split("\n")
    assert max(map(len, lines)) <= width
    assert "|".join(lines[2].split()) == columns
    assert "4,089,184,256" in text
    assert "…" not in text
    assert ("left out at this width, but not in a pipe: RF\n" in text) == (width == 80)


PRINTING = [
    "summary resnet50",
    "block resnet50 Bottleneck -p width=64 -i 256x56x56",
    "compare resnet18@Basic:width=256:input=256x56x56 resnet50@Bottleneck:width=64:input=256x56x56",
    "compare resnet18 resnet34 resnet50",
    "explain resnet50",
    "explain resnet50 conv",
    "rf resnet50",
    "sizes resnet50 --to 64",
    "memory resnet50",
    "memory resnet50 --peak-flops 4T --bandwidth 50GB",
    "reconcile resnet50 --tool fvcore",
    "list --family resnet",
    "rule",
    "rule heavy-head",
    "layers",
    "layers conv",
]


@pytest.mark.parametrize("command", PRINTING)
def test_a_terminal_breaks_no_line_and_gets_what_a_pipe_gets_where_it_is_wide(command):
    narrow = bare(on_terminal(*command.split(), width=80))
    assert max(map(len, narrow.split("\n"))) <= 80
    piped = run(*command.split())[1]
    if not command.startswith("reconcile"):  # which is as narrow in a pipe
        assert bare(on_terminal(*command.split(), width=400)) == piped
    if "left out" not in narrow:
        assert words(narrow) == words(piped)


def words(text):
    """The words of a text without its line breaks; rules and bars are as long as there is room."""
    return [word for word in text.split() if word.strip("-#")]


def test_color_on_a_terminal_unless_refused():
    assert "\x1b[1m" in on_terminal("summary", "lenet5")
    assert "\x1b[" not in on_terminal("summary", "lenet5", NO_COLOR="1")
    assert "\x1b[1;31m" in on_terminal("check", "tests/faces/data/no-such-file.yaml")
    assert "\x1b[" not in on_terminal("check", "tests/faces/data/no-such-file.yaml", NO_COLOR="1")


def test_the_terminals_text_is_the_plain_text():
    assert bare(on_terminal("summary", "lenet5", width=200)) == run("summary", "lenet5")[1]


def test_expand_and_depth():
    folded = run("summary", "resnet50")[1]
    assert "Bottleneck x2" in folded
    closed = run("summary", "resnet50", "--depth", "0")[1]
    assert "Bottleneck" not in closed.split("params  ")[0].split("total")[0]
    expanded = run("summary", "resnet50", "--expand")[1]
    assert expanded.count("batch_norm  ") == 53 or len(expanded.split("\n")) > 175
    total = re.compile(r"^total +([\d,]+) +([\d,]+)", re.MULTILINE)
    assert total.search(folded).groups() == total.search(closed).groups() == total.search(expanded).groups()


def test_without_a_path_the_current_folder_is_checked(folder):
    assert run("check", "--format", "json", cwd=folder) == run("check", ".", "--format", "json", cwd=folder)
    (folder / "empty").mkdir()
    code, out, _ = run("check", cwd=folder / "empty")
    assert (code, "the folder contains no designs" in out) == (2, True)


@pytest.mark.parametrize(
    ("dtype", "said"),
    [
        ("fp16", "did you mean `float16`?"),
        ("half", "did you mean `float16`?"),
        ("BF16", "did you mean `bfloat16`?"),
        ("torch.float32", "did you mean `float32`?"),
        ("flaot32", "did you mean `float32`?"),
        ("uint8", "did you mean `int8`?"),
        ("weights=fp16", "did you mean `float16`?"),
        ("weight=int8", "did you mean `weights`?"),
        ("weights=int8,weights=int4", "'weights' is stated twice"),
        ("weights=", "'' is not a type"),
        ("q4", "known here: `bfloat16`, `float16`, `float32`, `float64`, `float8`, `int16`, `int32`, `int4`, `int8`"),
    ],
)
def test_a_type_that_does_not_exist_is_answered(folder, dtype, said):
    for command in (["summary", "good.yaml", "--dtype", dtype], ["compare", "good.yaml", f"good.yaml:dtype={dtype}"]):
        code, _, err = run(*command, cwd=folder)
        assert (code, said in " ".join(err.replace("│", " ").split())) == (2, True)


def test_every_foreign_type_stands_for_one_of_ours():
    from cnnshape.language.dtypes import DTYPES, FOREIGN_DTYPES

    assert set(FOREIGN_DTYPES.values()) <= set(DTYPES)
    assert not set(FOREIGN_DTYPES) & set(DTYPES)


def test_a_folder_gives_the_files_that_are_specs(folder):
    _, out, _ = run("check", ".", "--format", "json", cwd=folder)
    assert json.loads(out)["checked"] == ["./bad.yaml", "./deep/er/named.cnn.yaml", "./good.yaml"]


def test_globs_and_a_link_in_a_circle(folder):
    (folder / "deep" / "circle").symlink_to(folder)
    (folder / "deep" / "dir.yaml").mkdir()
    _, out, _ = run("check", "**/*.cnn.yaml", ".", "--format", "json", cwd=folder)
    names = [Path(name) for name in json.loads(out)["checked"]]
    assert {name.name for name in names} == {"bad.yaml", "good.yaml", "named.cnn.yaml"}


def test_many_files_are_checked_on_all_cores_with_the_same_result(tmp_path):
    for number in range(40):
        (tmp_path / f"{number:02}.yaml").write_text(BAD if number % 3 == 0 else GOOD)
    code, out, _ = run("check", ".", "--format", "concise", cwd=tmp_path)
    assert code == 1
    assert [line.split(":")[0] for line in out.splitlines()] == [f"./{number:02}.yaml" for number in range(0, 40, 3)]


def test_a_file_that_is_removed_while_running_is_a_finding(folder):
    from cnnshape.cli.config import Config
    from cnnshape.cli.jobs import Job, Request, check_file
    from cnnshape.graph import Options
    from cnnshape.lint import Selection

    (diagnostic,) = check_file(Job(str(folder / "gone.yaml"), Config(), Request(Options(), Selection(), {}))).problems
    assert diagnostic.name == "unreadable-file"


def test_github_actions_get_annotations_with_the_text(folder):
    _, out, _ = run("check", "bad.yaml", cwd=folder, GITHUB_ACTIONS="true")
    assert out.startswith("::error file=bad.yaml,line=7,")
    assert "error[CS501]" in out


def test_annotations_stay_in_the_log_where_the_text_goes_to_a_file(folder):
    _, out, _ = run("check", "bad.yaml", "--output", "out.txt", cwd=folder, GITHUB_ACTIONS="true")
    assert out.startswith("::error file=bad.yaml,line=7,")
    assert out.count("\n") == 1
    assert (folder / "out.txt").read_text().startswith("error[CS501]")


@pytest.mark.parametrize("name", ["cnnshape.toml", "pyproject.toml"])
def test_configuration_is_read_nearest_upward(folder, name):
    table = "" if name == "cnnshape.toml" else "[tool.cnnshape]\n"
    spec = "cnnshape: 1\ninput: [4, 8, 8]\nlayers:\n  - relu\n  - relu\n"
    (folder / "deep" / "er" / "doubled.yaml").write_text(spec)
    assert "CS709" in run("check", "deep/er/doubled.yaml", cwd=folder)[1]
    (folder / name).write_text(f"{table}strict = true\nmax-params = 1\n")
    assert run("check", "deep/er/doubled.yaml", cwd=folder)[0] == 1
    (folder / "deep" / name).write_text(f'{table}ignore = ["repeated-activation"]\n')
    assert run("check", "deep/er/doubled.yaml", cwd=folder)[0] == 0


def test_per_file_ignores(folder):
    (folder / "deep" / "doubled.yaml").write_text("cnnshape: 1\ninput: [4, 8, 8]\nlayers:\n  - relu\n  - relu\n")
    (folder / "cnnshape.toml").write_text('[per-file-ignores]\n"deep/*" = ["CS709"]\n')
    assert "CS709" not in run("check", "deep/doubled.yaml", cwd=folder)[1]


@pytest.mark.parametrize(
    "text",
    [
        "selct = []",
        "select = 3",
        'select = ["nothing"]',
        "strict = 1",
        'max-params = "many"',
        "= 3",
        "per-file-ignores = 3",
    ],
)
def test_a_bad_configuration_exits_with_2(folder, text):
    (folder / "cnnshape.toml").write_text(text + "\n")
    code, out, _ = run("check", "good.yaml", cwd=folder)
    assert code == 2
    assert "CS901" in out
    assert "cnnshape.toml" in out


def test_a_bad_configuration_is_a_finding_beside_those_of_other_files(folder):
    (folder / "deep" / "cnnshape.toml").write_text("selct = []\n")
    for format in ("json", "sarif"):
        code, out, _ = run("check", ".", "--format", format, "--output", "out", cwd=folder)
        assert (code, out) == (2, "")
        assert {"CS501", "CS901"} <= set(re.findall(r"CS\d+", (folder / "out").read_text()))
    data = json.loads(run("check", ".", "--format", "json", cwd=folder)[1])
    assert data["checked"] == ["./bad.yaml", "./good.yaml"]


EQUAL_TABLES = [
    "[tool.cnnshape]\nstrict = true",
    "[ tool.cnnshape ]\nstrict = true",
    '[tool."cnnshape"]\nstrict = true',
    "[tool]\ncnnshape = {strict = true}",
    "[tool]\ncnnshape.strict = true",
    "tool.cnnshape.strict = true",
]
OTHERS_TABLES = [
    "# [tool.cnnshape]\ntool = 5",
    "# [tool.cnnshape]",
    '[project]\nname = "cnnshape-zoo"',
    "tool.other = 1",
]


@pytest.mark.parametrize(("text", "code"), [(text, 1) for text in EQUAL_TABLES] + [(text, 0) for text in OTHERS_TABLES])
def test_a_table_of_a_project_counts_however_it_is_written(folder, text, code):
    (folder / "doubled.yaml").write_text("cnnshape: 1\ninput: [4, 8, 8]\nlayers:\n  - relu\n  - relu\n")
    (folder / "pyproject.toml").write_text(text + "\n")
    assert run("check", "doubled.yaml", cwd=folder)[0] == code


def test_the_strictness_of_a_folder_is_its_own(folder):
    doubled = "cnnshape: 1\ninput: [4, 8, 8]\nlayers:\n  - relu\n  - relu\n"
    (folder / "doubled.yaml").write_text(doubled)
    (folder / "deep" / "cnnshape.toml").write_text("strict = true\n")
    assert run("check", "doubled.yaml", "deep", cwd=folder)[0] == 0
    (folder / "deep" / "doubled.yaml").write_text(doubled)
    assert run("check", "doubled.yaml", "deep", cwd=folder)[0] == 1


def test_what_the_help_for_a_pattern_says_to_write_is_toml(folder):
    (folder / "cnnshape.toml").write_text('[per-file-ignores]\n"*/a.yaml" = 3\n')
    written = re.search("help: write `(.*)`", run("check", "good.yaml", cwd=folder)[1])[1]
    (folder / "cnnshape.toml").write_text(f"[per-file-ignores]\n{written}\n")
    assert run("check", "good.yaml", cwd=folder)[0] == 0


def test_a_closed_pipe_ends_quietly():
    process = subprocess.Popen(
        [*COMMAND, "summary", "resnet1202", "--expand"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.read(10)
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.stderr.close()
    process.wait()
    assert "Traceback" not in errors


def test_version_and_module():
    assert run("--version")[1] == f"cnnshape {cnnshape.__version__}\n"


def test_hostile_files_are_refused_in_time(tmp_path):
    bomb = "cnnshape: 1\ninput: [1, 8]\nlayers:\n  - for: {a: [1, 2]}\n    repeat: 1000000000\n    do: [relu]\n"
    (tmp_path / "bomb.yaml").write_text(bomb)
    (tmp_path / "brackets.yaml").write_text("cnnshape: 1\nlayers: " + "[" * 900_000)
    start = time.monotonic()
    code, out, _ = run("check", ".", cwd=tmp_path)
    assert code == 1
    assert "CS309" in out
    assert "CS105" in out
    assert time.monotonic() - start < 60


@pytest.mark.parametrize("name", ["residual_shortcut_stride", "block_looks_outside", "foreign_whole"])
def test_a_terminal_breaks_the_sentences_of_an_error_between_words(name):
    command = ["check", f"tests/specs/bad/{name}.yaml"]
    narrow, piped = bare(on_terminal(*command, width=60)), run(*command)[1]
    sentences = [line for line in narrow.split("\n") if "|" not in line]
    assert max(map(len, sentences)) <= 60 < max(map(len, piped.split("\n")))
    said = [line for line in piped.split("\n") if re.match(r"(error|warning)\[| += ", line)]
    assert said and all(" ".join(line.split()) in " ".join(narrow.split()) for line in said)


@pytest.mark.parametrize(
    "word", ["self_attention", "se", "depthwise_conv", "relo", "skip", "conv:64", "rnn", "convmodule", "norm", "zzz"]
)
def test_layers_answers_as_a_check_does(word):
    design = f"cnnshape: 1\ninput: [3, 8, 8]\nlayers:\n  - '{word}'\n"
    (fault,) = cnnshape.check(cnnshape.load(design))
    code, out, err = run("layers", word)
    assert (code, out) == (2, "")
    assert f"error[{fault.code}]: {fault.message}\n  = help: {fault.help}\n" in err


@pytest.mark.parametrize(
    ("word", "answer", "help"),
    [
        ("residual", "`residual` is no layer kind: it builds a step from other steps", "write `residual: [steps]`"),
        ("For", "`For` is no layer kind: it builds a step from other steps", "write `for: {width: [64, 128]}`"),
        ("repeat", "`repeat` is no layer kind: it is a key next to one", "write `repeat: 3`"),
        ("DepthwiseConv2D", "no layer kind is called `DepthwiseConv2D`", "groups: in_channels"),
    ],
)
def test_layers_knows_the_other_words_of_a_step(word, answer, help):
    code, _, err = run("layers", word)
    assert code == 2
    assert answer in err
    assert help in err


@pytest.mark.parametrize(
    ("spec", "help"),
    [
        (
            "resnet50:original",
            "write `resnet50 --variant original`; a side of `compare` is `resnet50:variant=original`",
        ),
        ("resnet50:classes=9", "write `resnet50 -p classes=9`; a side of `compare` is `resnet50:classes=9`"),
        ("resnet50:batch=8", "write `resnet50 --batch 8`; a side of `compare` is `resnet50:batch=8`"),
        ("nothing.yaml:batch=8", "`cnnshape list` shows the shipped architectures"),
        ("net.py:Net", "`cnnshape import net.py:Net --input 3x224x224 -o net.yaml` writes its spec"),
    ],
)
def test_what_follows_a_colon_of_a_design_is_no_module(spec: str, help: str) -> None:
    for command in ("summary", "check"):
        code, output, error = run(command, spec)
        assert code == 2
        assert f"  = help: {help}\n" in output + error
