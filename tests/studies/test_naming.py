"""Layers, stages and blocks by the names that `summary` prints."""

from __future__ import annotations

from functools import cache

import pytest

import cnnshape
from cnnshape.api import expand
from cnnshape.graph import Graph, Group, Options, groups, named_parts, parts
from cnnshape.source import shipped_path
from tests import command

NETWORKS = ["lenet5", "resnet50", "googlenet", "unet", "densenet121", "fast_rcnn", "m5"]


@cache
def graph_of(network: str) -> Graph:
    path = shipped_path(network)
    assert path is not None
    graph, _ = expand(cnnshape.load(path), Options())
    assert graph is not None
    return graph


@pytest.mark.parametrize("network", NETWORKS)
def test_every_whole_name_names_itself_alone(network: str) -> None:
    graph = graph_of(network)
    for part in parts(graph):
        (named,) = named_parts(graph, part.name)
        assert (named.name, named.start) == (part.name, part.start) or named.group is None


@pytest.mark.parametrize("network", NETWORKS)
def test_an_ending_names_all_parts_that_end_so_and_no_other(network: str) -> None:
    graph = graph_of(network)
    names = [part.name for part in parts(graph)]
    endings = {name.split(".", cut)[-1] for name in names for cut in range(1, name.count(".") + 1)}
    for ending in sorted(endings):
        whole = [name for name in names if name == ending]
        expected = whole[:1] or [name for name in names if name.endswith(f".{ending}")]
        assert [part.name for part in named_parts(graph, ending)] == expected


@pytest.mark.parametrize("network", NETWORKS)
def test_groups_are_listed_from_the_outside_in(network: str) -> None:
    graph = graph_of(network)

    def expected(parent: Group) -> list[str]:
        return [label for group in parent.children for label in (group.label, *expected(group))]

    assert [group.label for group in groups(graph.root)] == expected(graph.root)


def test_a_deep_nest_of_groups_needs_no_stack() -> None:
    root = inner = Group("", "design", 0)
    for depth in range(20_000):
        inner.children.append(Group(f"g{depth}", "Nest", 0))
        inner = inner.children[0]
    assert sum(1 for _ in groups(root)) == 20_000


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("stage.0", ["stage.0"]),
        (" stage.0 ", ["stage.0"]),
        ("conv", ["conv"]),
        ("stage.0.Bottleneck x2", ["stage.0.Bottleneck"]),
        ("Bottleneck_6", ["stage.2.Bottleneck_6"]),
        ("Bottleneck_6.conv_3", ["stage.2.Bottleneck_6.conv_3"]),
        ("Bottleneck_4.add", ["stage.1.Bottleneck_4.add", "stage.2.Bottleneck_4.add"]),
        ("ottleneck_6", []),
        ("stage", []),
        ("", []),
        (" x2", []),
        (".", []),
    ],
)
def test_names_of_a_resnet(name: str, expected: list[str]) -> None:
    assert [part.name for part in named_parts(graph_of("resnet50"), name)] == expected


@pytest.mark.parametrize("network", ["resnet18", "vgg16", "unet", "googlenet"])
def test_explain_takes_every_name_that_a_summary_prints_in_full(network: str) -> None:
    for group in list(groups(graph_of(network).root))[:6]:
        outcome = command.run("explain", network, group.label)
        assert outcome.exit_code == 0
        assert outcome.stdout.startswith(f"{group.label}: ")


def test_an_ambiguous_name_lists_what_it_may_be() -> None:
    outcome = command.run("explain", "resnet50", "conv_2")
    assert outcome.exit_code == 2
    words = " ".join(outcome.stderr.replace("│", " ").split())
    assert "'conv_2' may be `stage.0.Bottleneck.conv_2`, `stage.0.Bottleneck_2.conv_2`" in words
    assert "and 12 more; write more of the name" in words


@pytest.mark.parametrize(
    ("name", "meant"), [("stage.7", "stage.3"), ("Botleneck_6", "stage.2.Bottleneck_6"), ("cnov", "conv")]
)
def test_a_misspelt_name_is_answered_with_the_nearest(name: str, meant: str) -> None:
    outcome = command.run("explain", "resnet50", name)
    assert outcome.exit_code == 2
    assert f"did you mean `{meant}`?" in " ".join(outcome.stderr.replace("│", " ").split())


def test_fields_are_traced_to_the_end_of_a_stage() -> None:
    whole = command.run("rf", "resnet50", "stage.1.Bottleneck_4.relu_3").stdout
    assert command.run("rf", "resnet50", "stage.1").stdout == whole
    cell = command.run("rf", "resnet50", "stage.1", "--at", "3,3")
    assert cell.stdout == command.run("rf", "resnet50", "stage.1.Bottleneck_4.relu_3", "--at", "3,3").stdout
    assert "sees" in cell.stdout
