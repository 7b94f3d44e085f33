"""Finds the designs that the user names, on disk and in a revision of git."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from fnmatch import fnmatchcase
from glob import has_magic
from itertools import takewhile
from pathlib import Path

from cnnshape.cli.command import BadParameter
from cnnshape.cli.exit_codes import BAD_USAGE
from cnnshape.cli.files import STDIN, find_files, is_listed, is_spec, same_file
from cnnshape.cli.reading import NETWORKS, fail, importable, missing
from cnnshape.cli.repository import HINT, Tree, commit_of, root_of
from cnnshape.cli.side import SideText, parse_side
from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.document import Mapping, Scalar, decode, read_document, read_file_bytes
from cnnshape.named_tuple import NamedTuple
from cnnshape.source import SourceText, shipped_path


class Place(NamedTuple):
    """A file on disk, by the name that messages use, and its path in the revision."""

    name: str
    tree: Tree
    path: str


class Versions(NamedTuple):
    """A design that the user named: where it is in the revision and on disk, None where it is not; and the settings."""

    side: SideText
    old: Place | None
    new: Place | None

    @property
    def name(self) -> str:
        """The name of the newest version."""
        return next(place.name for place in (self.new, self.old) if place is not None)


class Trees:
    """The revision's trees: one for each repository that the named files are in."""

    def __init__(self, revision: str, stack: ExitStack) -> None:
        self.revision = revision
        self._stack = stack
        self._roots: dict[str, str] = {}
        self._trees: dict[str, Tree] = {}

    @property
    def commit(self) -> str:
        """The commit of the first repository."""
        return next((tree.commit for tree in self._trees.values()), "")

    def place(self, name: str) -> Place:
        """The place of a file or folder, which need not exist. Raises BadParameter if it is in no repository."""
        file = os.path.realpath(name) if os.path.isdir(name) else same_file(name)  # noqa: PTH112 -- names of any length
        folder = file
        while not os.path.isdir(folder):  # noqa: PTH112
            folder = str(Path(folder).parent)
        if folder not in self._roots:
            self._roots[folder] = root_of(folder)
        root = self._roots[folder]
        if root not in self._trees:
            self._trees[root] = Tree(root, commit_of(root, self.revision), self._stack)
        return Place(name, self._trees[root], path_in(root, file) or "")


def path_in(root: str, file: str) -> str | None:
    """The path of a file from a root, with slashes; empty for the root itself, None for a file outside."""
    path = os.path.relpath(file, root)
    if path == os.curdir:
        return ""
    return None if Path(path).parts[0] == os.pardir else Path(path).as_posix()


def find_versions(texts: Iterable[str], trees: Trees) -> list[Versions]:
    """The designs that the user named, by name; exits if a text names none, neither on disk nor in the revision."""
    designs: dict[tuple[str, SideText], Versions] = {}
    absent = []
    for text in texts:
        own = _named(text, trees)
        if not own:
            absent.append(_absent(text, trees.revision))
        for versions in own:
            place = versions.new or versions.old
            assert place is not None
            key = f"{place.tree.root}/{place.path}", versions.side._replace(spec="")
            designs.setdefault(key, versions)
    if absent:
        fail(absent, BAD_USAGE)
    return sorted(_with_renames(list(designs.values())), key=lambda versions: (versions.name, versions.side))


def _absent(text: str, revision: str) -> Diagnostic:
    if shipped_path(text) is not None:
        help = f"a shipped architecture has no earlier version; compare two: `cnnshape compare {text} mine.yaml`"
        return diagnose("unreadable-file", "no such file", file=text, help=help)
    problem = missing(text)
    return (
        problem._replace(message=f"{problem.message}, here or at {revision}", help=None) if ":" not in text else problem
    )


def _named(text: str, trees: Trees) -> list[Versions]:
    """The designs of one text: a file with settings, a folder, or a glob."""
    side = SideText(text, "", ()) if os.path.lexists(text) else parse_side(text)
    if side.spec == STDIN:
        raise BadParameter("standard input has no earlier version; name a file", param_hint=HINT)
    if side.spec.lower().endswith(NETWORKS):
        fail([importable(side.spec)], BAD_USAGE)
    here = trees.place((_before_magic(side.spec) if _is_glob(side.spec) else side.spec) or os.curdir)
    listed = _listed(side.spec, here)
    if listed is None:
        old = here if _exists(here) else None
        new = here if os.path.lexists(side.spec) else None
        return [Versions(side, old, new)] if old or new else []
    if side.block or side.settings:
        raise BadParameter(f"{text!r}: settings and blocks are of one file, not of a folder", param_hint="SIDE")
    places = {place.path: place for place in (_inside(here, name, trees) for name in find_files([side.spec]).files)}
    versions = [Versions(side, place if _exists(place) else None, place) for place in places.values()]
    removed = [Versions(side, place, None) for place in listed if place.path not in places and _was_design(place)]
    return [own._replace(side=side._replace(spec=own.name)) for own in (*versions, *removed)]


def _inside(here: Place, name: str, trees: Trees) -> Place:
    """The place of a file in a folder: also one of a submodule is in the folder's tree."""
    path = path_in(here.tree.root, same_file(name))
    return trees.place(name) if path is None else Place(name, here.tree, path)


