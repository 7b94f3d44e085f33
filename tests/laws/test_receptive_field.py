"""The receptive field of every layer agrees with following the indices through the whole network."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given

import cnnshape
from cnnshape.analysis import Field, Undefined, receptive_fields
from cnnshape.api import expand, options
from cnnshape.report import Row

from .plain import Spec, Step
from .strategy import specs
from .tracing import Cell, Trace, hull, traced
from .wiring import Network, wired

Interval = tuple[int, int]
EMPTY: Interval = (0, -1)


class Compared(NamedTuple):
    """What the program says of a spec, next to what the indices say: `traces` has a list of values per axis."""

    network: Network
    rows: tuple[Row, ...]
    fields: list[Field | Undefined | None]
    traces: list[list[Trace]]

    def local(self) -> list[tuple[int, Field]]:
        """The layers whose cells each see their own surroundings, and places mean something."""
        nodes = zip(self.network.nodes, self.fields, strict=True)
        return [
            (index, field)
            for index, (node, field) in enumerate(nodes)
            if isinstance(field, Field) and not is_everywhere(field) and len(node.shape) > 1
        ]


def compare(spec: Spec) -> Compared:
    network = wired(spec)
    design = cnnshape.load(spec.text)
    graph, _ = expand(design, options(None, "", None, None))
    assert graph is not None
    traces = [traced(network, axis) for axis in range(len(network.input) - 1)]
    return Compared(network, cnnshape.analyze(design).rows, receptive_fields(graph), traces)


def is_everywhere(field: Field) -> bool:
    return all(axis.advance == 0 for axis in field.axes)


def sure(trace: Trace) -> dict[int, Cell]:
    return {index: cell for index, cell in enumerate(trace.cells) if cell.sure}


def covers_phases(field: Field, axis: int, trace: Trace) -> bool:
    """Whether the cells that are sure show the whole pattern of a field."""
    period = field.axes[axis].period
    return {index % period for index in sure(trace)} == set(range(period))


# The laws


def cells_see_their_intervals(compared: Compared) -> None:
    for index, field in compared.local():
        for axis, values in enumerate(compared.traces):
            for at, cell in sure(values[index + 1]).items():
                first, last = field.interval(axis, at)
                assert (cell.hull or EMPTY) == ((first, last) if first <= last else EMPTY), (
                    compared.rows[index].name,
                    axis,
                    at,
                )


def rows_state_the_fields_of_their_cells(compared: Compared) -> None:
    for row, field in zip(compared.rows, compared.fields, strict=True):
        assert (row.receptive_field is not None) == isinstance(field, Field)
        assert bool(row.undefined) == isinstance(field, Undefined)
    for index, field in compared.local():
        stated = compared.rows[index].receptive_field
        assert stated is not None
        for axis, values in enumerate(compared.traces):
            trace, period = values[index + 1], field.axes[axis].period
            if covers_phases(field, axis, trace):
                assert stated.size[axis] == max(length(cell) for cell in sure(trace).values())
            for step in steps(trace, period):
                assert stated.stride[axis] == Fraction(step, period)


def length(cell: Cell) -> int:
    first, last = cell.hull or EMPTY
    return last - first + 1


def steps(trace: Trace, period: int) -> list[int]:
    """How far the field moves over a period, wherever that can be seen."""
    cells = sure(trace)
    pairs = [(cells[at].hull, cells[at + period].hull) for at in cells if at + period in cells]
    return [later[0] - one[0] for one, later in pairs if one is not None and later is not None]


def global_fields_are_what_all_cells_see_together(compared: Compared) -> None:
    for axis, values in enumerate(compared.traces):
        known = spread(compared, values)
        for index, field in enumerate(compared.fields):
            if isinstance(field, Field) and is_everywhere(field):
                stated, seen = field.interval(axis, 0), hull(known[index + 1]) or EMPTY
                if bounded(compared, index):
                    assert stated[0] <= seen[0], (compared.rows[index].name, axis)
                    assert stated[1] >= seen[1], (compared.rows[index].name, axis)
                else:
                    assert stated == seen, (compared.rows[index].name, axis)


def spread(compared: Compared, values: list[Trace]) -> list[int]:
    """What the cells of each value see together; once a global pool has spread it, no border takes any of it away."""
    known = [values[0].all]
    for node, field, trace in zip(compared.network.nodes, compared.fields, values[1:], strict=True):
        seen = trace.all
        if isinstance(field, Field) and is_everywhere(field):
            for value in node.inputs:
                seen |= known[value]
        known.append(seen)
    return known


def bounded(compared: Compared, index: int) -> bool:
    """Whether only a bound can be checked: after gaps between taps, and after fields that can't be stated."""
    reached = {index + 1}
    for earlier in range(index, -1, -1):
        if earlier + 1 in reached:
            reached |= set(compared.network.nodes[earlier].inputs)
    nodes = [(compared.network.nodes[value - 1], compared.fields[value - 1]) for value in reached if value]
    return any(not isinstance(field, Field) or node.arguments.get("dilation", 1) != 1 for node, field in nodes)


