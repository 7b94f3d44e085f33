"""Receptive fields that others have published or measured, to the cell: `truth.yaml` carries them with their sources.

A line of `nodes` is a node of the source, our row (or the last of the rows below that name), and the field's size,
stride and padding; `-` is not stated, `7x5` differs between axes, `2|3` between the input sizes that are given.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

import cnnshape
from cnnshape.report import Report, Row

HERE = Path(__file__).parent
ANY = "any"
UNSTATED = "-"


class Node(NamedTuple):
    """What a source says of one node."""

    row: str
    size: str
    stride: str
    padding: str


class Case(NamedTuple):
    """A node of a network at one input size; `rank` is the place of that size among those that are given."""

    spec: str
    variant: str
    input: int | str
    rank: int
    node: Node


def cases() -> list[Any]:
    stated = []
    for source in yaml.safe_load((HERE / "truth.yaml").read_text()):
        for network in source["networks"]:
            sizes = [size for size in network["inputs"] if size != ANY]
            for line in network["nodes"].splitlines():
                name, *rest = line.split()
                for size in network["inputs"]:
                    rank = sizes.index(size) if size in sizes else -1
                    case = Case(network["spec"], network.get("variant", ""), size, rank, Node(*rest))
                    stated.append(pytest.param(case, id=f"{network['network']}-{size}-{name}"))
    return stated


@cache
def report(spec: str, variant: str, size: int | str) -> Report:
    root = HERE if spec.startswith("specs/") else HERE.parents[1]
    design = cnnshape.load(root / spec)
    own = next(iter(cnnshape.analyze(design, variant=variant).inputs.values())).shape
    shape = own if size == ANY else (own[0], *(int(size) for _ in own[1:]))
    return cnnshape.analyze(design, variant=variant, inputs=shape)


def last_row(network_report: Report, name: str) -> Row:
    return [row for row in network_report.rows if f"{row.name}.".startswith(f"{name}.")][-1]


def per_axis(text: str, rank: int) -> tuple[int, ...]:
    sizes = tuple(map(int, text.split("x")))
    return sizes if len(sizes) > 1 else sizes * rank


@pytest.mark.parametrize("case", cases())
def test_fields_are_those_that_sources_state(case: Case) -> None:
    network_report = report(case.spec, case.variant, case.input)
    axes = len(next(iter(network_report.inputs.values())).shape) - 1
    node = case.node
    if node.row == "input":
        # A tensor from outside has no row; it sees itself.
        assert (node.size, node.stride, node.padding) in [("1", UNSTATED, UNSTATED), ("1", "1", "0")]
        return
    field = last_row(network_report, node.row).receptive_field
    if node.size == "undefined":
        assert field is None
        return
    assert field is not None
    assert field.aligned == (node.size != "unaligned")
    stated = (node.size, field.size), (node.stride, field.stride), (padding_at(case), field.padding)
    for what, ours in stated:
        if what not in (UNSTATED, "unaligned"):
            assert ours == per_axis(what, axes)


def padding_at(case: Case) -> str:
    """The padding for the case's input size; not stated where it depends on the size, and the size is any."""
    paddings = case.node.padding.split("|")
    if len(paddings) == 1:
        return paddings[0]
    return UNSTATED if case.input == ANY else paddings[case.rank]


@pytest.mark.parametrize(
    ("spec", "sizes"), [("specs/google_net4.yaml", (9, 8)), ("specs/resnet_v1_50.yaml", (224, 321))]
)
def test_the_padding_of_same_depends_on_the_size(spec: str, sizes: tuple[int, int]) -> None:
    """The reason why a source states no padding "for any size"."""
    one, other = (report(spec, "", size).rows[-1].receptive_field for size in sizes)
    assert one is not None
    assert other is not None
    assert one.padding != other.padding


@pytest.mark.parametrize("spec", ["architectures/vgg11.yaml", "architectures/vgg16.yaml"])
def test_the_fully_connected_layers_see_everything(spec: str) -> None:
    """What rfa_toolbox calls an infinite field."""
    network_report = report(spec, "", ANY)
    for row in network_report.rows:
        if row.kind == "linear":
            assert row.receptive_field is not None
            assert row.receptive_field.is_global
            assert row.receptive_field.size == network_report.inputs["input"].shape[1:]
