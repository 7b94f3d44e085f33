"""Reads a file with everything that it extends."""

import re
from collections.abc import Callable
from pathlib import Path

from cnnshape.diagnostics import did_you_mean, misspelt
from cnnshape.document import decode, read_document
from cnnshape.language.consequences import without_consequences
from cnnshape.language.model import Name, Param
from cnnshape.language.reader.file import File, read_file
from cnnshape.language.reader.problems import Problems, shown
from cnnshape.source import SourceText, shipped_names

MAX_EXTENDS = 8

Read = Callable[[Path], bytes]
"""Reads the bytes of an extended file; raises OSError."""


def read_chain(source: SourceText, read: Read, problems: Problems) -> list[File]:
    """The file of a text and all files that it extends, the file itself first. Each file is read once.

    A base that can't be used is reported and ends the chain early. The last file then still has `extends`.
    """
    chain: list[File] = []
    seen: set[str] = set()
    following: SourceText | None = source
    while following is not None:
        file = _file(following, problems)
        if file is None:
            break
        chain.append(file)
        if file.extends is None:
            break
        seen.add(_identity(following))
        following = _base(file, file.extends, seen, read, problems)
    return chain


def _file(source: SourceText, problems: Problems) -> File | None:
    """One file, without the problems that follow from lines that are not YAML; None if the text has no root."""
    document = read_document(source)
    problems.all.extend(document.problems)
    if document.root is None:
        return None
    before = len(problems.all)
    file = read_file(source, document.root, problems)
    problems.all[before:] = without_consequences(problems.all[before:], document.repaired)
    file.repaired = document.repaired
    file.comments = document.comments
    return file


def _base(file: File, reference: Name, seen: set[str], read: Read, problems: Problems) -> SourceText | None:
    """The text that a file extends. Reports a text that can't be read or extended, and returns None."""
    base = _read_text(file.source, reference, read, problems)
    if base is None:
        return None
    if _identity(base) in seen:
        problems.report("bad-extends", "`extends` forms a circle", reference.span)
        return None
    if len(seen) > MAX_EXTENDS:
        problems.report("bad-extends", f"`extends` makes a chain of more than {MAX_EXTENDS} files", reference.span)
        return None
    return base


def _identity(source: SourceText) -> str:
    return str(source.path.resolve()) if source.path else source.name


def _read_text(source: SourceText, reference: Name, read: Read, problems: Problems) -> SourceText | None:
    path = (source.path.parent if source.path else Path()) / reference.text
    try:
        data = read(path)
    except (OSError, ValueError) as error:
        _report_unreadable(error, reference, problems)
        return None
    text = decode(str(path), data)
    if not isinstance(text, str):
        message = f"`{shown(reference.text)}`: {text.message}"
        problems.report("bad-extends", message, reference.span)
        return None
    if _looks_like_a_spec(text):
        return SourceText(str(path), text, path)
    message = f"`{shown(reference.text)}` is not a spec: it has no `cnnshape`, `input`, `layers` or `extends`"
    problems.report("bad-extends", message, reference.span, help="name the file of a design")
    return None


def _report_unreadable(error: OSError | ValueError, reference: Name, problems: Problems) -> None:
    reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "not a path"
    stem = reference.text.removesuffix(".yaml")
    help = "the path is relative to this file"
    if stem in shipped_names():
        help = (
            f"`cnnshape show {stem} > {stem}.yaml` puts the shipped one into this folder; write `extends: {stem}.yaml`"
        )
    problems.report("bad-extends", f"can't read `{shown(reference.text)}`: {reason}", reference.span, help=help)


def _looks_like_a_spec(text: str) -> bool:
    """Whether a file looks like a spec. Others are rejected as a whole: their diagnostics would quote their text, such
    as passwords."""
    keys = r"""(?:^|[{,])[ \t]*["']?(?:cnnshape|input|layers|extends)["']?[ \t]*:"""
    return "\0" not in text and re.search(keys, text, re.MULTILINE) is not None


def override(base: File, over: File, problems: Problems) -> File:
    """The base, overridden by `over`: by whole keys, except for params, which are set one by one."""
    merged = File(over.source)
    merged.name = over.name or base.name
    merged.origin = over.origin or base.origin
    merged.family = over.family or base.family
    merged.year = over.year or base.year
    merged.results = over.results
    merged.inputs = over.inputs or base.inputs
    merged.params = _override_params(base, over, problems)
    merged.variants = base.variants
    merged.blocks = base.blocks
    merged.layers = base.layers
    merged.outputs = over.outputs or base.outputs
    merged.expectations = over.expectations
    merged.contracts = over.contracts
    merged.keys = base.keys | over.keys
    merged.strays = (*base.strays, *over.strays)
    merged.sound = base.sound and over.sound
    merged.has_keys = base.has_keys and over.has_keys
    merged.repaired = base.repaired + over.repaired
    merged.comments = base.comments + over.comments
    return merged


def _override_params(base: File, over: File, problems: Problems) -> tuple[Param, ...]:
    params = {param.name.text: param for param in base.params}
    for param in over.params:
        if param.name.text in params:
            params[param.name.text] = param
            continue
        message = f"`{param.name.text}` is not a param of {shown(base.source.name)}"
        help = did_you_mean(param.name.text, params)
        fixes = misspelt(param.name.text, params, param.name.span)
        problems.report("unknown-param", message, param.name.span, help=help, fixes=fixes)
    return tuple(params.values())
