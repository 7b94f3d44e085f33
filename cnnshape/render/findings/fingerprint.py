"""Names for findings that stay the same while the file around them changes."""

import json
from collections import Counter
from collections.abc import Iterable

from cnnshape.diagnostics import Diagnostic
from cnnshape.render.findings.findings import forge_path

LONGEST = 1_000
"""The number of characters of a line that are hashed: many findings on a very long line must not each copy it."""


def fingerprints(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """A hash per diagnostic; all are different.

    The hash depends on the file, the code, and the text that the finding points at. It does not depend on the line
    number or the message, whose sizes may change with an edit elsewhere. Equal findings differ by their order.
    """
    from hashlib import sha256

    seen: Counter[tuple[str, ...]] = Counter()
    hashes = []
    for diagnostic in diagnostics:
        key = _key(diagnostic)
        hashes.append(sha256(json.dumps([*key, seen[key]]).encode()).hexdigest())
        seen[key] += 1
    return hashes


def _key(diagnostic: Diagnostic) -> tuple[str, ...]:
    where = (forge_path(diagnostic.path), diagnostic.code)
    if diagnostic.at is None:
        return (*where, diagnostic.message)
    span = diagnostic.at.span
    return (*where, span.source.line(span.line)[:LONGEST].strip(), span.text[:LONGEST])
