"""How fast cnnshape is beside an empty Python, its own dependencies and other tools: see README.md."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent
NETWORKS = ("resnet50", "resnet152")
COMMANDS = ("--help", "summary resnet50", "summary resnet152", "check resnet50", "list")
SIZES = (100, 1_000, 10_000, 100_000)
EMPTY, DEPENDENCIES = "python -c pass", 'python -c "import typer, yaml"'
TOOLS = {"torchinfo": "", "fvcore": "", "ptflops": "", "torch": ", FlopCounterMode", "onnx": ", shapes alone"}
"""The packages, and what of them is used where the name doesn't say it. All but onnx run in PyTorch."""
WIDTH = 34


class Run(NamedTuple):
    """One process that has ended: wall time, processor time, the most memory that it held, and what it printed."""

    seconds: float
    processor_seconds: float
    peak_bytes: int
    output: str


class Failed(Exception):
    """A process that didn't end well; the message is the last line that it wrote."""


def environment() -> dict[str, str]:
    """Byte code is cached, as it is for anything installed; the checkout comes before an installed cnnshape."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}


def run(arguments: list[str]) -> Run:
    command = [sys.executable, "-S", str(HERE / "measure.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), cwd=ROOT, check=False)
    if done.returncode != 0:
        raise Failed(done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}")
    output, _, figures = done.stdout.rstrip("\n").rpartition("\n")
    seconds, processor_seconds, peak = figures.split()
    return Run(float(seconds), float(processor_seconds), int(peak), output)


def interleaved(commands: dict[str, list[str]], rounds: int) -> dict[str, list[Run]]:
    """A B C A B C ...: what slows the machine down for a while slows all of them. The first round isn't counted."""
    for name, arguments in commands.items():
        progress(f"first round: {name}")
        run(arguments)
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for round_ in range(1, rounds + 1):
        for name, arguments in commands.items():
            progress(f"round {round_} of {rounds}: {name}")
            runs[name].append(run(arguments))
    progress("")
    return runs


def progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


# What is measured


def python(*arguments: str | Path) -> list[str]:
    return [sys.executable, *map(str, arguments)]


def own_commands() -> dict[str, list[str]]:
    program = Path(sys.executable).with_name("cnnshape")
    cnnshape = [str(program)] if program.exists() else python("-m", "cnnshape")
    return {
        EMPTY: python("-c", "pass"),
        DEPENDENCIES: python("-c", "import typer, yaml"),
        'python -c "import cnnshape"': python("-c", "import cnnshape"),
        **{f"cnnshape {words}": [*cnnshape, *words.split()] for words in COMMANDS},
    }


def tool_commands(folder: Path) -> dict[str, list[str]]:
    """The other tools that are installed and work; prints which are not."""
    commands = {}
    for tool, part in TOOLS.items():
        missing = [package for package in dict.fromkeys((tool, "torch")) if find_spec(package) is None]
        if missing:
            print(f"skipped: {tool}: {' and '.join(missing)} not installed")
            continue
        progress(f"trying {tool}")
        try:
            command = tool_command(tool, folder)
            run(command)
        except Failed as failure:
            print(f"skipped: {tool}: {failure}")
            continue
        commands[f"{tool} {version(tool)}{part}"] = command
    progress("")
    return commands


def tool_command(tool: str, folder: Path) -> list[str]:
    script = HERE / "other_tools.py"
    if tool != "onnx":
        return python(script, tool)
    file = folder / "resnet50.onnx"
    run(python(script, "onnx-export", file))
    return python(script, tool, file)


# What is printed


def columns(name: str, *cells: tuple[str, int]) -> str:
    return name.ljust(WIDTH) + "".join(text.rjust(width) for text, width in cells)


def spread(values: list[float], digits: int) -> str:
    return f"{min(values):.{digits}f} - {max(values):.{digits}f}"


