"""What a notebook shows of each study: its own figures, all of them, where they belong."""

from __future__ import annotations

import pytest

import cnnshape
from cnnshape.layers import format_shape
from cnnshape.lazy import Shown
from cnnshape.render.compare import SHOWN
from cnnshape.render.rf import SHOWN as FIELDS_SHOWN
from cnnshape.render.wrapping import count
from cnnshape.report import FIGURES, folded
from tests.html_page import Element, read


def page(value: Shown) -> Element:
    (root,) = read(value._repr_html_()).inside
    assert isinstance(root, Element)
    return root


def tables(value: Shown) -> list[list[tuple[str, ...]]]:
    return [table.rows for table in page(value).all("table")]


def paragraphs(value: Shown) -> list[str]:
    return [paragraph.text for paragraph in page(value).all("p")]


# Comparisons


def test_a_comparison_has_every_side_and_figure() -> None:
    comparison = cnnshape.compare("resnet18", "resnet34", cnnshape.analyze("resnet18", batch=2))
    assert [line[:4] for line in paragraphs(comparison)[:3]] == ["A: r", "B: r", "C: R"]
    totals = {row[0]: row for row in tables(comparison)[0]}
    for name, (first, second, third) in comparison.figures:
        row = totals[FIGURES[name].heading]
        assert (row[1], row[2], row[5]) == (count(first), count(second), count(third))
        assert int(row[3].replace(",", "")) == second - first
    assert totals["receptive field"][1] == comparison.receptive_fields[0]


@pytest.mark.parametrize(("name", "place"), [("params", 1), ("macs", 2)])
def test_a_comparison_has_the_parts_that_sides_share(name: str, place: int) -> None:
    comparison = cnnshape.compare("resnet18", "resnet34")
    rows = tables(comparison)[place][1:]
    assert [row[0] for row in rows] == [part.label for part in comparison.parts]
    values = [getattr(part, name) for part in comparison.parts]
    assert [row[1:3] for row in rows] == [(count(first), count(second)) for first, second in values]


def test_the_first_changes_are_shown_and_the_others_counted() -> None:
    text = "input: [3, 8, 8]\nlayers:\n" + "".join(
        f"  - conv: {{out: {4 + number % 2}, kernel: 1}}\n  - relu\n  - relu\n" for number in range(SHOWN + 3)
    )
    grown = cnnshape.compare(text, text.replace("kernel: 1", "kernel: 1, bias: false"))
    assert grown.changes is not None
    more = len(grown.changes) - SHOWN
    assert more > 0
    assert len(tables(grown)[-1]) == 1 + SHOWN
    assert paragraphs(grown)[-1] == f"and {more:,} more (`changes` has all)"
    assert [row[1] for row in tables(grown)[-1][1:]] == [change.name for change in grown.changes[:SHOWN]]


def test_equal_designs_have_no_changes_and_others_none_to_show() -> None:
    assert paragraphs(cnnshape.compare("lenet5", "lenet5"))[-1] == "no layer differs"
    others = cnnshape.compare("lenet5", "unet")
    assert others.changes is None
    assert len(paragraphs(others)) == 2


# Explanations


@pytest.mark.parametrize("layer", ["C3", "flatten", "linear"])
def test_an_explanation_has_every_fact(layer: str) -> None:
    explained = cnnshape.explain("lenet5", layer)
    assert paragraphs(explained) == [f"{layer}: {explained.kind}, line {explained.line} of the spec", explained.meaning]
    assert tables(explained)[0][1:] == [tuple(fact) for fact in explained.facts]


def test_a_chain_has_every_step() -> None:
    chain = cnnshape.explain("googlenet")
    assert paragraphs(chain) == ["GoogLeNet: input 3x224x224"]
    rows = tables(chain)[0][1:]
    assert [row[:3] for row in rows] == [(step.name, step.kind, format_shape(step.output)) for step in chain.steps]
    assert all(fact.text in row[3] for row, step in zip(rows, chain.steps, strict=True) for fact in step.facts)


# Receptive fields


def test_a_trace_has_every_stage_and_remark() -> None:
    trace = cnnshape.receptive_field("unet")
    rows = tables(trace)[0][1:]
    assert [row[0] for row in rows] == [stage.row.name for stage in trace.stages]
    assert len(rows) == len(trace.stages) > 10
    text = str(trace)
    assert all(line in text.split("\n") for line in paragraphs(trace))
    assert len(paragraphs(trace)) == 2 + len(trace.unaligned)


