"""Texts that are not YAML: where the mistake is, what it is, and what to write instead."""

from __future__ import annotations

import pytest

from cnnshape.document import read_document
from cnnshape.source import SourceText

HEAD = "input: [3, 32, 32]\nlayers:\n"

# The lines after HEAD (or a whole text, if it begins with a line break), the place of the mistake, message, help.
SLIPS = [
    # colons
    ("  - conv: out: 64, kernel: 3", (3, 14), "a second colon on the line", "in braces: `- conv: {out: 64, kernel: 3}`"),
    ("\nparams: width: 64", (2, 14), "a second colon on the line", "in braces: `params: {width: 64}`"),
    ("\nname: mine: the best", (2, 11), "a second colon on the line", 'in quotes: `name: "mine: the best"`'),
    ("\nsource: Deep Learning: a book", (2, 22), "a second colon", 'in quotes: `source: "Deep Learning: a book"`'),
    ("  - {conv: out: 3, kernel: 3}", (3, 15), "a second colon in one entry", "of their own: `conv: {out: ...}`"),
    ("  - relu: {when: a if b else: c}", (3, 29), "a second colon in one entry", "an expression has no colon"),
    ("  - conv:\n      out: a ? b : c", (4, 18), "a second colon on the line", "`a if condition else b`"),
    ("  - conv:{out: 64, kernel: 3}", (3, 9), "no space after the colon", "write `conv: {out: 64, kernel: 3}`"),
    ("  - conv {out: 64, kernel: 3}", (3, 10), "`conv` needs a colon before the `{`", "`- conv: {out: 64, kernel: 3}`"),
    ("  - concat [a, b]\n    name: x", (3, 12), "`concat` needs a colon before the `[`", "`- concat: [a, b]`"),
    ("  - conv:\n      out:64\n      kernel: 3", (4, 10), "no space after the colon", "write `out: 64`"),
    ("  - conv:\n      kernel: 3\n      out:64\n", (5, 10), "no space after the colon", "write `out: 64`"),
    ("\ninput:[3, 8, 8]\nlayers: [relu]", (2, 6), "no space after the colon", "write `input: [3, 8, 8]`"),
    ("\ninput: [3, 8, 8]\nlayers\n  - relu", (3, 1), "`layers` needs a colon", "write `layers:`"),
    ("\ninput\nlayers: [relu]", (2, 1), "`input` needs a colon: a key is expected here", "write `input:`"),
    ("  conv: 3\n  relu\n", (4, 3), "`relu` needs a colon", "write `relu:` for a key, `- relu` for an item of a list"),
    # dashes
    ("  - relu\n  -tanh\n  - relu", (4, 3), "no space after the dash", "write `- tanh`"),
    ("  - relu\n  -conv: {out: 3}", (4, 3), "no space after the dash", "write `- conv: {out: 3}`"),
    ("  -conv: 3\n  -relu\n", (4, 3), "no space after the dash", "write `- relu`"),
    ("\nlayers: - relu", (2, 9), "a list can't start on the line of its key", "square brackets: `layers: [relu]`"),
    ("  - residual: - relu", (3, 15), "a list can't start on the line of its key", "`- residual: [relu]`"),
    # brackets
    ("  - conv: {out: 3, kernel: [3, 3}", (3, 33), "`}` can't close a `[`", "close the `[` with `]` before it"),
    ("  - conv: {out: 3, kernel: 3]", (3, 29), "`]` can't close a `{`", "close the `{` with `}` before it"),
    ("  - conv: {out: 3, kernel: 3", (3, 11), "the `{` is not closed", "close it: `{out: 3, kernel: 3}`"),
    ("  - conv: {out: [3, kernel # why\n  - relu", (3, 17), "the `[` is not closed", "close it: `[3, kernel]`"),
    ("\ninput: [\u200b", (2, 8), "the `[` is not closed", "close it: `[\\u200b]`"),
    ("\ninput: [3, 8, 8\nlayers: [relu]", (2, 8), "the `[` is not closed", "close it: `[3, 8, 8]`"),
    ("\nblocks: {\n  A: 3\nlayers: [A]", (2, 9), "the `{` is not closed", "close it with `}`"),
    ("  - conv: {out: 3}}", (3, 19), "this `}` closes nothing", "remove it"),
    ("\ninput: [3, 8, 8]]", (2, 17), "this `]` closes nothing", "remove it"),
    ("  - conv: {out: 3 kernel: 3}", (3, 25), "a comma is missing before `kernel`", "`out: 3, kernel: ...`"),
    ("  - conv: {out: [3][0]}", (3, 20), "a comma is missing before this", "separate entries with commas"),
    ('\n{"input": [3, 8]\n"layers": []}', (2, 17), "a comma is missing at the end of the line", "with commas"),
    ("  - conv: {out: 3},\n  - relu", (3, 19), "a comma after a value", "remove it"),
    ("  - conv: {out: ${WIDTH}}", (3, 18), "`${` has no meaning here", "without braces: `WIDTH`"),
    ("\ninput: [3, 8, 8] // rgb", (2, 18), "the line goes on after its value", "a comment starts with `#`"),
    ("\ninput: [3,, 8]", (2, 11), "a value is missing before the `,`", "write the value"),
    ("\ninput: [3, 8] layers: [relu]", (2, 15), "the line goes on after its value", "one key, or one item, per line"),
    # quotes and signs
    ("\nname: 'it's", (2, 11), "the line goes on after a quoted text", "double quotes"),
    ('  - conv: {out: "min(3, 4), kernel: 3}\n  - relu', (3, 17), "a quoted text is not closed", 'end it with `"`'),
    ("\nname: 'mine\nsource: 'theirs'", (2, 7), "a quoted text is not closed", "end it with `'`"),
    ('\nname: "c:\\dir"', (2, 10), "`\\d` is not an escape", "use single quotes"),
    ("  - linear: %classes", (3, 13), "`%` has a meaning in YAML", 'quote the value: `"%classes"`'),
    ("  - linear: @classes # all", (3, 13), "`@` has a meaning in YAML", 'quote the value: `"@classes"`'),
    ("  - linear: `classes`", (3, 13), "a backtick has a meaning in YAML", 'quote the value: `"`classes`"`'),
    ("  - linear: * 3", (3, 13), "`*` has a meaning in YAML", 'quote the value: `"* 3"`'),
    ("\nexpect:\n  params: >= 26M", (3, 11), "`>` has a meaning in YAML", 'quote the value: `">= 26M"`'),
    ("\nexpect: {params: > 26M}", (2, 18), "`>` has a meaning in YAML", 'quote the value: `"> 26M"`'),
    ("\nexpect: ? 3", (2, 9), "`?` has a meaning in YAML", 'quote the value: `"? 3"`'),
    # indentation
    ("\t- relu", (3, 1), "a tab is used where YAML requires spaces", "indent with spaces"),
    ("  - conv:\n  \tout: 3", (4, 3), "a tab is used where YAML requires spaces", "indent with spaces"),
    ("  - conv: {out: 3}\n   - relu", (4, 4), "an indentation of 3 spaces, expected 2", "alike"),
    ("  - conv: {out: 3}\n - relu", (4, 2), "an indentation of 1 space, expected 2", "alike"),
    ("- conv: {out: 3}\n - relu", (4, 2), "an indentation of 1 space, expected 0", "alike"),
    ("  - conv: {out: 3}\n     name: x", (4, 6), "an indentation of 5 spaces, expected 4", "alike"),
    ("  - conv:\n      out: 8\n     kernel: 3", (5, 6), "an indentation of 5 spaces, expected 4 or 6", "alike"),
    ("\nparams:\n  a: 1\n   b: 2", (4, 4), "an indentation of 3 spaces, expected 2", "alike"),
    ("  - relu\n  outputs: [x]", (4, 3), "a key among the items of a list", "indent it by 4 to go with the item above"),
    ("\nparams:\n  a: 1\n  - b", (4, 3), "an item of a list among the keys of a mapping", "below a key of its own"),
    # other languages
    ("  - conv: {out: 3}\n<<<<<<< HEAD\n  - relu", (4, 1), "unresolved merge conflict", "keep one side"),
    ("\nimport torch\nclass Net(nn.Module):\n  x = 3", (2, 1), "it looks like Python", "cnnshape show"),
    ("\n[net]\nbatch=1\n\n[convolutional]", (2, 1), "it looks like a Darknet configuration", "cnnshape show"),
    ('\nname: "Net"\nlayer {\n  name: "a"\n}', (3, 1), "it looks like a Caffe prototxt", "cnnshape show"),
    ("\n[relu]\nlayers: 3", (3, 1), "the text goes on after its end", "a spec is one mapping"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "message", "help"), SLIPS, ids=[text.strip() for text, *_ in SLIPS])
def test_a_slip_is_named_where_it_is(text: str, place: tuple[int, int], message: str, help: str) -> None:
    document = read_document(SourceText("spec.yaml", text if text.startswith("\n") else HEAD + text))
    (problem,) = document.problems
    assert not document.complete
    assert problem.name == "yaml-syntax"
    assert message in problem.message
    assert help in (problem.help or "")
    assert problem.at is not None
    assert (problem.at.span.line, problem.at.span.column) == place
