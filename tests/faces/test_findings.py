"""The formats of `check`: a golden each for one fixed set of findings, and what must hold for any findings."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path, PurePath
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

import cnnshape
from cnnshape.diagnostics import (
    BY_CHOICE,
    BY_FIX,
    BY_UPDATE,
    CATALOGUE,
    Diagnostic,
    Fix,
    Label,
    Replace,
    Severity,
    diagnose,
)
from cnnshape.render.diagnostics import full
from cnnshape.render.findings import FORMATS, Findings, Fixable
from cnnshape.render.findings.findings import MOST_SHOWN
from cnnshape.render.findings.text import closing_line
from cnnshape.render.formats import Page
from cnnshape.source import SourceText, Span

DATA = Path(__file__).parent / "data"
BAD = sorted((Path(__file__).parents[1] / "specs" / "bad").glob("*.yaml"))

RESNET = SourceText(
    "./designs/resnet 50%.yaml",
    "input: [3, 8, 8]\nlayers:\n  - residual:\n      - conv: {out: 64, kernel: 1}\n    shortcut: identity\n",
)
ODD = SourceText("designs/größe,a:b.yaml", "layers:\n  - for: {n: [1, 2]}\n    do:\n      - relu\n  - relu\n  - relu\n")


def at(source: SourceText, line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(source, line, column, end_line, end_column)


FIXED = Findings(
    (
        diagnose(
            "residual-shape-mismatch",
            "residual add needs equal shapes: body 64x8x8, shortcut 3x8x8",
            at(RESNET, 3, 5, 3, 13),
            label="body ends with 64 channels",
            related=[Label(at(RESNET, 5, 5, 5, 13), "3 channels here"), Label(at(RESNET, 1, 8, 1, 17), "")],
            notes=["100% of its instances"],
            help="project the shortcut: `- conv: {out: 64, kernel: 1}`",
        ),
        diagnose("unused-output", "nothing reads this: <a> & \"b\" ☃ [x](1)", at(ODD, 2, 5, 4, 13), severity=Severity.WARNING),
        diagnose("repeated-activation", "relu directly after relu", at(ODD, 5, 5, 5, 9), severity=Severity.WARNING),
        diagnose("repeated-activation", "relu directly after relu", at(ODD, 6, 5, 6, 9), severity=Severity.WARNING),
        diagnose("unreadable-file", "no such file", file="missing.yaml", help="is it\r\nthere?"),
    ),
    ("./designs/resnet 50%.yaml", "designs/größe,a:b.yaml", "designs/sound.yaml"),
)  # fmt: skip


def written(format: str, findings: Findings) -> str:
    """The findings as a pipe gets them."""
    return FORMATS[format].write(findings, Page())


NOTHING = Findings((), ("designs/sound.yaml",))
NO_FILES = Findings((), ())


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "sarif"])
def test_golden(format: str) -> None:
    assert written(format, FIXED) == (DATA / f"findings.{format}").read_bytes().decode()


def test_golden_of_sarif() -> None:
    """The results alone; tests below compare the rules and the version with their sources."""
    log = json.loads(written("sarif", FIXED))
    for run in log["runs"]:
        del run["tool"]
        for result in run["results"]:
            del result["ruleIndex"]
    assert log == json.loads((DATA / "findings.sarif").read_text(encoding="utf-8"))


def test_golden_of_nothing() -> None:
    empty = {format: written(format, NOTHING) for format in FORMATS}
    assert empty["full"] == "1 design checked, nothing wrong\n"
    assert [empty[format] for format in ("concise", "github", "gitlab")] == ["", "", "[]\n"]
    assert json.loads(empty["json"]) == {
        "version": 1, "checked": ["designs/sound.yaml"], "diagnostics": [], "counts": {"error": 0, "warning": 0},
    }  # fmt: skip
    assert json.loads(empty["sarif"])["runs"][0]["results"] == []
    assert [case.attrib for case in ElementTree.fromstring(empty["junit"]).iter("testcase")] == [
        {"classname": "cnnshape", "name": "designs/sound.yaml"}
    ]


# What a reader of each format makes of it; each of these raises where the text is not of the format.


def read_json(text: str) -> list[dict]:
    text.encode("ascii")
    data = json.loads(text)
    assert list(data) == ["version", "checked", "diagnostics", "counts"]
    return data["diagnostics"]


COMMAND = re.compile(r"::(error|warning) ([^:\r\n]*)::([^\r\n]*)")


def unescaped(text: str, signs: str = "\r\n") -> str:
    """As the runner of GitHub Actions does it."""
    for sign in signs:
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text.replace("%25", "%")


def read_github(text: str) -> list[tuple[str, dict[str, str], str]]:
    assert text == "" or text.endswith("\n")
    commands = []
    for line in text.split("\n")[:-1]:
        match = COMMAND.fullmatch(line)
        assert match, line
        pairs = [pair.split("=", 1) for pair in match[2].split(",")]
        commands.append((match[1], {key: unescaped(value, "\r\n:,") for key, value in pairs}, unescaped(match[3])))
    return commands


GITLAB = Draft7Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "minLength": 1},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "properties": {
                        "path": {"type": "string", "pattern": r"^(?!\./)"},
                        "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                    },
                },
            },
        },
    }
)


def read_gitlab(text: str) -> list[dict]:
    text.encode("ascii")
    data = json.loads(text)
    GITLAB.validate(data)
    return data


def schema(path: Path) -> Draft7Validator:
    return Draft7Validator(json.loads(path.read_text(encoding="utf-8")))


SARIF = schema(DATA / "sarif-part.schema.json")


def read_sarif(text: str) -> dict:
    text.encode("ascii")
    log = json.loads(text)
    SARIF.validate(log)
    (run,) = log["runs"]
    return run


def read_junit(text: str) -> ElementTree.Element:
    text.encode("ascii")
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    (suite,) = root
    cases = list(suite)
    failed = [case for case in cases if case.find("failure") is not None]
    for counted in (root, suite):
        assert (int(counted.get("tests")), int(counted.get("failures"))) == (len(cases), len(failed))
    assert all(len(case.findall("failure")) <= 1 for case in cases)
    return suite


READERS = {
    "full": str, "concise": str, "json": read_json, "github": read_github, "gitlab": read_gitlab, "sarif": read_sarif,
    "junit": read_junit,
}  # fmt: skip


def test_every_format_has_a_reader() -> None:
    assert list(READERS) == list(FORMATS)


def real(path: Path) -> Findings:
    return Findings(tuple(cnnshape.check(cnnshape.load(path))), (str(path),))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("findings", [FIXED, NOTHING, NO_FILES], ids=["fixed", "nothing", "no-files"])
def test_every_reader_reads(format: str, findings: Findings) -> None:
    READERS[format](written(format, findings))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_real_findings_can_be_read(path: Path) -> None:
    findings = real(path)
    for format in FORMATS:
        READERS[format](written(format, findings))


# Any findings: names, messages and sources of any characters, lone halves of surrogate pairs among them.

unhurried = settings(deadline=None, max_examples=50)
BYTES = [chr(0xDC00 + byte) for byte in range(0x80, 0x100)]  # how Python writes bytes of a name that are not UTF-8
NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.sampled_from(BYTES), min_size=1, max_size=12
)
TEXTS = st.text(min_size=1, max_size=12)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    source = SourceText(draw(NAMES), draw(st.text(max_size=40)))
    line, column = draw(st.integers(1, source.line_count)), draw(st.integers(1, 10))
    if draw(st.booleans()):
        return Span(source, line, column, line, column + draw(st.integers(0, 10)))
    return Span(source, line, column, line + draw(st.integers(1, 3)), draw(st.integers(1, 10)))


def labels() -> st.SearchStrategy[Label]:
    return st.builds(Label, spans(), st.just("") | TEXTS)


@st.composite
def diagnostics(draw: st.DrawFn) -> Diagnostic:
    entry = draw(st.sampled_from(list(CATALOGUE.values())))
    placed = draw(st.booleans())
    return Diagnostic(
        entry.code,
        entry.name,
        draw(st.sampled_from(Severity)),
        draw(TEXTS),
        draw(labels()) if placed else None,
        tuple(draw(st.lists(labels(), max_size=2))),
        tuple(draw(st.lists(TEXTS, max_size=2))),
        draw(st.none() | TEXTS),
        "" if placed else draw(NAMES),
        tuple(draw(st.lists(fixes(), max_size=2))),
    )


def fixes() -> st.SearchStrategy[Fix]:
    replaced = st.builds(Replace, spans(), st.text(max_size=8))
    return st.builds(
        lambda edit, option: Fix((edit,), option), replaced, st.sampled_from([BY_FIX, BY_UPDATE, BY_CHOICE])
    )


FINDINGS = st.builds(
    lambda listed, checked: Findings(tuple(sorted(listed, key=lambda diagnostic: diagnostic.place)), tuple(checked)),
    st.lists(diagnostics(), max_size=4),
    st.lists(NAMES, max_size=3, unique=True),
)


def printed(text: str) -> str:
    """As a log may hold it; line breaks of the text come back as such."""
    return "".join(sign if sign.isprintable() or sign in "\r\n" else ascii(sign)[1:-1] for sign in text)


def posix(name: str) -> str:
    return PurePath(name).as_posix()


@unhurried
@given(FINDINGS)
def test_concise_has_a_line_each(findings: Findings) -> None:
    text = written("concise", findings)
    assert text.count("\n") == len(findings.diagnostics) == len(text.splitlines())


@unhurried
@given(FINDINGS)
def test_full_shows_nothing_that_a_terminal_obeys(findings: Findings) -> None:
    assert all(line.isprintable() for line in written("full", findings).split("\n"))


def json_place(at: Span) -> dict:
    return {
        "file": at.source.name, "line": at.line, "column": at.column, "end_line": at.end_line,
        "end_column": at.end_column,
    }  # fmt: skip


@unhurried
@given(FINDINGS)
def test_json_keeps_everything(findings: Findings) -> None:
    text = written("json", findings)
    for printed_finding, meant in zip(read_json(text), findings.diagnostics, strict=True):
        span = meant.at.span if meant.at else None
        assert printed_finding == {
            "code": meant.code, "name": meant.name, "severity": meant.severity, "message": meant.message,
            "file": meant.path, "text": meant.at.text if meant.at else "",
            **dict(zip(("line", "column", "end_line", "end_column"), span[1:] if span else [None] * 4, strict=True)),
            "related": [
                {"file": label.source.name, "line": label.line, "column": label.column, "end_line": label.end_line,
                 "end_column": label.end_column, "text": words}
                for label, words in meant.related
            ],
            "notes": list(meant.notes), "help": meant.help, "fixes": [
                {
                    "applied_by": fix.applied_by or None,
                    "edits": [{**json_place(edit.at), "text": edit.text} for edit in fix.edits],
                }
                for fix in meant.fixes
            ],
        }  # fmt: skip
    data = json.loads(text)
    assert data["checked"] == list(findings.checked)
    assert Counter(data["counts"]) == Counter(diagnostic.severity for diagnostic in findings.diagnostics)


@unhurried
@given(FINDINGS)
def test_github_annotates_the_place(findings: Findings) -> None:
    for (severity, properties, text), meant in zip(
        read_github(written("github", findings)), findings.diagnostics, strict=True
    ):
        assert severity == meant.severity
        assert text.startswith(printed(meant.message))
        assert properties["file"] == printed(posix(meant.path))
        assert properties["title"] == f"{meant.code} {meant.name}"
        given = {key: int(properties[key]) for key in ("line", "endLine", "col", "endColumn") if key in properties}
        assert given == region(meant)


def region(meant: Diagnostic) -> dict[str, int]:
    if meant.at is None:
        return {}
    _, line, column, end_line, end_column = meant.at.span
    columns = {"col": column, "endColumn": end_column} if line == end_line else {}
    return {"line": line, "endLine": end_line, **columns}


@unhurried
@given(FINDINGS)
def test_gitlab_names_every_finding_differently(findings: Findings) -> None:
    issues = read_gitlab(written("gitlab", findings))
    assert len({issue["fingerprint"] for issue in issues}) == len(findings.diagnostics)
    for issue, meant in zip(issues, findings.diagnostics, strict=True):
        line = meant.at.span.line if meant.at else 1
        assert issue["location"] == {"path": posix(meant.path), "lines": {"begin": line}}
        assert issue["check_name"] == meant.name
        assert issue["description"].startswith(meant.message)


@unhurried
@given(FINDINGS)
def test_sarif_fits_the_standard(findings: Findings) -> None:
    run = read_sarif(written("sarif", findings))
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    for result, meant in zip(run["results"], findings.diagnostics, strict=True):
        assert (result["ruleId"], result["level"]) == (meant.code, meant.severity)
        assert rules[result["ruleIndex"]]["id"] == meant.code
        assert result["message"]["text"].startswith(meant.message.replace("](", "] ("))
        (place,) = (location["physicalLocation"] for location in result["locations"])
        assert path_of(place["artifactLocation"]["uri"]) == posix(meant.path)
        assert list(place["region"].values()) == list(meant.at.span[1:] if meant.at else [1])
        assert [location["id"] for location in result["relatedLocations"]] == list(range(len(meant.related)))
        assert [sarif_fix(fix) for fix in result.get("fixes", ())] == [
            (posix(edit.at.source.name), list(edit.at[1:]), edit.text) for (edit,), _ in meant.fixes
        ]
    assert [path_of(artifact["location"]["uri"]) for artifact in run["artifacts"]] == list(map(posix, findings.files))


def sarif_fix(fix: dict) -> tuple:
    """The file, the place and the text of a fix with one replacement."""
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    place = [replacement["deletedRegion"][key] for key in ("startLine", "startColumn", "endLine", "endColumn")]
    return path_of(change["artifactLocation"]["uri"]), place, replacement["insertedContent"]["text"]


def path_of(uri: str) -> str:
    return unquote(uri.removeprefix("file://"), errors="surrogateescape")


def test_sarif_describes_every_code() -> None:
    driver = read_sarif(written("sarif", NOTHING))["tool"]["driver"]
    for rule, entry in zip(driver["rules"], CATALOGUE.values(), strict=True):
        assert (rule["id"], rule["shortDescription"]["text"]) == (entry.code, entry.meaning)
        assert rule["help"]["text"].startswith(f"{entry.name} ({entry.code}, ")
        assert rule["help"]["markdown"].startswith(entry.meaning)
        assert "```yaml\n" in rule["help"]["markdown"] or entry.code in ("CS101", "CS110", "CS208")
        enabled = entry.name != "unproductive-layer"
        assert rule["defaultConfiguration"] == {"level": str(entry.severity), "enabled": enabled}
        assert rule["helpUri"].endswith(f".md#{entry.code.lower()}-{entry.name}")
    assert driver["version"] == cnnshape.__version__


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("designs/a.yaml", "designs/a.yaml"),
        ("./a.yaml", "a.yaml"),
        ("../a.yaml", "../a.yaml"),
        ("a b%20.yaml", "a%20b%2520.yaml"),
        ("c:d.yaml", "c%3Ad.yaml"),
        ("größe#?.yaml", "gr%C3%B6%C3%9Fe%23%3F.yaml"),
        ("\udcff.yaml", "%FF.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("/tmp/a b.yaml", "file:///tmp/a%20b.yaml"),
    ],
)
def test_sarif_names_files_by_uri(name: str, uri: str) -> None:
    run = read_sarif(written("sarif", Findings((diagnose("empty-file", "nothing", file=name),), ())))
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@unhurried
@given(FINDINGS)
def test_junit_is_xml_with_a_test_per_file(findings: Findings) -> None:
    suite = read_junit(written("junit", findings))
    for case, file in zip(suite, findings.files, strict=True):
        own = [
            diagnostic
            for diagnostic in findings.diagnostics
            if diagnostic.path == file or points_into(file, diagnostic)
        ]
        failure, output = case.find("failure"), case.find("system-out")
        errors = [diagnostic for diagnostic in own if diagnostic.severity is Severity.ERROR]
        assert (failure is not None) == bool(errors)
        assert (output is not None) == (len(errors) < len(own))
        assert (failure.text if errors else "") == full(errors)


def points_into(file: str, diagnostic: Diagnostic) -> bool:
    """An error does so with each of its places."""
    places = diagnostic.related if diagnostic.severity is Severity.ERROR else ()
    return file in {label.span.source.name for label in places}


def moved(diagnostic: Diagnostic, source: SourceText, lines: int) -> Diagnostic:
    span = diagnostic.at.span
    place = Span(source, span.line + lines, span.column, span.end_line + lines, span.end_column)
    return diagnostic._replace(at=Label(place, diagnostic.at.text), message=diagnostic.message + ", as it happens")


def marks(findings: Findings, format: str) -> list[str]:
    if format == "gitlab":
        return [issue["fingerprint"] for issue in read_gitlab(written(format, findings))]
    return [mark for result in read_sarif(written(format, findings))["results"] for mark in result["partialFingerprints"].values()]  # fmt: skip


@pytest.mark.parametrize("format", ["gitlab", "sarif"])
def test_fingerprints_outlive_unrelated_edits(format: str) -> None:
    placed = [diagnostic for diagnostic in FIXED.diagnostics if diagnostic.path == ODD.name]
    edited = SourceText(ODD.name, "name: new\n\n" + ODD.text)
    after = Findings(tuple(moved(diagnostic, edited, 2) for diagnostic in placed), ())
    assert marks(after, format) == marks(Findings(tuple(placed), ()), format)


@pytest.mark.parametrize("format", ["gitlab", "sarif"])
def test_fingerprints_tell_files_apart(format: str) -> None:
    (relu,) = {diagnostic for diagnostic in FIXED.diagnostics if diagnostic.at and diagnostic.at.span.line == 6}
    elsewhere = moved(relu, SourceText("other.yaml", ODD.text), 0)
    assert len(set(marks(Findings((relu, elsewhere), ()), format))) == 2


def test_bytes_are_the_same_in_every_run() -> None:
    code = (
        "import sys, cnnshape; from cnnshape.render.findings import FORMATS, Findings; from cnnshape.render.formats import Page\n"
        "found = Findings(tuple(cnnshape.check(cnnshape.load(sys.argv[1]))), (sys.argv[1],))\n"
        "assert found.diagnostics; print([format.write(found, Page()) for format in FORMATS.values()])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code, BAD[0]], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert runs[0] == runs[1]


def test_no_format_brings_rich() -> None:
    code = (
        "import sys; from cnnshape.render.findings import FORMATS, Findings; from cnnshape.render.formats import Page\n"
        + ("[format.write(Findings((), ('a',)), Page()) for format in FORMATS.values()]; print('rich' in sys.modules)")
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


ERROR = diagnose("unknown-kind", "no layer kind is called `convv`", file="a.yaml")
OTHER = diagnose("unknown-key", "unknown key `layres`", file="a.yaml")


@pytest.mark.parametrize(
    ("diagnostics", "line"),
    [
        ([ERROR], "1 error in 1 design; `cnnshape rule CS401` explains it"),
        ([ERROR, ERROR], "2 errors in 1 design; `cnnshape rule CS401` explains them"),
        ([ERROR, OTHER], "2 errors in 1 design; `cnnshape rule CODE` explains each"),
    ],
)
def test_a_run_ends_with_how_to_look_codes_up(diagnostics: list[Diagnostic], line: str) -> None:
    assert written("full", Findings(tuple(diagnostics), ("a.yaml",))).endswith(f"\n\n{line}\n")


def test_the_last_line_is_broken_for_a_narrow_terminal() -> None:
    text = FORMATS["full"].write(Findings((ERROR, OTHER), ("a.yaml",)), Page(40))
    assert text.endswith("\n\n2 errors in 1 design; `cnnshape rule\nCODE` explains each\n")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_diagnostics_have_the_severity_of_their_code(path: Path) -> None:
    diagnostics = cnnshape.check(cnnshape.load(path))
    other = {
        diagnostic.code for diagnostic in diagnostics if diagnostic.severity is not CATALOGUE[diagnostic.name].severity
    }
    assert other <= {"CS105"}, "but variants too many to check, which is a warning"


def many(severity: Severity, start: int, count: int, name: str) -> tuple[Diagnostic, ...]:
    code = "expectation-missed" if severity is Severity.ERROR else "heavy-head"
    source = SourceText(name, "a\n" * (start + count))
    return tuple(
        diagnose(code, f"finding {number}", Span(source, number + 1, 1, number + 1, 2))
        for number in range(start, start + count)
    )


def test_of_very_many_findings_of_a_file_people_see_some_errors_first():
    warnings, errors = many(Severity.WARNING, 0, 60, "big.yaml"), many(Severity.ERROR, 60, 45, "big.yaml")
    small = many(Severity.ERROR, 0, 2, "small.yaml")
    findings = Findings((*warnings, *errors, *small), ("big.yaml", "small.yaml"))
    shown = [[finding.message for finding in own] for own in findings.shown()]
    assert shown == [
        [finding.message for finding in (*warnings[: MOST_SHOWN - 45], *errors)],
        [finding.message for finding in small],
    ]
    left = len(warnings) + len(errors) - MOST_SHOWN
    full = FORMATS["full"].write(findings, Page())
    assert full.count("finding ") == MOST_SHOWN + len(small)
    assert f"and {left} more in big.yaml; `--format concise` lists all\n" in full
    assert full.index("more in big.yaml") < full.index("small.yaml:1:1")
    assert "47 errors, 60 warnings in 2 designs" in full
    lines = FORMATS["github"].write(findings, Page()).splitlines()
    assert len(lines) == MOST_SHOWN + len(small) + 1
    assert lines[-1] == f"::notice file=big.yaml,title=cnnshape::and {left} more in this file"


@pytest.mark.parametrize("format", ["concise", "json", "gitlab", "sarif", "junit"])
def test_what_programs_read_has_every_finding(format: str):
    errors = many(Severity.ERROR, 0, MOST_SHOWN + 7, "big.yaml")
    text = FORMATS[format].write(Findings(errors, ("big.yaml",)), Page())
    assert all(f"finding {number}" in text for number in range(len(errors)))


@pytest.mark.parametrize(
    ("fixable", "said"),
    [
        (Fixable(), "1 error in 1 design; `cnnshape rule CS401` explains it"),
        (Fixable(1), "1 error in 1 design; `--fix` fixes 1; `cnnshape rule CS401` explains it"),
        (
            Fixable(1_234, complete=False),
            "1 error in 1 design; `--fix` fixes 1,234 or more; `cnnshape rule CS401` explains it",
        ),
        (Fixable(0, complete=False), "1 error in 1 design; `--fix` may fix some; `cnnshape rule CS401` explains it"),
    ],
)
def test_the_closing_line_says_what_can_be_fixed_as_far_as_it_was_tried(fixable: Fixable, said: str) -> None:
    finding = diagnose("unknown-kind", "no such kind", file="a.yaml")
    assert closing_line(Findings((finding,), ("a.yaml",), fixable=fixable)) == said
