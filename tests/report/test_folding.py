"""Folding: equal neighbours become one line, and only equal ones do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnshape
from cnnshape.report import Line, Report, expanded, folded
from cnnshape.source import shipped_path
from tests.laws.plain import Spec
from tests.laws.strategy import specs


def reported(layers: str, extra: str = "") -> Report:
    return cnnshape.analyze(cnnshape.load(f"input: [8, 16, 16]\n{extra}layers: {layers}\n"))


def outline(report: Report, depth: int | None = None) -> list[str]:
    """The lines as `  label x2`, indented by their depth, groups with a colon."""
    return [
        f"{'  ' * line.depth}{line.label}{':' if line.group else ''}{f' x{line.times}' if line.times > 1 else ''}"
        for line in folded(report, depth)
    ]


CONV = "{conv: {out: 8, kernel: 3, padding: 1}}"
REPEATED = "[{conv: {out: 8, kernel: 3, padding: 1}, repeat: 3}]"
BLOCK = (
    "blocks: {Unit: {params: {k: 3}, do: [{conv: {out: 8, kernel: k, padding: same, norm: batch_norm, act: relu}}]}}\n"
)


@pytest.mark.parametrize(
    ("layers", "lines"),
    [
        (REPEATED, ["conv x3"]),
        (f"[{CONV}, {CONV}]", ["conv", "conv_2"]),
        (f"[{CONV}, relu, {CONV}]", ["conv", "relu", "conv_2"]),
        (f"[{CONV}, relu, {CONV}, relu]", ["conv", "relu", "conv_2", "relu_2"]),
        ("[{conv: {out: 8, kernel: 3, padding: 1, act: relu}}]", ["conv"]),
        ("[Unit, Unit]", ["Unit: x2", "  conv"]),
        ("[Unit, {Unit: {k: 5}}, Unit]", ["Unit:", "  conv", "Unit:", "  conv", "Unit:", "  conv"]),
        ("[Unit, {Unit: {k: 3}}]", ["Unit: x2", "  conv"]),
        ("[Unit, {Unit: {}, name: own}]", ["Unit: x2", "  conv"]),
        ("[{Unit: {}, name: own}, relu]", ["own:", "  conv", "relu"]),
        ("[Unit, {Unit: {}, frozen: true}]", ["Unit:", "  conv", "Unit:", "  conv"]),
        ("[{Unit: {}, name: own}, {Unit: {}, share: own}]", ["own:", "  conv", "Unit:", "  conv"]),
    ],
)  # fmt: skip
def test_what_folds(layers: str, lines: list[str]) -> None:
    assert outline(reported(layers, BLOCK if "Unit" in layers else "")) == lines


def test_blocks_in_blocks_fold_from_the_inside() -> None:
    blocks = BLOCK.replace("blocks: {", "blocks: {Pair: {do: [Unit, Unit]}, ")
    report = reported("[Pair, Pair, Unit]", blocks)
    assert outline(report) == ["Pair: x2", "  Unit: x2", "    conv", "Unit:", "  conv"]
    assert outline(report, 1) == ["Pair: x2", "  Unit: x2", "Unit:", "  conv"]
    assert outline(report, 0) == ["Pair: x2", "Unit:"]


def test_a_line_of_several_keeps_the_first_and_the_last() -> None:
    """The first instance is shown, and the output is that of the last one."""
    (line,) = folded(reported(REPEATED))
    assert (line.rows[0].name, line.last.name, line.times) == ("conv", "conv_3", 3)
    assert line.total(lambda row: row.params) == 3 * 584
    assert line.total(lambda row: None) == 0


@given(specs())
def test_expanded_has_a_line_per_layer(spec: Spec) -> None:
    report = cnnshape.analyze(cnnshape.load(spec.text))
    assert [line.rows for line in expanded(report)] == [(row,) for row in report.rows]


@given(specs(), st.one_of(st.none(), st.integers(0, 3)))
def test_folded_lines_cover_each_layer_once(spec: Spec, depth: int | None) -> None:
    assert_covers(cnnshape.analyze(cnnshape.load(spec.text)), depth)


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "unet", "densenet121"])
@pytest.mark.parametrize("depth", [None, 0, 1])
def test_folded_lines_of_shipped_networks(name: str, depth: int | None) -> None:
    assert_covers(cnnshape.analyze(cnnshape.load(shipped_path(name) or "")), depth)


def assert_covers(report: Report, depth: int | None) -> None:
    """The lines at the top cover all layers; those below a group cover its own."""
    lines = folded(report, depth)
    top = [line for line in lines if line.depth == 0]
    assert sum(line.times * len(line.rows) for line in top) == len(report.rows)
    for index, line in enumerate(lines):
        assert depth is None or line.depth <= depth
        inner = children(lines, index)
        assert not inner or line.group
        assert not inner or sum(inner_line.times * len(inner_line.rows) for inner_line in inner) == len(line.rows)


def children(lines: list[Line], index: int) -> list[Line]:
    below: list[Line] = []
    for line in lines[index + 1 :]:
        if line.depth <= lines[index].depth:
            break
        if line.depth == lines[index].depth + 1:
            below.append(line)
    return below
