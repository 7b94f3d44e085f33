"""Compares designs with a revision of git."""

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from cnnshape.api import Design, design_of_bytes, examine
from cnnshape.cli.files import same_file
from cnnshape.cli.progress import with_progress
from cnnshape.cli.reading import unreadable
from cnnshape.cli.repository import checked_revision
from cnnshape.cli.side import SideText, designed, settings_of
from cnnshape.cli.versions import Place, Sameness, Trees, Versions, find_versions, path_in
from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.document import read_file_bytes
from cnnshape.render.diagnostics import escaped
from cnnshape.study.condition import Condition
from cnnshape.study.review import Review, Reviewed, Version, review


def review_against(revision: str, texts: Iterable[str], conditions: Sequence[Condition]) -> tuple[Review, list[str]]:
    """The designs that the texts name, compared with a revision, and the names of all their files.

    Raises BadParameter, or exits, for what git lacks.
    """
    checked_revision(revision)
    with ExitStack() as stack:
        trees = Trees(revision, stack)
        chosen = find_versions(texts, trees)
        sameness = Sameness()
        changed = [own for own in chosen if own.old != own.new or own.new is None or not sameness.holds(own.new)]
        compared = (_reviewed(own, revision, conditions) for own in changed)
        differing = [designs for designs in with_progress(compared, len(changed), "designs") if designs]
        designs = tuple(design for designs in differing for design in designs)
        equal = len(chosen) - len(differing)
        result = Review(revision, trees.commit, designs, compared=len(chosen), equal=equal)
        return result, [versions.name for versions in chosen]


def _reviewed(versions: Versions, revision: str, conditions: Sequence[Condition]) -> list[Reviewed]:
    """The design and its variants, as far as they differ."""
    old = _versions(versions.side, versions.old, revision) if versions.old else {}
    new = _versions(versions.side, versions.new, "") if versions.new else {}
    broken = [own for own in (old, new) if own and own[""].problems]
    names = [""] if broken else list(dict.fromkeys([*new, *old]))
    reviews = [review(old.get(name), new.get(name), conditions) for name in names]
    return [own for own in reviews if own is not None]


def _versions(side: SideText, place: Place, revision: str) -> dict[str, Version]:
    """The design at a place and each of its variants, by the variant's name; empty for the design itself."""
    label = escaped(place.name + side.suffix)
    try:
        design = _design(place, revision)
    except OSError as error:
        return {"": Version(label, None, (_unreadable(place, revision, error),))}
    design, options = designed(side, design)
    settings = settings_of(side)
    first = examine(design, options)
    versions = {"": Version(label, None, tuple(first.problems))}
    if first.problems:
        return versions
    versions[""] = Version(label, first.report(settings))
    declared = design.spec.variants if design.spec is not None and not side.block and not options.variant else ()
    for name in [variant.name.text for variant in declared]:
        own = first.variant(name)
        report = None if own.problems else own.report(settings)
        versions[name] = Version(f"{label}:variant={name}", report, tuple(own.problems), name)
    return versions


def _design(place: Place, revision: str) -> Design:
    """The design at a place on disk, or in a revision with all files that it extends. Raises OSError."""
    if not revision:
        path = Path(place.name)
        return design_of_bytes(place.name, read_file_bytes(path), path)
    # Extended files are relative to this path, so that messages name the revision for them too.
    start = f"{revision}:"
    path = Path(start + (place.name if os.sep in place.name else f"./{place.name}"))

    def read(wanted: Path) -> bytes:
        file = same_file(str(wanted).removeprefix(start))
        inside = path_in(place.tree.root, file)
        # A file outside the repository has no versions.
        return read_file_bytes(Path(file)) if inside is None else place.tree.read(inside)

    return design_of_bytes(start + place.name, place.tree.read(place.path), path, read)


def _unreadable(place: Place, revision: str, error: OSError) -> Diagnostic:
    if not revision:
        return unreadable(place.name, error)
    message = f"can't read the file at {revision}: {error.strerror}"
    return diagnose("unreadable-file", message, file=f"{revision}:{place.name}")