def paths_are_aligned_where_their_centres_agree(compared: Compared) -> None:
    for index, field in compared.local():
        node, row = compared.network.nodes[index], compared.rows[index]
        before = [compared.fields[value - 1] for value in node.inputs if value]
        aligned = all(earlier.aligned for earlier in before if isinstance(earlier, Field))
        if not all(same_centres([values[value] for value in node.inputs]) for values in compared.traces):
            assert not field.aligned, row.name
        elif all(covers_phases(field, axis, values[index + 1]) for axis, values in enumerate(compared.traces)):
            assert field.aligned == aligned, row.name


def same_centres(met: list[Trace]) -> bool:
    for cells in zip(*(trace.cells for trace in met), strict=False):
        hulls = [cell.hull for cell in cells]
        if all(cell.sure for cell in cells) and len({sum(hull) for hull in hulls if hull}) > 1:
            return False
    return True


def fields_are_undefined_where_patterns_differ_alone(compared: Compared) -> None:
    for node, field in zip(compared.network.nodes, compared.fields, strict=True):
        if isinstance(field, Undefined):
            before = [compared.fields[value - 1] for value in node.inputs if value]
            if not any(isinstance(earlier, Undefined) for earlier in before):
                assert (
                    node.kind == "reshape" or len({strides(earlier) for earlier in before}) > 1 or len(node.shape) == 1
                )
                assert node.kind == "reshape" or len(node.inputs) > 1


def strides(field: Field | Undefined | None) -> tuple[Fraction, ...]:
    assert isinstance(field, Field)
    return tuple(Fraction(stride) for stride in field.stated[1])


LAWS = [
    cells_see_their_intervals,
    rows_state_the_fields_of_their_cells,
    global_fields_are_what_all_cells_see_together,
    paths_are_aligned_where_their_centres_agree,
    fields_are_undefined_where_patterns_differ_alone,
]


@pytest.mark.parametrize("law", LAWS)
@given(spec=specs())
def test_fields_are_what_the_indices_say(law: Callable[[Compared], None], spec: Spec) -> None:
    law(compare(spec))


# Networks that a simpler computation gets wrong


def spec_of(*layers: Step, sizes: tuple[int, ...] = (24, 24), channels: int = 2) -> Spec:
    return Spec([channels, *sizes], list(layers), {}, {}, [])


def conv(kernel: int, **arguments: object) -> Step:
    return {"conv": {"out": 2, "kernel": kernel} | arguments}


def grown(kernel: int, stride: int, **arguments: object) -> Step:
    return {"conv_transpose": {"out": 2, "kernel": kernel, "stride": stride, **arguments}}


def upsampled(mode: str) -> Step:
    return {"upsample": {"scale": 2, "mode": mode}}


