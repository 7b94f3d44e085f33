"""Totals are sums of rows, however the rows are shown, and scale as they should."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.language.dtypes import DTYPES
from cnnshape.report import Line, Report, Row, expanded, folded

from .strategy import specs

MEASURES: dict[str, Callable[[Row], int]] = {
    "params": lambda row: row.params,
    "trainable_params": lambda row: row.trainable_params,
    "buffers": lambda row: row.buffers,
    "macs": lambda row: row.macs,
    "flops": lambda row: row.flops or 0,
    "activation_bytes": lambda row: row.activation_bytes,
}
PER_SAMPLE = ("macs", "flops", "activation_bytes", "peak_activation_bytes")
BYTES = ("weight_bytes", "activation_bytes", "peak_activation_bytes")
PER_MODEL = ("params", "trainable_params", "buffers")


def reported(text: str, **settings: object) -> Report:
    return cnnshape.analyze(cnnshape.load(text), **settings)


def figures(report: Report) -> dict[str, int]:
    return {name: getattr(report.totals, name) for name in (*MEASURES, "weight_bytes", "peak_activation_bytes")}


@given(specs())
def test_totals_are_the_sums_of_the_rows(spec):
    report = reported(spec.text)
    for name, measure in MEASURES.items():
        assert getattr(report.totals, name) == sum(map(measure, report.rows)), name


@given(specs(), st.integers(1, 3))
def test_folding_keeps_the_totals(spec, depth):
    report = reported(spec.text)
    for lines in (folded(report, 0), folded(report, depth), folded(report), expanded(report)):
        for name, measure in MEASURES.items():
            assert shown(lines, measure) == getattr(report.totals, name), name


def shown(lines: list[Line], measure: Callable[[Row], int]) -> int:
    """What the lines show together that have no lines below them."""
    total = 0
    times: list[int] = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        del times[line.depth :]
        if following is not None and following.depth > line.depth:
            times.append(line.times)
            continue
        factor = 1
        for repeats in times:
            factor *= repeats
        total += factor * line.total(measure)
    return total


@given(specs())
def test_a_group_is_the_sum_of_the_lines_below_it(spec):
    lines = folded(reported(spec.text))
    for index, line in enumerate(lines):
        below = [inner for inner in _under(lines[index + 1 :], line.depth) if inner.depth == line.depth + 1]
        for name, measure in MEASURES.items():
            if below:
                assert line.total(measure) == line.times * sum(inner.total(measure) for inner in below), (
                    line.label,
                    name,
                )


def _under(lines: list[Line], depth: int) -> list[Line]:
    end = next((index for index, line in enumerate(lines) if line.depth <= depth), len(lines))
    return lines[:end]


@given(specs(), st.integers(2, 1000))
def test_a_batch_multiplies_the_work_and_not_the_weights(spec, batch):
    one, many = figures(reported(spec.text)), figures(reported(spec.text, batch=batch))
    assert many == {name: value * (batch if name in PER_SAMPLE else 1) for name, value in one.items()}


@given(specs(), st.sampled_from(sorted(dtype for dtype, bits in DTYPES.items() if bits >= 8)))
def test_a_dtype_scales_bytes_alone(spec, dtype):
    widths = {
        "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "float8": 1, "int32": 4, "int16": 2, "int8": 1,
    }  # fmt: skip
    single, other = figures(reported(spec.text)), figures(reported(spec.text, dtype=dtype))
    scaled = {name: value * widths[dtype] // 4 if name in BYTES else value for name, value in single.items()}
    assert other == scaled
    assert other["weight_bytes"] == widths[dtype] * other["params"]


@pytest.mark.parametrize("times", [2, 5])
@given(channels=st.integers(1, 8), kernel=st.integers(1, 3), norm=st.sampled_from(["none", "batch_norm"]))
def test_shared_weights_count_once(times, channels, kernel, norm):
    own = f"conv: {{out: {channels}, kernel: {kernel}, padding: same, norm: {norm}}}"
    head = f"cnnshape: 1\ninput: [{channels}, 9]\nlayers:\n  - {{{own}, name: owner}}\n"
    once = reported(head)
    shared = reported(head + f"  - {{{own}, share: owner}}\n" * (times - 1))
    apart = reported(head + f"  - {own}\n" * (times - 1))
    assert {name: getattr(shared.totals, name) for name in PER_MODEL} == {
        name: getattr(once.totals, name) for name in PER_MODEL
    }
    assert (shared.totals.macs, shared.totals.flops) == (apart.totals.macs, apart.totals.flops)
    assert apart.totals.params == times * once.totals.params
    assert shown(folded(shared), MEASURES["params"]) == shared.totals.params


@given(channels=st.integers(1, 8), times=st.integers(2, 4))
def test_every_copy_of_a_repeated_step_shares(channels, times):
    own = f"conv: {{out: {channels}, kernel: 3, padding: 1}}"
    text = f"cnnshape: 1\ninput: [{channels}, 9]\nlayers:\n  - {{{own}, name: owner}}\n"
    repeated = reported(f"{text}  - {{{own}, share: owner, repeat: {times}}}\n")
    copied = reported(text + f"  - {{{own}, share: owner}}\n" * times)
    assert repeated.totals == copied.totals
    assert [row.shares for row in repeated.rows] == [row.shares for row in copied.rows]
