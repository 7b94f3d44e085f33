"""The formats of `cnnshape check`, by name: each a pure function of the findings."""

from collections.abc import Callable

from cnnshape.render.findings.findings import Findings
from cnnshape.render.findings.github import to_github
from cnnshape.render.findings.gitlab import to_gitlab
from cnnshape.render.findings.json import to_json
from cnnshape.render.findings.junit import to_junit
from cnnshape.render.findings.sarif import to_sarif
from cnnshape.render.findings.text import to_concise, to_full

FORMATS: dict[str, Callable[[Findings], str]] = {
    "full": to_full,
    "concise": to_concise,
    "json": to_json,
    "github": to_github,
    "gitlab": to_gitlab,
    "sarif": to_sarif,
    "junit": to_junit,
}

__all__ = ["FORMATS", "Findings"]
