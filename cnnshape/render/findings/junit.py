"""Findings as JUnit XML, which most CI systems show as tests: one test per file."""

from typing import TYPE_CHECKING

from cnnshape.diagnostics import Diagnostic, Severity
from cnnshape.render.diagnostics import closing, concise, escaped, full
from cnnshape.render.findings.findings import Findings

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def to_junit(findings: Findings) -> str:
    """A test suite. A file with an error is a failed test; warnings are the output of their file's test."""
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    by_file: dict[str, list[Diagnostic]] = {name: [] for name in findings.files}
    for diagnostic in findings.diagnostics:
        for name in _files(diagnostic) & by_file.keys():
            by_file[name].append(diagnostic)
    failed = {name for name, own in by_file.items() if any(finding.severity is Severity.ERROR for finding in own)}
    counts = {"name": "cnnshape", "tests": str(len(by_file)), "failures": str(len(failed)), "errors": "0"}
    root = Element("testsuites", counts)
    suite = SubElement(root, "testsuite", {**counts, "skipped": "0"})
    for name, diagnostics in by_file.items():
        _describe(SubElement(suite, "testcase", classname="cnnshape", name=escaped(name)), diagnostics)
    indent(root)
    text = tostring(root, encoding="unicode").encode("ascii", "xmlcharrefreplace").decode()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _files(diagnostic: Diagnostic) -> set[str]:
    """The files that an error fails: all that it points into, as a file that extends a broken file is broken too."""
    related = diagnostic.related if diagnostic.severity is Severity.ERROR else ()
    return {diagnostic.path, *(label.span.source.name for label in related)}


def _describe(case: "Element", diagnostics: list[Diagnostic]) -> None:
    """One failure with all errors, as readers drop a second failure or reject it."""
    from xml.etree.ElementTree import SubElement

    errors = [finding for finding in diagnostics if finding.severity is Severity.ERROR]
    warnings = [finding for finding in diagnostics if finding.severity is Severity.WARNING]
    if errors:
        message = errors[0].message if len(errors) == 1 else closing(errors)
        SubElement(case, "failure", message=escaped(message), type=errors[0].name).text = full(errors)
    if warnings:
        SubElement(case, "system-out").text = "".join(f"{concise(warning)}\n" for warning in warnings)
