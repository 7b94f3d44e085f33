"""The schema in a real yaml-language-server, over its protocol. It is installed where `CI` is set, else skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnnshape.layers import BY_NAME
from cnnshape.source import shipped_folder
from tests.schema.server import Server

pytestmark = pytest.mark.skipif("CI" not in os.environ, reason="installs packages: runs where CI is set")

ROOT = Path(__file__).parents[2]
GOOD = [*sorted(shipped_folder().glob("*.yaml")), *sorted((ROOT / "tests" / "specs" / "ok").glob("**/*.yaml"))]
HEAD = "cnnshape: 1\ninput: [3, 32, 32]\nlayers:\n"
STEP = "a step is a kind, a CamelCase block or a control word; `cnnshape layers` lists the kinds"


def test_no_good_spec_has_a_squiggle(server: Server) -> None:
    marks = {path.name: server.marks(path.read_text(encoding="utf-8")) for path in GOOD}
    assert {name: lines for name, lines in marks.items() if lines} == {}


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("convv: {out: 3, kernel: 3}", STEP),
        ("Conv2d: {out: 3, kernel: 3}", "this is called `conv` here"),
        ("ReLU", "this is called `relu` here"),
        ("Unit: 3", "this file has no blocks: define the block under `blocks:`, or write a kind"),
        ("conv: {out: 3, kernel: 3, norm: batchnorm}", "this is called `batch_norm` here"),
        ("conv: {out: 3, kernel: 3, padding: valid}", "this is written `0` here"),
        ("conv: {out: 3, kernel: 3, act: rleu}", "expected the word of an activation, or `none`"),
        ("upsample: {scale: 2, mode: bilinear}", "this is written `linear` here"),
        ("conv: {out: 2 +, kernel: 3}", "an expression is made of numbers and names with operators between them"),
    ],
)
def test_a_mistake_gets_a_readable_message(server: Server, step: str, message: str) -> None:
    assert server.marks(f"{HEAD}  - relu\n  - {step}\n") == [(5, message)]


@pytest.mark.parametrize("step", ["rellu", "conv", "conv: {out: 3, kernel: 3, kernal: 3}", "dropout: 1.5"])
def test_a_mistake_is_marked_once(server: Server, step: str) -> None:
    assert [line for line, _ in server.marks(f"{HEAD}  - relu\n  - {step}\n")] == [5]


@pytest.mark.parametrize(
    ("text", "offered", "not_offered"),
    [
        ("  - {|}\n", {"conv", "residual", "repeat"}, {"Conv2d"}),
        ("  - conv: {k|}\n", set(BY_NAME["conv"].arguments) | {"norm", "act"}, {"repeat"}),
        ("  - conv: {out: 3, k|}\n", {"kernel", "stride"}, {"out"}),
        ("  - conv:\n      |\n", set(BY_NAME["conv"].arguments), {"repeat"}),
        ("  - conv: {out: 3, kernel: 3}\n    |\n", {"name", "repeat", "when"}, {"Conv2d"}),
    ],
)
def test_completion_offers_what_fits(server: Server, text: str, offered: set[str], not_offered: set[str]) -> None:
    labels = set(server.completions(HEAD + text))
    assert offered <= labels
    assert not labels & not_offered
