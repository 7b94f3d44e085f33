"""Findings as SARIF 2.1.0, the exchange format of static analysis (OASIS standard, 2020)."""

import json
from typing import Any

from cnnshape.diagnostics import CATALOGUE, Code, Diagnostic, Label, Replace
from cnnshape.document.editing import replacements
from cnnshape.lint import BY_NAME
from cnnshape.render.codes import ALL_CODES, anchor_of, code_markdown, code_page, page_of
from cnnshape.render.findings.findings import Findings, advice, forge_path
from cnnshape.render.findings.fingerprint import fingerprints
from cnnshape.source import Span, shipped_page
from cnnshape.version import __version__

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_INDEX = {name: index for index, name in enumerate(CATALOGUE)}


def to_sarif(findings: Findings) -> str:
    """A log of one run in ASCII, so that its bytes don't depend on the encoding of the output."""
    marks = fingerprints(findings.diagnostics)
    driver = {
        "name": "cnnshape",
        "version": __version__,
        "informationUri": shipped_page(ALL_CODES).as_uri(),
        "rules": list(map(_rule, CATALOGUE.values())),
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _artifact(name)} for name in findings.files if name],
        "results": [_result(*pair) for pair in zip(findings.diagnostics, marks, strict=True)],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(entry: Code) -> dict[str, Any]:
    """A code with its page, and where the page is on this machine: it ships with the package."""
    rule = BY_NAME.get(entry.name)
    return {
        "id": entry.code,
        "name": entry.name.title().replace("-", ""),
        "shortDescription": {"text": entry.meaning},
        "fullDescription": {"text": entry.meaning},
        "helpUri": f"{shipped_page(page_of(entry)).as_uri()}#{anchor_of(entry)}",
        "help": {"text": code_page(entry), "markdown": code_markdown(entry)},
        "defaultConfiguration": {"level": str(entry.severity), "enabled": rule is None or rule.default},
    }


def _result(diagnostic: Diagnostic, fingerprint: str) -> dict[str, Any]:
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": _INDEX[diagnostic.name],
        "level": str(diagnostic.severity),
        "message": _message("\n".join([diagnostic.message, *advice(diagnostic)])),
        "locations": _locations(diagnostic),
        "relatedLocations": [{"id": number, **_labelled(label)} for number, label in enumerate(diagnostic.related)],
        "partialFingerprints": {"cnnshapeFinding/v1": fingerprint},
        **_fixes(diagnostic),
    }


def _fixes(diagnostic: Diagnostic) -> dict[str, Any]:
    """The fixes, each of one file. A result without any has no such key."""
    worked_out = [changes for fix in diagnostic.fixes if (changes := replacements(fix))]
    return {"fixes": [{"artifactChanges": [_change(changes)]} for changes in worked_out]} if worked_out else {}


def _change(changes: list[Replace]) -> dict[str, Any]:
    replaced = [{"deletedRegion": _region(change.at), "insertedContent": {"text": change.text}} for change in changes]
    return {"artifactLocation": _artifact(changes[0].at.source.name), "replacements": replaced}


def _message(text: str) -> dict[str, str]:
    """A plain text message. Braces need no escapes: without `arguments`, consumers don't look for placeholders."""
    return {"text": text.replace("](", "] (")}  # `[text](target)` would be a link


def _locations(diagnostic: Diagnostic) -> list[dict[str, Any]]:
    if diagnostic.at is not None:
        return [_labelled(diagnostic.at)]
    if not diagnostic.file:
        return []
    # GitHub requires a line: use the first one if there is no place.
    return [{"physicalLocation": {"artifactLocation": _artifact(diagnostic.file), "region": {"startLine": 1}}}]


def _labelled(label: Label) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(label.span.source.name), "region": _region(label.span)}
    message = {"message": _message(label.text)} if label.text else {}
    return {"physicalLocation": place, **message}


def _artifact(name: str) -> dict[str, str]:
    """The file as a URI: relative to where the tool was run, unless its name is absolute."""
    from os import fsencode
    from pathlib import PurePath
    from urllib.parse import quote

    path = PurePath(name)
    return {"uri": path.as_uri() if path.is_absolute() else quote(fsencode(forge_path(name)))}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
