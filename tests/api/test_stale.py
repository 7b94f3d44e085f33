"""Stated outputs at another size of the input."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.diagnostics import Diagnostic, Severity

SPEC = """\
cnnshape: 1
input: [3, 32, 24]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}
  - {opaque: {output: OUTPUT}, name: deform}
"""


def stale(output: str, shape: tuple[int, ...], text: str = SPEC) -> list[Diagnostic]:
    problems = cnnshape.check(cnnshape.load(text.replace("OUTPUT", output)), inputs=shape)
    return [problem for problem in problems if problem.name == "stale-output"]


@pytest.mark.parametrize(
    ("output", "help"),
    [
        ("[32, 16, 12]", "[32, in_height // 2, in_width // 2]"),
        ("[32, 32, 48]", "[32, in_height, in_width * 2]"),
        ("[32, 8, 3]", "[32, in_height // 4, in_width // 8]"),
        ("[2 * 16, 8 * 2, 12]", "[32, in_height // 2, in_width // 2]"),
    ],
)
def test_a_plain_number_is_a_warning_with_an_expression(output: str, help: str) -> None:
    (problem,) = stale(output, (3, 64, 48))
    assert problem.severity is Severity.WARNING
    assert problem.at is not None
    assert problem.at.span.line == 5
    assert "deform states 32x" in problem.message
    assert "for 16x64x48, as for the file's 16x32x24" in problem.message
    assert (problem.help or "").endswith(f"`output: {help}`")


@pytest.mark.parametrize("output", ["[32, 7, 7]", "[32, 16]", "[32, 16, 7]"])
def test_no_expression_is_offered_where_a_size_has_none(output: str) -> None:
    (problem,) = stale(output, (3, 64, 48))
    assert problem.help == "write sizes that follow the input, as expressions of `in_height` and `in_width`"


UNEVEN = SPEC.replace("[3, 32, 24]", "[3, 31, 27]")


@pytest.mark.parametrize(
    ("text", "output"),
    [
        (SPEC, "[32, 16, 12]"),
        (SPEC, "[32, 32, 72]"),
        (UNEVEN, "[32, 16, 13]"),
        (UNEVEN, "[32, 8, 7]"),
        (UNEVEN, "[32, 3, 3]"),
    ],
)
def test_the_expression_that_the_help_offers_has_no_warning_and_the_same_output(text: str, output: str) -> None:
    (problem,) = stale(output, (3, 64, 48), text)
    offered = (problem.help or "").partition("output: ")[2].rstrip("`")
    assert offered != output
    assert stale(offered, (3, 64, 48), text) == []
    reports = [cnnshape.analyze(cnnshape.load(text.replace("OUTPUT", stated))) for stated in (output, offered)]
    assert reports[0].outputs == reports[1].outputs


@pytest.mark.parametrize(
    ("output", "shape"),
    [("[32, 16, 12]", (3, 32, 24)), ("[1000]", (3, 64, 48)), ("[32, in_height // 2, 12]", (3, 64, 48))],
)
def test_no_warning_where_nothing_changes_or_no_map_comes_out(output: str, shape: tuple[int, ...]) -> None:
    assert stale(output, shape) == []


def test_a_layer_after_fixed_sizes_is_not_warned_of() -> None:
    pooled = SPEC.replace("  - {opaque", "  - adaptive_avg_pool: 7\n  - {opaque")
    assert stale("[32, 3, 3]", (3, 64, 48), pooled) == []


def test_a_file_without_a_size_has_none_to_compare() -> None:
    assert (
        stale("[32, 16, 12]", (3, 64, 48), SPEC.replace("[3, 32, 24]", "[3, 2, 2]").replace("kernel: 3", "kernel: 9"))
        == []
    )
