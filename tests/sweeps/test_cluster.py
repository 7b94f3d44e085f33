"""A sweep on a cluster of Dask: the same bytes, also when a worker dies, and a message when the cluster is lost."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest

np = pytest.importorskip("numpy")

import cnnshape  # noqa: E402 -- numpy is there
from cnnshape.diagnostics.refusal import Refusal  # noqa: E402
from cnnshape.study.sweep import cluster, plan  # noqa: E402
from cnnshape.study.sweep.run import SweepRun  # noqa: E402
from cnnshape.study.sweep.wanted import Wanted  # noqa: E402
from tests.sweeps.networks import SPACES  # noqa: E402

TEXT, AXES = SPACES["groups"]
ROOT = Path(__file__).parents[2]


def started(output: Path, **wanted: object) -> SweepRun:
    goals = {"pareto": "max:macs,params", "where": ["params <= 9k"]}
    return SweepRun(cnnshape.load(TEXT), AXES, wanted=Wanted(output=output, **{"jobs": 1, **goals, **wanted}))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_LEAST", 2)


def test_without_dask_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Refusal, match=r"scheduler: needs Dask; install the extra `cnnshape\[sweep\]`"):
        started(tmp_path / "designs.csv", scheduler="tcp://127.0.0.1:1").run()


def documented() -> list[list[str]]:
    """The words of the lines that start a cluster in the documentation: of the scheduler, and of a worker."""
    lines = (ROOT / "docs" / "sweep.md").read_text(encoding="utf-8").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("dask ")]


class Cluster:
    """A scheduler and workers, as the documentation starts them, on a free port."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        scheduler, worker = ([word.replace("8786", port) for word in words] for words in documented())
        self.address = worker[2]
        self.processes = [self._start(*scheduler, "--no-dashboard")]
        # A worker waits for its scheduler.
        self.processes += [self._start(*worker, "--no-nanny", "--no-dashboard") for _ in range(workers)]

    def _start(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-m", program, *options]
        return subprocess.Popen(command, cwd=self.folder, env=environment, stdout=quiet, stderr=quiet)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    (tmp_path / "cluster").mkdir()
    running = Cluster(tmp_path / "cluster", 2)
    yield running
    running.end()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_writes_the_same_bytes(two_workers: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = started(tmp_path / "alone.csv").run()
    together = started(tmp_path / "together.csv", scheduler=two_workers.address).run()
    assert (tmp_path / "alone.csv").read_bytes() == (tmp_path / "together.csv").read_bytes()
    assert alone.to_dict() == together.to_dict()
    # A worker that doesn't see the folder sends rows.
    monkeypatch.chdir(tmp_path)
    started(Path("apart.csv"), scheduler=two_workers.address).run()
    assert (tmp_path / "alone.csv").read_bytes() == (tmp_path / "apart.csv").read_bytes()
    # A worker that dies.
    worker = two_workers.processes[1]
    started(tmp_path / "killed.csv", scheduler=two_workers.address).run(lambda _: worker.send_signal(signal.SIGKILL))
    assert (tmp_path / "alone.csv").read_bytes() == (tmp_path / "killed.csv").read_bytes()
    # A cluster that goes away.
    lost = started(tmp_path / "lost.csv", scheduler=two_workers.address)
    with pytest.raises(Refusal, match=r"the cluster at tcp://\S+ is lost: .*; `--resume` continues"):
        lost.run(lambda _: two_workers.end())
    assert 0 < lost.finished < lost.plan.order.size
    started(tmp_path / "lost.csv", resume=True).run()
    assert (tmp_path / "alone.csv").read_bytes() == (tmp_path / "lost.csv").read_bytes()


@pytest.mark.filterwarnings("ignore")
def test_no_cluster_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "SECONDS", 1)
    for address in ("tcp://127.0.0.1:1", "nowhere"):
        with pytest.raises(Refusal, match="no cluster answers at"):
            started(tmp_path / "designs.csv", scheduler=address).run()


def test_the_documentation_starts_a_scheduler_and_a_worker() -> None:
    assert [words[:2] for words in documented()] == [["dask", "scheduler"], ["dask", "worker"]]


def test_a_worker_of_another_release(tmp_path: Path) -> None:
    from cnnshape.study.sweep.job import Job

    job = Job(started(tmp_path / "designs.csv").plan)
    with pytest.raises(Refusal, match=r"a worker has cnnshape .*, and this machine 0\.0\.0; install one of them"):
        cluster.do_part(0, job, "0.0.0")
