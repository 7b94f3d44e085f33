"""A conditional between lists: the error shows the list that says the same, and that list is right."""

from __future__ import annotations

import re

import pytest

import cnnshape
from cnnshape.document.advice import spread_choice

CHOICES = [
    ("[2, 1] if d else 2", "[2, 1 if d else 2]"),
    ("2 if d else [2, 1]", "[2, 2 if d else 1]"),
    ("[2, 1] if d else [1, 2]", "[2 if d else 1, 1 if d else 2]"),
    ("[2, 1] if d and not e else 1", "[2 if d and not e else 1, 1]"),
    ("[1, 2] if d else 2 if e else 1", "[1 if d else 2 if e else 1, 2 if d else 2 if e else 1]"),
]
FORMS = {
    "flow": "  - conv: {{out: 4, kernel: 3, stride: {}, padding: 1}}\n",
    "last in flow": "  - conv: {{out: 4, kernel: 3, padding: 1, stride: {}}}\n",
    "block": "  - conv:\n      out: 4\n      kernel: 3\n      stride: {}  # by axis\n      padding: 1\n",
}
QUOTED = '  - conv: {{out: 4, kernel: 3, stride: "{}", padding: 1}}\n'


def design(form: str, value: str, d: bool, e: bool) -> str:
    head = f"input: [3, 16, 12]\nparams: {{d: {str(d).lower()}, e: {str(e).lower()}}}\nlayers:\n"
    return head + FORMS.get(form, QUOTED).format(value)


SYNTAX_ERRORS = [(form, *row) for form in FORMS for row in CHOICES if form != "block" or row[0].startswith("[")]
"""In block style, a text that doesn't start with a bracket is one value: an expression."""


@pytest.mark.parametrize(("form", "written", "meant"), SYNTAX_ERRORS)
def test_the_error_shows_the_list(form, written, meant):
    (problem,) = cnnshape.check(cnnshape.load(design(form, written, True, True)))
    assert problem.help == f"write the choice inside the list: `{meant}`"


def chosen(side: str) -> list[str]:
    """The strides of a side, one per axis; a single one is used for both axes."""
    strides = re.findall(r"\d", side)
    return strides if "[" in side else strides[:1] * 2


@pytest.mark.parametrize("d", [True, False])
@pytest.mark.parametrize(("written", "meant"), CHOICES[:3])
def test_the_list_gives_what_was_meant(written, meant, d):
    left, right = written.split(" if d else ")
    strides = [int(stride) for stride in chosen(left if d else right)]
    # In quotes, YAML leaves the list to the expression.
    for form, value in (("flow", meant), ("quoted", written)):
        report = cnnshape.analyze(cnnshape.load(design(form, value, d, False)))
        sizes = [-(-size // stride) for size, stride in zip((16, 12), strides, strict=True)]
        assert report.rows[0].output == (4, *sizes)


@pytest.mark.parametrize(
    "text",
    ["2 if d else 1", "[2, 1]", "[2, 1] if d", "[2, 1] if d else [1, 2, 3]", "[1, 2] if min(a, b) else 2", "", "if"],
)
def test_no_list_is_shown_where_none_says_the_same(text):
    assert spread_choice(text) is None
