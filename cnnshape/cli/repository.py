"""Reads a revision of a git repository: which files it has, and their bytes."""

import os
import re
import stat
import subprocess
from contextlib import ExitStack
from functools import cached_property
from hashlib import sha1, sha256
from pathlib import Path
from typing import IO

from cnnshape.cli.command import BadParameter
from cnnshape.diagnostics import nearest
from cnnshape.document import MAX_BYTES
from cnnshape.named_tuple import NamedTuple

HINT = "--against"
_LINK, _SUBMODULE = "120000", "160000"
_SEVERAL = re.compile(r"\^(?:@|!|-\d*)\Z")
"""The ends of git's names for several commits: all parents, and a commit without them."""
_OF_HOOKS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX")
"""Variables that git sets for hooks, and that would make it ignore the folder in which it is started."""


class Entry(NamedTuple):
    """A file of a revision: its mode, the name of its blob, and the tree that has it."""

    mode: str
    blob: str
    tree: "Tree"

    def holds(self, path: Path) -> bool:
        """Whether the file on disk has the same bytes, apart from Windows line endings. False for links."""
        if self.mode == _LINK or not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        data = path.read_bytes()
        return self.blob in (_blob_of(data, self.blob), _blob_of(data.replace(b"\r\n", b"\n"), self.blob))

    def read(self, path: str) -> bytes:
        """The bytes of the file, at most one more than the limit of a spec; those of the target of a link."""
        return (
            self.tree.content(path.removeprefix(self.tree.prefix))
            if self.mode == _LINK
            else self.tree.object(self.blob)
        )


class Tree:
    """A commit of a repository and its files, by their paths from the root of the outermost repository.

    The paths of a submodule's files start with `prefix`, the path of the submodule with a slash.
    """

    def __init__(self, root: str, commit: str, stack: ExitStack, prefix: str = "") -> None:
        self.root = root
        self.commit = commit
        self.prefix = prefix
        self.files: dict[str, Entry] = {}
        self.lacking: dict[str, str] = {}
        """The submodules whose commit is not there, with the reason."""
        self._objects: subprocess.Popen[bytes] | None = None
        self._stack = stack
        self._list()

    def _list(self) -> None:
        listed = _git(self.root, "ls-tree", "-r", "-z", "--full-tree", self.commit)
        if listed.returncode:
            raise BadParameter(f"{self.root}: {_reason(listed)}", param_hint=HINT)
        for line in filter(None, listed.stdout.split(b"\0")):
            about, _, name = line.partition(b"\t")
            mode, _, blob = about.decode().split(" ")
            path = self.prefix + os.fsdecode(name)
            if mode == _SUBMODULE:
                self._list_submodule(path, blob)
            else:
                self.files[path] = Entry(mode, blob, self)

    def _list_submodule(self, path: str, commit: str) -> None:
        """Lists the files of a submodule at the commit that this one records, if the submodule is checked out."""
        root = os.path.join(self.root, path.removeprefix(self.prefix))  # noqa: PTH118 -- as all paths here, a text
        if not Path(root, ".git").exists():
            return
        if _git(root, "cat-file", "-e", f"{commit}^{{commit}}").returncode:
            self.lacking[f"{path}/"] = f"the submodule lacks commit {commit[:10]}; run `git -C {path} fetch`"
            return
        inner = Tree(root, commit, self._stack, f"{path}/")
        self.files.update(inner.files)
        self.lacking.update(inner.lacking)

    def read(self, path: str) -> bytes:
        """The bytes of a file, at most one more than the limit of a spec. Raises OSError."""
        entry = self.files.get(path)
        if entry is not None:
            return entry.read(path)
        lacking = [reason for prefix, reason in self.lacking.items() if path.startswith(prefix)]
        if lacking:
            raise OSError(None, lacking[0])
        return self.content(path.removeprefix(self.prefix))

    @cached_property
    def renames(self) -> dict[str, str]:
        """The old path of each file that git takes for a renamed one, by the new path."""
        options = ("-M", "--name-status", "-z", "--diff-filter=R", "--no-ext-diff", "--ignore-submodules")
        done = _git(self.root, "diff", *options, self.commit, "--")
        words = os.fsdecode(done.stdout).split("\0")
        return dict(zip(words[2::3], words[1::3], strict=False))

    def content(self, path: str) -> bytes:
        """The bytes of the file at a path of this repository, through links. Raises OSError."""
        if "\n" in path:
            raise FileNotFoundError(None, "no such file")
        return self.object(f"{self.commit}:{path}")

    def object(self, name: str) -> bytes:
        """The bytes of an object, from one process of git for all."""
        if self._objects is None:
            command = [*_command(self.root), "cat-file", "--batch", "--follow-symlinks"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())
            self._objects = self._stack.enter_context(process)
        asked, answers = self._objects.stdin, self._objects.stdout
        assert asked is not None
        assert answers is not None
        asked.write(os.fsencode(name) + b"\n")
        asked.flush()
        answer = answers.readline()
        if (match := re.fullmatch(rb"[0-9a-f]{40,64} (\w+) (\d+)\n", answer)) is not None:
            data = _read(answers, int(match[2]))
            answers.readline()
            if match[1] == b"blob":
                return data
            raise IsADirectoryError(None, "not a file")
        if (match := re.fullmatch(rb"(?:symlink|dangling|loop|notdir) (\d+)\n", answer)) is not None:
            answers.read(int(match[1]) + 1)
            raise OSError(None, "a link that leads to no file of the repository")
        raise FileNotFoundError(None, "no such file")


