"""A sweep that ends early keeps what is done, and continues to the same bytes: interrupts, dead processes, full disks."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

np = pytest.importorskip("numpy")

import cnnshape  # noqa: E402 -- numpy is there
from cnnshape.diagnostics.refusal import Refusal  # noqa: E402
from cnnshape.study.sweep import plan  # noqa: E402
from cnnshape.study.sweep.folder import Folder  # noqa: E402
from cnnshape.study.sweep.result import Sweep  # noqa: E402
from cnnshape.study.sweep.run import SweepRun  # noqa: E402
from cnnshape.study.sweep.wanted import Wanted  # noqa: E402
from tests.sweeps.networks import SPACES, TINY, axes  # noqa: E402

TEXT, AXES = SPACES["groups"]
GOALS = {"pareto": "max:macs,params", "where": ["params <= 9k"]}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_LEAST", 2)


def started(output: Path, own: list = AXES, **wanted: object) -> SweepRun:
    return SweepRun(cnnshape.load(TEXT), own, wanted=Wanted(output=output, **{"jobs": 1, **GOALS, **wanted}))


@pytest.fixture
def whole(tmp_path: Path) -> tuple[bytes, Sweep]:
    """The file and the result of a sweep that wasn't interrupted."""
    path = tmp_path / "whole.csv"
    result = started(path).run()
    return path.read_bytes(), result


class Stop(BaseException):
    """What ends a sweep in the middle."""


def stopped(run: SweepRun, after: int) -> None:
    """Runs a sweep until some parts are done."""
    parts = 0

    def step(_: int) -> None:
        nonlocal parts
        parts += 1
        if parts == after:
            raise Stop

    with pytest.raises(Stop):
        run.run(step)


@pytest.mark.parametrize("after", [1, 4, 9])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_sweep_continues_to_the_same_bytes(after: int, jobs: int, tmp_path: Path, whole: tuple[bytes, Sweep]) -> None:
    output = tmp_path / "designs.csv"
    run = started(output, jobs=jobs)
    stopped(run, after)
    assert run.finished == 2 * after
    assert not output.exists()
    kept = {path.name: path.read_bytes() for path in Path(f"{output}.parts").glob("0*")}
    assert 2 * after <= len(kept) <= 2 * run.plan.parts
    steps: list[int] = []
    result = started(output, resume=True).run(steps.append)
    assert sum(steps) == result.evaluated == 20
    assert output.read_bytes() == whole[0]
    assert result.to_dict() == whole[1].to_dict()
    assert not Path(f"{output}.parts").exists()


def test_no_finished_part_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "designs.csv"
    stopped(started(output), 6)
    numbers: list[int] = []
    add = Folder.add
    monkeypatch.setattr(Folder, "add", lambda self, number, *parts: numbers.append(number) or add(self, number, *parts))
    started(output, resume=True).run()
    assert numbers == [6, 7, 8, 9]


@pytest.mark.parametrize("damage", ["rows", "no rows", "tally", "no tally", "half"])
def test_a_damaged_part_is_done_again(damage: str, tmp_path: Path, whole: tuple[bytes, Sweep]) -> None:
    output = tmp_path / "designs.csv"
    stopped(started(output), 6)
    folder = Path(f"{output}.parts")
    if damage == "rows":
        (folder / "000002.csv").write_bytes(b"")
    elif damage == "tally":
        (folder / "000002.json").write_bytes(b"{")
    elif damage == "half":
        text = (folder / "000002.json").read_text()
        (folder / "000002.json").write_text(json.dumps({"bytes": json.loads(text)["bytes"]}))
    else:
        (folder / f"000002.{'csv' if damage == 'no rows' else 'json'}").unlink()
    started(output, resume=True).run()
    assert output.read_bytes() == whole[0]


def test_an_unfinished_sweep_is_not_overwritten(tmp_path: Path) -> None:
    output = tmp_path / "designs.csv"
    stopped(started(output), 3)
    with pytest.raises(Refusal, match=r"designs.csv.parts has an unfinished sweep; `--resume` continues it"):
        started(output).run()


