"""Missed figures that are replaced by the actual ones, in the form and precision of the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape import Diagnostic
from cnnshape.api.design import design_of
from cnnshape.api.fixing import fix_text
from cnnshape.diagnostics import BY_UPDATE, Replace
from cnnshape.document.editing import replacements, rewritten
from cnnshape.language import Name
from cnnshape.report import parse_wanted
from cnnshape.report.pinning import pinned
from cnnshape.source import SourceText, Span

HEAD = """cnnshape: 1
input: [3, 32, 32]
layers:
  - conv: {out: 16, kernel: 3, padding: 1}   # keeps its size
  - {max_pool: 2, name: pooled}
outputs: [pooled]
expect:
"""
FIGURES = cnnshape.analyze(cnnshape.load(HEAD.removesuffix("expect:\n"))).totals
PARAMS, MACS = FIGURES.params, FIGURES.macs


def written(text: str, *numbers: int) -> str | None:
    """The text that replaces a single value."""
    source = SourceText("text", text)
    fixes = pinned(Name(text.strip("'\""), Span(source, 1, 1, 1, len(text) + 1)), numbers)
    if not fixes:
        return None
    ((change,), option) = fixes[0]
    assert option == BY_UPDATE
    assert isinstance(change, Replace)
    return change.text


FORMS = [
    ("25557032", 1234, "1234"),
    ("25,557,032", 1234567, "1,234,567"),
    ("25_557_032", 1234567, "1_234_567"),
    ("1,000", 999, "999"),
    ("'25,557,032'", 1234567, "'1,234,567'"),
    ('"4.089G"', 3857925120, '"3.858G"'),
    ("4.089G", 3857925120, "3.858G"),
    ("4.089 G", 3857925120, "3.858 G"),
    ("4.0k", 1999, "2.0k"),
    ("4.00k", 1999, "2.00k"),
    ("26M", 25557032, "26M"),
    ("27M", 25557032, "26M"),
    ("1 KiB", 4096, "4 KiB"),
    ("1.5MiB", 2**20 * 7 // 4, "1.8MiB"),
    ("25.5M +- 1%", 11689512, "11.7M +- 1%"),
    ("25.5M ± 0.5 %", 11689512, "11.7M ± 0.5 %"),
    ("'25.5M +- 1%'", 11689512, "'11.7M +- 1%'"),
    # A unit that is too large for the number is dropped; nothing is nothing in any unit.
    ("4G", 1234, "1234"),
    ("4.0G", 1234, "1234"),
    ("4.0G", 0, "0.0G"),
]


@pytest.mark.parametrize(("text", "number", "after"), FORMS)
def test_a_number_keeps_its_form(text: str, number: int, after: str) -> None:
    assert written(text, number) == after


@pytest.mark.parametrize("text", ["<= 26M", "< 26M", ">= 1k", "> 5", '"<= 26M"', "many", ""])
def test_a_bound_or_what_is_no_number_is_not_written(text: str) -> None:
    assert written(text, 27_000_000) is None


QUANTITIES = st.builds(
    lambda whole, digits, unit: f"{whole}{digits and f'.{digits}'}{unit}",
    st.sampled_from(["3", "12", "1,234", "1_234", "250"]),
    st.sampled_from(["", "0", "25", "125"]),
    st.sampled_from(["", "k", "M", "G", "T", " kB", "KiB", " MiB"]),
)


@given(QUANTITIES, st.integers(0, 10**13), st.sampled_from(["", " +- 2%", " ± 0.1 %"]))
def test_what_is_written_is_what_is_expected_then(quantity: str, number: int, tolerance: str) -> None:
    assert parse_wanted(quantity + tolerance) is not None
    after = written(quantity + tolerance, number)
    assert after is not None
    wanted = parse_wanted(after)
    assert wanted is not None
    plain = parse_wanted(after.removesuffix(tolerance))
    assert plain is not None
    assert wanted.test(number) or plain.test(number)
    assert after.endswith(tolerance)


@given(QUANTITIES, st.integers(0, 10**13))
def test_a_second_update_changes_nothing(quantity: str, number: int) -> None:
    once = written(quantity, number)
    assert once is not None
    assert written(once, number) == once


LINES = [
    (f"  params: {PARAMS + 1}   # pinned", f"  params: {PARAMS}   # pinned"),
    ("  params: 1,000   # pinned", f"  params: {PARAMS:,}   # pinned"),
    ("  macs: '1.5M'", f"  macs: '{MACS / 10**6:.1f}M'"),
    ("  output: [16, 8, 8]", "  output: [16, 16, 16]"),
    ("  output: [16, 16, 8]   # height", "  output: [16, 16, 16]   # height"),
    ("  output: [4096]", "  output: [16, 16, 16]"),
    ("  output: 4096", "  output: [16, 16, 16]"),
    ("  output:\n    - 8    # channels\n    - 16\n    - 16", "  output:\n    - 16    # channels\n    - 16\n    - 16"),
    ("  outputs: {pooled: [16, 8, 8]}", "  outputs: {pooled: [16, 16, 16]}"),
    ("  outputs:\n    pooled: [8 * 2, 8, 2 * 4]", "  outputs:\n    pooled: [8 * 2, 16, 16]"),
    ("  receptive_field: 3", "  receptive_field: 4"),
    ("  receptive_field: [3, 3]", "  receptive_field: [4, 4]"),
    ("  receptive_field: {conv: 5, pooled: 4}", "  receptive_field: {conv: 3, pooled: 4}"),
    ("  receptive_field: [3, 4]", "  receptive_field: [4, 4]"),
    (f"  {{params: 1, macs: {MACS}}}", None),
]


@pytest.mark.parametrize(("line", "after"), LINES, ids=[line for line, _ in LINES])
def test_a_missed_expectation_offers_what_is_so(line: str, after: str | None) -> None:
    text = f"{HEAD}{line}\n"
    missed = [problem for problem in cnnshape.check(cnnshape.load(text)) if problem.name == "expectation-missed"]
    fixes = [fix for problem in missed for fix in problem.fixes if fix.applied_by == BY_UPDATE]
    if after is None:
        after = f"  {{params: {PARAMS}, macs: {MACS}}}"
    (fix,) = fixes
    changes = replacements(fix)
    assert changes is not None
    fixed = rewritten(changes[0].at.source, changes)
    assert fixed == f"{HEAD}{after}\n"
    assert cnnshape.check(cnnshape.load(fixed)) == []


@pytest.mark.parametrize("line", ["  params: '<= 10'", "  macs: '< 1k'", "  receptive_field: '<= 3'"])
def test_a_missed_budget_offers_nothing(line: str) -> None:
    (missed,) = cnnshape.check(cnnshape.load(f"{HEAD}{line}\n"))
    assert missed.name == "expectation-missed"
    assert [fix for fix in missed.fixes if fix.applied_by == BY_UPDATE] == []


CONTRACTS = {
    "layers:\n  - {conv: {out: 8, kernel: 3}, expect: {output: [8, 32, any]}}\n": "output: [8, 30, any]",
    "layers:\n  - {conv: {out: 8, kernel: 3}, expect: {input: [1, in_height, 3], output: [4, 30, 30]}}\n": "input: [3, in_height, 32], output: [8, 30, 30]",
    "layers:\n  - {max_pool: 2, name: p}\nexpect: {steps: {p: {output: [3, 9, 16]}}, output: [3, 9, 9]}\n": "output: [3, 16, 16]}}, output: [3, 16, 16]",
}
KEPT = (
    "layers:\n  - {conv: {out: 8, kernel: 3}, expect: {output: [8, in_height, any]}}\n",
    "layers:\n  - {conv: {out: 8, kernel: 3}, expect: {output: [8, 30]}}\n",
    "blocks: {Unit: {do: [{conv: {out: 8, kernel: 3}, expect: {output: [8, 9, any]}}]}}\nlayers: [Unit, Unit]\n",
)


def updated(text: str) -> str:
    """The text after `--update-expect`."""

    def check(changed: str) -> list[list[Diagnostic]]:
        return [cnnshape.check(design_of(SourceText("text", changed)), ignore=["all"])]

    return fix_text(SourceText("text", text), check, (BY_UPDATE,)).text


@pytest.mark.parametrize(("steps", "right"), CONTRACTS.items())
def test_the_sizes_that_a_step_expects_are_replaced(steps: str, right: str) -> None:
    text = f"cnnshape: 1\ninput: [3, 32, 32]\n{steps}"
    after = updated(text)
    assert right in after
    assert after != text
    assert cnnshape.check(design_of(SourceText("text", after)), ignore=["all"]) == []


@pytest.mark.parametrize("steps", KEPT)
def test_sizes_that_are_no_numbers_or_fit_other_uses_stay(steps: str) -> None:
    text = f"cnnshape: 1\ninput: [3, 32, 32]\n{steps}"
    assert cnnshape.check(design_of(SourceText("text", text)), ignore=["all"]) != []
    assert updated(text) == text
