"""Another order of the operations: exact against all orders of small graphs, and never worse than the own one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cnnshape
from cnnshape.api import examine
from cnnshape.device.deployment import Deployment
from cnnshape.device.lowering import Held, Lowered, Operation, timed
from cnnshape.device.order import least_order, ordered
from cnnshape.device.placement import alive_bytes, end_of, placed
from cnnshape.device.records import FUSED, RUNTIMES, TFLM
from cnnshape.graph import Options
from cnnshape.render.device import device_text
from tests.command import run
from tests.laws.strategy import specs
from tests.studies.test_device import NETWORKS, deployed, graph_of, rows_of


@st.composite
def small(draw: Any) -> tuple[Lowered, list[int]]:
    """Up to seven operations that read earlier tensors, some with working space, some over an input; and all sizes."""
    count = draw(st.integers(1, 7))
    names = [f"input {index}" for index in range(draw(st.integers(1, 2)))]
    inputs, homes = tuple(range(len(names))), list(range(len(names)))
    readings: list[list[int]] = []
    makes: list[tuple[int, ...]] = []
    for _ in range(count):
        readings.append(sorted(set(draw(st.lists(st.sampled_from(homes), min_size=1, max_size=3)))))
        made = [len(names)]
        names.append("output")
        if draw(st.booleans()):
            made.append(len(names))
            names.append("scratch")
        homes.append(made[0])
        makes.append(tuple(made))
    unread = [home for home in homes if home not in inputs and not any(home in reads for reads in readings)]
    outputs = tuple({*unread, *draw(st.lists(st.sampled_from(homes), max_size=2))})
    sizes = draw(st.lists(st.integers(0, 9), min_size=len(names), max_size=len(names)))
    operations = [Operation("op", (index,), tuple(reads), makes[index], None) for index, reads in enumerate(readings)]
    # The last reader of a tensor may write over it.
    for index, operation in enumerate(operations):
        rest = [tensor for reads in readings[index + 1 :] for tensor in reads]
        free = [tensor for tensor in operation.reads if tensor not in {*rest, *outputs, *inputs}]
        if free and draw(st.booleans()):
            over = draw(st.sampled_from(free))
            kept = tuple(tensor for tensor in operation.reads if tensor != over)
            operations[index] = operation._replace(reads=kept, over=over)
    held = [Held(name, 0, 0, 0) for name in names]
    times = timed(held, operations, outputs, range(count))
    return Lowered(tuple(operations), times, inputs, outputs, (), ()), sizes


def orders(lowered: Lowered) -> Iterator[tuple[int, ...]]:
    """All orders in which an operation runs after those that make what it reads, and last on what it writes over."""
    operations = lowered.operations
    maker = {made: number for number, operation in enumerate(operations) for made in operation.makes}

    def needed(number: int) -> set[int]:
        own = operations[number]
        over = set() if own.over is None else {own.over}
        before = {maker[tensor] for tensor in {*own.reads, *over} if tensor in maker}
        return before | {other for other, operation in enumerate(operations) if over & set(operation.reads)}

    def grown(done: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(done) == len(operations):
            yield done
        for number in set(range(len(operations))) - set(done):
            if needed(number) <= set(done):
                yield from grown((*done, number))

    return grown(())


def peak(lowered: Lowered, sizes: list[int], order: tuple[int, ...]) -> int:
    held = timed(lowered.held, lowered.operations, lowered.outputs, order)
    return max(alive_bytes(held, sizes, len(order)))


@given(small())
def test_no_order_needs_less(drawn: tuple[Lowered, list[int]]) -> None:
    lowered, sizes = drawn
    best = least_order(lowered, sizes)
    assert best is not None
    every = set(orders(lowered))
    assert best in every
    assert peak(lowered, sizes, best) == min(peak(lowered, sizes, order) for order in every)


def lowered_of(inputs: int, outputs: tuple[int, ...], *operations: Operation) -> Lowered:
    count = inputs + sum(len(operation.makes) for operation in operations)
    held = timed([Held("held", 0, 0, 0)] * count, operations, outputs, range(len(operations)))
    return Lowered(operations, held, tuple(range(inputs)), outputs, (), ())


def test_an_input_that_nothing_reads_does_not_decide_which_operation_is_first() -> None:
    # Whichever runs first frees it: that must not decide which one that is.
    makes = [((0,), 2), ((0,), 3), ((2,), 4), ((0,), 5)]
    operations = [Operation("op", (number,), reads, (made,), None) for number, (reads, made) in enumerate(makes)]
    lowered, sizes = lowered_of(2, (3, 4, 5), *operations), [0, 1, 2, 1, 0, 0]
    best = least_order(lowered, sizes)
    assert best is not None
    assert peak(lowered, sizes, best) == 2 == min(peak(lowered, sizes, order) for order in orders(lowered))


def test_what_is_written_over_has_no_reader_left() -> None:
    # The third operation frees 20 bytes, but writes over what the second one reads.
    first = Operation("op", (0,), (0,), (1,), None)
    reader = Operation("op", (1,), (1,), (2,), None)
    writer = Operation("op", (2,), (0,), (3,), 1)
    lowered, sizes = lowered_of(1, (2, 3), first, reader, writer), [20, 5, 9, 5]
    assert least_order(lowered, sizes) == (0, 1, 2)
    free = lowered_of(1, (2, 3), first, reader, writer._replace(reads=(0, 1), over=None))
    assert least_order(free, sizes) == (0, 2, 1)


def test_an_input_that_nothing_reads_is_free_after_the_first_operation() -> None:
    large, small = Operation("op", (0,), (0,), (2, 3), None), Operation("op", (1,), (0,), (4,), None)
    lowered, sizes = lowered_of(2, (2, 4), large, small), [1, 100, 1, 50, 1]
    assert least_order(lowered, sizes) == (1, 0)


@given(small())
def test_the_arena_of_another_order_is_the_planners(drawn: tuple[Lowered, list[int]]) -> None:
    lowered, sizes = drawn
    for runtime in (FUSED, TFLM):
        own = end_of(*placed(runtime, lowered.held, sizes, len(lowered.operations)))
        other = ordered(lowered, sizes, runtime)
        assert other.least_bytes is not None
        assert own >= other.arena_bytes >= other.alive_bytes >= other.least_bytes
        if other.operations == tuple(range(len(lowered.operations))):
            assert other.arena_bytes == own


@given(specs(), st.sampled_from(sorted(RUNTIMES)))
def test_laws_of_random_designs(spec: Any, runtime: str) -> None:
    examined = cnnshape.load(spec.text)
    graph = examine(examined, Options()).graph
    assume(graph is not None and graph.complete)
    assert graph is not None
    assume(any(not node.application.layer.view for node in graph.nodes))
    for choices in ("", "--in-place depthwise,add"):
        deployment = deployed(graph, runtime, choices)
        largest = max(deployment.sizes)
        assert deployment.arena_bytes >= deployment.peak_bytes >= largest
        assert_apart(deployment)
        other = ordered(deployment.lowered, deployment.sizes, deployment.runtime)
        assert other.arena_bytes <= deployment.arena_bytes
        assert sorted(other.operations) == list(range(len(deployment.lowered.operations)))


def assert_apart(deployment: Deployment) -> None:
    """Tensors that are alive at the same time have no byte in common."""
    for index, one in enumerate(deployment.placed):
        for other in deployment.placed[:index]:
            if one.held.first <= other.held.last and other.held.first <= one.held.last and one.size and other.size:
                assert one.offset + one.size <= other.offset or other.offset + other.size <= one.offset


@pytest.mark.parametrize("row", rows_of("ordered"), ids=lambda row: row["network"])
def test_the_best_order_is_that_of_another_library(row: dict[str, str]) -> None:
    deployment = deployed(graph_of(row["network"], row["options"]), row["runtime"], row["choices"], row["dtype"])
    assert deployment.arena_bytes == 4_874_752
    other = ordered(deployment.lowered, deployment.sizes, deployment.runtime)
    assert other.arena_bytes == int(row["bytes"])
    names = [deployment.lowered.operations[number].nodes[0] for number in other.operations]
    assert names != sorted(names)


def test_all_shipped_networks_are_solved() -> None:
    gains = {}
    for network in NETWORKS:
        deployment = deployed(graph_of(network), "tflm")
        other = ordered(deployment.lowered, deployment.sizes, deployment.runtime)
        assert other.least_bytes is not None
        gains[network] = 1 - other.arena_bytes / deployment.arena_bytes
    better = {network: gain for network, gain in gains.items() if gain > 0}
    assert max(better, key=better.__getitem__) == "slowfast_r50"
    assert round(100 * better["deeplabv3_resnet50"]) == 14


def test_the_search_says_that_it_gave_up() -> None:
    deployment = deployed(graph_of("nasnet_mobile"), "tflm")
    other = ordered(deployment.lowered, deployment.sizes, deployment.runtime, most_states=10)
    assert other.least_bytes is None
    assert other.arena_bytes == deployment.arena_bytes
    assert "order       not known: the search gave up after" in device_text(deployment._replace(order=other))


def test_an_input_is_kept_until_an_operation_writes_over_it() -> None:
    # The first branch waits for the second, which is longer, before the sum overwrites it.
    text = "input: [1, 8, 8]\nlayers:\n  - {conv: {out: 4, kernel: 1}, name: a}\n"
    text += "  - {conv: {out: 4, kernel: 1}, from: input, name: b}\n  - tanh\n  - add: [a, prev]\n"
    graph = examine(cnnshape.load(text), Options()).graph
    assert graph is not None
    deployment = deployed(graph, "as-is", "--in-place add")
    assert deployment.alive_bytes == (64 + 256, 64 + 256 + 256, 256 + 256 + 256, 256 + 256)


# The command


def test_order_in_text_and_json() -> None:
    options = ("memory", "regnet_x_400mf", "--runtime", "tflm", "--pads", "explicit", "--order")
    text = run(*options).stdout
    assert "order       3,670,528 bytes (3.67 MB) in another order, 24.7 % less" in text
    data = json.loads(run(*options, "-f", "json").stdout)
    order = data["order"]
    assert order["arena_bytes"] == order["alive_bytes"] == order["least_alive_bytes_of_any_order"] == 3_670_528
    assert sorted(order["operations"]) == list(range(len(data["operations"])))
    assert json.loads(run("memory", "resnet8", "--runtime", "tflm", "-f", "json").stdout)["order"] is None
    text = run("memory", "resnet8", "--runtime", "tflm", "--dtype", "int8", "--order").stdout
    assert "order       no better one: any order has 49,152 bytes (49.15 kB) alive at least" in text


def test_order_is_of_a_runtime() -> None:
    outcome = run("memory", "resnet8", "--order")
    assert outcome.exit_code == 2
    assert "name one, such as `tflm`" in " ".join(outcome.stderr.split())


def test_both_paddings_are_printed_where_they_differ() -> None:
    text = run("memory", "mobilenet_v2", "--runtime", "tflm", "--dtype", "int8").stdout
    assert "paddings    2,451,840 bytes (2.45 MB) if paddings that TensorFlow doesn't have are copies" in text
    data = json.loads(run("memory", "mobilenet_v2", "--runtime", "tflm", "--dtype", "int8", "-f", "json").stdout)
    explicit = deployed(graph_of("mobilenet_v2"), "tflm", "--pads explicit")
    assert data["arena_bytes_with_other_pads"] == explicit.arena_bytes == 2_451_840
    assert explicit.repadded_bytes == data["arena_bytes"]
    assert "paddings    " not in run("memory", "resnet8", "--runtime", "tflm").stdout