def _read(stream: IO[bytes], size: int) -> bytes:
    """The next bytes of a stream, at most one more than the limit of a spec; the rest of `size` is skipped."""
    data = stream.read(min(size, MAX_BYTES + 1))
    rest = size - len(data)
    while rest:
        rest -= len(stream.read(min(rest, MAX_BYTES)))
    return data


def _blob_of(data: bytes, like: str) -> str:
    """The name that git gives to these bytes, by the hash function of another name."""
    hashed = sha1 if len(like) == 40 else sha256
    return hashed(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _command(folder: str) -> list[str]:
    return ["git", "-C", folder]


def _environment() -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}
    return {**own, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}


def _git(folder: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What a command of git does; raises BadParameter if there is no git."""
    command = [*_command(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=False, env=_environment())
    except FileNotFoundError:
        raise BadParameter("git is not installed", param_hint=HINT) from None


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """The first line of what git says is wrong."""
    return done.stderr.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ")


def _lines(folder: str, *arguments: str) -> list[str]:
    return os.fsdecode(_git(folder, *arguments).stdout).splitlines()


def root_of(folder: str) -> str:
    """The root of the repository that a folder is in. Raises BadParameter if it is in none."""
    done = _git(folder, "rev-parse", "--show-toplevel")
    if done.returncode == 0:
        return os.path.realpath(os.fsdecode(done.stdout).removesuffix("\n"))
    reason = _reason(done)
    if "not a git repository" in reason:
        reason = "not in a git repository, so it has no earlier version"
    raise BadParameter(f"{folder}: {reason}", param_hint=HINT)


def checked_revision(revision: str) -> str:
    """The revision; raises BadParameter for a text that can't name a single commit."""
    if revision.startswith("-") or not revision.strip():
        raise BadParameter(f"{revision!r} is not a revision", param_hint=HINT)
    if ".." in revision or revision.startswith("^") or _SEVERAL.search(revision):
        message = f"{revision!r} is not a single revision; name one commit, branch or tag"
        raise BadParameter(message, param_hint=HINT)
    return revision


def commit_of(root: str, revision: str) -> str:
    """The full name of a revision's commit. Raises BadParameter if the repository doesn't have it."""
    # `:/text` would take `^{commit}` for a part of the text.
    name = _git(root, "rev-parse", "--verify", "--quiet", revision).stdout.decode().strip()
    done = _git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if done.returncode == 0 and name:
        return done.stdout.decode().strip()
    message = f"{revision!r} is not a commit of the repository {root}; {_help(root, revision)}"
    raise BadParameter(message, param_hint=HINT)


def _help(root: str, revision: str) -> str:
    """How to get a revision that the repository doesn't have, or the one that was meant."""
    remote = (["origin", *_lines(root, "remote")])[-1]
    names = _lines(root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
    if f"{remote}/{revision}" in names:
        return f"did you mean `{remote}/{revision}`?"
    if _lines(root, "rev-parse", "--is-shallow-repository") == ["true"]:
        return f"the clone is shallow: {_deepening(remote, revision)}; with actions/checkout, set `fetch-depth: 0`"
    close = nearest(revision, names)
    if close is not None:
        return f"did you mean `{close}`?"
    return (
        f"`git fetch {remote} {revision}` gets a branch of the remote"
        if remote in _lines(root, "remote")
        else ("`git branch --all` lists the branches")
    )


def _deepening(remote: str, revision: str) -> str:
    branch, relative, _ = revision.removeprefix(f"{remote}/").replace("~", "^").partition("^")
    if relative or branch == "HEAD":
        return "`git fetch --deepen=1` gets an earlier commit"
    return f"`git fetch {remote} {branch}` gets the branch, as `{remote}/{branch}` or `FETCH_HEAD`"
