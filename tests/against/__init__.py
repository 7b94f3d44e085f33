"""A git repository for a test, and designs to put into it."""

from __future__ import annotations

import subprocess
from pathlib import Path

SETTINGS = {
    "user.name": "a", "user.email": "a@b.c", "init.defaultBranch": "main", "protocol.file.allow": "always",
    "commit.gpgsign": "false", "core.autocrlf": "false",
}  # fmt: skip


def net(out: int = 8, name: str = "Net", kernel: int = 3) -> str:
    """A design of one convolution: `27 out + out` parameters for a kernel of 3."""
    return f"cnnshape: 1\nname: {name}\ninput: [3, 9, 9]\nlayers:\n  - conv: {{out: {out}, kernel: {kernel}}}\n"


class Repository:
    """A git repository in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q")

    def git(self, *arguments: str) -> str:
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        done = subprocess.run(
            ["git", *settings, *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def commit(self, **files: str) -> None:
        """Writes the files, and commits everything."""
        for name, text in files.items():
            self.write(name, text)
        self.git("add", "-A")
        self.git("commit", "-qm", "a commit", "--allow-empty")
