"""Reads a whole spec, or a single value."""

from cnnshape.diagnostics import Diagnostic, diagnose
from cnnshape.document import read_document, read_file_bytes
from cnnshape.language.model import Param, Spec, Value
from cnnshape.language.reader.extends import Read, override, read_chain
from cnnshape.language.reader.file import File
from cnnshape.language.reader.problems import Problems, shown
from cnnshape.language.reader.values import ValueReader
from cnnshape.source import SourceText, Span


def read_spec(source: SourceText, read: Read = read_file_bytes) -> tuple[Spec | None, list[Diagnostic]]:
    """The spec of a text with everything that it extends, and all problems of these files.

    The spec has everything that could be read. It is None only if the text has no root node.
    """
    problems = Problems()
    chain = read_chain(source, read, problems)
    if not chain:
        return None, problems.all
    file = _merged(chain, problems)
    return _spec(file), problems.all


def _merged(chain: list[File], problems: Problems) -> File:
    merged = chain[-1]
    if "extends" in merged.keys:
        return _without_base(chain[0])
    for over in reversed(chain[:-1]):
        merged = override(merged, over, problems)
    _report_missing_keys(merged, chain[-1].start, problems)
    return merged


def _without_base(file: File) -> File:
    """The known parts of a file whose base can't be used: without its params and sizes, which may depend on the
    base."""
    known = File(file.source)
    known.name, known.origin, known.family, known.year = file.name, file.origin, file.family, file.year
    known.results = file.results
    known.repaired, known.comments = file.repaired, file.comments
    known.sound = False
    return known


def _report_missing_keys(file: File, start: Span, problems: Problems) -> None:
    """Reports missing keys of the merged file, at the start of the innermost base."""
    if file.lacks("input"):
        problems.report("missing-key", "the spec has no `input`", start, help="write `input: [3, 224, 224]`")
    if file.lacks("layers"):
        problems.report("missing-key", "the spec has no `layers`", start, help="write `layers:`, a list of steps")


def _spec(file: File) -> Spec:
    return Spec(
        source=file.source,
        name=file.name or _name_of(file.source),
        origin=file.origin,
        family=file.family,
        year=file.year,
        results=file.results,
        inputs=file.inputs,
        params=(*file.params, *(Param(name, None) for name in file.strays)),
        variants=file.variants,
        blocks=file.blocks,
        layers=file.layers,
        outputs=file.outputs,
        expectations=file.expectations,
        sound=file.sound and bool(file.inputs) and "layers" in file.keys,
        repaired=file.repaired,
        comments=file.comments,
        contracts=file.contracts,
    )


def _name_of(source: SourceText) -> str:
    if source.path is None:
        return "network"
    return source.path.stem if source.path.stem.isprintable() else shown(source.path.stem)


def read_value(source: SourceText) -> tuple[Value | None, list[Diagnostic]]:
    """The value of a single text, as in `-p repeats=[3,4,6,3]`."""
    if not source.text.strip():
        return None, [diagnose("wrong-structure", "a value is missing", file=source.name)]
    problems = Problems()
    document = read_document(source)
    problems.all.extend(document.problems)
    if document.root is None or not document.complete:
        return None, problems.all
    return ValueReader(problems).value(document.root, shown(source.name)), problems.all
