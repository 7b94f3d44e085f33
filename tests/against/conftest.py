from pathlib import Path

import pytest

from tests.against import Repository


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """An empty repository, which is the current folder."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    made = Repository(tmp_path / "repository")
    monkeypatch.chdir(made.folder)
    return made
