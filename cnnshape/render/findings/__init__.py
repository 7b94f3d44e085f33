"""The formats of `cnnshape check`, by name: each a pure function of the findings."""

from cnnshape.render.findings.findings import Findings as Findings
from cnnshape.render.findings.findings import Fixable as Fixable
from cnnshape.render.findings.text import to_concise, to_full
from cnnshape.render.formats import Format, Formats


# Most runs print text: the other formats are imported when they are asked for.
def _to_json(findings: Findings) -> str:
    from cnnshape.render.findings.json import to_json

    return to_json(findings)


def _to_github(findings: Findings) -> str:
    from cnnshape.render.findings.github import to_github

    return to_github(findings)


def _to_gitlab(findings: Findings) -> str:
    from cnnshape.render.findings.gitlab import to_gitlab

    return to_gitlab(findings)


def _to_sarif(findings: Findings) -> str:
    from cnnshape.render.findings.sarif import to_sarif

    return to_sarif(findings)


def _to_junit(findings: Findings) -> str:
    from cnnshape.render.findings.junit import to_junit

    return to_junit(findings)


FORMATS: Formats[Findings] = {
    "full": Format(to_full),
    "concise": Format.fixed(to_concise),
    "json": Format.fixed(_to_json),
    "github": Format.fixed(_to_github),
    "gitlab": Format.fixed(_to_gitlab),
    "sarif": Format.fixed(_to_sarif),
    "junit": Format.fixed(_to_junit),
}

SHOWING_FIXES = ("json", "sarif")
"""The formats that show the fixes of findings."""

__all__ = ["FORMATS", "SHOWING_FIXES", "Findings"]