def _listed(name: str, here: Place) -> Iterator[Place] | None:
    """The YAML files of the revision in a folder or matched by a glob; None for the name of one file."""
    if _is_glob(name):
        pattern = os.path.relpath(name, here.name).split("/")
        return _below(here, _before_magic(name), lambda path: _matches(path.split("/"), pattern))
    start = f"{here.path}/" if here.path else ""
    if os.path.isdir(name) or (start and any(path.startswith(start) for path in here.tree.files)):  # noqa: PTH112
        return _below(here, name, is_listed)
    return None


def _below(here: Place, top: str, fits: Callable[[str], bool]) -> Iterator[Place]:
    """The files of the revision in a folder, which messages call `top`, whose path in it fits."""
    start = f"{here.path}/" if here.path else ""
    for path in here.tree.files:
        rest = path.removeprefix(start)
        if path.startswith(start) and fits(rest):
            yield Place(os.path.join(top, rest), here.tree, path)  # noqa: PTH118 -- keeps `./` as the user gave it


def _is_glob(name: str) -> bool:
    return has_magic(name) and not os.path.lexists(name)


def _before_magic(pattern: str) -> str:
    """The folder of a pattern, before the first part that is one, as it is written."""
    parts = pattern.split("/")
    first = next(index for index, part in enumerate(parts) if has_magic(part))
    return "/".join(parts[:first]) or "/" * pattern.startswith("/")


def _matches(parts: list[str], pattern: list[str]) -> bool:
    """Whether a path matches a pattern, or is a YAML file in a folder that does; `**` matches any number of parts."""
    if not pattern or not parts:
        return not pattern and (not parts or is_listed("/".join(parts)))
    if pattern[0] == "**":
        folders = takewhile(lambda number: not parts[number - 1].startswith("."), range(1, len(parts)))
        return any(_matches(parts[number:], pattern[1:] or ["*"]) for number in (0, *folders))
    hidden = parts[0].startswith(".") and not pattern[0].startswith(".")
    return not hidden and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])


def _exists(place: Place) -> bool:
    """Whether the revision has the file."""
    if place.path in place.tree.files:
        return True
    try:
        place.tree.read(place.path)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _was_design(place: Place) -> bool:
    """Whether a file of the revision is a design there; one that has not changed is none, as it is none on disk."""
    file = Path(place.tree.root, place.path)
    if os.path.lexists(file) and place.tree.files[place.path].holds(file):
        return False
    return _is_design(place)


def _is_design(place: Place) -> bool:
    return is_spec(place.path, lambda _: place.tree.read(place.path))


def _with_renames(designs: list[Versions]) -> list[Versions]:
    """The designs; a new file that git takes for a renamed one, or that has the text of a removed one, is one design."""
    removed = {own.old.path: own.old for own in designs if own.old is not None and own.new is None}
    renamed: dict[str, str] = {}
    joined = []
    for own in designs:
        old = own.old
        if old is None and own.new is not None:
            old = _old_place(own.new, removed, renamed)
            renamed |= {old.path: own.new.path} if old is not None else {}
        joined.append(own._replace(old=old))
    return [own for own in joined if own.new is not None or own.old is None or own.old.path not in renamed]


def _old_place(new: Place, removed: dict[str, Place], renamed: dict[str, str]) -> Place | None:
    """The place of a new file in the revision before it was renamed, unless that is the old place of another one."""
    file = Path(new.tree.root, new.path)
    free = (old for old in removed if renamed.get(old, new.path) == new.path)
    path = new.tree.renames.get(new.path) or next((old for old in free if new.tree.files[old].holds(file)), None)
    if path is None or renamed.get(path, new.path) != new.path:
        return None
    if path in removed:
        return removed[path]
    old = Place(os.path.relpath(os.path.join(new.tree.root, path)), new.tree, path)  # noqa: PTH118
    # Git finds any file that is similar enough.
    return old if _is_design(old) or not is_spec(new.path, lambda _: read_file_bytes(file)) else None


class Sameness:
    """Which files on disk are those of the revision, together with all files that they extend."""

    def __init__(self) -> None:
        self._known: dict[str, bool] = {}

    def holds(self, place: Place) -> bool:
        """Whether the file and what it extends have not changed."""
        key = f"{place.tree.root}/{place.path}"
        if key not in self._known:
            # A file that extends itself has not changed if the others have not.
            self._known[key] = True
            self._known[key] = self._is_same(place)
        return self._known[key]

    def _is_same(self, place: Place) -> bool:
        entry, file = place.tree.files.get(place.path), Path(place.name)
        if entry is None or not entry.holds(file):
            return False
        base = _extended(file)
        path = path_in(place.tree.root, same_file(str(base))) if base is not None else None
        # A file outside the repository has no versions.
        return base is None or path is None or self.holds(Place(str(base), place.tree, path))


def _extended(file: Path) -> Path | None:
    """The file that a file extends, if any."""
    data = read_file_bytes(file)
    text = decode(str(file), data) if b"extends" in data else None
    root = read_document(SourceText(str(file), text)).root if isinstance(text, str) else None
    entry = root.get("extends") if isinstance(root, Mapping) else None
    return file.parent / entry.value.text if entry is not None and isinstance(entry.value, Scalar) else None
