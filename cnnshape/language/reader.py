"""Reading a spec: a file, laid on top of the files that it extends."""

import re
from collections.abc import Callable
from pathlib import Path

from cnnshape.diagnostics import Diagnostic, diagnose, did_you_mean
from cnnshape.document import decode, read_document, read_file_bytes
from cnnshape.language.consequences import without_consequences
from cnnshape.language.file import File, read_file
from cnnshape.language.model import Name, Spec, Value
from cnnshape.language.reading import Problems, Reader, shown
from cnnshape.source import SourceText, shipped_names

MAX_EXTENDS = 8
# A file without such a line is refused whole: a fault in it would quote passwords or the environment.
_SPEC_LINE = re.compile(r"""(?:^|[{,])[ \t]*["']?(?:cnnshape|input|layers|extends)["']?[ \t]*:""", re.MULTILINE)

Read = Callable[[Path], bytes]
"""How the bytes of a file that is extended are read; raises OSError."""


def read_spec(source: SourceText, read: Read = read_file_bytes) -> tuple[Spec | None, list[Diagnostic]]:
    """The spec of a text with everything that it extends, and all problems found on the way.

    The spec is None where nothing can be made of the text; otherwise it is what could be read of it.
    """
    problems = Problems()
    chain = _chain(source, read, problems)
    if chain is None:
        return None, problems.found
    merged = chain[-1]
    for over in reversed(chain[:-1]):
        merged = _override(merged, over, problems)
    return _finish(merged, problems), problems.found


def _finish(file: File, problems: Problems) -> Spec | None:
    if not file.inputs and not problems.found:
        problems.report("missing-key", "the spec has no `input`", file.start, help="write `input: [3, 224, 224]`")
    if file.layers is None and all(found.name == "missing-key" for found in problems.found):
        problems.report("missing-key", "the spec has no `layers`", file.start, help="write `layers:`, a list of steps")
    if file.layers is None:
        return None
    name = file.name or (_stem(file.source.path) if file.source.path else "network")
    return Spec(
        file.source, name, file.origin, file.family, file.year, file.inputs, file.params, file.variants, file.blocks,
        file.layers, file.outputs, file.expectations, file.sound, file.repaired,
        file.comments,
    )  # fmt: skip


def _stem(path: Path) -> str:
    return path.stem if path.stem.isprintable() else shown(path.stem)


def read_value(source: SourceText) -> tuple[Value | None, list[Diagnostic]]:
    """The value that a text states on its own, as in `-p repeats=[3,4,6,3]`."""
    problems = Problems()
    if not source.text.strip():
        return None, [diagnose("wrong-structure", "a value is missing", file=source.name)]
    document = read_document(source)
    problems.found.extend(document.problems)
    if document.root is None or not document.complete:
        return None, problems.found
    return Reader(problems).value(document.root, shown(source.name)), problems.found


def _chain(source: SourceText, read: Read, problems: Problems) -> list[File] | None:
    """The file and all that it extends, itself first; None where one of them can't be read."""
    chain: list[File] = []
    seen: set[str] = set()
    following: SourceText | None = source
    while following is not None:
        seen.add(_identity(following))
        file = _file(following, problems)
        if file is None:
            return None
        chain.append(file)
        following = None
        if file.extends is not None:
            following = _base(file.source, file.extends, read, problems)
            if following is None or not _may_follow(following, seen, file.extends, problems):
                return None
    return chain


def _file(source: SourceText, problems: Problems) -> File | None:
    """One file; problems on lines that its text lacks a bracket or more are not the author's."""
    document = read_document(source)
    problems.found.extend(document.problems)
    if document.root is None:
        return None
    before = len(problems.found)
    file = read_file(source, document.root, problems)
    problems.found[before:] = without_consequences(problems.found[before:], document.repaired)
    return file._replace(repaired=document.repaired, comments=document.comments) if file else None


def _may_follow(base: SourceText, seen: set[str], reference: Name, problems: Problems) -> bool:
    if _identity(base) in seen:
        problems.report("bad-extends", "`extends` goes in a circle", reference.span)
        return False
    if len(seen) > MAX_EXTENDS:
        problems.report("bad-extends", f"`extends` makes a chain of more than {MAX_EXTENDS} files", reference.span)
        return False
    return True


def _identity(source: SourceText) -> str:
    return str(source.path.resolve()) if source.path else source.name


def _base(source: SourceText, reference: Name, read: Read, problems: Problems) -> SourceText | None:
    path = (source.path.parent if source.path else Path()) / reference.text
    try:
        data = read(path)
    except (OSError, ValueError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "not a path"
        message = f"can't read `{shown(reference.text)}`: {reason}"
        stem = reference.text.removesuffix(".yaml")
        help = "the path is relative to this file"
        if stem in shipped_names():
            help = f"`cnnshape show {stem} > {stem}.yaml` puts the shipped one into this folder; write `extends: {stem}.yaml`"
        problems.report("bad-extends", message, reference.span, help=help)
        return None
    text = decode(str(path), data)
    if isinstance(text, str):
        if _SPEC_LINE.search(text) and "\0" not in text:
            return SourceText(str(path), text, path)
        message = f"`{shown(reference.text)}` is not a spec: it has no `cnnshape`, `input`, `layers` or `extends`"
        problems.report("bad-extends", message, reference.span, help="name the file of a design")
        return None
    problems.found.append(diagnose("bad-extends", f"`{shown(reference.text)}`: {text.message}", reference.span))
    return None


def _override(base: File, over: File, problems: Problems) -> File:
    """`over` laid on top of `base`: whole keys, but for params, which are set one by one."""
    params = {param.name.text: param for param in base.params}
    for param in over.params:
        if param.name.text in params:
            params[param.name.text] = param
            continue
        message = f"`{param.name.text}` is not a param of {shown(base.source.name)}"
        help = did_you_mean(param.name.text, params)
        problems.report("unknown-param", message, param.name.span, help=help)
    return base._replace(
        source=over.source,
        name=over.name or base.name,
        origin=over.origin or base.origin,
        family=over.family or base.family,
        year=over.year or base.year,
        inputs=over.inputs or base.inputs,
        params=tuple(params.values()),
        outputs=over.outputs or base.outputs,
        expectations=over.expectations,
        sound=base.sound and over.sound,
        repaired=base.repaired + over.repaired,
        comments=base.comments + over.comments,
    )