OTHERS = {
    "the space": {"own": axes("groups=1..4", "width=4..14:2")},
    "`--where`": {"where": ["params <= 8k"]},
    "`--pareto`": {"pareto": "macs,params"},
    "`--objective`": {"objective": "macs"},
    "`--top`": {"top": 3},
    "the sample": {"sample": 10},
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_sweep_is_not_continued(what: str, tmp_path: Path) -> None:
    output = tmp_path / "designs.csv"
    stopped(started(output), 3)
    with pytest.raises(Refusal) as refused:
        started(output, **{"resume": True, **OTHERS[what]}).run()
    assert refused.value.option == "resume"
    assert what in refused.value.reason
    assert "differ" in refused.value.reason


def test_another_design_is_not_continued(tmp_path: Path) -> None:
    output = tmp_path / "designs.csv"
    stopped(started(output), 3)
    other = SweepRun(cnnshape.load(TINY + "# edited\n"), AXES, wanted=Wanted(output=output, resume=True, **GOALS))
    with pytest.raises(Refusal, match="the design differs"):
        other.run()


def test_a_base_of_the_design_is_a_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(TINY)
    (tmp_path / "net.yaml").write_text("extends: base.yaml\nparams: {width: 4}\n")
    output = tmp_path / "designs.csv"

    def again(resume: bool) -> SweepRun:
        return SweepRun(cnnshape.load(tmp_path / "net.yaml"), AXES, wanted=Wanted(output=output, jobs=2, resume=resume))

    stopped(again(False), 3)
    again(True).run()
    stopped(again(False), 3)
    (tmp_path / "base.yaml").write_text(TINY.replace("padding: 1", "padding: 2"))
    with pytest.raises(Refusal, match="the design differs"):
        again(True).run()


def test_a_resume_without_a_folder_starts_the_sweep(tmp_path: Path, whole: tuple[bytes, Sweep]) -> None:
    started(tmp_path / "designs.csv", resume=True).run()
    assert (tmp_path / "designs.csv").read_bytes() == whole[0]


def test_a_folder_without_parts_is_no_sweep(tmp_path: Path, whole: tuple[bytes, Sweep]) -> None:
    output = tmp_path / "designs.csv"
    with pytest.raises(Refusal, match="scheduler"):
        started(output, scheduler="nowhere").run()
    assert Path(f"{output}.parts").exists()
    started(output).run()
    assert output.read_bytes() == whole[0]


def test_an_unreadable_manifest(tmp_path: Path) -> None:
    stopped(started(tmp_path / "designs.csv"), 3)
    (tmp_path / "designs.csv.parts" / "manifest.json").write_text("{")
    with pytest.raises(Refusal, match="can't be read; remove the folder"):
        started(tmp_path / "designs.csv", resume=True).run()


# Processes that die


def test_the_part_of_a_killed_process_is_done_again(tmp_path: Path, whole: tuple[bytes, Sweep]) -> None:
    output = tmp_path / "designs.csv"
    killed: list[int] = []

    def kill(_: int) -> None:
        children = subprocess.run(
            ["pgrep", "-P", str(os.getpid()), "-f", "processes import serve"], capture_output=True
        )
        if not killed and (numbers := children.stdout.split()):
            killed.append(int(numbers[0]))
            os.kill(killed[0], signal.SIGKILL)

    result = started(output, jobs=2).run(kill)
    assert killed
    assert output.read_bytes() == whole[0]
    assert result.to_dict() == whole[1].to_dict()


def test_a_part_whose_process_dies_again_ends_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnshape.study.sweep import processes

    monkeypatch.setattr(processes, "_START", "import sys; sys.exit(9)")
    with pytest.raises(Refusal) as refused:
        started(tmp_path / "designs.csv", jobs=2).run()
    assert refused.value.option == "jobs"
    assert "died twice" in refused.value.reason
    assert "memory" in refused.value.reason


def test_what_a_process_raises_is_raised(tmp_path: Path) -> None:
    output = tmp_path / "designs.csv"
    stopped(started(output), 3)
    # A folder in the place of a file, which can't be replaced.
    (tmp_path / "designs.csv.parts" / "000005.csv").mkdir()
    with pytest.raises(OSError, match=r"000005\.csv"):
        started(output, resume=True, jobs=2).run()
    (tmp_path / "designs.csv.parts" / "000005.csv").rmdir()
    assert started(output, resume=True).run().evaluated == 20


# The command


def command(*words: str, limit: int | None = None, cwd: Path) -> subprocess.Popen[str]:
    def limited() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-m", "cnnshape", "sweep", "net.yaml", *words],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limited,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"},
    )  # fmt: skip


LARGE = ("-p", "width=4..400:4", "-p", "kernel=1..9", "-p", "repeats=[1..5, 1..5]", "-o", "designs.csv")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_keeps_what_is_done(jobs: str, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(TINY)
    first = command(*LARGE, "-j", jobs, cwd=tmp_path)
    tallies = tmp_path / "designs.csv.parts"
    until = time.monotonic() + 60
    while not list(tallies.glob("0*.json")) and time.monotonic() < until:
        time.sleep(0.01)
    first.send_signal(signal.SIGINT)
    _, errors = first.communicate(timeout=60)
    assert first.returncode == 130, errors
    assert "stopped after" in errors
    assert "`--resume` continues" in errors
    assert "Traceback" not in errors
    again = command(*LARGE, "--resume", cwd=tmp_path)
    output, errors = again.communicate(timeout=120)
    assert again.returncode == 0 and "Traceback" not in errors
    assert "tiny: 22,500 designs" in output
    numbers = [int(line.partition(",")[0]) for line in (tmp_path / "designs.csv").read_text().splitlines()[1:]]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk_is_reported(jobs: str, tmp_path: Path) -> None:
    """A limit on the size of files is what a full disk is: a write that fails."""
    (tmp_path / "net.yaml").write_text(TINY)
    # The designs of the first part have errors, and take no room.
    words = ("-p", "kernel=40,41,42,3,5", "-p", "width=4..400:4", "-o", "designs.csv")
    full = command(*words, "-j", jobs, limit=3000, cwd=tmp_path)
    output, errors = full.communicate(timeout=60)
    assert (full.returncode, output) == (2, "")
    assert "can't write designs.csv.parts/000001.csv" in errors
    assert "file too large" in errors
    # Another process may fail before the first part is done.
    assert "; `--resume` continues" in errors or jobs == "2"
    assert "Traceback" not in errors
    again = command(*words, "--resume", cwd=tmp_path)
    output, errors = again.communicate(timeout=60)
    assert (again.returncode, errors) == (0, "")
    assert output.startswith("tiny: 500 designs")
    assert len((tmp_path / "designs.csv").read_text().splitlines()) == 201