def test_a_deep_trace_has_its_first_and_last_stages() -> None:
    trace = cnnshape.receptive_field("resnet1202")
    names = [stage.row.name for stage in trace.stages]
    assert len(names) > 2 * FIELDS_SHOWN
    assert [row[0] for row in tables(trace)[0][1:]] == [*names[:FIELDS_SHOWN], *names[-FIELDS_SHOWN:]]
    assert paragraphs(trace)[1].startswith(f"the first and the last {FIELDS_SHOWN} of {len(names):,} layers")
    assert len(trace.to_dict()["layers"]) == len(names)


def test_a_trace_without_stages_has_no_table() -> None:
    trace = cnnshape.receptive_field("input: [3, 8, 8]\nlayers: [relu]\n")
    assert trace.stages == () and tables(trace) == []
    assert paragraphs(trace)[1] == "the field is nowhere as large as the whole input"


@pytest.mark.parametrize(("cell", "padded"), [((0, 0), True), ((14, 14), False)])
def test_a_region_has_its_cells(cell: tuple[int, int], padded: bool) -> None:
    region = cnnshape.receptive_field("resnet18", "stage.1", at=cell)
    assert paragraphs(region)[0] == f"cell {cell[0]},{cell[1]} of {region.layer} sees"
    assert paragraphs(region)[1].startswith("padding  " if padded else "no padding")
    for (name, cells), span, axis in zip(tables(region)[0], region.spans, ("rows", "columns"), strict=True):
        assert name == axis and cells.startswith(f"{span.first} to {span.last}: {span.size}")
    data = region.to_dict()["spans"]
    assert [entry["size"] for entry in data] == [span.size for span in region.spans]
    assert [entry["before"] > 0 for entry in data] == [padded] * 2


# Sizes


def test_sizes_have_every_obstacle_and_cost() -> None:
    study = cnnshape.sizes("lenet5", to=40, costs=[32, 36])
    patterns, costs = tables(study)
    (axis,) = study.axes
    words = [" ".join(row).strip() for row in patterns]
    for obstacle in axis.sizes.obstacles:
        assert obstacle.message in words
        assert any(word.startswith(f"line {obstacle.line}, {obstacle.layer}:") for word in words)
    assert [row[:3] for row in costs[1:]] == [
        (str(cost.size), count(cost.report.totals.params), count(cost.report.totals.macs)) for cost in study.costs
    ]


def test_each_axis_has_its_own_table() -> None:
    study = cnnshape.sizes("lenet5", input="1x*x*", to=34, costs=[32])
    assert [line.split(" from ")[0] for line in paragraphs(study)] == ["LeNet-5: all heights", "LeNet-5: all widths"]
    assert len(tables(study)) == 3


# Memory


def test_memory_has_the_staircase_the_stages_and_the_peak() -> None:
    memory = cnnshape.memory("resnet18")
    stages, alive = tables(memory)
    assert [row[0].split(" x")[0] for row in stages[1:]] == [line.label for line in folded(memory.report, 0)]
    assert alive == [(name, count(size)) for name, size in memory.report.peak.tensors]
    assert memory.peak is not None
    assert any(
        f"{memory.peak.alive_bytes:,} bytes" in line and memory.peak.row.name in line for line in paragraphs(memory)
    )
    (picture,) = page(memory).all("svg")
    assert f"{memory.peak.row.name}: {memory.peak.alive_bytes:,} bytes" in picture.text


def test_memory_of_a_machine_has_times() -> None:
    memory = cnnshape.memory("lenet5", peak_flops="1T", bandwidth="10GB")
    assert "ideal time" in tables(memory)[0][0]
    assert any("1.00 TFLOP/s and 10.00 GB/s" in line for line in paragraphs(memory))


# Other tools' counts


def test_a_reconciliation_has_every_count_and_term() -> None:
    reconciliation = cnnshape.reconcile("resnet50")
    rows = [row for table in tables(reconciliation) for row in table]
    for counted in reconciliation.counts:
        value = "unknown" if counted.value is None else count(counted.value)
        assert any(row[0] == counted.rule.name and row[3] == value for row in rows if len(row) == 5)
        for term in counted.terms:
            assert any(row[0].startswith(f"{term.about}: ") and row[1] == f"{term.amount:+,}" for row in rows)
    assert reconciliation.variants
    assert all(variant.command in " ".join(paragraphs(reconciliation)) for variant in reconciliation.variants)