HARD = {
    "a dilated transposed window reads cells with gaps": spec_of(grown(3, 2, dilation=3), grown(3, 2, dilation=3)),
    "gaps are read through gaps": spec_of(grown(1, 2), grown(2, 1, dilation=2), conv(2)),
    "a window may lie in a gap": spec_of(grown(1, 4), conv(2, stride=3), conv(3, dilation=2)),
    "only gaps are read": spec_of(grown(1, 2), {"crop": {"cut": 1}}, {"subsample": {"stride": 2}}, "flatten"),
    "a gap has no centre": spec_of({"concat": {"a": [grown(1, 2)], "b": [upsampled("nearest"), {"crop": {"cut": [[0, 1]] * 2}}]}}),
    "two enlargements of one size": spec_of({"concat": {"a": [upsampled("nearest")], "b": [upsampled("linear")], "c": [grown(2, 2)]}}),
    "an enlargement back to the size": spec_of({"concat": {"a": [], "b": [conv(3, stride=2, padding=1), upsampled("linear")]}}),
    "three halves and two thirds": spec_of({"upsample": {"size": 36}}, conv(3), {"upsample": {"size": 51, "mode": "linear"}}, conv(2)),
    "cubic": spec_of({"upsample": {"size": 33, "mode": "cubic"}}, conv(3, stride=2)),
    "pixels shuffled and back": spec_of({"pixel_unshuffle": {"factor": 3}}, conv(3, padding=1), {"conv": {"out": 4, "kernel": 1}}, {"pixel_shuffle": {"factor": 2}}, conv(3)),
    "adaptive windows of two sizes": spec_of({"adaptive_avg_pool": {"size": [7, 5]}}, conv(2)),
    "adaptive to one cell on one axis": spec_of({"adaptive_avg_pool": {"size": [1, 24]}}, conv(1)),
    "strides that skip cells": spec_of(conv(2, stride=5), conv(1, stride=2), "flatten", {"linear": {"out": 2}}),
    "a row that nothing reads, and padding in its place": spec_of({"max_pool": {"kernel": 2}}, conv(3, padding=1), "global_avg_pool", sizes=(9, 9)),
    "padding with no input inside": spec_of({"crop": {"cut": 5}}, {"pad": {"padding": 7}}, conv(1), "global_max_pool"),
    "steps over the border of padding": spec_of(conv(1, padding=1), conv(1, stride=2), "flatten", {"linear": {"out": 1}}, sizes=(7, 7)),
    "padding inside of the network": spec_of(conv(2), conv(1, stride=2, padding=[0, 1]), "flatten", {"linear": {"out": 1}}, sizes=(7, 7)),
    "cells that see only padding": spec_of(conv(1, stride=2, padding=3), conv(4, padding=1), *[conv(1, stride=2, padding=[[0, 1]])] * 2, "flatten", {"linear": {"out": 2}}, sizes=(12,)),
    "cells that see only padding before": spec_of(conv(1, padding=[[4, 0]]), conv(3, stride=2), *[conv(1, stride=3, padding=[[2, 0]])] * 2, "global_avg_pool", sizes=(17,)),
    "cells that see only padding on one axis": spec_of(conv(1, stride=2, padding=[[3, 3], [0, 0]]), conv(4, padding=1), *[conv(1, stride=2, padding=[[0, 1], [0, 0]])] * 2, "global_max_pool", sizes=(12, 12)),
    "cells that see only padding, behind an enlargement": spec_of(grown(2, 3), conv(1, stride=2, padding=[[3, 5]]), conv(2), *[conv(1, stride=2, padding=[[1, 1]])] * 2, "flatten", sizes=(7,)),
    "cells that see only padding on two paths": spec_of(conv(1, stride=2, padding=3), {"concat": {"a": [conv(4, padding=1)], "b": [conv(2)]}}, *[conv(1, stride=2, padding=[[0, 1]])] * 2, "flatten", {"linear": {"out": 2}}, sizes=(12,)),
    "nothing but padding": spec_of({"crop": {"cut": [[0, 6]]}}, {"pad": {"padding": [[0, 9]]}}, {"crop": {"cut": [[8, 0]]}}, conv(1, padding=1), "global_avg_pool", sizes=(12,)),
    "flattened maps of different sizes": spec_of({"concat": {"small": [{"crop": {"cut": 9}}, "flatten"], "large": ["flatten"]}}, {"linear": {"out": 2}}),
    "flattened maps of different strides": spec_of({"concat": {"coarse": [{"max_pool": {"kernel": 4}}, {"crop": {"cut": 1}}, "flatten"], "fine": [{"crop": {"cut": 2}}, "flatten"]}}, {"linear": {"out": 2}}),
    "strides that differ": spec_of({"concat": {"a": [conv(1, stride=2)], "b": [conv(13)]}}, conv(3), sizes=(24,)),
    "centres that differ": spec_of({"concat": {"a": [conv(2, padding=[[0, 1]])], "b": []}}, conv(3), sizes=(24,)),
    "centres that differ on one axis": spec_of({"concat": {"a": [conv([2, 1], padding=[[0, 1], [0, 0]])], "b": []}}),
    "centres that differed before": spec_of({"concat": {"a": [conv(2, padding=[[0, 1]])], "b": []}}, {"residual": [conv(3, padding=1, out=4)]}, sizes=(24,)),
    "a gate of the middle": spec_of({"multiply": {"main": [], "gate": [{"crop": {"cut": 8}}, "global_avg_pool"]}}, conv(3)),
    "a gate of everything": spec_of({"multiply": {"main": [conv(3, stride=4)], "gate": [conv(3), "global_avg_pool"]}}, conv(3)),
    "a global path beside a local one": spec_of({"concat": {"local": [], "all": ["global_avg_pool", {"upsample": {"size": 24}}]}}, conv(3)),
    "other cells in other places": spec_of({"reshape": {"shape": [4, 12, 24]}}, conv(3), {"relu": {}}, "global_avg_pool"),
}  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", HARD)
def test_hard_networks(name: str, law: Callable[[Compared], None]) -> None:
    law(compare(HARD[name]))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("strides that differ", "paths with different strides meet"),
        ("flattened maps of different sizes", "flattened maps of different sizes meet"),
        ("other cells in other places", "values were rearranged, so that neighbours don't see neighbours"),
    ],
)
def test_undefined_fields_say_why(name: str, reason: str) -> None:
    rows = cnnshape.analyze(cnnshape.load(HARD[name].text)).rows
    assert reason in [row.undefined for row in rows]


