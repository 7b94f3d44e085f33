"""The speed that the project holds itself to: `python benchmarks/targets.py [--base REVISION] [--runs N]`.

Every line is a ratio of processor times of one run, with its target. With `--base` the same probes also measure that
revision, in a worktree that is removed afterwards.
"""

import argparse
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
ROOT = HERE.parent
LIBRARIES = [sys.executable, "-c", "import typer, yaml"]
CNNSHAPE = [sys.executable, "-m", "cnnshape"]
# Byte code is cached, as it is for an installed package.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def processor_seconds(command: list[str]) -> float:
    """User and system time of a command with all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def probe(root: Path, *arguments: str) -> float:
    """What `probe.py` measures of the checkout at `root`."""
    command = [sys.executable, str(HERE / "probe.py"), *arguments]
    environment = {**ENVIRONMENT, "PYTHONPATH": str(root), "PYTHONHASHSEED": "0"}
    return float(subprocess.run(command, check=True, cwd=root, env=environment, capture_output=True).stdout)


def interleaved(runs: int, *measures: Callable[[], float]) -> list[float]:
    """The least of each measure: what disturbs a round only makes it longer.

    They are taken in turn, so that a slow minute slows all of them. The first round fills caches and does not count.
    """
    rounds = [[measure() for measure in measures] for _ in range(runs + 1)][1:]
    return [min(values) for values in zip(*rounds, strict=True)]


def report_line(what: str, value: float, target: float, unit: str = "") -> None:
    verdict = "ok" if value <= target else "MISSED"
    print(f"{what:<58}{value:>9.2f}{unit:<4}  target {target:>6.2f}{unit:<4}{verdict}")


def cold_starts(runs: int) -> None:
    """Whole processes, as shares of importing the libraries that cnnshape needs."""
    commands = {
        "cold `summary resnet152` / `import typer, yaml`": ([*CNNSHAPE, "summary", "resnet152"], 1.2),
        "cold `check resnet50` / `import typer, yaml`": ([*CNNSHAPE, "check", "architectures/resnet50.yaml"], 1.3),
        "`import cnnshape` / `import typer, yaml`": ([sys.executable, "-c", "import cnnshape"], 0.5),
    }
    processes = [LIBRARIES, *(command for command, _ in commands.values())]
    libraries, *values = interleaved(
        runs, *[lambda command=command: processor_seconds(command) for command in processes]
    )
    for (what, (_, target)), value in zip(commands.items(), values, strict=True):
        report_line(what, value / libraries, target)


def warm_reports(runs: int, base: Path) -> None:
    """From text to report inside of one process, as a share of what the base takes."""
    for name, target in (("resnet152", 0.75), ("densenet201", 0.85)):
        ours, theirs = interleaved(
            runs, lambda name=name: probe(ROOT, "report", name), lambda name=name: probe(base, "report", name)
        )
        report_line(f"text to report, warm: {name} / base", ours / theirs, target)
    many, few = interleaved(runs, lambda: probe(ROOT, "distinct", "10000"), lambda: probe(base, "distinct", "1000"))
    report_line("a layer of 10,000 distinct ones / of 1,000 of base", many / few, 1)


def growth(runs: int) -> None:
    """What a layer costs in large designs, and what JSON and a page cost."""
    few, many, repeated, kept, json, page = interleaved(
        runs,
        lambda: probe(ROOT, "distinct", "1000"),
        lambda: probe(ROOT, "distinct", "10000"),
        lambda: probe(ROOT, "repeated"),
        lambda: probe(ROOT, "kept"),
        lambda: probe(ROOT, "json", "resnet152"),
        lambda: probe(ROOT, "page", "resnet152"),
    )
    # Calls are linear (tests/laws/test_growth.py). The rest is memory: the caches hold the objects of 1,000 layers, but
    # not those of 10,000, which are 41 MB.
    report_line("a layer of 10,000 distinct ones / of 1,000", many / few, 1.1)
    report_line("a layer of 100,000 repeated ones", repeated * 1e6, 9, " us")
    report_line("what the report keeps of it", kept / 1000, 1, " kB")
    report_line("JSON of ResNet-152 / its report", json, 0.5)
    report_line("page of ResNet-152, from its text", page * 1000, 60, " ms")


def deep_comparison() -> None:
    """Two of the deepest shipped networks side by side."""
    report_line(
        "`compare resnet1202 preresnet1001`",
        processor_seconds([*CNNSHAPE, "compare", "resnet1202", "preresnet1001"]),
        2,
        " s",
    )


def many_sizes() -> None:
    """A large network at 1,200 input sizes."""
    command = [*CNNSHAPE, "sizes", "efficientnet_b7", "--from", "1", "--to", "1200"]
    report_line("`sizes efficientnet_b7` at 1,200 sizes", processor_seconds(command), 1, " s")


def pictures(runs: int) -> None:
    """The pictures of all shipped networks, from their reports."""
    (drawn,) = interleaved(runs, lambda: probe(ROOT, "pictures"))
    report_line("pictures of all shipped networks together", drawn, 3, " s")


@contextmanager
def checkout(revision: str) -> Iterator[Path]:
    """A worktree of a revision, removed afterwards."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "base"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(path), revision], check=True, cwd=ROOT)
        try:
            yield path
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(path)], check=True, cwd=ROOT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="rounds that count (default: 5)")
    parser.add_argument("--base", metavar="REVISION", help="measure text to report against this revision too")
    options = parser.parse_args()
    cold_starts(options.runs)
    growth(options.runs)
    deep_comparison()
    many_sizes()
    pictures(max(1, options.runs // 2))
    if options.base:
        with checkout(options.base) as base:
            warm_reports(max(1, options.runs // 2), base)


if __name__ == "__main__":
    main()
