"""The code on the page about exports, as a reader's own tools see it."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "export.md"


@pytest.fixture
def shown(tmp_path: Path) -> list[Path]:
    """The files that the page shows."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    files = []
    for number, block in enumerate(blocks):
        files.append(tmp_path / f"shown_{number}.py")
        files[-1].write_text(block, encoding="utf-8")
    assert len(files) == 4
    return files


def passes(folder: Path, *command: str) -> None:
    """Runs a tool in a folder without settings of this project."""
    run = [sys.executable, "-m", *command]
    outcome = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_ruff_has_nothing_to_say(shown: list[Path]) -> None:
    passes(shown[0].parent, "ruff", "format", "--isolated", "--line-length", "120", "--check", *map(str, shown))
    passes(
        shown[0].parent,
        "ruff",
        "check",
        "--isolated",
        "--line-length",
        "120",
        "--select",
        "E,F,W,I,B,UP,SIM",
        *map(str, shown),
    )


@pytest.mark.skipif(find_spec("torch") is None, reason="types are those of PyTorch")
def test_types_are_right(shown: list[Path]) -> None:
    passes(shown[0].parent, "mypy", *map(str, shown))
