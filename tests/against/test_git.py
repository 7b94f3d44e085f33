"""What git lacks: a repository, a revision, history; and what it must not get from its surroundings."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from cnnshape.cli.repository import Tree
from cnnshape.document import MAX_BYTES
from tests.against import Repository, net
from tests.command import Outcome, run


def against(revision: str, *sides: str) -> Outcome:
    return run("compare", *(sides or ("net.yaml",)), "--against", revision)


def said(outcome: Outcome) -> str:
    """Standard error as one line, without the frame around errors of usage."""
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    return " ".join(outcome.stderr.replace("│", " ").split())


def test_a_folder_in_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "net.yaml").write_text(net())
    assert "not in a git repository" in said(against("main", str(tmp_path / "net.yaml")))


def test_a_file_outside_of_the_repository(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    repository.commit(**{"net.yaml": net()})
    (tmp_path / "outside.yaml").write_text(net())
    assert f"{tmp_path}: not in a git repository" in said(against("HEAD", "net.yaml", "../outside.yaml"))


def test_git_is_not_installed(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(**{"net.yaml": net()})
    monkeypatch.setenv("PATH", str(repository.folder))
    assert "git is not installed" in said(against("HEAD"))


@pytest.mark.parametrize(
    ("revision", "help"),
    [
        ("mian", "did you mean `main`?"),
        ("v1,0", "did you mean `v1.0`?"),
        ("HEAD~5", "`git branch --all` lists the branches"),
        ("zzz", "`git branch --all` lists the branches"),
        ("main:net.yaml", ""),
    ],
)
def test_an_unknown_revision(repository: Repository, revision: str, help: str) -> None:
    repository.commit(**{"net.yaml": net()})
    repository.git("tag", "v1.0")
    message = said(against(revision))
    assert f"{revision!r} is not a commit of the repository" in message
    assert help in message


def test_a_commit_has_many_names(repository: Repository) -> None:
    repository.commit(**{"net.yaml": net()})
    repository.git("tag", "-a", "v1.0", "-m", "a tag")
    repository.git("branch", "feature/größe")
    repository.commit(**{"net.yaml": net(9)})
    commit = repository.git("rev-parse", "HEAD^").strip()
    for revision in ("HEAD^", "HEAD~1", "HEAD^1", "v1.0", "feature/größe", commit, commit[:8], "main@{1}"):
        assert "1 changed" in against(revision).stdout, revision
    assert "1 equal" in against(":/a commit").stdout


def test_a_branch_of_the_remote_alone(repository: Repository, tmp_path: Path) -> None:
    origin = Repository(tmp_path / "origin")
    origin.commit(**{"net.yaml": net()})
    origin.git("branch", "release")
    repository.git("remote", "add", "origin", str(origin.folder))
    repository.commit(**{"net.yaml": net(9)})
    assert "`git fetch origin release` gets a branch of the remote" in said(against("release"))
    repository.git("fetch", "-q", "origin")
    assert "did you mean `origin/release`?" in said(against("release"))
    assert "1 changed" in against("origin/release").stdout


def test_a_shallow_clone_says_how_to_get_more(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for out in (8, 9):
        repository.commit(**{"net.yaml": net(out)})
    repository.git("branch", "base", "HEAD~1")
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth", "1", "--branch", "main", repository.folder.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    message = said(against("origin/base"))
    assert "the clone is shallow: `git fetch origin base`" in message
    assert "`fetch-depth: 0`" in message
    assert "`git fetch --deepen=1`" in said(against("HEAD~1"))
    repository.git("-C", str(clone), "fetch", "-q", "--deepen=1")
    assert "1 changed" in against("HEAD~1").stdout
    repository.git("-C", str(clone), "fetch", "-q", "origin", "base")
    assert "1 changed" in against("FETCH_HEAD").stdout


@pytest.mark.parametrize("side", ["missing.yaml", "no/such/folder", "missing/*.yaml"])
def test_what_is_nowhere(repository: Repository, side: str) -> None:
    repository.commit(**{"net.yaml": net()})
    assert f"here or at HEAD --> {side}" in said(against("HEAD", "net.yaml", side))


@pytest.mark.parametrize(
    ("side", "message"),
    [
        ("-", "standard input has no earlier version"),
        ("resnet50", "a shipped architecture has no earlier version"),
        ("model.onnx", "a network, but not a spec"),
        ("empty", "the folder contains no designs"),
    ],
)
def test_what_has_no_version(repository: Repository, side: str, message: str) -> None:
    repository.commit(**{"net.yaml": net()})
    (repository.folder / "empty").mkdir()
    assert message in said(against("HEAD", side))


def test_the_variables_of_a_hook_change_nothing(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(**{"designs/net.yaml": net()})
    repository.write("designs/net.yaml", net(9))
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.chdir(repository.folder / "designs")
    assert "1 changed" in against("HEAD").stdout


def test_another_worktree_has_its_own_files(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit(**{"net.yaml": net()})
    repository.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    (tmp_path / "other" / "net.yaml").write_text(net(9))
    assert "1 equal" in against("main").stdout
    monkeypatch.chdir(tmp_path / "other")
    assert "1 changed" in against("main").stdout


def test_a_repository_of_sha256(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    repository = Repository(tmp_path)
    repository.commit(**{"a.yaml": net(), "b.yaml": net()})
    repository.write("b.yaml", net(9))
    assert len(repository.git("rev-parse", "HEAD").strip()) == 64
    done = against("HEAD", str(tmp_path))
    assert "1 changed, 1 equal" in done.stdout


def test_settings_of_the_user_change_nothing(repository: Repository) -> None:
    repository.commit(**{"designs/old.yaml": net(), "designs/ü.yaml": net(kernel=5)})
    for name, value in {
        "diff.renames": "false",
        "core.quotePath": "true",
        "diff.external": "false",
        "color.ui": "always",
    }.items():
        repository.git("config", name, value)
    repository.git("mv", "designs/old.yaml", "designs/new.yaml")
    repository.write("designs/new.yaml", net() + "  - relu\n")
    repository.write("designs/ü.yaml", net(9, kernel=5))
    repository.git("add", "-A")
    printed = against("HEAD", "designs").stdout
    assert "designs/new.yaml, Net, renamed from designs/old.yaml" in printed
    assert "designs/ü.yaml" in printed


def test_a_huge_file_is_read_up_to_the_limit(repository: Repository) -> None:
    repository.commit(**{"net.yaml": "# " + "x" * 3 * MAX_BYTES, "other.yaml": net()})
    repository.write("net.yaml", net())
    repository.write("other.yaml", net(9))
    done = against("HEAD", ".")
    assert "larger than" in done.stderr
    assert "./other.yaml, Net: +12.5 % MACs" in done.stdout


def test_a_bad_object_is_an_error_of_the_design(repository: Repository) -> None:
    repository.commit(**{"net.yaml": net(), "other.yaml": net(4)})
    blob = repository.git("rev-parse", "HEAD:net.yaml").strip()
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    repository.write("net.yaml", net(9))
    repository.write("other.yaml", net(5))
    done = against("HEAD", "net.yaml", "other.yaml")
    assert (done.exit_code, "can't read the file at HEAD" in done.stderr) == (0, True)
    assert "other.yaml, Net: +25.0 % MACs" in done.stdout


def test_a_tree_lists_any_path(repository: Repository) -> None:
    names = ["a b.yaml", "ü.yaml", "tab\t.yaml", "new\nline.yaml", 'quote".yaml', "blob 7.yaml"]
    repository.commit(**{name: name for name in names})
    with ExitStack() as stack:
        tree = Tree(str(repository.folder), "HEAD", stack)
        assert sorted(tree.files) == sorted(names)
        assert [tree.read(name).decode() for name in names] == names
        for missing in ("x blob 3", "ü", "a b.yaml/x", "two\nlines", ""):
            with pytest.raises(OSError, match=r"no such file|not a file|leads to"):
                tree.read(missing)
