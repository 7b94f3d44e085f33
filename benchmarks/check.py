"""How many designs of ResNet-50's size `cnnshape check` takes per second of processor time: `python benchmarks/check.py`."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

COUNT = 1_000
ROUNDS = 7
SPEC = Path(__file__).parent.parent / "architectures" / "resnet50.yaml"


def processor_seconds(command: list[str]) -> float:
    """User and system time of a command with all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(COUNT):
            shutil.copy(SPEC, Path(folder) / f"{number:04}.yaml")
        check = [sys.executable, "-m", "cnnshape", "check"]
        commands = [*check, str(Path(folder) / "0000.yaml")], [sys.executable, "-c", "import typer, yaml"]
        # Interleaved, so that a slow minute slows both; the first round warms caches and doesn't count.
        rounds = [[processor_seconds(command) for command in commands] for _ in range(ROUNDS + 1)][1:]
        one, libraries = map(median, zip(*rounds, strict=True))
        all_of_them = processor_seconds([*check, folder])
    rate = COUNT / (all_of_them - one)
    print(f"{COUNT:,} designs on {os.cpu_count()} cores: {rate:.0f} per second of processor time")
    print(f"one design from cold: {one / libraries:.2f} x `import typer, yaml`")


if __name__ == "__main__":
    main()
