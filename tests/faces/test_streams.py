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


@pytest.mark.parametrize("environment", ENCODINGS, ids=lambda variables: "-".join(variables.values()))
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
    "command", ["summary", "summary -f markdown", "explain", "rf", "rf -f svg", "sizes", "sweep -i 8,9", "memory", "memory -f svg",
                "reconcile", "compare good.yaml", "compare -f markdown good.yaml"],
)  # fmt: skip
def test_the_name_of_a_file_brings_no_control_signs_to_the_screen(folder: Path, command: str) -> None:
    (folder / "a\x1b[31m.yaml").write_text("input: [4, 8, 8]\nlayers: [relu]\n")
    code, out, _ = shell(f"cnnshape {command} a*", folder)
    assert code == 0
    assert all(sign.isprintable() or sign == "\n" for sign in out.decode())


# What ends a program early.


def limited(command: str, size: int, folder: Path) -> tuple[int, str]:
    """The exit code and the errors of a command whose reader takes that many bytes and goes."""
    arguments = [sys.executable, "-m", "cnnshape", *command.split()]
    # Unbuffered streams take part of a text for the whole.
    buffered = {name: value for name, value in CLEAN.items() if name != "PYTHONUNBUFFERED"}
    process = subprocess.Popen(arguments, cwd=folder, env=buffered, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(size)
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.stderr.close()
    return process.wait(), errors


@pytest.mark.parametrize("command", ["schema", "summary resnet152 -e", "summary resnet152 -f json", "list -f json"])
def test_a_reader_that_goes_early_ends_the_program_quietly(folder: Path, command: str) -> None:
    assert limited(command, 1, folder) in {(141, ""), (0, "")}


def test_a_reader_that_is_gone_ends_the_program_quietly(folder: Path) -> None:
    big = "cnnshape: 1\ninput: [4, 8, 8]\nlayers:\n" + "  - relu\n" * 20_000
    (folder / "big.yaml").write_text(big)
    assert limited("summary big.yaml -e", 1, folder) == (141, "")


@pytest.mark.parametrize("raised_in", ["cnnshape.cli.reading.read_design", "cnnshape.cli.start.prepare_streams"])
def test_an_interrupt_ends_the_program_quietly(folder: Path, raised_in: str) -> None:
    module, _, name = raised_in.rpartition(".")
    code = (
        f"import sys, {module} as module\n"
        "def interrupted(*_): raise KeyboardInterrupt\n"
        f"module.{name} = interrupted\n"
        "sys.argv = ['cnnshape', 'show', 'lenet5']\n"
        "import cnnshape.cli.show; cnnshape.cli.show.shipped_path = interrupted\n"
        "from cnnshape.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, env=CLEAN, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_an_interrupt_while_commands_are_imported_ends_the_program_quietly(folder: Path) -> None:
    code = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'cnnshape.cli.show': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.argv = ['cnnshape', 'show', 'lenet5']\n"
        "from cnnshape.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, env=CLEAN, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


# What becomes of an interrupt that comes while a module is imported: the import fails in another way, or goes on.
DISGUISES = ("raise SyntaxError('unicode error')", "raise ImportError('half a module')", "pass", "sys.exit(0)")


@pytest.mark.parametrize("disguise", DISGUISES)
def test_an_interrupt_that_python_makes_another_exception_of_is_one(folder: Path, disguise: str) -> None:
    code = (
        "import os, signal, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name != 'cnnshape.cli.show': return\n"
        "        try: signal.raise_signal(signal.SIGINT)\n"
        f"        except KeyboardInterrupt: {disguise}\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.argv = ['cnnshape', 'show', 'lenet5']\n"
        "from cnnshape.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, env=CLEAN, check=False)
    assert (done.returncode, done.stderr) == (130, b"")


def test_an_ignored_interrupt_stays_ignored(folder: Path) -> None:
    code = (
        "import atexit, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "atexit.register(lambda: print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN))\n"
        "sys.argv = ['cnnshape', 'show', 'lenet5']\n"
        "from cnnshape.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, env=CLEAN, check=False)
    assert (done.returncode, done.stdout[-5:], done.stderr) == (0, b"True\n", b"")


# Output files.


@pytest.mark.parametrize(
    "command",
    ["summary good.yaml -o good.yaml", "summary good.yaml -f json -o ./good.yaml", "memory good.yaml -o link.yaml",
     "rf good.yaml -o good.yaml", "reconcile good.yaml -o good.yaml", "check good.yaml bad.yaml -o good.yaml",
     "check . -o bad.yaml", "compare good.yaml good.yaml:batch=2 -o good.yaml", "check -f json good.yaml -o link.yaml"],
)  # fmt: skip
def test_an_input_is_never_overwritten(folder: Path, command: str) -> None:
    (folder / "link.yaml").symlink_to("good.yaml")
    before = [(folder / name).read_bytes() for name in ("good.yaml", "bad.yaml")]
    code, out, err = shell(f"cnnshape {command}", folder)
    assert (code, out) == (2, b"")
    assert "input of this command" in " ".join(err.split())
    assert [(folder / name).read_bytes() for name in ("good.yaml", "bad.yaml")] == before


def test_an_output_is_written_anew(folder: Path) -> None:
    (folder / "out.txt").write_text("old")
    assert shell("cnnshape summary good.yaml -o out.txt", folder)[0] == 0
    assert "old" not in (folder / "out.txt").read_text(encoding="utf-8")


# Workers.


def die_in_a_worker(job: tuple[int, int]) -> int:
    """The job's number; a process other than the first ends at once."""
    number, first = job
    if os.getpid() != first and number == 30:
        os._exit(9)
    return number


def test_jobs_of_a_dead_worker_are_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnshape.cli.cores import on_all_cores

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert list(on_all_cores(die_in_a_worker, [(number, os.getpid()) for number in range(60)])) == list(range(60))


def dead(job: tuple[int, int]) -> int:
    """The result of a job whose process died."""
    return -job[0]


def die_of_some(job: tuple[int, int]) -> int:
    """The job's number; a process other than the first ends at once of two jobs."""
    number, first = job
    if os.getpid() != first and number in (30, 59):
        os._exit(9)
    return number


def test_a_job_that_ends_each_process_costs_its_own_result(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnshape.cli.cores import on_all_cores

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    results = list(on_all_cores(die_of_some, [(number, os.getpid()) for number in range(60)], dead))
    assert results == [-number if number in (30, 59) else number for number in range(60)]


def test_what_the_work_raises_is_no_death(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnshape.cli.cores import on_all_cores

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    names = [os.curdir, *(f"nothing/{number}" for number in range(60))]
    with pytest.raises(FileNotFoundError):
        list(on_all_cores(os.listdir, names, len))


def test_a_file_whose_process_dies_is_named_and_the_others_are_checked(folder: Path) -> None:
    for number in range(40):
        (folder / f"d{number:02}.yaml").write_bytes((folder / "good.yaml").read_bytes())
    code = (
        "import os, sys\n"
        "os.cpu_count = lambda: 2\n"
        "first = os.getpid()\n"
        "from cnnshape.cli import jobs, main\n"
        "read = jobs.read_file_bytes\n"
        "def dying(path):\n"
        "    if path.name == 'd17.yaml' and os.getpid() != first: os._exit(9)\n"
        "    return read(path)\n"
        "jobs.read_file_bytes = dying\n"
        "sys.argv = ['cnnshape', 'check', *sorted(os.listdir()), '-f', 'concise']\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, env=CLEAN, check=False, text=True
    )
    lines = [line for line in done.stdout.split("\n") if "unreadable-file" in line or "d17" in line]
    assert lines == ["d17.yaml: error[CS101] the process that checked it died"]
    assert (done.returncode, done.stderr) == (2, "")


# The collector.


def test_a_program_that_imports_the_commands_keeps_its_collector() -> None:
    code = "import gc; before = gc.get_threshold(); import cnnshape.cli; print(gc.isenabled(), gc.get_threshold() == before)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"True True\n"


def test_a_command_collects_garbage() -> None:
    code = (
        "import atexit, gc, sys; sys.argv = ['cnnshape', 'show', 'lenet5']\n"
        "atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 0, file=sys.stderr))\n"
        "from cnnshape.cli import main; main()"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stderr == b"True True\n"