def print_processes(runs: dict[str, list[Run]]) -> None:
    print("\nWhole processes. Ratios are of medians: time beside an empty Python, and beside what cnnshape imports;")
    print("processor time beside what cnnshape imports; memory (the most that was resident) beside an empty Python")
    headings = (
        ("x empty", 9),
        ("x deps", 8),
        ("ms", 8),
        ("min - max", 15),
        ("x deps, cpu", 13),
        ("x memory", 10),
        ("MB", 6),
    )
    print(columns("", *headings))
    times = {name: [measured.seconds * 1000 for measured in done] for name, done in runs.items()}
    processor = {name: median(measured.processor_seconds for measured in done) for name, done in runs.items()}
    peaks = {name: median(measured.peak_bytes for measured in done) / 1e6 for name, done in runs.items()}
    for name, taken in times.items():
        middle = median(taken)
        print(
            columns(
                name,
                (f"{middle / median(times[EMPTY]):.2f}", 9),
                (f"{middle / median(times[DEPENDENCIES]):.2f}", 8),
                (f"{middle:.0f}", 8),
                (spread(taken, 0), 15),
                (f"{processor[name] / processor[DEPENDENCIES]:.2f}", 13),
                (f"{peaks[name] / peaks[EMPTY]:.1f}", 10),
                (f"{peaks[name]:.0f}", 6),
            )
        )


def print_answers(runs: dict[str, list[Run]]) -> None:
    print("\nWhat the other tools say of ResNet-50, each by its own definition")
    for name, done in runs.items():
        print(columns(name) + done[-1].output.rpartition("\n")[2])


def print_in_process(runs: dict[str, list[Run]], empty: float) -> None:
    print("\nFrom the text to the report inside of one process; the ratio is to a whole process of an empty Python")
    print(columns("", ("x empty", 9), ("", 8), ("ms", 8), ("min - max", 15), ("first call, ms", 16)))
    for name, done in runs.items():
        first, later = zip(*[map(float, measured.output.split()) for measured in done], strict=True)
        ratio = f"{median(later) / empty:.2f}"
        cells = ((ratio, 9), ("", 8), (f"{median(later):.1f}", 8), (spread(later, 1), 15), (f"{median(first):.1f}", 16))
        print(columns(name, *cells))


def print_growth(runs: dict[str, list[Run]]) -> None:
    print("\nFrom the text to the report, per layer; bytes as tracemalloc counts them, in a run of their own:")
    print("what the report keeps, and the most in use on the way to it")
    print(columns("layers", ("x first", 9), ("", 8), ("us", 8), ("min - max", 15), ("kept", 10), ("most", 6)))
    first = 0.0
    for name, done in runs.items():
        layers, kept, most = map(int, run(python(HERE / "growth.py", name, "--memory")).output.split())
        times = [float(measured.output) * 1e6 / layers for measured in done]
        first = first or median(times)
        ratio, bytes_ = f"{median(times) / first:.2f}", (f"{kept / layers:.0f}", f"{most / layers:.0f}")
        cells = (
            (ratio, 9),
            ("", 8),
            (f"{median(times):.1f}", 8),
            (spread(times, 1), 15),
            (bytes_[0], 10),
            (bytes_[1], 6),
        )
        print(columns(f"{layers:,}", *cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="rounds that count (default: 7)")
    parser.add_argument("--own", action="store_true", help="leave the other tools out")
    options = parser.parse_args()
    load = f", load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}{load}"
    )
    with TemporaryDirectory() as folder:
        tools = {} if options.own else tool_commands(Path(folder))
        processes = interleaved({**own_commands(), **tools}, options.runs)
    print_processes(processes)
    if tools:
        print_answers({name: processes[name] for name in tools})
    inside = {name: python(HERE / "in_process.py", name) for name in NETWORKS}
    print_in_process(
        interleaved(inside, options.runs), median(measured.seconds * 1000 for measured in processes[EMPTY])
    )
    deep = {str(size): python(HERE / "growth.py", str(size)) for size in SIZES}
    print_growth(interleaved(deep, options.runs))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"a command failed: {failure}")
