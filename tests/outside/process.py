"""A process whose vocabulary has the outside kinds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Outcome(NamedTuple):
    """What a command did."""

    exit_code: int
    stdout: str
    stderr: str


def run_all(commands: Iterable[Sequence[str]]) -> list[Outcome]:
    """What each command does, all in one process."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.outside"],
        input=json.dumps([list(command) for command in commands]),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return [Outcome(*outcome) for outcome in json.loads(done.stdout)]
