"""Fixes of texts that are not YAML: the sign that is missing is inserted, and the text can be read then."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.api.design import design_of
from cnnshape.api.fixing import fix_text
from cnnshape.diagnostics import BY_FIX
from cnnshape.document import read_document
from cnnshape.source import SourceText

HEAD = "cnnshape: 1\ninput: [3, 32, 32]\nlayers:\n"
END = "  - relu    # kept\n"
ROWS = [
    ("  - conv {out: 8, kernel: 3}\n", "  - conv: {out: 8, kernel: 3}\n"),
    ("  - conv   {out: 8, kernel: 3}\n", "  - conv: {out: 8, kernel: 3}\n"),
    ("  - conv{out: 8, kernel: 3}\n", "  - conv: {out: 8, kernel: 3}\n"),
    ("  - conv:{out: 8, kernel: 3}\n", "  - conv: {out: 8, kernel: 3}\n"),
    ("  - conv: {out: 8 kernel: 3}\n", "  - conv: {out: 8, kernel: 3}\n"),
    ("  - conv: {out: 8, kernel: 3 bias: false}\n", "  - conv: {out: 8, kernel: 3, bias: false}\n"),
    ("  - conv: {out: 8, kernel: 3\n", "  - conv: {out: 8, kernel: 3}\n"),
    ("  - conv: {out: 8, kernel: 3   # stem\n", "  - conv: {out: 8, kernel: 3}   # stem\n"),
    ("  - conv: {out: 8, kernel: [3, 3}\n", None),
    ("  - conv: {out: 8, kernel: [3, 3\n", "  - conv: {out: 8, kernel: [3, 3]}\n"),
    ("  - conv: {out: 8,\n           kernel: 3\n           bias: false}\n", "  - conv: {out: 8,\n           kernel: 3,\n           bias: false}\n"),
    ("  - conv: {out: 8, kernel:\n", None),
    ("  - conv: {out: 8,\n", None),
    ("  - conv: {\n", None),
    ("  - relu\n  -relu: {}\n", "  - relu\n  - relu: {}\n"),
    ("\t- relu\n", None),
    ("  - conv: {out: ]8, kernel: 3}\n", None),
]  # fmt: skip


def fixed(text: str) -> str:
    check = lambda changed: [cnnshape.check(design_of(SourceText("text", changed)), ignore=["all"])]  # noqa: E731
    return fix_text(SourceText("text", text), check, (BY_FIX,)).text


@pytest.mark.parametrize(("lines", "after"), ROWS, ids=[lines for lines, _ in ROWS])
def test_a_missing_sign_is_inserted(lines: str, after: str | None) -> None:
    text = HEAD + lines + END
    assert read_document(SourceText("text", text)).problems
    assert fixed(text) == (text if after is None else HEAD + after + END)


@pytest.mark.parametrize("key", ["name:small", "name:  small"])
def test_a_key_of_the_file_gets_its_space(key: str) -> None:
    text = f"cnnshape: 1\n{key}\ninput: [3, 8, 8]\nlayers: [relu]\n"
    name, _, value = key.partition(":")
    assert fixed(text) == text.replace(key, key if value.startswith(" ") else f"{name}: {value}")


def test_braces_of_another_language_go() -> None:
    text = "cnnshape: 1\ninput: [3, 8, 8]\nparams: {width: 8}\nlayers:\n  - conv: {out: ${width}, kernel: 3}\n"
    assert fixed(text) == text.replace("${width}", "width")