def test_an_enlargement_that_is_undone_leaves_no_pattern() -> None:
    *_, field = compare(spec_of(upsampled("nearest"), {"subsample": {"stride": 2}})).fields
    assert isinstance(field, Field)
    assert [axis.period for axis in field.axes] == [1, 1]


def test_a_layer_that_does_not_depend_on_the_first_input_has_no_field() -> None:
    text = """
cnnshape: 1
input: {image: [1, 8, 8], other: [1, 8, 8]}
layers:
  - {conv: {out: 1, kernel: 3, padding: 1}, name: mine}
  - {conv: {out: 1, kernel: 5, padding: 2}, from: other, name: theirs}
  - {add: [mine, theirs], name: both}
  - {add: [theirs, mine], name: again}
"""
    rows = {row.name: row for row in cnnshape.analyze(cnnshape.load(text)).rows}
    assert rows["theirs"].receptive_field is None
    assert rows["theirs"].undefined == ""
    assert rows["both"].receptive_field == rows["again"].receptive_field == rows["mine"].receptive_field


def test_a_flat_input_has_no_fields() -> None:
    report = cnnshape.analyze(cnnshape.load("cnnshape: 1\ninput: [9]\nlayers:\n  - linear: 4\n  - relu\n"))
    assert [(row.receptive_field, row.undefined) for row in report.rows] == [(None, "")] * 2


@pytest.mark.parametrize(
    "layers",
    [
        ["upsample: {size: 4095}", "{conv: {out: 1, kernel: 3, padding: 1}, repeat: 3000}"],
        ["conv_transpose: {out: 1, kernel: 2, stride: 4095}", "conv: {out: 1, kernel: 4095}"],
        ["{upsample: 2, repeat: 12}", "{conv: {out: 1, kernel: 3, padding: 1}, repeat: 300}"],
    ],
)
def test_long_patterns_are_given_up_before_they_cost_much(layers: list[str]) -> None:
    steps = "".join(f"  - {layer}\n" for layer in layers)
    graph, _ = expand(cnnshape.load(f"cnnshape: 1\ninput: [1, 4096]\nlayers:\n{steps}"), options(None, "", None, None))
    assert graph is not None
    fields = receptive_fields(graph)
    assert isinstance(fields[-1], Undefined)
    phases = {id(field): len(field.axes[0].first) for field in fields if isinstance(field, Field)}
    assert sum(phases.values()) < 10**6
